//! One MicroPython at a time, with a heap of any size.

use crate::shim::{self, HEAP};
use std::ffi::CString;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, Once, PoisonError};

static LOCK: Mutex<()> = Mutex::new(());
static HOOK: Once = Once::new();

/// A panic and its message outlive the heap.
fn panic_off_heap() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        shim::leave_heap();
        report(info);
    }));
}

/// What is inlined may lie above the top of the stack that the collector was told.
#[inline(never)]
fn in_a_frame_of_its_own(test: impl FnOnce()) {
    test();
}

/// Starts an interpreter with a heap of so many bytes, runs the test, and stops the interpreter.
#[inline(never)]
pub fn run(heap_size: usize, test: impl FnOnce()) {
    let _one_at_a_time = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    HOOK.call_once(panic_off_heap);
    let mut memory = vec![0_u64; heap_size / 8];
    let start = memory.as_mut_ptr();
    HEAP[0].store(start as usize, Ordering::Relaxed);
    HEAP[1].store(start as usize + heap_size, Ordering::Relaxed);
    // Everything that the test has on the stack lies below this.
    let mut top = [0_usize; 1];
    // SAFETY: the memory lives until the interpreter is stopped, and the stack does.
    unsafe { shim::host_start(top.as_mut_ptr().cast(), start.cast(), heap_size) };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| in_a_frame_of_its_own(test)));
    // SAFETY: there is an interpreter, and nothing of Rust's is on its heap any more.
    unsafe { shim::host_stop() };
    HEAP[1].store(0, Ordering::Relaxed);
    outcome.unwrap_or_else(|panic| panic::resume_unwind(panic));
}

pub fn collect() {
    // SAFETY: within `run`.
    unsafe { shim::host_collect() }
}

/// Runs `function` with a collection before each allocation.
pub fn collecting<T>(function: impl FnOnce() -> T) -> T {
    // SAFETY: within `run`.
    unsafe { shim::host_collect_always(true) };
    let result = function();
    // SAFETY: within `run`.
    unsafe { shim::host_collect_always(false) };
    result
}

/// Bytes of the heap in use.
pub fn used() -> usize {
    // SAFETY: within `run`.
    unsafe { shim::host_used() }
}

/// The size of the block that begins here, 0 if none does.
pub fn block_size(block: usize) -> usize {
    // SAFETY: within `run`; the address is only compared.
    unsafe { shim::host_block_size(block as *const _) }
}

/// Where the allocator begins its search for free blocks.
pub fn search() -> usize {
    // SAFETY: within `run`.
    unsafe { shim::host_search() }
}

/// Runs a program of Python, with mpickle's memory on the heap.
pub fn python(program: &str) -> bool {
    let program = CString::new(program).expect("no zeros");
    // SAFETY: within `run`.
    shim::on_heap(|| unsafe { shim::host_run(program.as_ptr()) })
}
