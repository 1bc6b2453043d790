//! Rust's memory is MicroPython's heap.
//!
//! The collector keeps a block alive as long as something that it scans (the stacks, registers, other
//! blocks of the heap) holds the address of the block's START. `Vec` and `Box` hold that. hashbrown's table
//! holds an address inside its block, so [`TableHeap`] keeps the starts beside the table.
#![allow(unsafe_code)]

use crate::shim;
use allocator_api2::alloc::{AllocError, Allocator};
use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr::NonNull;

/// The global allocator: `m_malloc_maybe` and its companions.
struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: blocks are exclusive, as large as asked for, and aligned to the collector's block size: 16 bytes on 32-bit
// machines, 32 on 64-bit ones, more than any type here needs. EXCEPTION: none, NULL says that there is no memory.
// GC: see the module's text.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        shim::alloc(layout.size())
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        shim::free(block, layout.size());
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        shim::realloc(block, layout.size(), new_size)
    }
}

/// The allocator of one hash table. It lies beside the table, on the stack or on the heap, and holds the start of the
/// table's block.
#[derive(Default)]
pub struct TableHeap {
    start: Cell<usize>,
}

// SAFETY: as for the global allocator. A table has one block, since it grows by moving into another table.
// EXCEPTION: none. GC: the start is in `self`, which is scanned wherever the table is.
unsafe impl Allocator for TableHeap {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = NonNull::new(shim::alloc(layout.size())).ok_or(AllocError)?;
        self.start.set(block.as_ptr() as usize);
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        shim::free(block.as_ptr(), layout.size());
    }
}
