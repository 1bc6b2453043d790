//! The machine that walks objects and writes opcodes.
//!
//! It does not recurse. What remains to be written stands on a stack of [`Step`]s on the heap; the
//! topmost step is advanced until it is done. A container's step stays on the stack while its items
//! are written above it. The order of opcodes, memo indexes and batches is that of CPython's
//! `Modules/_pickle.c`.

mod containers;
mod globals;
mod instance;
mod memo;
mod reduce;
mod scalars;

use crate::error::Fault;
use crate::growable::Growable;
use crate::parts::{GLOBALS, TEXT};
use crate::runtime::{Result, Runtime, Value};
use crate::wire::opcode;
use crate::wire::writer::Writer;
pub use memo::{Memo, nobody};

/// The oldest protocol that is written.
pub const LOWEST_PROTOCOL: u8 = if TEXT { 0 } else { 2 };
/// The newest protocol there is.
pub const HIGHEST_PROTOCOL: u8 = 5;
/// The protocol that is written unless another is asked for.
pub const DEFAULT_PROTOCOL: u8 = 4;

/// How many items go between MARK and APPENDS, SETITEMS or ADDITEMS.
const BATCH: u16 = 1000;

/// What remains to be written.
#[derive(Clone, Copy)]
enum Step<O> {
    /// An object.
    Save(O),
    /// An opcode without argument.
    Op(u8),
    /// An opcode so many times.
    Ops(u8, u8),
    /// The memo entry of an object that is complete.
    Memoize(O),
    /// A list's items from `next` on; `room` is what the open batch still takes.
    List { list: O, next: usize, room: u16 },
    /// The items of a dict or set from slot `position` on; `size` is what it held at first.
    Hashed { container: O, is_dict: bool, position: usize, size: usize, room: u16 },
    /// A frozenset's items.
    FrozenSet { set: O, position: usize },
    /// A tuple's items from `next` on; `memoized` is the length of the memo before the first.
    Tuple { tuple: O, next: usize, memoized: u32 },
    /// Items of an iterator, to be appended, or pairs, to be stored; `taken` is how many the open batch has.
    Items { iterator: O, pairs: bool, taken: u16 },
    /// What follows the callable and arguments of a reduction: memo, items, state.
    Reduced { obj: O, reduction: O },
}

/// How an object is to be pickled.
#[derive(Clone, Copy)]
pub struct Options {
    /// 0 to [`HIGHEST_PROTOCOL`].
    pub protocol: u8,
    /// Write Python 2's names for globals before protocol 3.
    pub fix_imports: bool,
    /// Leave the memo out; cyclic objects cannot be pickled then.
    pub fast: bool,
}

/// Pickles objects, with a memo that the caller keeps from one dump to the next.
pub struct Pickler<'r, R: Runtime> {
    rt: &'r R,
    options: Options,
    memo: &'r mut Memo<R::Heap>,
    steps: Growable<Step<R::Obj>>,
    writer: Writer<R::Obj>,
    /// The state that the runtime made of an instance's attributes: nothing else can refer to it, and the memo need not
    /// keep it.
    own_state: Option<R::Obj>,
}

impl<'r, R: Runtime> Pickler<'r, R> {
    /// A pickler that writes to a stream, or to memory where there is none.
    pub fn new(rt: &'r R, options: Options, stream: Option<R::Obj>, memo: &'r mut Memo<R::Heap>) -> Self {
        Pickler { rt, options, memo, steps: Growable::new(), writer: Writer::new(stream), own_state: None }
    }

    /// Writes one pickle. After an error the memo holds what was written so far.
    pub fn dump(&mut self, obj: R::Obj) -> Result<(), R> {
        self.steps.truncate(0);
        self.writer.begin()?;
        if self.protocol() >= 2 {
            self.writer.put(&[opcode::PROTO, self.protocol()])?;
        }
        if self.protocol() >= 4 {
            self.writer.open_frame()?;
        }
        let mut next = Some(obj);
        loop {
            if let Some(obj) = next {
                self.save(obj)?;
            }
            if self.steps.is_empty() {
                break;
            }
            self.writer.relieve(self.rt)?;
            next = self.advance()?;
        }
        self.writer.op(opcode::STOP)?;
        self.writer.finish(self.rt)
    }

    /// What was written to memory.
    pub fn into_buffer(self) -> Growable<u8> {
        self.writer.into_buffer()
    }

    /// The protocol that is written: where the old ones are left out the compiler sees that it is none of them.
    #[inline]
    fn protocol(&self) -> u8 {
        if TEXT { self.options.protocol } else { self.options.protocol.max(2) }
    }

