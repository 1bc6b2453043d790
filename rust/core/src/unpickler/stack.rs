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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done to a stack, and what comes of it, both as text: digits are pushed, `(` marks, `)` takes the mark
    /// away with all above it, `-` pops, `0` drops, `t` looks at the top, `2` is the height two below it, `c` the
    /// object below the mark.
    fn run(steps: &str) -> Result<u32, Fault> {
        let mut stack = Stack::new();
        let mut last = 0;
        for step in steps.chars() {
            match step {
                '(' => stack.mark()?,
                ')' => {
                    let start = stack.pop_mark()?;
                    last = stack.above(start).iter().sum();
                    stack.truncate(start);
                }
                '-' => last = stack.pop()?,
                '0' => stack.drop_top()?,
                't' => last = stack.top()?,
                's' => stack.set_top(9)?,
                '2' => last = stack.below(2)? as u32,
                'c' => {
                    let start = stack.pop_mark()?;
                    last = stack.container(start)?;
                }
                'x' => stack.clear(),
                digit => stack.push(digit.to_digit(10).unwrap_or(0))?,
            }
        }
        Ok(last * 10 + stack.len() as u32)
    }

    #[test]
    fn nothing_below_a_mark_is_touched() {
        for (steps, expected) in [
            ("7-", Ok(70)),
            ("78t", Ok(82)),
            ("7s-", Ok(90)),
            ("7(345)", Ok(121)),
            ("7(3(4)(5))-", Ok(70)),
            ("77782", Ok(24)),
            ("7(34c", Ok(73)),
            ("7(0t", Ok(71)),
            ("7(30)", Ok(1)),
            ("7(x7-", Ok(70)),
            ("-", Err(Fault::StackUnderflow)),
            ("0", Err(Fault::StackUnderflow)),
            ("t", Err(Fault::StackUnderflow)),
            ("s", Err(Fault::StackUnderflow)),
            ("72", Err(Fault::StackUnderflow)),
            ("7(-", Err(Fault::UnexpectedMark)),
            ("7(t", Err(Fault::UnexpectedMark)),
            ("7(s", Err(Fault::UnexpectedMark)),
            ("77(32", Err(Fault::UnexpectedMark)),
            ("7((3c", Err(Fault::UnexpectedMark)),
            ("(3c", Err(Fault::StackUnderflow)),
            ("7)", Err(Fault::NoMark)),
            ("7(0)", Err(Fault::NoMark)),
        ] {
            assert_eq!(run(steps), expected, "{steps}");
        }
    }
}
