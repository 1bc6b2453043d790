//! The machine that runs opcodes.
//!
//! One flat match, an arm for each opcode; the arms that need more than a few lines have a method in
//! the file of their concept. Objects stand on a stack, and MARK remembers a height of it. The checks
//! and the exception classes are those of CPython's `Modules/_pickle.c`.

mod build;
mod globals;
mod memo;
mod stack;
mod strings;

use crate::error::{Error, Fault, Place};
use crate::runtime::{Result, Runtime};
use crate::wire::integer::{self, IntText};
use crate::wire::opcode;
use crate::wire::reader::Reader;
use crate::wire::text::{Encoding, Errors};
use crate::wire::float;
use memo::Memo;
use stack::Stack;

/// How a pickle is to be read.
#[derive(Clone, Copy)]
pub struct Options {
    /// Read Python 2's names for globals before protocol 3.
    pub fix_imports: bool,
    /// What Python 2's strings become.
    pub encoding: Encoding,
    /// What happens to those that cannot be decoded.
    pub errors: Errors,
}

/// Loads objects; the memo lasts from one load to the next, as CPython's does.
pub struct Unpickler<'r, 'a, R: Runtime> {
    rt: &'r R,
    options: Options,
    reader: Reader<'a, R::Obj>,
    stack: Stack<R::Obj>,
    memo: Memo<R::Obj, R::Heap>,
    protocol: u8,
    place: Place,
}

impl<'r, 'a, R: Runtime> Unpickler<'r, 'a, R> {
    /// An unpickler that reads from `reader`.
    pub fn new(rt: &'r R, options: Options, reader: Reader<'a, R::Obj>) -> Self {
        let place = Place { opcode: opcode::STOP, offset: 0 };
        Unpickler { rt, options, reader, stack: Stack::new(), memo: Memo::new(), protocol: 0, place }
    }

    /// Where the machine is, or stopped: the place of a fault.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Reads one pickle, up to its STOP and not a byte further.
    pub fn load(&mut self) -> Result<R::Obj, R> {
        self.stack.clear();
        self.protocol = 0;
        loop {
            self.place.offset = self.reader.offset();
            let code = self.reader.opcode(self.rt)?;
            self.place.opcode = code;
            if code == opcode::STOP {
                return Ok(self.stack.pop()?);
            }
            self.run(code)?;
        }
    }

