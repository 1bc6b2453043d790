//! mpickle's crate for firmware, compiled for the machine that tests it and linked with MicroPython's own objects.
//!
//! What the collector sees, moves and gives back can only be tested with the collector itself. The modules are those
//! of `rust/mpickle`; in between is [`shim`], which gives Rust's memory to MicroPython only where a test says so.
#![cfg(test)]

#[cfg(not(micropython))]
#[test]
fn micropython_is_built() {
    panic!("there is no firmware in build/unix: run ./scripts/build unix, then the tests again");
}

#[cfg(micropython)]
#[path = "../../mpickle/src/api.rs"]
mod api;
#[cfg(micropython)]
#[path = "../../mpickle/src/codecs.rs"]
mod codecs;
#[cfg(micropython)]
#[path = "../../mpickle/src/dis.rs"]
mod dis;
#[cfg(micropython)]
#[path = "../../mpickle/src/error.rs"]
mod error;
#[cfg(micropython)]
#[path = "../../mpickle/src/extension.rs"]
mod extension;
#[cfg(micropython)]
#[path = "../../mpickle/src/heap.rs"]
mod heap;
#[cfg(micropython)]
#[path = "../../mpickle/src/inject.rs"]
mod inject;
#[cfg(micropython)]
#[path = "../../mpickle/src/interpreter.rs"]
mod interpreter;
#[cfg(micropython)]
#[path = "../../mpickle/src/machine.rs"]
mod machine;
#[cfg(micropython)]
#[path = "../../mpickle/src/policy.rs"]
mod policy;
#[cfg(micropython)]
#[path = "../../mpickle/src/registry.rs"]
mod registry;
#[cfg(micropython)]
mod shim;

#[cfg(micropython)]
mod micropython;
#[cfg(micropython)]
mod tests;
