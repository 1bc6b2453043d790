//! The firmware's own `shim`, with an allocator that leaves the test program its memory: MicroPython's heap is used
//! only within [`on_heap`], and blocks go back to where they came from.
#![allow(unsafe_code)]

#[path = "../../mpickle/src/shim.rs"]
mod micropython;

pub use micropython::*;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    static ON_HEAP: Cell<bool> = const { Cell::new(false) };
}

/// MicroPython's heap while there is one: first address, and the one after the last.
pub static HEAP: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// The caller says no alignment; this is more than anything in the standard library asks for.
const ALIGNMENT: usize = 128;

/// Runs `function` with Rust's memory on MicroPython's heap.
pub fn on_heap<T>(function: impl FnOnce() -> T) -> T {
    let before = ON_HEAP.replace(true);
    let result = function();
    ON_HEAP.set(before);
    result
}

/// Runs `function` with Rust's memory where it usually is.
pub fn off_heap<T>(function: impl FnOnce() -> T) -> T {
    let before = ON_HEAP.replace(false);
    let result = function();
    ON_HEAP.set(before);
    result
}

/// Ends all that is [`on_heap`] in this thread.
pub fn leave_heap() {
    ON_HEAP.set(false);
}

fn is_on_heap(block: *mut u8) -> bool {
    let [start, end] = &HEAP;
    (start.load(Ordering::Relaxed)..end.load(Ordering::Relaxed)).contains(&(block as usize))
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, ALIGNMENT).expect("a size that the standard library made")
}

pub fn alloc(size: usize) -> *mut u8 {
    if ON_HEAP.get() {
        return micropython::alloc(size);
    }
    // SAFETY: the size is not zero: the standard library asks for no empty blocks.
    unsafe { System.alloc(layout(size)) }
}

pub fn realloc(block: *mut u8, old_size: usize, new_size: usize) -> *mut u8 {
    if is_on_heap(block) {
        return micropython::realloc(block, old_size, new_size);
    }
    // SAFETY: a block that is not on the heap came from the system, with this layout.
    unsafe { System.realloc(block, layout(old_size), new_size) }
}

pub fn free(block: *mut u8, size: usize) {
    if is_on_heap(block) {
        return micropython::free(block, size);
    }
    // SAFETY: as in `realloc`.
    unsafe { System.dealloc(block, layout(size)) }
}
