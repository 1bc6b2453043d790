//! The machine that runs opcodes.
//!
//! One flat match, an arm for each opcode; the arms that need more than a few lines have a method in
//! the file of their concept. Objects stand on a stack, and MARK remembers a height of it. The checks
//! and the exception classes are those of CPython's `Modules/_pickle.c`.

mod build;
mod globals;
mod lines;
mod memo;
mod stack;
mod states;
mod strings;

use crate::error::{Fault, Place};
use crate::parts::{ALL_OPCODES, GLOBALS, PYTHON2, TEXT};
use crate::runtime::{Result, Runtime};
use crate::table::Table;
use crate::wire::integer;
use crate::wire::opcode;
use crate::wire::reader::Reader;
use crate::wire::text::{Encoding, Errors};
pub use memo::Memo;
use stack::Stack;
use states::States;

/// How a pickle is to be read.
#[derive(Clone, Copy)]
pub struct Options {
    /// Read Python 2's names for globals before protocol 3.
    pub fix_imports: bool,
    /// What Python 2's strings become; `None`, for a name that is not known, fails at the first of them.
    pub encoding: Option<Encoding>,
    /// What happens to those that cannot be decoded, likewise.
    pub errors: Option<Errors>,
}

/// Makes a container of items.
type Make<R> = fn(&R, &[<R as Runtime>::Obj]) -> Result<<R as Runtime>::Obj, R>;
/// Gives items to a container.
type Fill<R> = fn(&R, <R as Runtime>::Obj, &[<R as Runtime>::Obj]) -> Result<(), R>;

/// Loads objects, with a reader and a memo that the caller keeps from one load to the next.
pub struct Unpickler<'r, 'a, R: Runtime> {
    rt: &'r R,
    options: Options,
    reader: &'r mut Reader<'a, R::Obj>,
    stack: Stack<R::Obj>,
    memo: &'r mut Memo<R::Obj, R::Heap>,
    /// Objects that were taken from the memo, where the interpreter may replace them by others.
    given_out: Table<R::Heap>,
    may_replace: bool,
    states: States<R::Obj>,
    protocol: u8,
    /// Offset at which the pickle begins.
    start: usize,
    place: Place,
}

impl<'r, 'a, R: Runtime> Unpickler<'r, 'a, R> {
    /// An unpickler that reads from `reader`.
    pub fn new(
        rt: &'r R,
        options: Options,
        reader: &'r mut Reader<'a, R::Obj>,
        memo: &'r mut Memo<R::Obj, R::Heap>,
    ) -> Self {
        Unpickler {
            rt,
            options,
            reader,
            stack: Stack::new(),
            memo,
            given_out: Table::new(),
            may_replace: rt.may_replace(),
            states: States::new(rt.may_let_go()),
            protocol: 0,
            start: 0,
            place: Place { opcode: None, offset: 0 },
        }
    }

    /// Where the machine is, or stopped: the place of a fault.
    pub fn place(&self) -> Place {
        Place { offset: self.place.offset.saturating_sub(self.start), ..self.place }
    }

    /// Reads one pickle, up to its STOP and not a byte further.
    pub fn load(&mut self) -> Result<R::Obj, R> {
        self.stack.clear();
        self.protocol = 0;
        self.start = self.reader.offset();
        loop {
            self.place = Place { opcode: None, offset: self.reader.offset() };
            let code = self.reader.opcode(self.rt)?;
            self.place.opcode = Some(code);
            if code == opcode::STOP {
                return self.pop();
            }
            self.run(code)?;
        }
    }

