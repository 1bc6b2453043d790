//! From a machine's fault to an exception whose message says what, in which opcode, and where.

use crate::shim::{self, Raised, Shim};
use mpickle_core::error::{Class, Place};

// The classes are numbered alike on both sides of the border.
const _: () = {
    assert!(Class::Unpickling as u32 == shim::MPK_CLASS_UNPICKLING);
    assert!(Class::Pickling as u32 == shim::MPK_CLASS_PICKLING);
    assert!(Class::Eof as u32 == shim::MPK_CLASS_EOF);
    assert!(Class::Value as u32 == shim::MPK_CLASS_VALUE);
    assert!(Class::Type as u32 == shim::MPK_CLASS_TYPE);
    assert!(Class::Overflow as u32 == shim::MPK_CLASS_OVERFLOW);
    assert!(Class::Unicode as u32 == shim::MPK_CLASS_UNICODE);
    assert!(Class::Attribute as u32 == shim::MPK_CLASS_ATTRIBUTE);
    assert!(Class::Runtime as u32 == shim::MPK_CLASS_RUNTIME);
    assert!(Class::Memory as u32 == shim::MPK_CLASS_MEMORY);
    assert!(Class::Lookup as u32 == shim::MPK_CLASS_LOOKUP);
};

/// Raises the exception of what a machine found wrong, if it did; `place` is where the unpickler stopped.
#[cold]
#[inline(never)]
pub fn raise_fault(shim: &Shim, place: Option<Place>) -> Raised {
    match shim.fault() {
        Some(fault) => shim.raise_at(fault.class(), fault, place),
        None => Raised,
    }
}
