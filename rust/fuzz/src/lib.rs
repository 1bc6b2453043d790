//! What the fuzz targets share: the toy interpreter of the tests of rust/core, and CPython beside it.

#[path = "../../core/tests/machines/cpython.rs"]
pub mod cpython;
#[path = "../../core/tests/machines/effort.rs"]
pub mod effort;
#[path = "../../core/tests/machines/machine.rs"]
pub mod machine;
#[path = "../../core/tests/machines/memory.rs"]
pub mod memory;
#[path = "../../core/tests/machines/outcome.rs"]
pub mod outcome;
#[path = "../../core/tests/machines/toy/mod.rs"]
pub mod toy;

pub mod server;

/// The mutator for inputs that are pickles.
#[macro_export]
macro_rules! mutates_pickles {
    () => {
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            mpickle_mutator::mutate(data, size, max_size, seed, &libfuzzer_sys::fuzzer_mutate)
        });
    };
}
