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

    /// A tuple that is in the memo by now holds itself: its items are dropped and it is fetched.
    pub(super) fn close_tuple(&mut self, tuple: R::Obj, len: usize, memoized: u32) -> Result<(), R> {
        self.drop_top();
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

    pub(super) fn close_list(&mut self) -> Result<(), R> {
        self.drop_top();
        if self.protocol() > 0 {
            self.writer.op(opcode::APPENDS)?;
        }
        Ok(())
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
            (_, 0) => self.push_step(Step::Hashed { container: dict, is_dict: true, position, size, room: 0 }),
            (1, _) => match self.rt.dict_next(dict, &mut position) {
                Some((key, value)) => {
                    self.push_op(opcode::SETITEM)?;
                    self.push(&[Step::Save(value), Step::Save(key)])
                }
                None => Ok(()),
            },
            _ => {
                self.writer.op(opcode::MARK)?;
                self.push_step(Step::Hashed { container: dict, is_dict: true, position, size, room: BATCH })
            }
        }
    }

    /// A batch of a dict or set is full, or there is nothing more.
    pub(super) fn close_hashed(&mut self, goes_on: bool) -> Result<(), R> {
        let Some(&Step::Hashed { container, is_dict, size, .. }) = self.steps.last() else { return Ok(()) };
        let (there, code, fault) = match is_dict {
            true => (self.rt.dict_len(container), opcode::SETITEMS, Fault::DictChanged),
            false => (self.rt.set_len(container), opcode::ADDITEMS, Fault::SetChanged),
        };
        if there != Some(size) {
            return Err(self.rt.fail(fault));
        }
        if goes_on {
            return Ok(self.writer.put(&[code, opcode::MARK])?);
        }
        self.drop_top();
        if self.protocol() > 0 { Ok(self.writer.op(code)?) } else { Ok(()) }
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
        self.push_step(Step::Hashed { container: set, is_dict: false, position: 0, size, room: BATCH })
    }

    pub(super) fn save_frozenset(&mut self, set: R::Obj) -> Result<(), R> {
        if self.protocol() < 4 {
            return self.save_set_by_reduction(set);
        }
        self.writer.op(opcode::MARK)?;
        self.push_step(Step::FrozenSet { set, position: 0 })
    }

    pub(super) fn close_frozenset(&mut self, set: R::Obj) -> Result<(), R> {
        self.drop_top();
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

    /// Batches what an iterator yields. It is asked for a second item before MARK is written, since a
    /// single one needs none, and a full batch ends before the next item is asked for.
    pub(super) fn advance_iterator(&mut self, iterator: R::Obj, pairs: bool, taken: u16) -> Result<Option<R::Obj>, R> {
        let (one, many) = if pairs { (opcode::SETITEM, opcode::SETITEMS) } else { (opcode::APPEND, opcode::APPENDS) };
        let item = if taken < BATCH { self.rt.next(iterator)? } else { None };
        let Some(item) = item else {
            if taken < BATCH {
                self.drop_top();
            } else {
                self.set_top(Step::Items { iterator, pairs, taken: 0 });
            }
            if taken > 0 {
                self.writer.op(many)?;
            }
            return Ok(None);
        };
        if self.protocol() == 0 {
            self.push_step(Step::Op(one))?;
        } else if taken > 0 {
            self.set_top(Step::Items { iterator, pairs, taken: taken + 1 });
        } else if let Some(second) = self.rt.next(iterator)? {
            self.set_top(Step::Items { iterator, pairs, taken: 2 });
            self.writer.op(opcode::MARK)?;
            let second = self.first_of(second, pairs)?;
            self.push_step(Step::Save(second))?;
        } else {
            self.set_top(Step::Op(one));
        }
        self.first_of(item, pairs).map(Some)
    }

    /// The item, or the key of a pair, whose value is left to a step.
    fn first_of(&mut self, item: R::Obj, is_pair: bool) -> Result<R::Obj, R> {
        if !is_pair {
            return Ok(item);
        }
        let (key, value) = self.rt.pair(item).ok_or_else(|| self.rt.fail(Fault::NotAPair))?;
        self.push_step(Step::Save(value))?;
        Ok(key)
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
