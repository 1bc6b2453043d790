//! Numbers in the order in which they came, and a hash table that tells where each of them stands; fallible in every
//! growth. It is the memo of the pickler, and that of the unpickler for indexes that are out of order.
//!
//! A slot of the hash table is a position, no larger than a number or half as large, since a table has up to twice as
//! many slots as it needs.
//!
//! hashbrown's own maps panic when memory runs out in `insert`; its raw table can be made with a capacity, which may
//! fail, and inserts without growing, so no panic is linked.
#![allow(unsafe_code)]

use crate::error::OutOfMemory;
use crate::growable::Growable;
use allocator_api2::alloc::Allocator;
use hashbrown::raw::RawTable;

/// Numbers, each with its position; the hash table lives on the heap `A`.
pub struct Table<A: Allocator> {
    keys: Growable<usize>,
    slots: RawTable<u32, A>,
}

impl<A: Allocator + Default> Table<A> {
    /// An empty table; takes no memory.
    pub fn new() -> Self {
        Table { keys: Growable::new(), slots: RawTable::new_in(A::default()) }
    }

    /// Where `key` stands.
    #[inline(never)]
    pub fn position(&self, key: usize) -> Option<usize> {
        if self.slots.is_empty() {
            // There may be keys all the same, after memory ran out.
            return self.keys.iter().position(|&other| other == key);
        }
        let found = |&position: &u32| self.keys.get(position as usize) == Some(&key);
        self.slots.get(hash(key), found).map(|&position| position as usize)
    }

    /// Adds a key that is not in the table; its position is the number of those before it.
    #[inline(never)]
    pub fn insert_new(&mut self, key: usize) -> Result<(), OutOfMemory> {
        let position = self.len();
        if position >= self.slots.capacity() {
            self.grow()?;
        }
        self.keys.push(key)?;
        // SAFETY: there is room for one more. EXCEPTION: none. GC: the allocator holds the start of the block.
        unsafe { self.slots.insert_no_grow(hash(key), position as u32) };
        Ok(())
    }

    /// A small table grows eightfold, since most of the work is the moving of what it holds. The old slots are given back
    /// first: all that they know is in `keys`, and both at once would be what most memory is needed for.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> Result<(), OutOfMemory> {
        const FIRST: usize = 28;
        const SMALL: usize = 200;
        let len = self.len();
        let wanted = if len < SMALL { FIRST.max(8 * len) } else { len + 1 };
        self.slots = RawTable::new_in(A::default());
        self.slots = RawTable::try_with_capacity_in(wanted, A::default()).map_err(|_| OutOfMemory)?;
        self.fill();
        if len < SMALL {
            self.keys.reserve(wanted - len)?;
        }
        Ok(())
    }

    /// Enters all keys into an empty hash table, if it has room for them.
    fn fill(&mut self) {
        if self.slots.capacity() < self.len() {
            return;
        }
        for (position, &key) in self.keys.iter().enumerate() {
            // SAFETY: there is room for all of them. EXCEPTION: none. GC: as in `insert_new`.
            unsafe { self.slots.insert_no_grow(hash(key), position as u32) };
        }
    }

    /// All keys, in order.
    pub fn keys(&self) -> &[usize] {
        &self.keys
    }

    /// How many keys there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Forgets the keys from position `len` on; keeps the memory.
    pub fn truncate(&mut self, len: usize) {
        self.keys.truncate(len);
        self.slots.clear_no_drop();
        self.fill();
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

    /// Miri is slow. More than the table of `Small` holds.
    const COUNT: usize = if cfg!(miri) { 250 } else { 2000 };

    /// Addresses, as identities are, and small numbers, as memo indexes are; and all bits of a word.
    fn keys() -> impl Iterator<Item = usize> {
        let addresses = (0..COUNT).map(|number| 0x7f00_0000 + 32 * number);
        let indexes = 0..COUNT;
        let bits = (12..usize::BITS).map(|bit| 1 << bit);
        addresses.chain(indexes).chain(bits).chain([usize::MAX])
    }

    #[test]
    fn what_is_stored_is_found() {
        let (mut ours, mut theirs) = (Table::<Global>::new(), HashMap::new());
        assert_eq!(ours.position(0), None);
        for kept in [0, 1, COUNT] {
            for key in keys().skip(ours.len()) {
                assert_eq!(ours.position(key), None);
                ours.insert_new(key).unwrap();
                theirs.insert(key, theirs.len());
                assert_eq!(ours.len(), theirs.len());
            }
            for key in keys().flat_map(|key| [key, key.wrapping_add(7)]) {
                assert_eq!(ours.position(key), theirs.get(&key).copied());
            }
            assert!(ours.keys().iter().copied().eq(keys()));
            ours.truncate(kept);
            theirs.retain(|_, &mut position| position < kept);
            assert_eq!(ours.len(), kept);
        }
        assert!(keys().enumerate().all(|(at, key)| ours.position(key) == Some(at).filter(|&at| at < COUNT)));
    }

    #[test]
    fn what_cannot_be_had_changes_nothing() {
        let mut table = Table::<Small>::new();
        let stored = keys().take_while(|&key| table.insert_new(key).is_ok()).count();
        assert!((200..600).contains(&stored));
        let next = keys().nth(stored).unwrap();
        assert_eq!(table.insert_new(next), Err(OutOfMemory));
        assert_eq!((table.len(), table.position(next)), (stored, None));
        assert!(keys().take(stored).enumerate().all(|(at, key)| table.position(key) == Some(at)));
    }

    #[test]
    fn the_bits_that_the_table_takes_tell_keys_apart() {
        for step in [1, 8, 16, 32, 4096] {
            let low: HashSet<u64> = (0..256).map(|number| hash(number * step) % 256).collect();
            assert!(low.len() > 100, "{} of 256 slots for steps of {step}", low.len());
        }
    }
}