    /// Does the next piece of the topmost step, which leaves the stack when it is done. Gives the object that is to be
    /// written next, if there is one.
    #[inline]
    fn advance(&mut self) -> Result<Option<R::Obj>, R> {
        let rt = self.rt;
        let text = self.protocol() == 0;
        let Some(step) = self.steps.last_mut() else { return Ok(None) };
        match *step {
            Step::Save(obj) => {
                self.drop_top();
                return Ok(Some(obj));
            }
            Step::List { list, ref mut next, ref mut room } => {
                if let Some(item) = rt.list_item(list, *next) {
                    if *room == 0 && !text {
                        *room = BATCH;
                        self.writer.put(&[opcode::APPENDS, opcode::MARK])?;
                        return Ok(None);
                    }
                    *next += 1;
                    *room = room.saturating_sub(1);
                    if text {
                        self.push_step(Step::Op(opcode::APPEND))?;
                    }
                    return Ok(Some(item));
                }
                self.close_list()?;
            }
            Step::Hashed { container, is_dict, ref mut position, ref mut room, .. } => {
                if *room > 0 || text {
                    *room = room.saturating_sub(1);
                    if !is_dict && let Some(item) = rt.set_next(container, position) {
                        return Ok(Some(item));
                    }
                    if is_dict && let Some((key, value)) = rt.dict_next(container, position) {
                        if text {
                            self.push_step(Step::Op(opcode::SETITEM))?;
                        }
                        self.push_step(Step::Save(value))?;
                        return Ok(Some(key));
                    }
                    self.close_hashed(false)?;
                } else {
                    *room = BATCH;
                    self.close_hashed(true)?;
                }
            }
            Step::FrozenSet { set, ref mut position } => match rt.set_next(set, position) {
                Some(item) => return Ok(Some(item)),
                None => self.close_frozenset(set)?,
            },
            Step::Tuple { tuple, ref mut next, memoized } => {
                let len = *next;
                if let Some(item) = rt.tuple_item(tuple, len) {
                    *next += 1;
                    return Ok(Some(item));
                }
                self.close_tuple(tuple, len, memoized)?;
            }
            Step::Op(code) => {
                self.drop_top();
                self.writer.op(code)?;
            }
            Step::Ops(code, times) => {
                self.drop_top();
                self.writer.ops(code, times)?;
            }
            Step::Items { iterator, pairs, taken } if GLOBALS => return self.advance_iterator(iterator, pairs, taken),
            Step::Memoize(obj) if GLOBALS => {
                self.drop_top();
                self.memoize(obj)?;
            }
            Step::Reduced { obj, reduction } if GLOBALS => {
                self.drop_top();
                self.finish_reduction(obj, reduction)?;
            }
            // What was left out is never pushed.
            Step::Items { .. } | Step::Memoize(_) | Step::Reduced { .. } => {}
        }
        Ok(None)
    }

    #[inline]
    fn drop_top(&mut self) {
        self.steps.truncate(self.steps.len().saturating_sub(1));
    }

    /// Writes an object, or the first piece of it; the rest is left to steps. Nothing that this calls may
    /// call it again, or it would recurse with the data.
    fn save(&mut self, obj: R::Obj) -> Result<(), R> {
        let mut next = Some(obj);
        while let Some(obj) = next {
            self.writer.boundary(self.rt)?;
            next = self.save_value(obj)?;
        }
        Ok(())
    }

    /// Writes one object. What is to be written at once after it is given back: the only item of a list.
    fn save_value(&mut self, obj: R::Obj) -> Result<Option<R::Obj>, R> {
        let rt = self.rt;
        let obj = match rt.has_persistent_id() {
            true => match self.save_persistent(obj)? {
                Some(written) => written,
                None => return Ok(None),
            },
            false => obj,
        };
        let value = rt.inspect(obj);
        let simple = match value {
            Value::None => Some(Ok(self.writer.op(opcode::NONE)?)),
            Value::Bool(value) => Some(self.save_bool(value)),
            Value::Int(value) => Some(self.save_int(value)),
            Value::Float(bits) => Some(self.save_float(bits)),
            Value::BigInt => Some(self.save_big_int(obj)),
            _ => self.memo.get(rt.identity(obj)).map(|index| self.write_get(index)),
        };
        if let Some(outcome) = simple {
            return outcome.map(|()| None);
        }
        match value {
            Value::Str(utf8) => self.save_str(obj, utf8)?,
            Value::Bytes(data) => self.save_bytes(obj, data)?,
            Value::Tuple(len) => self.save_tuple(obj, len)?,
            Value::List(len) => return self.save_list(obj, len),
            Value::Dict(len) => self.save_dict(obj, len)?,
            Value::Set(len) => self.save_set(obj, len)?,
            Value::FrozenSet => self.save_frozenset(obj)?,
            Value::ByteArray(len) => self.save_bytearray(obj, len)?,
            Value::Buffer { readonly, .. } => self.save_buffer(obj, readonly)?,
            value => self.save_by_reduction(obj, value)?,
        }
        Ok(None)
    }

    /// Asks for a persistent id and gives what is to be written: the id, or the object where it has none. Protocol 0 writes
    /// the id as a line, and nothing more.
    #[cold]
    fn save_persistent(&mut self, obj: R::Obj) -> Result<Option<R::Obj>, R> {
        let Some(id) = self.rt.persistent_id(obj)? else {
            return Ok(Some(obj));
        };
        if self.protocol() > 0 {
            self.push_step(Step::Op(opcode::BINPERSID))?;
            return Ok(Some(id));
        }
        let text = self.rt.to_str(id)?;
        let Some(text) = self.rt.ascii(text) else {
            return Err(self.rt.fail(Fault::PersidText));
        };
        self.writer.op(opcode::PERSID)?;
        self.writer.put(text)?;
        self.writer.put(b"\n")?;
        Ok(None)
    }

    /// Gives an object its memo index and writes the opcode that does so on the other side.
    fn memoize(&mut self, obj: R::Obj) -> Result<(), R> {
        self.memoize_as(self.rt.identity(obj))
    }

    #[inline(never)]
    fn memoize_as(&mut self, identity: usize) -> Result<(), R> {
        if self.options.fast {
            return Ok(());
        }
        let index = self.memo.put(identity)?;
        if self.protocol() >= 4 {
            return Ok(self.writer.op(opcode::MEMOIZE)?);
        }
        self.write_index(index, opcode::PUT, opcode::BINPUT, opcode::LONG_BINPUT)
    }

    /// Writes a reference to an object that was written before.
    fn write_get(&mut self, index: u32) -> Result<(), R> {
        self.write_index(index, opcode::GET, opcode::BINGET, opcode::LONG_BINGET)
    }
}
