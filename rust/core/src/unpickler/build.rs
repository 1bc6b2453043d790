//! BUILD: giving an object its state.

use super::Unpickler;
use crate::error::Fault;
use crate::runtime::{Result, Runtime, Special};

impl<R: Runtime> Unpickler<'_, '_, R> {
    /// The program's own setter if there is one, or `__setstate__`; otherwise the state is the `__dict__`, or a pair of
    /// it and of the slots.
    pub(super) fn load_build(&mut self) -> Result<(), R> {
        let state = self.pop()?;
        let obj = self.top()?;
        if self.rt.may_replace() || !self.rt.is_blank(obj) {
            self.keep_states()?;
        }
        if !self.has_plain_classes_only() {
            if let Some(new) = self.rt.set_state(obj, state)? {
                return self.replace_object(obj, new);
            }
            if let Some(setstate) = self.rt.attribute(obj, Special::SetState)? {
                self.rt.call(setstate, &[state])?;
                return Ok(());
            }
            if self.rt.is_class(obj) {
                return Err(self.rt.fail(Fault::StateOfClass));
            }
        }
        let (dict, slots) = self.split_state(state);
        if let Some(dict) = dict {
            if self.rt.dict_len(dict).is_none() {
                return Err(self.rt.fail(Fault::StateNotADict));
            }
            self.rt.update_state(obj, dict)?;
            self.let_go(obj, state);
        }
        if let Some(slots) = slots {
            self.set_slots(obj, slots)?;
        }
        Ok(())
    }

    /// From now on `new` stands wherever `old` stood; an error if `old` is in other objects already.
    fn replace_object(&mut self, old: R::Obj, new: R::Obj) -> Result<(), R> {
        if new == old {
            return Ok(());
        }
        // Of what was given out before there was anything registered, nothing is known.
        if !self.may_replace || self.given_out.position(self.rt.identity(old)).is_some() {
            return Err(self.rt.fail(Fault::ReplacedTooLate));
        }
        self.memo.replace(old, new);
        self.stack.set_top(new);
        Ok(())
    }

    /// Instance dict and slots of a state. The dict may be `None`.
    fn split_state(&self, state: R::Obj) -> (Option<R::Obj>, Option<R::Obj>) {
        let some = |obj| Some(obj).filter(|&obj| obj != self.rt.none());
        match self.rt.pair(state) {
            Some((dict, slots)) => (some(dict), Some(slots)),
            None => (some(state), None),
        }
    }

    fn set_slots(&self, obj: R::Obj, slots: R::Obj) -> Result<(), R> {
        if self.rt.dict_len(slots).is_none() {
            return Err(self.rt.fail(Fault::SlotsNotADict));
        }
        let mut position = 0;
        while let Some((name, value)) = self.rt.dict_next(slots, &mut position) {
            self.rt.set_attribute(obj, name, value)?;
        }
        Ok(())
    }
}
