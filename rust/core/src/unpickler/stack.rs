//! The unpickler's stack: objects, and the heights that MARK remembers.

use crate::error::Fault;
use crate::growable::Growable;

/// Objects, and marks. Nothing below the topmost mark, the fence, can be popped or read.
pub struct Stack<O: Copy> {
    objects: Growable<O>,
    marks: Growable<usize>,
    fence: usize,
}

impl<O: Copy> Stack<O> {
    pub const fn new() -> Self {
        Stack { objects: Growable::new(), marks: Growable::new(), fence: 0 }
    }

    pub fn clear(&mut self) {
        self.objects.truncate(0);
        self.marks.truncate(0);
        self.fence = 0;
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    #[inline]
    pub fn push(&mut self, obj: O) -> Result<(), Fault> {
        self.objects.push(obj)
    }

    #[inline(never)]
    pub fn pop(&mut self) -> Result<O, Fault> {
        if self.objects.len() <= self.fence {
            return Err(self.underflow());
        }
        self.objects.pop().ok_or(Fault::StackUnderflow)
    }

    /// The topmost object.
    #[inline]
    pub fn top(&self) -> Result<O, Fault> {
        match self.objects.last() {
            Some(&obj) if self.objects.len() > self.fence => Ok(obj),
            _ => Err(self.underflow()),
        }
    }

    pub fn set_top(&mut self, obj: O) -> Result<(), Fault> {
        self.pop()?;
        self.push(obj)
    }

    /// POP: drops the topmost object, or the mark if that lies on top.
    pub fn drop_top(&mut self) -> Result<(), Fault> {
        if !self.marks.is_empty() && self.fence == self.objects.len() {
            self.pop_mark()?;
            return Ok(());
        }
        self.pop().map(|_| ())
    }

    #[inline]
    pub fn mark(&mut self) -> Result<(), Fault> {
        let here = self.objects.len();
        self.marks.push(here)?;
        self.fence = here;
        Ok(())
    }

    /// Takes the topmost mark away and returns its height.
    #[inline(never)]
    pub fn pop_mark(&mut self) -> Result<usize, Fault> {
        let start = self.marks.pop().ok_or(Fault::NoMark)?;
        self.fence = self.marks.last().copied().unwrap_or(0);
        Ok(start)
    }

    /// All objects from height `start` on.
    #[inline]
    pub fn above(&self, start: usize) -> &[O] {
        self.objects.get(start..).unwrap_or_default()
    }

    #[inline]
    pub fn truncate(&mut self, start: usize) {
        self.objects.truncate(start);
    }

    /// The height `count` objects below the top, if there are so many above the fence.
    #[inline]
    pub fn below(&self, count: usize) -> Result<usize, Fault> {
        match self.objects.len().checked_sub(count) {
            Some(start) if start >= self.fence => Ok(start),
            _ => Err(self.underflow()),
        }
    }

    /// The object just below height `start`, which items from there on are for.
    #[inline]
    pub fn container(&self, start: usize) -> Result<O, Fault> {
        if start <= self.fence {
            return Err(self.underflow());
        }
        self.objects.get(start.wrapping_sub(1)).copied().ok_or_else(|| self.underflow())
    }

    #[cold]
    fn underflow(&self) -> Fault {
        if self.marks.is_empty() { Fault::StackUnderflow } else { Fault::UnexpectedMark }
    }
}
