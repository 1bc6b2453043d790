//! `dis`: a pickle's opcodes, shown as CPython's `pickletools.dis` shows them.
#![allow(unsafe_code)]

use crate::api::{answer, open_source};
use crate::interpreter::Interpreter;
use crate::shim::{self, Raised, mp_obj_t};
use mpickle_core::dis::{Disassembler, Form, Line, Listing, Note};
use mpickle_core::error::{Class, Fault};
use mpickle_core::runtime::Runtime;

// Numbered alike on both sides of the border.
const _: () = {
    assert!(Form::None as u32 == shim::MPK_FORM_NONE);
    assert!(Form::Uint as u32 == shim::MPK_FORM_UINT);
    assert!(Form::Int as u32 == shim::MPK_FORM_INT);
    assert!(Form::Float as u32 == shim::MPK_FORM_FLOAT);
    assert!(Form::Plain as u32 == shim::MPK_FORM_PLAIN);
    assert!(Form::Escaped as u32 == shim::MPK_FORM_ESCAPED);
    assert!(Form::Long as u32 == shim::MPK_FORM_LONG);
    assert!(Form::Str as u32 == shim::MPK_FORM_STR);
    assert!(Form::Bytes as u32 == shim::MPK_FORM_BYTES);
    assert!(Form::ByteArray as u32 == shim::MPK_FORM_BYTEARRAY);
    assert!(Note::None as u32 == shim::MPK_NOTE_NONE);
    assert!(Note::Mark as u32 == shim::MPK_NOTE_MARK);
    assert!(Note::Stored as u32 == shim::MPK_NOTE_STORED);
    assert!(Note::Protocol as u32 == shim::MPK_NOTE_PROTOCOL);
};

/// `dis(pickle, out)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_dis(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[pickle, out] = shim::arguments(args);
        rt.hooks.listing = Some(out);
        let (mut reader, in_place) = open_source(rt, pickle, true)?;
        if in_place {
            rt.read_from_buffer(0);
        }
        let mut disassembler = Disassembler::new(&*rt, &mut reader);
        disassembler.list().map_err(|raised| match rt.shim.fault() {
            // Whatever is wrong with a pickle is a ValueError to pickletools.
            Some(fault) if fault != Fault::OutOfMemory => {
                rt.shim.raise_at(Class::Value, fault, Some(disassembler.place()))
            }
            _ => raised,
        })?;
        Ok(rt.none())
    })
}

impl Listing for Interpreter {
    fn show(&self, line: &Line) -> Result<(), Raised> {
        self.shim.show(self.hooks.listing.unwrap_or(self.none()), line)
    }
}
