//! Containers: opened, memoized, filled in batches.

use super::memo::nobody;
use super::{BATCH, Pickler, Step};
use crate::error::Fault;
use crate::parts::GLOBALS;
use crate::runtime::{Result, Runtime};
use crate::wire::opcode;

impl<R: Runtime> Pickler<'_, R> {
    pub(super) fn save_tuple(&mut self, tuple: R::Obj, len: usize) -> Result<(), R> {
        if len == 0 {
            let code: &[u8] = if self.protocol() > 0 { &[opcode::EMPTY_TUPLE] } else { &[opcode::MARK, opcode::TUPLE] };
            return Ok(self.writer.put(code)?);
        }
        if !self.is_short_tuple(len) {
            self.writer.op(opcode::MARK)?;
        }
        let memoized = self.memo.next_index();
        self.push_step(Step::Tuple { tuple, next: 0, memoized })
    }

    /// Whether the tuple has an opcode of its own, which needs no MARK.
    fn is_short_tuple(&self, len: usize) -> bool {
        self.protocol() >= 2 && len <= 3
    }

    pub(super) fn advance_tuple(&mut self, tuple: R::Obj, next: usize, memoized: u32) -> Result<(), R> {
        match self.rt.tuple_item(tuple, next) {
            Some(item) => {
                self.set_top(Step::Tuple { tuple, next: next + 1, memoized });
                self.save(item)
            }
            None => {
                self.steps.pop();
                self.close_tuple(tuple, next, memoized)
            }
        }
    }

    /// A tuple that is in the memo by now holds itself: its items are dropped and it is fetched.
    fn close_tuple(&mut self, tuple: R::Obj, len: usize, memoized: u32) -> Result<(), R> {
        let grown = self.memo.next_index() != memoized;
        if let Some(index) = self.memo.get(self.rt.identity(tuple)).filter(|_| grown) {
            if !self.is_short_tuple(len) && self.protocol() > 0 {
                self.writer.op(opcode::POP_MARK)?;
            } else {
                let pops = if self.is_short_tuple(len) { len } else { len + 1 };
                for _ in 0..pops {
                    self.writer.op(opcode::POP)?;
                }
            }
            return self.write_get(index);
        }
        let code = match len {
            1 if self.is_short_tuple(len) => opcode::TUPLE1,
            2 if self.is_short_tuple(len) => opcode::TUPLE2,
            3 if self.is_short_tuple(len) => opcode::TUPLE3,
            _ => opcode::TUPLE,
        };
        self.writer.op(code)?;
        self.memoize(tuple)
    }

    /// A single item is given back: writing it from here would recurse with the data.
    pub(super) fn save_list(&mut self, list: R::Obj, len: usize) -> Result<Option<R::Obj>, R> {
        self.open(self.rt.identity(list), opcode::EMPTY_LIST, opcode::LIST)?;
        match (len, self.protocol()) {
            (0, _) => {}
            (_, 0) => self.push_step(Step::List { list, next: 0, room: 0 })?,
            (1, _) => {
                let item = self.rt.list_item(list, 0);
                if item.is_some() {
                    self.push_op(opcode::APPEND)?;
                }
                return Ok(item);
            }
            _ => {
                self.writer.op(opcode::MARK)?;
                self.push_step(Step::List { list, next: 0, room: BATCH })?;
            }
        }
        Ok(None)
    }

    pub(super) fn advance_list(&mut self, list: R::Obj, next: usize, room: u16) -> Result<(), R> {
        match (self.rt.list_item(list, next), room) {
            (Some(item), 0) if self.protocol() == 0 => {
                self.set_top(Step::List { list, next: next + 1, room });
                self.push_step(Step::Op(opcode::APPEND))?;
                self.save(item)
            }
            (Some(_), 0) => {
                self.set_top(Step::List { list, next, room: BATCH });
                Ok(self.writer.put(&[opcode::APPENDS, opcode::MARK])?)
            }
            (Some(item), _) => {
                self.set_top(Step::List { list, next: next + 1, room: room - 1 });
                self.save(item)
            }
            (None, _) => {
                self.steps.pop();
                if self.protocol() > 0 {
                    self.writer.op(opcode::APPENDS)?;
                }
                Ok(())
            }
        }
    }

    pub(super) fn save_dict(&mut self, dict: R::Obj, size: usize) -> Result<(), R> {
        let identity = match self.own_state.take_if(|state| *state == dict) {
            Some(_) => nobody(self.memo.next_index() as usize),
            None => self.rt.identity(dict),
        };
        self.open(identity, opcode::EMPTY_DICT, opcode::DICT)?;
        let mut position = 0;
        match (size, self.protocol()) {
            (0, _) => Ok(()),
            (_, 0) => self.push_step(Step::Dict { dict, position, size, room: 0 }),
            (1, _) => match self.rt.dict_next(dict, &mut position) {
                Some((key, value)) => {
                    self.push_op(opcode::SETITEM)?;
                    self.push(&[Step::Save(value), Step::Save(key)])
                }
                None => Ok(()),
            },
            _ => {
                self.writer.op(opcode::MARK)?;
                self.push_step(Step::Dict { dict, position, size, room: BATCH })
            }
        }
    }

    pub(super) fn advance_dict(&mut self, dict: R::Obj, position: usize, size: usize, room: u16) -> Result<(), R> {
        let text = self.protocol() == 0;
        if room == 0 && !text {
            self.check_dict(dict, size)?;
            self.set_top(Step::Dict { dict, position, size, room: BATCH });
            return Ok(self.writer.put(&[opcode::SETITEMS, opcode::MARK])?);
        }
        let mut position = position;
        match self.rt.dict_next(dict, &mut position) {
            Some((key, value)) => {
                self.set_top(Step::Dict { dict, position, size, room: room.saturating_sub(1) });
                self.save_pair(key, value, text)
            }
            None => {
                self.steps.pop();
                self.check_dict(dict, size)?;
                if !text {
                    self.writer.op(opcode::SETITEMS)?;
                }
                Ok(())
            }
        }
    }

    /// Writes a key and its value, stored at once by SETITEM or later with the batch.
    fn save_pair(&mut self, key: R::Obj, value: R::Obj, store: bool) -> Result<(), R> {
        if store {
            self.push_step(Step::Op(opcode::SETITEM))?;
        }
        self.push_step(Step::Save(value))?;
        self.save(key)
    }

    fn check_dict(&self, dict: R::Obj, size: usize) -> Result<(), R> {
        if self.rt.dict_len(dict) == Some(size) { Ok(()) } else { Err(self.rt.fail(Fault::DictChanged)) }
    }

    pub(super) fn save_set(&mut self, set: R::Obj, size: usize) -> Result<(), R> {
        if self.protocol() < 4 {
            return self.save_set_by_reduction(set);
        }
        self.writer.op(opcode::EMPTY_SET)?;
        self.memoize(set)?;
        if size == 0 {
            return Ok(());
        }
        self.writer.op(opcode::MARK)?;
        self.push_step(Step::Set { set, position: 0, size, room: BATCH })
    }

    pub(super) fn advance_set(&mut self, set: R::Obj, position: usize, size: usize, room: u16) -> Result<(), R> {
        if room == 0 {
            self.check_set(set, size)?;
            self.set_top(Step::Set { set, position, size, room: BATCH });
            return Ok(self.writer.put(&[opcode::ADDITEMS, opcode::MARK])?);
        }
        let mut position = position;
        match self.rt.set_next(set, &mut position) {
            Some(item) => {
                self.set_top(Step::Set { set, position, size, room: room - 1 });
                self.save(item)
            }
            None => {
                self.steps.pop();
                self.check_set(set, size)?;
                Ok(self.writer.op(opcode::ADDITEMS)?)
            }
        }
    }

    fn check_set(&self, set: R::Obj, size: usize) -> Result<(), R> {
        if self.rt.set_len(set) == Some(size) { Ok(()) } else { Err(self.rt.fail(Fault::SetChanged)) }
    }

    pub(super) fn save_frozenset(&mut self, set: R::Obj) -> Result<(), R> {
        if self.protocol() < 4 {
            return self.save_set_by_reduction(set);
        }
        self.writer.op(opcode::MARK)?;
        self.push_step(Step::FrozenSet { set, position: 0 })
    }

    pub(super) fn advance_frozenset(&mut self, set: R::Obj, mut position: usize) -> Result<(), R> {
        if let Some(item) = self.rt.set_next(set, &mut position) {
            self.set_top(Step::FrozenSet { set, position });
            return self.save(item);
        }
        self.steps.pop();
        if let Some(index) = self.memo.get(self.rt.identity(set)) {
            self.writer.op(opcode::POP_MARK)?;
            return self.write_get(index);
        }
        self.writer.op(opcode::FROZENSET)?;
        self.memoize(set)
    }

    /// Before protocol 4 a set is its type called with a list of its items.
    fn save_set_by_reduction(&mut self, set: R::Obj) -> Result<(), R> {
        if !GLOBALS {
            return Err(self.rt.cannot_pickle(set));
        }
        let items = self.rt.list_of(set)?;
        self.save_made(set, &[items])
    }

    pub(super) fn advance_items(&mut self, iterator: R::Obj, taken: u16) -> Result<(), R> {
        self.advance_iterator(iterator, taken, false)
    }

    pub(super) fn advance_pairs(&mut self, iterator: R::Obj, taken: u16) -> Result<(), R> {
        self.advance_iterator(iterator, taken, true)
    }

    /// Batches what an iterator yields. It is asked for a second item before MARK is written, since a
    /// single one needs none, and a full batch ends before the next item is asked for.
    fn advance_iterator(&mut self, iterator: R::Obj, taken: u16, pairs: bool) -> Result<(), R> {
        let (one, many) = if pairs { (opcode::SETITEM, opcode::SETITEMS) } else { (opcode::APPEND, opcode::APPENDS) };
        if taken == BATCH {
            self.writer.op(many)?;
            self.set_iterator(iterator, 0, pairs);
            return Ok(());
        }
        let Some(item) = self.rt.next(iterator)? else {
            self.steps.pop();
            if taken > 0 {
                self.writer.op(many)?;
            }
            return Ok(());
        };
        if self.protocol() == 0 {
            self.push_step(Step::Op(one))?;
            return self.save_item(item, pairs);
        }
        if taken > 0 {
            self.set_iterator(iterator, taken + 1, pairs);
            return self.save_item(item, pairs);
        }
        let Some(second) = self.rt.next(iterator)? else {
            self.set_top(Step::Op(one));
            return self.save_item(item, pairs);
        };
        self.set_iterator(iterator, 2, pairs);
        self.writer.op(opcode::MARK)?;
        self.push_item(second, pairs)?;
        self.save_item(item, pairs)
    }

    fn set_iterator(&mut self, iterator: R::Obj, taken: u16, pairs: bool) {
        self.set_top(if pairs { Step::Pairs { iterator, taken } } else { Step::Items { iterator, taken } });
    }

    fn save_item(&mut self, item: R::Obj, pair: bool) -> Result<(), R> {
        if pair {
            let (key, value) = self.split_pair(item)?;
            return self.save_pair(key, value, false);
        }
        self.save(item)
    }

    fn push_item(&mut self, item: R::Obj, pair: bool) -> Result<(), R> {
        if pair {
            let (key, value) = self.split_pair(item)?;
            return self.push(&[Step::Save(value), Step::Save(key)]);
        }
        self.push_step(Step::Save(item))
    }

    fn split_pair(&self, pair: R::Obj) -> Result<(R::Obj, R::Obj), R> {
        self.rt.pair(pair).ok_or_else(|| self.rt.fail(Fault::NotAPair))
    }

    /// Writes an empty container and memoizes it.
    fn open(&mut self, identity: usize, binary: u8, text: u8) -> Result<(), R> {
        if self.protocol() >= 4 && !self.options.fast {
            self.memo.put(identity)?;
            return Ok(self.writer.op_number(binary, opcode::MEMOIZE.into(), 1)?);
        }
        self.open_before_4(identity, binary, text)
    }

    /// Apart, so that the usual case needs to save no register.
    #[cold]
    #[inline(never)]
    fn open_before_4(&mut self, identity: usize, binary: u8, text: u8) -> Result<(), R> {
        let code: &[u8] = if self.protocol() > 0 { &[binary] } else { &[opcode::MARK, text] };
        self.writer.put(code)?;
        self.memoize_as(identity)
    }

    /// Replaces the topmost step.
    #[inline(never)]
    pub(super) fn set_top(&mut self, step: Step<R::Obj>) {
        if let Some(top) = self.steps.last_mut() {
            *top = step;
        }
    }
}
