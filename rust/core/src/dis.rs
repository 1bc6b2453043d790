//! The disassembler: it reads opcodes and their arguments as the unpickler does, and lists them instead of running them.
//!
//! It shows what CPython's `pickletools.dis` shows. Of the stack it knows how many objects there are and where the marks
//! are, which the indentation needs; of the memo, how much is in it.

use crate::error::{Fault, Place};
use crate::growable::Growable;
use crate::parts::TEXT;
use crate::runtime::{Result, Runtime};
use crate::wire::opcode::{self, Argument, Effect, OPCODES};
use crate::wire::reader::Reader;
use crate::wire::{float, text};

/// Where a listing goes.
pub trait Listing: Runtime {
    /// Shows a line.
    fn show(&self, line: &Line) -> Result<(), Self>;
}

/// What is shown of an opcode. It is laid out as in C, where it is shown.
#[repr(C)]
pub struct Line {
    /// The bytes of its argument, which are there while the line is shown.
    pub argument: *const u8,
    /// How many they are.
    pub len: usize,
    /// Bytes before the opcode.
    pub offset: usize,
    /// Marks that were on the stack before it.
    pub depth: usize,
    /// See [`Note`].
    pub number: usize,
    /// The opcode.
    pub code: u8,
    /// What its argument is.
    pub form: Form,
    /// What there is to say of `number`.
    pub note: Note,
}

/// What may stand behind an opcode and its argument.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Note {
    /// Nothing.
    None,
    /// It takes the items from the MARK at this byte on.
    Mark,
    /// It stores an object under this key.
    Stored,
    /// There is no opcode: this is the newest protocol that any of them needs.
    Protocol,
}

/// What an argument is: how it is read, and how it is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
#[repr(u8)]
pub enum Form {
    /// Nothing.
    None,
    /// A little-endian number.
    Uint,
    /// The same as two's complement.
    Int,
    /// A big-endian double.
    Float,
    /// A line that is shown as it stands: a number, or a str in quotes.
    Plain,
    /// A line in raw-unicode-escape.
    Escaped,
    /// A line, a name.
    Name,
    /// Two of them.
    Names,
    /// Two's complement after its length.
    Long,
    /// The UTF-8 of a str, likewise.
    Str,
    /// A str of Python 2, likewise.
    OldStr,
    /// A bytes object, likewise.
    Bytes,
    /// A bytearray, likewise.
    ByteArray,
}

impl Form {
    const fn of(argument: Argument) -> Form {
        match argument {
            Argument::None => Form::None,
            Argument::Uint1 | Argument::Uint2 | Argument::Uint4 | Argument::Uint8 => Form::Uint,
            Argument::Int4 => Form::Int,
            Argument::Float8 => Form::Float,
            Argument::DecimalnlShort | Argument::DecimalnlLong | Argument::Floatnl | Argument::Stringnl => Form::Plain,
            Argument::Unicodestringnl => Form::Escaped,
            Argument::StringnlNoescape => Form::Name,
            Argument::StringnlNoescapePair => Form::Names,
            Argument::Long1 | Argument::Long4 => Form::Long,
            Argument::Unicodestring1 | Argument::Unicodestring4 | Argument::Unicodestring8 => Form::Str,
            Argument::String1 | Argument::String4 => Form::OldStr,
            Argument::Bytes1 | Argument::Bytes4 | Argument::Bytes8 => Form::Bytes,
            Argument::Bytearray8 => Form::ByteArray,
        }
    }
}

/// What a listing wants to know of each opcode.
static TABLE: [(Form, Effect); OPCODES.len()] = table();

#[allow(clippy::indexing_slicing)]
const fn table() -> [(Form, Effect); OPCODES.len()] {
    let mut table = [(Form::None, OPCODES[0].effect); OPCODES.len()];
    let mut i = 0;
    while i < OPCODES.len() {
        table[i] = (Form::of(OPCODES[i].argument), OPCODES[i].effect);
        i += 1;
    }
    table
}

/// Lists one pickle.
pub struct Disassembler<'r, 'a, R: Runtime> {
    rt: &'r R,
    reader: &'r mut Reader<'a, R::Obj>,
    /// The marks on the stack: offset of the MARK, and how many objects there are below it, down to the next mark.
    marks: Growable<(u32, u32)>,
    /// How many objects there are above the topmost mark.
    above: u32,
    /// How many objects are in the memo.
    stored: usize,
    line: Line,
}

