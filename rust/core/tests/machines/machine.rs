//! The machines as the tests call them.

use crate::toy::{Obj, Result, Stream, Toy};
use mpickle_core::error::{Error, Fault, Place};
use mpickle_core::pickler::{self, Pickler};
use mpickle_core::unpickler::{self, Unpickler};
use mpickle_core::wire::reader::Reader;
use mpickle_core::wire::text::{Encoding, Errors};

pub fn pickling(protocol: u8) -> pickler::Options {
    pickler::Options { protocol, fix_imports: true, fast: false }
}

pub const UNPICKLING: unpickler::Options =
    unpickler::Options { fix_imports: true, encoding: Encoding::Ascii, errors: Errors::Strict };

/// Dumps to memory.
pub fn dump(toy: &Toy, obj: Obj, protocol: u8) -> Result<Vec<u8>> {
    let mut pickler = Pickler::new(toy, pickling(protocol), None);
    pickler.dump(obj)?;
    Ok(crate::memory::exempt(|| pickler.into_buffer().to_vec()))
}

/// Dumps to a stream.
pub fn dump_to(toy: &Toy, stream: Obj, obj: Obj, protocol: u8) -> Result<()> {
    Pickler::new(toy, pickling(protocol), Some(stream)).dump(obj)
}

/// Loads from memory.
pub fn load(toy: &Toy, pickle: &[u8]) -> Result<Obj> {
    Unpickler::new(toy, UNPICKLING, Reader::memory(pickle)).load()
}

/// Loads from a stream.
pub fn load_from(toy: &Toy, stream: Obj) -> Result<Obj> {
    Unpickler::new(toy, UNPICKLING, Reader::stream(stream)).load()
}

/// Loads what has to fail; what the machine finds wrong, and where.
pub fn fault(toy: &Toy, reader: Reader<'_, Obj>) -> (Fault, Place) {
    let mut unpickler = Unpickler::new(toy, UNPICKLING, reader);
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