    /// Runs one opcode.
    #[inline]
    fn run(&mut self, code: u8) -> Result<(), R> {
        match code {
            // Constants.
            opcode::NONE => self.push(self.rt.none()),
            opcode::NEWTRUE => self.push(self.rt.bool(true)),
            opcode::NEWFALSE => self.push(self.rt.bool(false)),

            // Numbers.
            opcode::BININT => {
                let value = i32::from_le_bytes(self.array()?);
                self.push_int(value.into())
            }
            opcode::BININT1 => {
                let [value] = self.array()?;
                self.push_int(value.into())
            }
            opcode::BININT2 => {
                let value = u16::from_le_bytes(self.array()?);
                self.push_int(value.into())
            }
            opcode::LONG1 => {
                let count = self.count1()?;
                self.load_long(count)
            }
            opcode::LONG4 => {
                let count = i32::from_le_bytes(self.array()?);
                self.load_long(usize::try_from(count).map_err(|_| Fault::NegativeCount)?)
            }
            opcode::BINFLOAT => {
                let bits = u64::from_be_bytes(self.array()?);
                let value = self.rt.float(bits)?;
                self.push(value)
            }
            opcode::INT => {
                let value = integer::parse_int_line(self.reader.line(self.rt)?)?;
                let value = text_int(self.rt, value)?;
                self.push(value)
            }
            opcode::LONG => self.load_long_text(),
            opcode::FLOAT => {
                let bits = float::parse_float(self.reader.line(self.rt)?)?;
                let value = self.rt.float(bits)?;
                self.push(value)
            }

            // Text and bytes.
            opcode::SHORT_BINUNICODE => {
                let count = self.count1()?;
                self.load_str(count)
            }
            opcode::BINUNICODE => {
                let count = self.count4()?;
                self.load_str(count)
            }
            opcode::BINUNICODE8 => {
                let count = self.count8()?;
                self.load_str(count)
            }
            opcode::SHORT_BINBYTES => {
                let count = self.count1()?;
                self.load_bytes(count)
            }
            opcode::BINBYTES => {
                let count = self.count4()?;
                self.load_bytes(count)
            }
            opcode::BINBYTES8 => {
                let count = self.count8()?;
                self.load_bytes(count)
            }
            opcode::BYTEARRAY8 => {
                let count = self.count8()?;
                self.load_bytearray(count)
            }
            opcode::SHORT_BINSTRING => {
                let count = self.count1()?;
                self.load_python2_string(count)
            }
            opcode::BINSTRING => {
                let count = self.count4()?;
                self.load_python2_string(count)
            }
            opcode::STRING => self.load_string_text(),
            opcode::UNICODE => self.load_unicode_text(),
            opcode::NEXT_BUFFER => self.load_next_buffer(),
            opcode::READONLY_BUFFER => {
                let view = self.rt.readonly(self.stack.top()?)?;
                Ok(self.stack.set_top(view)?)
            }

            // Containers.
            opcode::EMPTY_TUPLE => self.push_tuple(0),
            opcode::TUPLE1 => self.push_tuple(1),
            opcode::TUPLE2 => self.push_tuple(2),
            opcode::TUPLE3 => self.push_tuple(3),
            opcode::TUPLE => {
                let start = self.stack.pop_mark()?;
                let tuple = self.rt.tuple(self.stack.above(start))?;
                self.replace(start, tuple)
            }
            opcode::EMPTY_LIST => {
                let list = self.rt.list(&[])?;
                self.push(list)
            }
            opcode::LIST => {
                let start = self.stack.pop_mark()?;
                let list = self.rt.list(self.stack.above(start))?;
                self.replace(start, list)
            }
            opcode::EMPTY_DICT => {
                let dict = self.rt.dict()?;
                self.push(dict)
            }
            opcode::DICT => self.load_dict(),
            opcode::EMPTY_SET => {
                let set = self.rt.set()?;
                self.push(set)
            }
            opcode::FROZENSET => {
                let start = self.stack.pop_mark()?;
                let set = self.rt.frozenset(self.stack.above(start))?;
                self.replace(start, set)
            }
            opcode::APPEND => {
                let start = self.stack.len().saturating_sub(1);
                self.fill(start, R::extend)
            }
            opcode::APPENDS => {
                let start = self.stack.pop_mark()?;
                self.fill(start, R::extend)
            }
            opcode::SETITEM => {
                let start = self.stack.len().saturating_sub(2);
                self.store_items(start)
            }
            opcode::SETITEMS => {
                let start = self.stack.pop_mark()?;
                self.store_items(start)
            }
            opcode::ADDITEMS => {
                let start = self.stack.pop_mark()?;
                self.fill(start, R::add)
            }

            // The stack.
            opcode::MARK => Ok(self.stack.mark()?),
            opcode::POP => Ok(self.stack.drop_top()?),
            opcode::POP_MARK => {
                let start = self.stack.pop_mark()?;
                self.stack.truncate(start);
                Ok(())
            }
            opcode::DUP => self.push(self.stack.top()?),

            // The memo.
            opcode::MEMOIZE => {
                let obj = self.stack.top()?;
                Ok(self.memo.memoize(obj)?)
            }
            opcode::BINPUT => {
                let index = self.count1()?;
                self.put(index)
            }
            opcode::LONG_BINPUT => {
                let index = self.count4()?;
                self.put(index)
            }
            opcode::PUT => {
                let index = integer::parse_decimal(self.reader.line(self.rt)?)?;
                self.put(usize::try_from(index).map_err(|_| Fault::NegativeMemo)?)
            }
            opcode::BINGET => {
                let index = self.count1()?;
                self.get(index)
            }
            opcode::LONG_BINGET => {
                let index = self.count4()?;
                self.get(index)
            }
            opcode::GET => {
                let index = integer::parse_decimal(self.reader.line(self.rt)?)?;
                self.get(usize::try_from(index).map_err(|_| Fault::MemoMiss)?)
            }

            // Globals and what is made of them.
            opcode::GLOBAL => self.load_global(),
            opcode::STACK_GLOBAL => self.load_stack_global(),
            opcode::INST => self.load_inst(),
            opcode::OBJ => self.load_obj(),
            opcode::REDUCE => self.load_reduce(),
            opcode::NEWOBJ => self.load_newobj(),
            opcode::NEWOBJ_EX => self.load_newobj_ex(),
            opcode::BUILD => self.load_build(),
            opcode::EXT1 => {
                let [code] = self.array()?;
                self.load_extension(code.into())
            }
            opcode::EXT2 => {
                let code = u16::from_le_bytes(self.array()?);
                self.load_extension(code.into())
            }
            opcode::EXT4 => {
                let code = i32::from_le_bytes(self.array()?);
                self.load_extension(code)
            }
            opcode::PERSID => self.load_persistent_text(),
            opcode::BINPERSID => {
                let id = self.stack.pop()?;
                self.load_persistent(id)
            }

            // The stream of opcodes itself.
            opcode::PROTO => {
                let [protocol] = self.array()?;
                if protocol > crate::pickler::HIGHEST_PROTOCOL {
                    return Err(Fault::BadProtocol.into());
                }
                self.protocol = protocol;
                Ok(())
            }
            opcode::FRAME => {
                let length = self.count8()?;
                Ok(self.reader.enter_frame(length)?)
            }
            _ => Err(Fault::BadOpcode.into()),
        }
    }

