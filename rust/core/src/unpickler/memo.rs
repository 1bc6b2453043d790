//! The unpickler's memo. No index sizes an array: indexes that follow each other lie in a vector,
//! any other in a hash table.

use crate::error::Fault;
use crate::growable::Growable;
use crate::table::Table;
use allocator_api2::alloc::Allocator;

/// Objects by memo index.
pub struct Memo<O: Copy, A: Allocator> {
    /// Index of the first object of `run`: 0, or 1 for the pickles of Python 2's cPickle.
    first: usize,
    run: Growable<O>,
    rest: Table<O, A>,
}

impl<O: Copy, A: Allocator + Default> Memo<O, A> {
    /// An empty memo.
    pub fn new() -> Self {
        Memo { first: 0, run: Growable::new(), rest: Table::new() }
    }

    /// The object under `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<O> {
        match self.run.get(index.wrapping_sub(self.first)) {
            Some(&obj) => Some(obj),
            None => self.rest.get(index),
        }
    }

    /// Puts an object under `index`, in place of what was there.
    #[inline]
    pub fn put(&mut self, index: usize, obj: O) -> Result<(), Fault> {
        if self.run.is_empty() && index == 1 {
            self.first = 1;
        }
        let slot = index.wrapping_sub(self.first);
        if slot == self.run.len() {
            if !self.rest.is_empty() {
                self.rest.remove(index);
            }
            return self.run.push(obj);
        }
        match self.run.get_mut(slot) {
            Some(place) => {
                *place = obj;
                Ok(())
            }
            None => self.rest.insert(index, obj),
        }
    }

    /// Puts an object under the next free index, which is how many there are.
    #[inline]
    pub fn memoize(&mut self, obj: O) -> Result<(), Fault> {
        self.put(self.len(), obj)
    }

    /// How many indexes are taken.
    pub fn len(&self) -> usize {
        self.run.len() + self.rest.len()
    }
}

impl<O: Copy, A: Allocator + Default> Default for Memo<O, A> {
    fn default() -> Self {
        Self::new()
    }
}
