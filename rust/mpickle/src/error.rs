//! From a machine's fault to an exception whose message says what, in which opcode, and where.

use crate::shim::{self, Obj, Raised, Shim, text};
use heapless::Vec;
use mpickle_core::error::{Class, Fault, Place};
use mpickle_core::wire::{integer, opcode};

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

/// Text of bounded length; what does not fit is cut off.
pub struct Message(Vec<u8, 240>);

impl Message {
    pub const fn new() -> Self {
        Message(Vec::new())
    }

    #[inline(never)]
    pub fn text(&mut self, text: &[u8]) -> &mut Self {
        for &byte in text {
            let _ = self.0.push(byte);
        }
        self
    }

    /// The name of a global in quotes, from its module to its last part.
    pub fn global(&mut self, module: Obj, name: Obj) -> &mut Self {
        self.text(b"'").text(text(module)).text(b".").text(text(name)).text(b"'")
    }

    pub fn number(&mut self, number: usize) -> &mut Self {
        let mut digits = [0; 20];
        self.text(integer::format_i64(number as i64, &mut digits))
    }

    fn hex(&mut self, byte: u8) -> &mut Self {
        let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
        self.text(&[b'0', b'x', digit(byte >> 4), digit(byte & 15)])
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Raises the exception of what a machine found wrong, if it did; `place` is where the unpickler stopped.
#[cold]
#[inline(never)]
pub fn raise_fault(shim: &Shim, place: Option<Place>) -> Raised {
    let Some(fault) = shim.fault() else { return Raised };
    let mut message = Message::new();
    message.text(fault.message());
    if let Some(place) = place {
        describe(&mut message, fault, place);
    }
    shim.raise(fault.class(), message.bytes())
}

fn describe(message: &mut Message, fault: Fault, place: Place) {
    message.text(b" (");
    match opcode::name(place.opcode) {
        // Where the input ends there is no opcode.
        _ if fault == Fault::EndOfInput => {}
        Some(name) => {
            message.text(b"opcode ").text(name.as_bytes()).text(b" ");
        }
        None => {
            message.text(b"opcode ").hex(place.opcode).text(b" ");
        }
    }
    message.text(b"at byte ").number(place.offset).text(b")");
}
