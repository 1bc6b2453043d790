//! The one container with `unsafe` in this crate: a vector that grows fallibly and only fallibly.
//!
//! `Vec::push` links the allocation-error handler and its panic even after `try_reserve`; this
//! container reports [`OutOfMemory`] instead. The memory is the global allocator's, which in
//! firmware is the interpreter's heap, and the block is always held by its start, so that a
//! conservative collector sees it and everything in it.
#![allow(unsafe_code)]

use crate::error::OutOfMemory;
use alloc::alloc::{alloc, dealloc, realloc};
use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

/// A vector of plain values. Every growth can fail and none can panic.
pub struct Growable<T: Copy> {
    block: Block,
    len: usize,
    owned: PhantomData<T>,
}

impl<T: Copy> Growable<T> {
    /// An empty vector; takes no memory.
    pub const fn new() -> Self {
        Growable { block: Block::new::<T>(), len: 0, owned: PhantomData }
    }

    /// Makes room for `more` values beyond the present length.
    ///
    /// Capacity grows fourfold while it is tiny, doubles while it is small, then grows by a quarter, so that appending
    /// stays linear and the slack of a large vector bounded.
    #[inline]
    pub fn reserve(&mut self, more: usize) -> Result<(), OutOfMemory> {
        if self.room() >= more {
            return Ok(());
        }
        self.block.grow(self.len, more, Layout::new::<T>())
    }

    fn start(&self) -> NonNull<T> {
        self.block.start.cast()
    }

    /// Appends one value.
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), OutOfMemory> {
        self.reserve(1)?;
        // SAFETY: `reserve` left room for one value past `len`. EXCEPTION: none. GC: the block is held by its start in `self`.
        unsafe { self.start().add(self.len).write(value) };
        self.len += 1;
        Ok(())
    }

    /// Appends all of `values`.
    pub fn extend_from_slice(&mut self, values: &[T]) -> Result<(), OutOfMemory> {
        self.reserve(values.len())?;
        // SAFETY: `reserve` left room, and `values` cannot overlap what `self` owns mutably. EXCEPTION: none. GC: as in `push`.
        unsafe { core::ptr::copy_nonoverlapping(values.as_ptr(), self.start().as_ptr().add(self.len), values.len()) };
        self.len += values.len();
        Ok(())
    }

    /// Appends `count` copies of `value` and returns them to be overwritten.
    pub fn extend_filled(&mut self, count: usize, value: T) -> Result<&mut [T], OutOfMemory> {
        self.reserve(count)?;
        let len = self.len;
        for _ in 0..count {
            // SAFETY: as in `push`, `count` times. EXCEPTION: none. GC: as in `push`.
            unsafe { self.start().add(self.len).write(value) };
            self.len += 1;
        }
        Ok(self.get_mut(len..).unwrap_or_default())
    }

    /// Removes and returns the last value.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let last = self.last().copied()?;
        self.len -= 1;
        Some(last)
    }

    /// Shortens to `len` values; does nothing when there are fewer. Keeps the memory.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Removes the first `count` values, or all; the rest moves to the front.
    pub fn drop_front(&mut self, count: usize) {
        let count = count.min(self.len);
        self.len -= count;
        // SAFETY: source and target lie within the initialised values; `copy` allows overlap. EXCEPTION: none. GC: as in `push`.
        unsafe { self.start().copy_from(self.start().add(count), self.len) }
    }

    /// How many more values fit without growing.
    #[inline]
    pub fn room(&self) -> usize {
        self.block.capacity - self.len
    }

    /// How many values fit without growing.
    pub fn capacity(&self) -> usize {
        self.block.capacity
    }

    /// Gives the memory away: start of the block, length, capacity. The caller owns the block.
    pub fn into_raw_parts(self) -> (*mut T, usize, usize) {
        let kept = ManuallyDrop::new(self);
        (kept.start().as_ptr(), kept.len, kept.block.capacity)
    }
}

impl<T: Copy> Drop for Growable<T> {
    #[inline]
    fn drop(&mut self) {
        if self.block.capacity > 0 {
            self.block.free(Layout::new::<T>());
        }
    }
}

/// The memory of a vector, whatever is in it: the layout of one value comes with each call.
struct Block {
    /// Dangling where the capacity is 0.
    start: NonNull<u8>,
    /// How many values there is room for.
    capacity: usize,
}

impl Block {
    const fn new<T>() -> Self {
        Block { start: NonNull::<T>::dangling().cast(), capacity: 0 }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, len: usize, more: usize, value: Layout) -> Result<(), OutOfMemory> {
        let mut step = growth(self.capacity, more, value.size());
        // A heap that cannot give the preferred size may still give less. Half of it, and not only what is needed: when a
        // heap is about to end, each attempt costs a collection.
        while self.resize(len.saturating_add(step), value).is_none() {
            if step <= more {
                return Err(OutOfMemory);
            }
            step = more.max(step / 2);
        }
        Ok(())
    }

    fn resize(&mut self, capacity: usize, value: Layout) -> Option<()> {
        let size = capacity.checked_mul(value.size()).filter(|&size| size > 0 && size <= isize::MAX as usize)?;
        // SAFETY: the old block, if there is one, was allocated for so many values; the new size is neither 0 nor more
        // than a layout may have. EXCEPTION: none, null says that there is no memory. GC: the old block is held by `self`.
        let start = unsafe {
            match self.layout(value) {
                Some(old) => realloc(self.start.as_ptr(), old, size),
                None => alloc(Layout::from_size_align_unchecked(size, value.align())),
            }
        };
        (self.start, self.capacity) = (NonNull::new(start)?, capacity);
        Some(())
    }

