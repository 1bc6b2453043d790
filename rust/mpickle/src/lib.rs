//! mpickle for MicroPython: the machines of `mpickle-core` over the C shim of `rust/glue`.
//!
//! - [`api`] has the functions that the generated C module calls; [`machine`] the methods of its classes, [`registry`],
//!   [`inject`] and [`extension`] what the program registers; [`codecs`] what old pickles call; [`dis`] lists a pickle;
//! - [`interpreter`] is the `Runtime` of the core: what the machines ask of MicroPython;
//! - [`shim`] calls the shim, and is the one file that does;
//! - [`heap`] puts Rust's memory on MicroPython's heap.
//!
//! Nothing here recurses or panics. What lasts from one call to the next lies in the slots of `rust/glue/shim_state.c`.
#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod api;
#[cfg(feature = "globals")]
pub mod codecs;
#[cfg(feature = "dis")]
pub mod dis;
mod error;
#[cfg(feature = "extensions")]
pub mod extension;
mod heap;
#[cfg(feature = "registry")]
pub mod inject;
mod interpreter;
#[cfg(feature = "classes")]
pub mod machine;
mod policy;
#[cfg(feature = "registry")]
pub mod registry;
// Without some parts, not all of it is called.
#[cfg_attr(not(all(feature = "classes", feature = "registry")), allow(dead_code))]
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
