//! A hash table from one number to another, fallible in every growth: the memo of the pickler, and that of
//! the unpickler for indexes that are out of order.
//!
//! hashbrown's own maps panic when memory runs out in `insert`; its raw table can be made with a capacity, which may
//! fail, and inserts without growing, so no panic is linked.
#![allow(unsafe_code)]

use crate::error::OutOfMemory;
use crate::growable::Growable;
use allocator_api2::alloc::Allocator;
use hashbrown::raw::RawTable;

/// A map from `usize` to `usize` on the heap `A`.
pub struct Table<A: Allocator>(RawTable<(usize, usize), A>);

impl<A: Allocator + Default> Table<A> {
    /// An empty table; takes no memory.
    pub fn new() -> Self {
        Table(RawTable::new_in(A::default()))
    }

    /// The number stored for `key`.
    #[inline(never)]
    pub fn get(&self, key: usize) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        self.0.get(hash(key), |entry| entry.0 == key).map(|entry| entry.1)
    }

    /// Stores a number for a key that is not in the table.
    #[inline(never)]
    pub fn insert_new(&mut self, key: usize, value: usize) -> Result<(), OutOfMemory> {
        if self.len() == self.0.capacity() {
            return self.grow_and_insert(key, value);
        }
        // SAFETY: there is room for one more. EXCEPTION: none. GC: the allocator holds the start of the block.
        unsafe { self.0.insert_no_grow(hash(key), (key, value)) };
        Ok(())
    }

    /// A small table grows fourfold, since most of the work is the moving of what it holds.
    ///
    /// It moves into a new one: hashbrown's own growth also cleans up after removals, of which there are none here.
    #[cold]
    #[inline(never)]
    fn grow_and_insert(&mut self, key: usize, value: usize) -> Result<(), OutOfMemory> {
        const FIRST: usize = 14;
        const SMALL: usize = 200;
        let len = self.len();
        let wanted = if len < SMALL { FIRST.max(4 * len) } else { len + 1 };
        // A heap that cannot give that much may still give what is needed.
        let table =
            [wanted, len + 1].iter().find_map(|&wanted| RawTable::try_with_capacity_in(wanted, A::default()).ok());
        let mut larger = Table(table.ok_or(OutOfMemory)?);
        self.each(|key, value| larger.insert_new(key, value))?;
        *self = larger;
        self.insert_new(key, value)
    }

    fn each(&self, mut take: impl FnMut(usize, usize) -> Result<(), OutOfMemory>) -> Result<(), OutOfMemory> {
        // SAFETY: the table lives and stays as it is meanwhile. EXCEPTION: none. GC: as in `insert_new`.
        for entry in unsafe { self.0.iter() } {
            // SAFETY: the iterator gives full buckets only. EXCEPTION: none. GC: as in `insert_new`.
            let &(key, value) = unsafe { entry.as_ref() };
            take(key, value)?;
        }
        Ok(())
    }

    /// Each key with its number, in no order.
    pub fn entries(&self) -> Result<Growable<(usize, usize)>, OutOfMemory> {
        let mut entries = Growable::new();
        entries.reserve(self.len())?;
        self.each(|key, value| entries.push((key, value)))?;
        Ok(entries)
    }

    /// How many keys there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// Forgets all keys; keeps the memory.
    pub fn clear(&mut self) {
        self.0.clear_no_drop();
    }
}

/// Multiplies by the golden ratio and folds, since identities are aligned addresses whose low bits say
/// nothing, while the table takes its slot from the low bits and its tag from the high ones.
#[inline]
fn hash(key: usize) -> u64 {
    const GOLDEN: usize = 0x9E37_79B9_7F4A_7C15_u64 as usize;
    let product = key.wrapping_mul(GOLDEN);
    (product ^ (product >> (usize::BITS / 2))) as u64
}

impl<A: Allocator + Default> Default for Table<A> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use allocator_api2::alloc::{AllocError, Global, Layout};
    use core::ptr::NonNull;
    use std::collections::{HashMap, HashSet};

    /// Gives no more than so many bytes at once.
    #[derive(Default)]
    struct Small;

    // SAFETY: the global allocator does the work. EXCEPTION: none. GC: none.
    unsafe impl Allocator for Small {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            if layout.size() > 3000 { Err(AllocError) } else { Global.allocate(layout) }
        }

        unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
            // SAFETY: as the caller promises. EXCEPTION: none. GC: none.
            unsafe { Global.deallocate(block, layout) }
        }
    }

    /// Addresses, as identities are, and small numbers, as memo indexes are; and all bits of a word.
    fn keys() -> impl Iterator<Item = usize> {
        let addresses = (0..2000).map(|number| 0x7f00_0000 + 32 * number);
        let indexes = 0..2000;
        let bits = (12..usize::BITS).map(|bit| 1 << bit);
        addresses.chain(indexes).chain(bits).chain([usize::MAX])
    }

    #[test]
    fn what_is_stored_is_found() {
        let (mut ours, mut theirs) = (Table::<Global>::new(), HashMap::new());
        assert_eq!(ours.get(0), None);
        for _ in 0..2 {
            for (value, key) in keys().enumerate() {
                assert_eq!(ours.get(key), None);
                ours.insert_new(key, value).unwrap();
                theirs.insert(key, value);
                assert_eq!(ours.len(), theirs.len());
            }
            for key in keys().flat_map(|key| [key, key.wrapping_add(7)]) {
                assert_eq!(ours.get(key), theirs.get(&key).copied());
            }
            ours.clear();
            theirs.clear();
            assert!(ours.is_empty());
        }
    }

    #[test]
    fn what_cannot_be_had_changes_nothing() {
        let mut table = Table::<Small>::new();
        let stored = keys().take_while(|&key| table.insert_new(key, !key).is_ok()).count();
        assert!((100..200).contains(&stored));
        let next = keys().nth(stored).unwrap();
        assert_eq!(table.insert_new(next, 0), Err(OutOfMemory));
        assert_eq!((table.len(), table.get(next)), (stored, None));
        assert!(keys().take(stored).all(|key| table.get(key) == Some(!key)));
    }

    #[test]
    fn the_bits_that_the_table_takes_tell_keys_apart() {
        for step in [1, 8, 16, 32, 4096] {
            let low: HashSet<u64> = (0..256).map(|number| hash(number * step) % 256).collect();
            assert!(low.len() > 100, "{} of 256 slots for steps of {step}", low.len());
        }
    }
}
