//! The machines as the tests call them.

use crate::toy::{Error, Obj, Result, Stream, Toy};
use mpickle_core::error::{Fault, Place};
use mpickle_core::pickler::{self, Pickler};
use mpickle_core::unpickler::{self, Unpickler};
use mpickle_core::wire::opcode::{self, Argument};
use mpickle_core::wire::reader::Reader;
use mpickle_core::wire::text::{Encoding, Errors};

pub fn pickling(protocol: u8) -> pickler::Options {
    pickler::Options { protocol, fix_imports: true, fast: false }
}

pub const UNPICKLING: unpickler::Options =
    unpickler::Options { fix_imports: true, encoding: Some(Encoding::Ascii), errors: Some(Errors::Strict) };

/// Dumps to memory.
pub fn dump(toy: &Toy, obj: Obj, protocol: u8) -> Result<Vec<u8>> {
    let mut memo = pickler::Memo::new();
    let mut pickler = Pickler::new(toy, pickling(protocol), None, &mut memo);
    pickler.dump(obj)?;
    Ok(crate::memory::exempt(|| pickler.into_buffer().to_vec()))
}

/// Dumps to a stream.
pub fn dump_to(toy: &Toy, stream: Obj, obj: Obj, protocol: u8) -> Result<()> {
    Pickler::new(toy, pickling(protocol), Some(stream), &mut pickler::Memo::new()).dump(obj)
}

/// Loads from memory.
pub fn load(toy: &Toy, pickle: &[u8]) -> Result<Obj> {
    Unpickler::new(toy, UNPICKLING, &mut Reader::memory(pickle), &mut unpickler::Memo::new()).load()
}

/// Loads from a stream.
pub fn load_from(toy: &Toy, stream: Obj) -> Result<Obj> {
    Unpickler::new(toy, UNPICKLING, &mut Reader::stream(stream), &mut unpickler::Memo::new()).load()
}

/// Loads what has to fail; what the machine finds wrong, and where.
pub fn fault(toy: &Toy, mut reader: Reader<'_, Obj>) -> (Fault, Place) {
    let mut memo = unpickler::Memo::new();
    let mut unpickler = Unpickler::new(toy, UNPICKLING, &mut reader, &mut memo);
    match unpickler.load() {
        Err(Error::Fault(fault)) => (fault, unpickler.place()),
        Err(Error::Raised(raised)) => panic!("{raised:?}"),
        Ok(obj) => panic!("{}", toy.show(obj)),
    }
}

/// A pickle in a stream that gives `piece` bytes at a time.
pub fn in_pieces(toy: &Toy, pickle: &[u8], piece: usize) -> Obj {
    toy.new_stream(Stream::reading(pickle, piece))
}

/// An opcode of a well-formed pickle.
pub struct Op {
    pub code: u8,
    pub start: usize,
    /// Where the next one begins.
    pub end: usize,
}

/// The opcodes of a well-formed pickle.
pub fn opcodes(pickle: &[u8]) -> Vec<Op> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(&code) = pickle.get(start) {
        let argument = &pickle[start + 1..];
        let opcode = opcode::OPCODES.iter().find(|opcode| opcode.code == code);
        let end = start + 1 + argument_length(opcode.expect("an opcode").argument, argument);
        found.push(Op { code, start, end });
        start = end;
    }
    found
}

fn argument_length(argument: Argument, data: &[u8]) -> usize {
    let width = usize::from(argument.width());
    let number = data[..width].iter().rfold(0, |number, &byte| number << 8 | usize::from(byte));
    let line = |from: usize| from + data[from..].iter().position(|&byte| byte == b'\n').unwrap() + 1;
    match argument {
        Argument::None | Argument::Uint1 | Argument::Uint2 | Argument::Int4 | Argument::Uint4 => width,
        Argument::Uint8 | Argument::Float8 => width,
        Argument::StringnlNoescapePair => line(line(0)),
        _ if width == 0 => line(0),
        _ => width + number,
    }
}
