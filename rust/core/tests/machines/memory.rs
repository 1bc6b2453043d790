//! The allocator of this test program: the system's, with a count of what is live, and with refusals.
//!
//! Counts and refusals are those of the thread, and refusals hold only within [`refusing`]. What the toy
//! interpreter or a test allocates for itself inside is [`exempt`], so that only the machines have to cope.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Which allocations are refused, counted from 0.
#[derive(Clone, Copy, Debug)]
pub enum Refuse {
    /// This one alone.
    Only(usize),
    /// This one and all after it.
    From(usize),
}

thread_local! {
    static REFUSE: Cell<Option<Refuse>> = const { Cell::new(None) };
    static ASKED: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: the system's allocator does the work; a refusal is the null pointer that every caller must expect.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if refuse() {
            return std::ptr::null_mut();
        }
        count(0, layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(layout.size(), 0);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if refuse() {
            return std::ptr::null_mut();
        }
        count(layout.size(), size);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// Counts blocks that go and come. Memory may go in another thread than it came in, hence the wrapping.
fn count(less: usize, more: usize) {
    let live = LIVE.get().wrapping_sub(less).wrapping_add(more);
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

/// Whether the allocation that is asked for now is to fail.
pub fn refuse() -> bool {
    let Some(refuse) = REFUSE.get() else { return false };
    let asked = ASKED.replace(ASKED.get() + 1);
    match refuse {
        Refuse::Only(number) => asked == number,
        Refuse::From(number) => asked >= number,
    }
}

/// Runs `function` with refusals; also returns whether there was any.
pub fn refusing<T>(which: Refuse, function: impl FnOnce() -> T) -> (T, bool) {
    ASKED.set(0);
    REFUSE.set(Some(which));
    let result = function();
    REFUSE.set(None);
    let (Refuse::Only(number) | Refuse::From(number)) = which;
    (result, ASKED.get() > number)
}

/// Runs `function` without refusals.
pub fn exempt<T>(function: impl FnOnce() -> T) -> T {
    let refuse = REFUSE.take();
    let result = function();
    REFUSE.set(refuse);
    result
}

/// Bytes that this thread has allocated and not given back.
pub fn live() -> usize {
    LIVE.get()
}

/// Runs `function`; also returns how many bytes more than before were live at some time.
pub fn peak_of<T>(function: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = function();
    (result, PEAK.get() - before)
}
