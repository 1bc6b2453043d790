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

    /// Runs one opcode. Most push one object, which is what their arm gives; the others return by themselves.
    #[inline]
    fn run(&mut self, code: u8) -> Result<(), R> {
        let obj = match code {
            // Constants.
            opcode::NONE => self.rt.none(),
            opcode::NEWTRUE => self.rt.bool(true),
            opcode::NEWFALSE => self.rt.bool(false),

            // Numbers.
            opcode::BININT1 => self.int_of(1)?,
            opcode::BININT2 => self.int_of(2)?,
            opcode::BININT => {
                let value = i32::from_le_bytes(self.reader.array(self.rt)?);
                self.rt.int(value.into())?
            }
            opcode::BINFLOAT => {
                let bits = u64::from_be_bytes(self.reader.array(self.rt)?);
                self.rt.float(bits)?
            }
            opcode::LONG1 => self.load_long(1)?,
            opcode::LONG4 => self.load_long(4)?,
            opcode::INT => text_int(self.rt, integer::parse_int_line(self.reader.line(self.rt)?)?)?,
            opcode::LONG => text_int(self.rt, integer::parse_long_line(self.reader.line(self.rt)?)?)?,
            opcode::FLOAT => self.rt.float(float::parse_float(self.reader.line(self.rt)?)?)?,

            // Text and bytes.
            opcode::SHORT_BINUNICODE => self.load_str(1)?,
            opcode::BINUNICODE => self.load_str(4)?,
            opcode::BINUNICODE8 => self.load_str(8)?,
            opcode::SHORT_BINBYTES => self.load_bytes(1)?,
            opcode::BINBYTES => self.load_bytes(4)?,
            opcode::BINBYTES8 => self.load_bytes(8)?,
            opcode::BYTEARRAY8 => self.load_bytearray()?,
            opcode::SHORT_BINSTRING => self.load_python2_string(1)?,
            opcode::BINSTRING => self.load_python2_string(4)?,
            opcode::STRING => self.load_string_line()?,
            opcode::UNICODE => self.load_unicode_line()?,
            opcode::NEXT_BUFFER => self.load_next_buffer()?,
            opcode::READONLY_BUFFER => return self.make_readonly(),

            // Tuples replace their items.
            opcode::EMPTY_TUPLE => self.tuple_of(0)?,
            opcode::TUPLE1 => self.tuple_of(1)?,
            opcode::TUPLE2 => self.tuple_of(2)?,
            opcode::TUPLE3 => self.tuple_of(3)?,
            opcode::TUPLE => self.from_marked(R::tuple)?,

            // Containers: empty, or made of all items above the mark.
            opcode::EMPTY_LIST => self.rt.list(&[])?,
            opcode::EMPTY_DICT => self.rt.dict()?,
            opcode::EMPTY_SET => self.rt.set()?,
            opcode::LIST => self.from_marked(R::list)?,
            opcode::DICT => self.load_dict()?,
            opcode::FROZENSET => self.from_marked(R::frozenset)?,

            // Filling containers.
            opcode::APPEND => return self.fill(self.stack.len().saturating_sub(1), R::extend),
            opcode::SETITEM => return self.store(self.stack.len().saturating_sub(2)),
            opcode::APPENDS => {
                let start = self.stack.pop_mark()?;
                return self.fill(start, R::extend);
            }
            opcode::SETITEMS => {
                let start = self.stack.pop_mark()?;
                return self.store(start);
            }
            opcode::ADDITEMS => {
                let start = self.stack.pop_mark()?;
                return self.fill(start, R::add);
            }

            // The stack.
            opcode::MARK => return Ok(self.stack.mark()?),
            opcode::POP => return Ok(self.stack.drop_top()?),
            opcode::POP_MARK => {
                let start = self.stack.pop_mark()?;
                self.stack.truncate(start);
                return Ok(());
            }
            opcode::DUP => self.stack.top()?,

            // The memo.
            opcode::MEMOIZE => return self.put(self.memo.len()),
            opcode::BINPUT => {
                let index = self.count(1)?;
                return self.put(index);
            }
            opcode::LONG_BINPUT => {
                let index = self.count(4)?;
                return self.put(index);
            }
            opcode::PUT => {
                let index = integer::parse_decimal(self.reader.line(self.rt)?)?;
                return self.put(usize::try_from(index).map_err(|_| Fault::NegativeMemo)?);
            }
            opcode::BINGET => {
                let index = self.count(1)?;
                self.get(index)?
            }
            opcode::LONG_BINGET => {
                let index = self.count(4)?;
                self.get(index)?
            }
            opcode::GET => {
                let index = integer::parse_decimal(self.reader.line(self.rt)?)?;
                self.get(usize::try_from(index).map_err(|_| Fault::MemoMiss)?)?
            }

            // Globals, and what is made of them.
            opcode::GLOBAL => self.global_lines()?,
            opcode::STACK_GLOBAL => self.load_stack_global()?,
            opcode::EXT1 => self.load_extension(1)?,
            opcode::EXT2 => self.load_extension(2)?,
            opcode::EXT4 => self.load_extension(4)?,
            opcode::INST => self.load_inst()?,
            opcode::OBJ => self.load_obj()?,
            opcode::REDUCE => self.load_reduce()?,
            opcode::NEWOBJ => self.load_newobj()?,
            opcode::NEWOBJ_EX => self.load_newobj_ex()?,
            opcode::BUILD => return self.load_build(),
            opcode::PERSID => self.load_persistent_line()?,
            opcode::BINPERSID => {
                let id = self.stack.pop()?;
                self.load_persistent(id)?
            }

            // The stream of opcodes itself.
            opcode::PROTO => return self.load_protocol(),
            opcode::FRAME => {
                let length = self.count(8)?;
                return Ok(self.reader.enter_frame(length)?);
            }
            _ => return Err(Fault::BadOpcode.into()),
        };
        Ok(self.stack.push(obj)?)
    }

    // Arguments.

    /// A count, length or index of 1, 2, 4 or 8 bytes.
    #[inline]
    fn count(&mut self, width: usize) -> Result<usize, R> {
        let bytes = self.reader.take(self.rt, width)?;
        let count = bytes.iter().rev().fold(0u64, |count, &byte| count << 8 | u64::from(byte));
        // CPython's limit, that of a signed size.
        match isize::try_from(count) {
            Ok(count) => Ok(count as usize),
            Err(_) => Err(Fault::TooLong.into()),
        }
    }

    fn load_protocol(&mut self) -> Result<(), R> {
        let [protocol] = self.reader.array(self.rt)?;
        if protocol > crate::pickler::HIGHEST_PROTOCOL {
            return Err(Fault::BadProtocol.into());
        }
        self.protocol = protocol;
        Ok(())
    }

    // The stack and the memo.

    /// What `make` makes of all items above the topmost mark, which go away with it.
    fn from_marked(&mut self, make: fn(&R, &[R::Obj]) -> Result<R::Obj, R>) -> Result<R::Obj, R> {
        let start = self.stack.pop_mark()?;
        self.replace(start, make)
    }

    fn tuple_of(&mut self, count: usize) -> Result<R::Obj, R> {
        let start = self.stack.below(count)?;
        self.replace(start, R::tuple)
    }

    #[inline]
    fn replace(&mut self, start: usize, make: fn(&R, &[R::Obj]) -> Result<R::Obj, R>) -> Result<R::Obj, R> {
        let obj = make(self.rt, self.stack.above(start))?;
        self.stack.truncate(start);
        Ok(obj)
    }

    #[inline]
    fn put(&mut self, index: usize) -> Result<(), R> {
        let obj = self.stack.top()?;
        Ok(self.memo.put(index, obj)?)
    }

    #[inline]
    fn get(&self, index: usize) -> Result<R::Obj, R> {
        Ok(self.memo.get(index).ok_or(Fault::MemoMiss)?)
    }

    // Numbers.

    #[inline]
    fn int_of(&mut self, width: usize) -> Result<R::Obj, R> {
        let value = self.count(width)?;
        self.rt.int(value as i64)
    }

    /// LONG1 and LONG4: two's complement after its length.
    fn load_long(&mut self, width: usize) -> Result<R::Obj, R> {
        let count = self.count(width)?;
        if count > i32::MAX as usize {
            return Err(Fault::NegativeCount.into());
        }
        let bytes = self.reader.take(self.rt, count)?;
        match integer::decode_i64(bytes) {
            Some(value) => self.rt.int(value),
            None => self.rt.int_from_bytes(bytes),
        }
    }

    // Filling containers.

    fn load_dict(&mut self) -> Result<R::Obj, R> {
        let start = self.stack.pop_mark()?;
        self.check_pairs(start)?;
        let dict = self.rt.dict()?;
        self.rt.store(dict, self.stack.above(start))?;
        self.stack.truncate(start);
        Ok(dict)
    }

    fn store(&mut self, start: usize) -> Result<(), R> {
        self.stack.container(start)?;
        self.check_pairs(start)?;
        self.fill(start, R::store)
    }

    fn check_pairs(&self, start: usize) -> Result<(), R> {
        if self.stack.above(start).len() % 2 != 0 {
            return Err(Fault::OddDictItems.into());
        }
        Ok(())
    }

    /// Gives all that lies from `start` on to the object below it.
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
