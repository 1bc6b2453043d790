//! The unpickler's stack: objects, and the heights that MARK remembers.

use crate::error::{Fault, OutOfMemory};
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

    /// The height of the topmost mark, 0 where there is none.
    #[inline]
    pub fn fence(&self) -> usize {
        self.fence
    }

    #[inline]
    pub fn push(&mut self, obj: O) -> Result<(), OutOfMemory> {
        self.objects.push(obj)
    }

    #[inline]
    pub fn pop(&mut self) -> Option<O> {
        let top = self.top()?;
        self.objects.pop();
        Some(top)
    }

    /// The topmost object.
    #[inline]
    pub fn top(&self) -> Option<O> {
        self.objects.get(self.fence..)?.last().copied()
    }

    /// Puts another object in the place of the topmost.
    pub fn set_top(&mut self, obj: O) {
        if let Some(top) = self.objects.last_mut() {
            *top = obj;
        }
    }

    /// POP: drops the topmost object, or the mark if that lies on top.
    pub fn drop_top(&mut self) -> Option<()> {
        if self.fence == self.objects.len() && self.pop_mark().is_some() { Some(()) } else { self.pop().map(|_| ()) }
    }

    #[inline]
    pub fn mark(&mut self) -> Result<(), OutOfMemory> {
        let here = self.objects.len();
        self.marks.push(here)?;
        self.fence = here;
        Ok(())
    }

    /// Takes the topmost mark away and returns its height.
    #[inline(never)]
    pub fn pop_mark(&mut self) -> Option<usize> {
        let start = self.marks.pop()?;
        self.fence = self.marks.last().copied().unwrap_or(0);
        Some(start)
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
    pub fn below(&self, count: usize) -> Option<usize> {
        self.objects.len().checked_sub(count).filter(|&start| start >= self.fence)
    }

    /// The object just below height `start`, which items from there on are for.
    #[inline]
    pub fn container(&self, start: usize) -> Option<O> {
        if start <= self.fence { None } else { self.objects.get(start.wrapping_sub(1)).copied() }
    }

    /// What it means that there is nothing to pop or to read.
    pub fn underflow(&self) -> Fault {
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
            let done = match step {
                '(' => Some(stack.mark()?),
                ')' => {
                    let start = stack.pop_mark().ok_or(Fault::NoMark)?;
                    last = stack.above(start).iter().sum();
                    stack.truncate(start);
                    Some(())
                }
                '-' => stack.pop().map(|obj| last = obj),
                '0' => stack.drop_top(),
                't' => stack.top().map(|obj| last = obj),
                's' => stack.top().map(|_| stack.set_top(9)),
                '2' => stack.below(2).map(|start| last = start as u32),
                'c' => {
                    let start = stack.pop_mark().ok_or(Fault::NoMark)?;
                    stack.container(start).map(|obj| last = obj)
                }
                'x' => {
                    stack.clear();
                    Some(())
                }
                digit => Some(stack.push(digit.to_digit(10).unwrap_or(0))?),
            };
            done.ok_or_else(|| stack.underflow())?;
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
