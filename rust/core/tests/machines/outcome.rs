//! What a load comes to, as text that CPython's side writes, too, and where the two may differ.

use crate::toy::{Error, Obj, Result, Toy};
use mpickle_core::error::Class;
use mpickle_core::wire::opcode;

/// The name of a class of exceptions, in Python.
fn class_name(class: Class) -> &'static str {
    match class {
        Class::Unpickling => "UnpicklingError",
        Class::Pickling => "PicklingError",
        Class::Eof => "EOFError",
        Class::Value => "ValueError",
        Class::Type => "TypeError",
        Class::Overflow => "OverflowError",
        Class::Unicode => "UnicodeError",
        Class::Attribute => "AttributeError",
        Class::Runtime => "RuntimeError",
        Class::Memory => "MemoryError",
        Class::Lookup => "LookupError",
    }
}

/// What a load comes to, as CPython's side writes it.
pub fn show(toy: &Toy, outcome: Result<Obj>) -> String {
    match outcome {
        Ok(obj) => toy.show(obj),
        Err(Error::Raised(raised)) => format!("!{}", raised),
        Err(Error::Fault(fault)) => format!("!{}", class_name(fault.class())),
    }
}

/// Whether it is known that they do.
pub fn may_differ(toy: &Toy, pickle: &[u8], ours: &str, theirs: &str) -> bool {
    match (ours, theirs) {
        // CPython takes the memory that a length or an index asks for.
        (_, "!MemoryError") => true,
        // A UnicodeError is a ValueError; CPython's is of the message, in which there is what is no int.
        ("!ValueError", "!UnicodeError") => true,
        // CPython counts in what its own bytes objects begin with.
        ("!UnpicklingError", "!OverflowError") => pickle.contains(&opcode::BINBYTES8),
        // A float is too large for CPython before it is wrong.
        ("!ValueError", "!OverflowError") => pickle.contains(&opcode::FLOAT),
        // For CPython a payload of no bytes at the end of the input is cut.
        ("!EOFError", "!UnpicklingError") => {
            [1, 4, 8].into_iter().zip([b"C", b"B", b"\x8e\x96".as_slice()]).any(|(width, opcodes)| {
                let place = pickle.len().checked_sub(width + 1);
                place.is_some_and(|place| {
                    opcodes.contains(&pickle[place]) && pickle[place + 1..].iter().all(|&b| b == 0)
                })
            })
        }
        // There are no modules here.
        _ => toy.has_unknown_modules(),
    }
}
