//! The pickler's memo: which objects have been written, and under which index.

use crate::error::Fault;
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
    pub fn put(&mut self, identity: usize) -> Result<u32, Fault> {
        let index = self.len();
        self.0.insert_new(identity, index as usize)?;
        Ok(index)
    }

    /// How many objects there are, which is the next index.
    #[inline]
    pub fn len(&self) -> u32 {
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
