//! The pickler's memo: which objects have been written, and under which index.

use crate::error::OutOfMemory;
use crate::growable::Growable;
use crate::table::Table;
use allocator_api2::alloc::Allocator;

/// Memo indexes by identity. The identities are addresses, so the table also keeps what it names alive.
pub struct Memo<A: Allocator>(Table<A>);

impl<A: Allocator + Default> Memo<A> {
    /// An empty memo; takes no memory.
    pub fn new() -> Self {
        Memo(Table::new())
    }

    /// The index of an object that was written before.
    #[inline]
    pub fn get(&self, identity: usize) -> Option<u32> {
        self.0.get(identity).map(|index| index as u32)
    }

    /// Gives an object that is not in the memo the next index.
    #[inline]
    pub fn put(&mut self, identity: usize) -> Result<u32, OutOfMemory> {
        let index = self.next_index();
        self.0.insert_new(identity, index as usize)?;
        Ok(index)
    }

    /// Puts an object under the index that it had in another memo.
    pub fn insert(&mut self, identity: usize, index: u32) -> Result<(), OutOfMemory> {
        if self.get(identity).is_none() {
            self.0.insert_new(identity, index as usize)?;
        }
        Ok(())
    }

    /// Each identity with its index, in no order.
    pub fn entries(&self) -> Result<Growable<(usize, usize)>, OutOfMemory> {
        self.0.entries()
    }

    /// Forgets the objects from index `len` on; all, where there is no memory to tell them apart.
    pub fn truncate(&mut self, len: u32) {
        let kept = self.0.entries().unwrap_or_default();
        self.0.clear();
        for &(identity, index) in kept.iter().filter(|entry| entry.1 < len as usize) {
            // There is room, since nothing was given back.
            let _ = self.0.insert_new(identity, index);
        }
    }

    /// The index that the next object gets.
    #[inline]
    pub fn next_index(&self) -> u32 {
        self.0.len() as u32
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<A: Allocator + Default> Default for Memo<A> {
    fn default() -> Self {
        Self::new()
    }
}
