//! Values that stay where they are until all of them go at once, so that dropping a deep value needs no stack.

use std::cell::UnsafeCell;

/// Boxes that are only ever added to.
pub struct Arena<T>(UnsafeCell<Vec<Box<T>>>);

impl<T> Arena<T> {
    pub fn new() -> Self {
        Arena(UnsafeCell::new(Vec::new()))
    }

    /// Adds a value and returns its number.
    pub fn add(&self, value: T) -> usize {
        // SAFETY: the vector is borrowed here alone, and nothing else runs meanwhile. References that `get` gave are
        // to boxes, which stay in place when the vector moves.
        let boxes = unsafe { &mut *self.0.get() };
        boxes.push(Box::new(value));
        boxes.len() - 1
    }

    pub fn get(&self, number: usize) -> &T {
        // SAFETY: as in `add`; a box is neither dropped nor replaced as long as `self` is borrowed.
        let boxes = unsafe { &*self.0.get() };
        &boxes[number]
    }
}
