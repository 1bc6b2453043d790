//! The states of instances, of which the memo need not keep all.
//!
//! Nobody asks for the state of an instance again once BUILD has given it away, but the memo would keep it to the end:
//! as much as the instances themselves. So it lets go of it, and if a GET does come, makes it again from the attributes.
//!
//! That is done only where nobody can tell the difference. EMPTY_DICT made the dict right above its instance, and the
//! memo took one after the other; no GET since then went so far, and no DUP came, so that the dict is nowhere else; and
//! no code of the program has had its hands on anything that is being loaded, so that the attributes are those of the
//! dict. Before that can change, all states are made again and kept from then on.

use super::Unpickler;
use crate::error::Fault;
use crate::growable::Growable;
use crate::parts::GLOBALS;
use crate::runtime::{Result, Runtime};

/// How many objects of the memo may follow on a state that it lets go of: among them is looked for the state itself.
const NEAR: usize = 32;

/// What is known of the states that are under way.
pub struct States<O: Copy> {
    /// Whether the memo may let go of any.
    may_go: bool,
    /// Whether it may, and there is a class whose instances have such.
    awaited: bool,
    /// Dicts right above an instance, further down in the stack first.
    opened: Growable<Opened<O>>,
    /// How far into the memo a GET has gone: one more than the highest position.
    fetched: usize,
}

/// A dict, its height in the stack, and its position in the memo if that takes it next.
#[derive(Clone, Copy)]
struct Opened<O> {
    dict: O,
    height: usize,
    position: usize,
}

impl<O: Copy> States<O> {
    pub const fn new(may_go: bool) -> Self {
        States { may_go, awaited: false, opened: Growable::new(), fetched: 0 }
    }

    /// Notes a GET.
    #[inline]
    pub fn note_fetched(&mut self, position: usize) {
        self.fetched = self.fetched.max(position + 1);
    }

    /// Forgets all dicts that were that high in the stack, or higher. Returns the one that was at this height.
    fn close(&mut self, height: usize) -> Option<Opened<O>> {
        loop {
            let opened = self.opened.last().copied().filter(|opened| opened.height >= height)?;
            self.opened.pop();
            if opened.height == height {
                return Some(opened);
            }
        }
    }
}

impl<R: Runtime> Unpickler<'_, '_, R> {
    /// EMPTY_DICT is about to push `dict`: a state, if the memo took the instance below it last.
    #[inline]
    pub(super) fn note_dict(&mut self, dict: R::Obj) -> Result<(), R> {
        if self.states.awaited { self.note_state(dict) } else { Ok(()) }
    }

    #[inline(never)]
    fn note_state(&mut self, dict: R::Obj) -> Result<(), R> {
        let (height, position) = (self.stack.len(), self.memo.next_index());
        let is_last = |below: &R::Obj| self.memo.at(position.wrapping_sub(1)) == Some(*below);
        if self.stack.top().filter(is_last).is_some_and(|below| self.rt.is_blank(below)) {
            self.states.close(height);
            self.states.opened.push(Opened { dict, height, position })?;
        }
        Ok(())
    }

    /// Whether what comes next is the name of an attribute, a key of the innermost state: BUILD would have it interned,
    /// and each time anew if the memo had it otherwise.
    #[inline]
    pub(super) fn is_attribute_name(&self) -> bool {
        self.states.awaited && self.is_key_of_state()
    }

    #[inline(never)]
    fn is_key_of_state(&self) -> bool {
        let Some(opened) = self.states.opened.last() else { return false };
        let first = opened.height + 1;
        let above = self.stack.len().saturating_sub(first);
        above == 0 || self.stack.fence() == first && above.is_multiple_of(2)
    }

    /// BUILD has given `state`, which lay above `obj`, to it.
    pub(super) fn let_go(&mut self, obj: R::Obj, state: R::Obj) {
        let Some(Opened { dict, position, .. }) = self.states.close(self.stack.len()) else { return };
        let is_kept_here = self.memo.at(position) == Some(dict) && !self.is_again_after(position, dict);
        let is_nowhere_else = is_kept_here && self.states.fetched <= position;
        // What had no attributes before has them now, unless the dict is empty.
        if self.states.awaited && dict == state && is_nowhere_else && !self.rt.is_blank(obj) {
            self.memo.set(position, None);
            self.rt.discard(dict);
        }
    }

    /// Whether the memo has the object a second time, or may have.
    fn is_again_after(&self, position: usize, obj: R::Obj) -> bool {
        let mut after = position + 1..self.memo.next_index();
        after.len() > NEAR || after.any(|position| self.memo.at(position) == Some(obj))
    }

    /// The state at that position of the memo, which has let go of it: that of the object before.
    #[cold]
    pub(super) fn state_again(&mut self, position: usize) -> Result<R::Obj, R> {
        let obj = self.memo.at(position.wrapping_sub(1)).ok_or_else(|| self.rt.fail(Fault::MemoMiss))?;
        let state = self.rt.state(obj)?;
        self.memo.set(position, Some(state));
        Ok(state)
    }

    /// A global has come in: a class whose instances have states that may go, or something that may change instances.
    pub(super) fn note_global(&mut self, global: R::Obj) -> Result<(), R> {
        if self.states.may_go {
            match self.rt.is_plain_class(global)? {
                true => self.states.awaited = true,
                false => self.keep_states()?,
            }
        }
        Ok(())
    }

    /// Whether all globals so far are classes that leave their instances' states to BUILD.
    pub(super) fn has_plain_classes_only(&self) -> bool {
        self.states.awaited
    }

    /// What comes next may change an instance, or show it to code of the program: from now on the memo keeps all.
    pub(super) fn keep_states(&mut self) -> Result<(), R> {
        self.states.may_go = false;
        if GLOBALS && core::mem::take(&mut self.states.awaited) {
            for position in 0..self.memo.next_index() {
                if self.memo.at(position).is_none() {
                    self.state_again(position)?;
                }
            }
        }
        Ok(())
    }
}