    // Arguments.

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], R> {
        self.reader.array(self.rt)
    }

    #[inline]
    fn count1(&mut self) -> Result<usize, R> {
        let [count] = self.array()?;
        Ok(count.into())
    }

    #[inline]
    fn count4(&mut self) -> Result<usize, R> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }

    #[inline]
    fn count8(&mut self) -> Result<usize, R> {
        let count = i64::from_le_bytes(self.array()?);
        Ok(usize::try_from(count).map_err(|_| Fault::TooLong)?)
    }

    // The stack and the memo.

    #[inline]
    fn push(&mut self, obj: R::Obj) -> Result<(), R> {
        Ok(self.stack.push(obj)?)
    }

    #[inline]
    fn push_int(&mut self, value: i64) -> Result<(), R> {
        let value = self.rt.int(value)?;
        self.push(value)
    }

    /// Puts `obj` in the place of all that lies from `start` on.
    #[inline]
    fn replace(&mut self, start: usize, obj: R::Obj) -> Result<(), R> {
        self.stack.truncate(start);
        self.push(obj)
    }

    fn push_tuple(&mut self, count: usize) -> Result<(), R> {
        let start = self.stack.below(count)?;
        let tuple = self.rt.tuple(self.stack.above(start))?;
        self.replace(start, tuple)
    }

    #[inline]
    fn put(&mut self, index: usize) -> Result<(), R> {
        let obj = self.stack.top()?;
        Ok(self.memo.put(index, obj)?)
    }

    #[inline]
    fn get(&mut self, index: usize) -> Result<(), R> {
        let obj = self.memo.get(index).ok_or(Fault::MemoMiss)?;
        self.push(obj)
    }

    // Numbers.

    fn load_long(&mut self, count: usize) -> Result<(), R> {
        let bytes = self.reader.take(self.rt, count)?;
        let value = match integer::decode_i64(bytes) {
            Some(value) => self.rt.int(value)?,
            None => self.rt.int_from_bytes(bytes)?,
        };
        self.push(value)
    }

    fn load_long_text(&mut self) -> Result<(), R> {
        let value = integer::parse_long_line(self.reader.line(self.rt)?)?;
        let value = text_int(self.rt, value)?;
        self.push(value)
    }

    // Filling containers.

    fn load_dict(&mut self) -> Result<(), R> {
        let start = self.stack.pop_mark()?;
        if self.stack.above(start).len() % 2 != 0 {
            return Err(Fault::OddDictItems.into());
        }
        let dict = self.rt.dict()?;
        self.rt.store(dict, self.stack.above(start))?;
        self.replace(start, dict)
    }

    fn store_items(&mut self, start: usize) -> Result<(), R> {
        if self.stack.above(start).len() % 2 != 0 {
            return Err(Fault::OddDictItems.into());
        }
        self.fill(start, R::store)
    }

    /// Gives all that lies from `start` on to the object below it.
    #[inline]
    fn fill(&mut self, start: usize, add: fn(&R, R::Obj, &[R::Obj]) -> Result<(), R>) -> Result<(), R> {
        let container = self.stack.container(start)?;
        let items = self.stack.above(start);
        if !items.is_empty() {
            add(self.rt, container, items)?;
            self.stack.truncate(start);
        }
        Ok(())
    }
}

/// An int that was written as text. A free function, so that the line it lies in can stay borrowed.
fn text_int<R: Runtime>(rt: &R, value: IntText<'_>) -> Result<R::Obj, R> {
    match value {
        IntText::Bool(value) => Ok(rt.bool(value)),
        IntText::Small(value) => rt.int(value),
        IntText::Big { negative, base, digits } => rt.int_from_digits(negative, base, digits),
    }
}

impl<E> Error<E> {
    /// The fault, unless the interpreter raised.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Error::Fault(fault) => Some(*fault),
            Error::Raised(_) => None,
        }
    }
}
