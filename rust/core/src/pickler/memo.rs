//! The pickler's memo: which objects have been written, and under which index.

use crate::error::OutOfMemory;
use crate::table::Table;
use allocator_api2::alloc::Allocator;

/// Stands for the identity of an object that takes an index and that nothing else can refer to, so that the memo need not
/// keep it: a number that is no address.
#[inline]
pub fn nobody(index: usize) -> usize {
    !index
}

/// Memo indexes by identity: positions in the order in which objects were written. The identities are addresses, so the
/// table also keeps what it names alive.
pub struct Memo<A: Allocator>(Table<A>);

impl<A: Allocator + Default> Memo<A> {
    /// An empty memo; takes no memory.
    pub fn new() -> Self {
        Memo(Table::new())
    }

    /// The index of an object that was written before.
    #[inline]
    pub fn get(&self, identity: usize) -> Option<u32> {
        self.0.position(identity).map(|index| index as u32)
    }

    /// Gives an object that is not in the memo the next index.
    #[inline]
    pub fn put(&mut self, identity: usize) -> Result<u32, OutOfMemory> {
        let index = self.next_index();
        self.0.insert_new(identity)?;
        Ok(index)
    }

    /// The identities, in the order of their indexes; `None` for an object that the memo does not keep.
    pub fn identities(&self) -> impl Iterator<Item = Option<usize>> {
        self.0.keys().iter().enumerate().map(|(index, &identity)| Some(identity).filter(|_| identity != nobody(index)))
    }

    /// Forgets the objects from index `len` on.
    pub fn truncate(&mut self, len: u32) {
        self.0.truncate(len as usize);
    }

    /// The index that the next object gets.
    #[inline]
    pub fn next_index(&self) -> u32 {
        self.0.len() as u32
    }
}

impl<A: Allocator + Default> Default for Memo<A> {
    fn default() -> Self {
        Self::new()
    }
}
