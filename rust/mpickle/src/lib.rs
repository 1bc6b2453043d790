//! mpickle for MicroPython: the machines of `mpickle-core` over the C shim of `rust/glue`.
//!
//! - [`api`] has the functions that the generated C module calls;
//! - [`interpreter`] is the `Runtime` of the core: what the machines ask of MicroPython;
//! - [`shim`] calls the shim, and is the one file that does;
//! - [`heap`] puts Rust's memory on MicroPython's heap.
//!
//! Nothing here recurses, panics or keeps state between calls.
#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod api;
mod error;
mod heap;
mod interpreter;
mod policy;
mod shim;

/// Rust demands a panic handler. No panic can be reached, and the linker proves it: whatever could panic
/// would keep this function, and with it a symbol that nobody defines.
#[cfg(not(test))]
#[allow(unsafe_code)]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn mpickle_can_panic() -> !;
    }
    mpickle_can_panic()
}
