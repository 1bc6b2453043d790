//! A hash table from one number to another, fallible in every growth: the memo of the pickler, and that of
//! the unpickler for indexes that are out of order.
//!
//! hashbrown's own maps panic when memory runs out in `insert`; its raw table grows only in `try_reserve`
//! and inserts without growing, so no panic is linked.

use crate::error::Fault;
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
    #[inline]
    pub fn insert_new(&mut self, key: usize, value: usize) -> Result<(), Fault> {
        self.0.try_reserve(1, |entry| hash(entry.0)).map_err(|_| Fault::OutOfMemory)?;
        self.0.try_insert_no_grow(hash(key), (key, value)).map_err(|_| Fault::OutOfMemory)?;
        Ok(())
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