    /// Runs one opcode. The number that its argument is, or begins with, has been read. Most push one object, which is what their arm gives; the others return by themselves.
    #[inline]
    fn run(&mut self, code: u8) -> Result<(), R> {
        let number = self.reader.number(self.rt, opcode::width(code))?;
        let obj = match code {
            // Constants.
            opcode::NONE => self.rt.none(),
            opcode::NEWTRUE => self.rt.bool(true),
            opcode::NEWFALSE => self.rt.bool(false),

            // Numbers.
            opcode::BININT1 | opcode::BININT2 => self.rt.int(number as i64)?,
            opcode::BININT => self.rt.int((number as u32 as i32).into())?,
            opcode::BINFLOAT => self.rt.float(number.swap_bytes())?,
            opcode::LONG1 | opcode::LONG4 => self.load_long(number)?,

            // Text and bytes.
            opcode::SHORT_BINUNICODE | opcode::BINUNICODE | opcode::BINUNICODE8 => self.load_str(number)?,
            opcode::SHORT_BINBYTES | opcode::BINBYTES | opcode::BINBYTES8 => self.load_bytes(number)?,
            opcode::BYTEARRAY8 => self.load_bytearray(number)?,
            opcode::SHORT_BINSTRING | opcode::BINSTRING if PYTHON2 => self.load_python2_string(number)?,

            // Numbers and text as lines.
            opcode::INT | opcode::LONG | opcode::FLOAT | opcode::UNICODE if TEXT => self.load_line(code)?,
            opcode::STRING if TEXT && PYTHON2 => self.load_line(code)?,
            opcode::NEXT_BUFFER => self.load_next_buffer()?,
            opcode::READONLY_BUFFER => return self.make_readonly(),

            // Tuples replace their items.
            opcode::EMPTY_TUPLE => self.tuple_of(0)?,
            opcode::TUPLE1 => self.tuple_of(1)?,
            opcode::TUPLE2 => self.tuple_of(2)?,
            opcode::TUPLE3 => self.tuple_of(3)?,
            opcode::TUPLE => self.of_marked(R::tuple)?,

            // Containers: empty, or made of all items above the mark.
            opcode::EMPTY_LIST => self.rt.list(&[])?,
            opcode::EMPTY_DICT => self.empty_dict()?,
            opcode::EMPTY_SET => self.rt.set()?,
            opcode::LIST => self.of_marked(R::list)?,
            opcode::DICT => self.load_dict()?,
            opcode::FROZENSET => self.of_marked(R::frozenset)?,

            // Filling containers.
            opcode::APPEND => return self.fill(self.stack.len().saturating_sub(1), R::extend),
            opcode::SETITEM => return self.store(self.stack.len().saturating_sub(2)),
            opcode::APPENDS => {
                let start = self.pop_mark()?;
                return self.fill(start, R::extend);
            }
            opcode::SETITEMS => {
                let start = self.pop_mark()?;
                return self.store(start);
            }
            opcode::ADDITEMS => {
                let start = self.pop_mark()?;
                return self.fill(start, R::add);
            }

            // The stack.
            opcode::MARK => return Ok(self.stack.mark()?),
            opcode::POP => return self.load_pop(),
            opcode::POP_MARK => {
                let start = self.pop_mark()?;
                self.stack.truncate(start);
                return Ok(());
            }
            opcode::DUP => self.load_dup()?,

            // The memo.
            opcode::MEMOIZE => return self.put(self.memo.next_index()),
            opcode::BINPUT | opcode::LONG_BINPUT => return self.put(number as usize),
            opcode::PUT if TEXT => {
                self.top()?;
                let index = self.load_index()?;
                return self.put(usize::try_from(index).map_err(|_| self.rt.fail(Fault::NegativeMemo))?);
            }
            opcode::BINGET | opcode::LONG_BINGET => self.get(number as usize)?,
            opcode::GET if TEXT => {
                let index = self.load_index()?;
                self.get(usize::try_from(index).map_err(|_| self.rt.fail(Fault::MemoMiss))?)?
            }

            // Globals, and what is made of them.
            opcode::GLOBAL if GLOBALS => self.global_lines()?,
            opcode::STACK_GLOBAL if GLOBALS => self.load_stack_global()?,
            opcode::EXT1 | opcode::EXT2 | opcode::EXT4 if GLOBALS => self.load_extension(number)?,
            opcode::INST if GLOBALS => self.load_inst()?,
            opcode::OBJ if GLOBALS => self.load_obj()?,
            opcode::REDUCE if GLOBALS => self.load_reduce()?,
            opcode::NEWOBJ if GLOBALS => self.load_newobj()?,
            opcode::NEWOBJ_EX if GLOBALS => self.load_newobj_ex()?,
            opcode::BUILD if GLOBALS => return self.load_build(),
            opcode::PERSID if TEXT => self.load_persistent_line()?,
            opcode::BINPERSID => {
                let id = self.pop()?;
                self.rt.persistent_load(id)?
            }

            // The stream of opcodes itself.
            opcode::PROTO => return self.load_protocol(number),
            opcode::FRAME => return self.load_frame(number),

            _ if !ALL_OPCODES && opcode::index(code).is_some() => return Err(self.rt.fail(Fault::LeftOut)),
            _ => return Err(self.rt.fail(Fault::BadOpcode)),
        };
        Ok(self.stack.push(obj)?)
    }

    fn load_protocol(&mut self, protocol: u64) -> Result<(), R> {
        if protocol > crate::pickler::HIGHEST_PROTOCOL.into() {
            return Err(self.rt.fail(Fault::BadProtocol));
        }
        self.protocol = protocol as u8;
        Ok(())
    }

    fn load_frame(&mut self, length: u64) -> Result<(), R> {
        let entered = self.reader.enter_frame(self.size(length)?);
        self.rt.or_fail(entered)
    }

    /// A length as a size of this machine's, which is signed as CPython's.
    fn size(&self, length: u64) -> Result<usize, R> {
        match isize::try_from(length) {
            Ok(size) => Ok(size as usize),
            Err(_) => Err(self.rt.fail(Fault::TooLong)),
        }
    }

    // The stack and the memo.

    fn pop(&mut self) -> Result<R::Obj, R> {
        self.stack.pop().ok_or_else(|| self.underflow())
    }

    #[inline]
    fn top(&self) -> Result<R::Obj, R> {
        self.stack.top().ok_or_else(|| self.underflow())
    }

