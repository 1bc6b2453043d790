//! The unpickler's memo. No index sizes an array: as long as indexes follow each other they are positions
//! in a vector, and from the first that does not, a table tells the position.

use crate::error::OutOfMemory;
use crate::growable::Growable;
use crate::table::Table;
use allocator_api2::alloc::Allocator;

/// Objects by memo index.
pub struct Memo<O: Copy, A: Allocator> {
    /// In the order in which they came, which is their position; `None` where the memo let go of one.
    objects: Growable<Option<O>>,
    /// Index of the first object: 0, or 1 in the pickles of Python 2's cPickle.
    first: usize,
    /// How many objects, from the first on, lie at the position that their index says.
    run: usize,
    /// Indexes of the others.
    others: Table<A>,
}

impl<O: Copy, A: Allocator + Default> Memo<O, A> {
    /// An empty memo.
    pub fn new() -> Self {
        Memo { objects: Growable::new(), first: 0, run: 0, others: Table::new() }
    }

    /// The object at a position.
    #[inline]
    pub fn at(&self, position: usize) -> Option<O> {
        self.objects.get(position).copied().flatten()
    }

    /// Puts an object at a position that is taken, or lets go of the one that is there.
    pub fn set(&mut self, position: usize, obj: Option<O>) {
        if let Some(place) = self.objects.get_mut(position) {
            *place = obj;
        }
    }

    /// Where the object under `index` is.
    #[inline]
    pub fn position(&self, index: usize) -> Option<usize> {
        let position = index.wrapping_sub(self.first);
        if position < self.run { Some(position) } else { self.others.position(index).map(|other| self.run + other) }
    }

    /// Puts an object under `index`, in place of what was there.
    #[inline]
    pub fn put(&mut self, index: usize, obj: O) -> Result<(), OutOfMemory> {
        if !self.is_in_order(index) || self.objects.room() == 0 {
            return self.put_anyhow(index, obj);
        }
        self.run += 1;
        self.objects.push(Some(obj))
    }

    /// Whether it is the index after the last, and all before it were in order.
    #[inline]
    pub fn is_in_order(&self, index: usize) -> bool {
        index.wrapping_sub(self.first) == self.run && self.run == self.objects.len()
    }

    #[cold]
    #[inline(never)]
    fn put_anyhow(&mut self, index: usize, obj: O) -> Result<(), OutOfMemory> {
        if let Some(position) = self.position(index) {
            self.set(position, Some(obj));
            return Ok(());
        }
        let next = self.objects.len();
        self.objects.reserve(1)?;
        if self.is_in_order(index) {
            self.run += 1;
        } else if next == 0 && index == 1 {
            self.first = 1;
            self.run = 1;
        } else {
            self.others.insert_new(index)?;
        }
        self.objects.push(Some(obj))
    }

    /// Puts `new` wherever `old` is.
    pub fn replace(&mut self, old: O, new: O)
    where
        O: Eq,
    {
        for obj in self.objects.iter_mut().filter(|obj| **obj == Some(old)) {
            *obj = Some(new);
        }
    }

    /// Each index with its object.
    pub fn entries(&self) -> impl Iterator<Item = (usize, O)> {
        let in_order = self.first..self.first + self.run;
        let indexes = in_order.chain(self.others.keys().iter().copied());
        indexes.zip(self.objects.iter()).filter_map(|(index, &obj)| Some((index, obj?)))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.objects.truncate(0);
        self.others.truncate(0);
        (self.first, self.run) = (0, 0);
    }

    /// How many indexes are taken, which is the index that MEMOIZE takes.
    pub fn next_index(&self) -> usize {
        self.objects.len()
    }
}

impl<O: Copy, A: Allocator + Default> Default for Memo<O, A> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use allocator_api2::alloc::Global;
    use std::collections::HashMap;
    use std::vec::Vec;

    /// Indexes in the orders in which picklers and others write them.
    fn orders() -> Vec<Vec<usize>> {
        const COUNT: usize = if cfg!(miri) { 12 } else { 100 };
        let sparse = (0..COUNT).map(|number| number * number * 1_000_003).collect();
        std::vec![
            (0..COUNT).collect(),
            (1..COUNT).collect(),
            (2..COUNT).collect(),
            (0..COUNT).rev().collect(),
            (0..COUNT).map(|number| number * 37 % COUNT).collect(),
            std::vec![0, 0, 1, 1, 0, 2, 3],
            std::vec![1, 0, 1, 2, 0, 3],
            std::vec![1, 2, 3, 0, 4, 5, 6],
            std::vec![0, 1, 5, 2, 3, 4, 5, 6],
            std::vec![usize::MAX, 0, usize::MAX, 1, usize::MAX - 1],
            sparse,
        ]
    }

    #[test]
    fn the_last_object_of_an_index_is_found() {
        for order in orders() {
            let (mut ours, mut theirs) = (Memo::<usize, Global>::new(), HashMap::new());
            for (obj, &index) in order.iter().enumerate() {
                ours.put(index, obj).unwrap();
                theirs.insert(index, obj);
                assert_eq!(ours.next_index(), theirs.len());
                for index in order.iter().flat_map(|&index| [index, index.wrapping_sub(1), index.wrapping_add(1)]) {
                    let found = ours.position(index).and_then(|position| ours.at(position));
                    assert_eq!(found, theirs.get(&index).copied(), "{index} in {order:?}");
                }
            }
        }
    }

    #[test]
    fn far_indexes_take_no_room() {
        let mut memo = Memo::<u8, Global>::new();
        for index in [usize::MAX, 1 << 20, 1 << 30] {
            memo.put(index, 0).unwrap();
        }
        assert!(memo.objects.capacity() <= 128);
    }
}