impl<'r, 'a, R: Listing> Disassembler<'r, 'a, R> {
    /// A disassembler that reads from `reader`.
    pub fn new(rt: &'r R, reader: &'r mut Reader<'a, R::Obj>) -> Self {
        let (argument, form, note) = (core::ptr::null(), Form::None, Note::None);
        let line = Line { argument, len: 0, offset: 0, depth: 0, number: 0, code: 0, form, note };
        Disassembler { rt, reader, marks: Growable::new(), above: 0, stored: 0, line }
    }

    /// Where it is, or stopped.
    pub fn place(&self) -> Place {
        Place { opcode: Some(self.line.code), offset: self.line.offset }
    }

    /// Lists all up to STOP.
    #[inline(never)]
    pub fn list(&mut self) -> Result<(), R> {
        let mut newest = 0;
        while self.line.code != opcode::STOP {
            self.line.offset = self.reader.offset();
            let code = self.reader.slow_number(self.rt, 1)? as u8;
            self.line.code = code;
            let Some(&(form, effect)) = opcode::index(code).and_then(|at| TABLE.get(at)) else {
                return Err(self.rt.fail(Fault::BadOpcode));
            };
            newest = effect.protocol().max(newest);
            self.line.form = form;
            self.list_one(effect)?;
        }
        (self.line.note, self.line.number) = (Note::Protocol, newest.into());
        self.rt.show(&self.line)
    }

    #[inline(never)]
    fn list_one(&mut self, effect: Effect) -> Result<(), R> {
        let code = self.line.code;
        let depth = self.marks.len();
        (self.line.depth, self.line.note) = (depth, Note::None);
        if code == opcode::MEMOIZE {
            (self.line.note, self.line.number) = (Note::Stored, self.stored);
        }
        // A POP may take the mark itself.
        if effect.takes_items() || (code == opcode::POP && self.above == 0 && depth > 0) {
            let Some((mark, below)) = self.marks.pop() else {
                return Err(self.rt.fail(Fault::NoMark));
            };
            (self.line.note, self.line.number) = (Note::Mark, mark as usize);
            self.above = below + u32::from(code == opcode::POP);
        }
        self.show()?;

        let Some(left) = self.above.checked_sub(effect.takes() as u32) else {
            return Err(self.rt.fail(Fault::StackUnderflow));
        };
        self.above = left + effect.pushes() as u32;
        match code {
            opcode::MARK => {
                self.marks.push((self.line.offset as u32, left))?;
                self.above = 0;
            }
            opcode::PUT | opcode::BINPUT | opcode::LONG_BINPUT | opcode::MEMOIZE => self.stored += 1,
            _ => {}
        }
        Ok(())
    }

    /// Reads the argument and shows the line.
    #[inline(never)]
    fn show(&mut self) -> Result<(), R> {
        let rt = self.rt;
        let form = self.line.form;
        let mut made = Growable::new();
        let mut digits = heapless::Vec::new();
        let mut argument: &[u8];
        if form >= Form::Plain && form < Form::Long {
            if form == Form::Names {
                made.extend_from_slice(self.reader.line(rt)?)?;
                made.extend_from_slice(b" ")?;
            }
            argument = self.reader.line(rt)?;
        } else {
            let mut width = opcode::width(self.line.code).into();
            if form >= Form::Long {
                width = usize::try_from(self.reader.slow_number(rt, width as u8)?).unwrap_or(usize::MAX);
            }
            argument = self.reader.take(rt, width)?;
        }
        match form {
            Form::Plain => {
                argument = match argument {
                    b"00" => b"False",
                    b"01" => b"True",
                    _ => argument.strip_suffix(b"L").unwrap_or(argument),
                }
            }
            Form::Names => {
                made.extend_from_slice(argument)?;
                argument = &made;
            }
            Form::Escaped if TEXT => {
                rt.or_fail(text::raw_unicode_escape_decode(argument, &mut made))?;
                argument = &made;
            }
            Form::Float => {
                float::format_float(argument.try_into().map_or(0, u64::from_be_bytes), &mut digits);
                argument = &digits;
            }
            Form::Escaped => return Err(rt.fail(Fault::LeftOut)),
            Form::Str => rt.or_fail(text::check_utf8(argument, true))?,
            _ => {}
        }
        (self.line.argument, self.line.len) = (argument.as_ptr(), argument.len());
        rt.show(&self.line)
    }
}