    fn pop_mark(&mut self) -> Result<usize, R> {
        self.stack.pop_mark().ok_or_else(|| self.rt.fail(Fault::NoMark))
    }

    /// The object just below height `start`.
    #[inline]
    fn container(&self, start: usize) -> Result<R::Obj, R> {
        self.stack.container(start).ok_or_else(|| self.underflow())
    }

    #[cold]
    #[inline(never)]
    fn underflow(&self) -> R::Raised {
        self.rt.fail(self.stack.underflow())
    }

    /// The argument of GET or PUT.
    fn load_index(&mut self) -> Result<i64, R> {
        let line = self.reader.line(self.rt)?;
        self.rt.or_fail(integer::parse_decimal(line))
    }

    /// What `make` makes of all items above the topmost mark, which go away with it.
    #[inline(never)]
    fn of_marked(&mut self, make: Make<R>) -> Result<R::Obj, R> {
        let start = self.pop_mark()?;
        self.replace(start, make)
    }

    fn tuple_of(&mut self, count: usize) -> Result<R::Obj, R> {
        let start = self.stack.below(count).ok_or_else(|| self.underflow())?;
        self.replace(start, R::tuple)
    }

    #[inline]
    fn replace(&mut self, start: usize, make: Make<R>) -> Result<R::Obj, R> {
        let obj = make(self.rt, self.stack.above(start))?;
        self.stack.truncate(start);
        Ok(obj)
    }

    fn load_dup(&mut self) -> Result<R::Obj, R> {
        self.keep_states()?;
        self.top()
    }

    /// A state setter is called for what it does, and what it returns is dropped: it lies above the object.
    fn load_pop(&mut self) -> Result<(), R> {
        let pair = self.stack.below(2).map_or(&[] as &[_], |start| self.stack.above(start));
        if let &[obj, top] = pair {
            self.rt.dropped(top, obj)?;
        }
        self.stack.drop_top().ok_or_else(|| self.underflow())
    }

    #[inline(never)]
    fn put(&mut self, index: usize) -> Result<(), R> {
        let obj = self.top()?;
        if !self.memo.is_in_order(index) && self.memo.position(index).is_some() {
            self.keep_states()?;
        }
        Ok(self.memo.put(index, obj)?)
    }

    #[inline]
    fn get(&mut self, index: usize) -> Result<R::Obj, R> {
        let position = self.memo.position(index).ok_or_else(|| self.rt.fail(Fault::MemoMiss))?;
        let found = self.memo.at(position);
        if GLOBALS {
            self.states.note_fetched(position);
            if found.is_none() {
                return self.state_again(position);
            }
        }
        let obj = found.ok_or_else(|| self.rt.fail(Fault::MemoMiss))?;
        if GLOBALS && self.may_replace {
            self.note_given_out(obj)?;
        }
        Ok(obj)
    }

    #[cold]
    fn note_given_out(&mut self, obj: R::Obj) -> Result<(), R> {
        let identity = self.rt.identity(obj);
        if self.given_out.position(identity).is_none() {
            self.given_out.insert_new(identity)?;
        }
        Ok(())
    }

    // Numbers.

    /// LONG1 and LONG4: two's complement after its length, which LONG4 has signed.
    fn load_long(&mut self, count: u64) -> Result<R::Obj, R> {
        let Some(count) = i32::try_from(count).ok() else {
            return Err(self.rt.fail(Fault::NegativeCount));
        };
        let bytes = self.reader.take(self.rt, count as usize)?;
        match integer::decode_i64(bytes) {
            Some(value) => self.rt.int(value),
            None => self.rt.int_from_bytes(bytes),
        }
    }

    // Filling containers.

    #[inline]
    fn empty_dict(&mut self) -> Result<R::Obj, R> {
        let dict = self.rt.dict()?;
        if GLOBALS {
            self.note_dict(dict)?;
        }
        Ok(dict)
    }

    fn load_dict(&mut self) -> Result<R::Obj, R> {
        let start = self.pop_mark()?;
        self.check_pairs(start)?;
        let dict = self.rt.dict()?;
        self.rt.store(dict, self.stack.above(start))?;
        self.stack.truncate(start);
        Ok(dict)
    }

    fn store(&mut self, start: usize) -> Result<(), R> {
        self.container(start)?;
        self.check_pairs(start)?;
        self.fill(start, R::store)
    }

    fn check_pairs(&self, start: usize) -> Result<(), R> {
        if !self.stack.above(start).len().is_multiple_of(2) {
            return Err(self.rt.fail(Fault::OddDictItems));
        }
        Ok(())
    }

    /// Gives all that lies from `start` on to the object below it.
    fn fill(&mut self, start: usize, add: Fill<R>) -> Result<(), R> {
        let container = self.container(start)?;
        let items = self.stack.above(start);
        if !items.is_empty() {
            add(self.rt, container, items)?;
            self.stack.truncate(start);
        }
        Ok(())
    }
}