    /// What the memory was allocated as; `None` where there is none.
    fn layout(&self, value: Layout) -> Option<Layout> {
        Layout::from_size_align(self.capacity * value.size(), value.align()).ok().filter(|layout| layout.size() > 0)
    }

    #[inline(never)]
    fn free(&self, value: Layout) {
        if let Some(layout) = self.layout(value) {
            // SAFETY: the memory was allocated so. EXCEPTION: none. GC: nothing refers to it any more.
            unsafe { dealloc(self.start.as_ptr(), layout) };
        }
    }
}

/// By how many values of `size` bytes a vector of `capacity` values grows that needs room for `more`.
#[inline(never)]
fn growth(capacity: usize, more: usize, size: usize) -> usize {
    const TINY_BYTES: usize = 1024;
    const SMALL_BYTES: usize = 4096;
    const FIRST_BYTES: usize = 128;
    let bytes = capacity.saturating_mul(size);
    let step = if bytes < TINY_BYTES {
        3 * capacity
    } else if bytes < SMALL_BYTES {
        capacity
    } else {
        capacity / 4
    };
    more.max(step).max(FIRST_BYTES / size.max(1))
}

impl Growable<u8> {
    /// Appends the first `count` bytes, up to eight, of a little-endian number.
    #[inline]
    pub fn extend_from_number(&mut self, number: u64, count: usize) -> Result<(), OutOfMemory> {
        self.reserve(8)?;
        // SAFETY: `reserve` left room for all eight bytes; the length covers no more than those. EXCEPTION: none. GC: as in `push`.
        unsafe { self.start().add(self.len).cast::<[u8; 8]>().write(number.to_le_bytes()) };
        self.len += count.min(8);
        Ok(())
    }
}

impl<T: Copy> Default for Growable<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy> Deref for Growable<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: so many values are initialised. EXCEPTION: none. GC: as in `push`.
        unsafe { core::slice::from_raw_parts(self.start().as_ptr(), self.len) }
    }
}

impl<T: Copy> DerefMut for Growable<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: so many values are initialised, and `self` is borrowed mutably. EXCEPTION: none. GC: as in `push`.
        unsafe { core::slice::from_raw_parts_mut(self.start().as_ptr(), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn it_grows_and_shrinks_as_a_vector_does() {
        let (mut ours, mut theirs) = (Growable::<u32>::new(), Vec::new());
        for step in 0..3000_u32 {
            let count = (step % 7) as usize;
            match step % 5 {
                0 => {
                    ours.push(step).unwrap();
                    theirs.push(step);
                }
                1 => {
                    ours.extend_from_slice(&vec![step; count]).unwrap();
                    theirs.extend(vec![step; count]);
                }
                2 => {
                    ours.extend_filled(count, step).unwrap().fill(step + 1);
                    theirs.extend(vec![step + 1; count]);
                }
                3 => {
                    ours.drop_front(count / 2);
                    theirs.drain(..theirs.len().min(count / 2));
                }
                _ => {
                    assert_eq!(ours.pop(), theirs.pop());
                    ours.truncate(theirs.len() + count);
                }
            }
            assert_eq!(*ours, theirs);
        }
        ours.truncate(2);
        assert_eq!(*ours, theirs[..2]);
        ours.drop_front(usize::MAX);
        assert!(ours.is_empty());
    }

    #[test]
    fn it_grows_in_large_steps_first_and_then_by_a_quarter() {
        let mut bytes = Growable::<u8>::new();
        let mut capacities = vec![];
        for _ in 0..20_000 {
            bytes.push(0).unwrap();
            if capacities.last() != Some(&bytes.capacity()) {
                capacities.push(bytes.capacity());
            }
        }
        assert_eq!(capacities, [128, 512, 2048, 4096, 5120, 6400, 8000, 10000, 12500, 15625, 19531, 24413]);
    }

    #[test]
    fn what_cannot_be_had_changes_nothing() {
        let mut numbers = Growable::<u64>::new();
        numbers.extend_from_slice(&[1, 2]).unwrap();
        for more in [usize::MAX, usize::MAX / 2, isize::MAX as usize / 8] {
            assert_eq!(numbers.reserve(more), Err(OutOfMemory));
            assert_eq!(numbers.extend_filled(more, 0), Err(OutOfMemory));
            assert_eq!(*numbers, [1, 2]);
        }
    }

    #[test]
    fn numbers_are_little_endian() {
        let mut bytes = Growable::new();
        for count in 0..=8 {
            bytes.extend_from_number(0x0807_0605_0403_0201, count).unwrap();
        }
        let expected: Vec<u8> = (0..=8).flat_map(|count| 1..=count).collect();
        assert_eq!(*bytes, expected);
    }

    #[test]
    fn memory_can_be_given_away() {
        let mut bytes = Growable::new();
        bytes.extend_from_slice(b"text").unwrap();
        let (start, length, capacity) = bytes.into_raw_parts();
        // SAFETY: the parts are those of a vector that was forgotten. EXCEPTION: none. GC: none.
        assert_eq!(unsafe { Vec::from_raw_parts(start, length, capacity) }, b"text");
    }
}
