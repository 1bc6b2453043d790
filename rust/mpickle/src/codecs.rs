//! `_codecs.encode`, with which pickles of protocols 0 to 2 make bytes.
#![allow(unsafe_code)]

use crate::api::answer;
use crate::interpreter::Interpreter;
use crate::shim::{self, Obj, Raised, Shim, mp_obj_t};
use mpickle_core::error::Fault;
use mpickle_core::growable::Growable;
use mpickle_core::runtime::Runtime;
use mpickle_core::wire::text::{self, Encoding};

type Result<T> = core::result::Result<T, Raised>;

/// `_codecs.encode(text, encoding)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_codecs_encode(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[text, encoding] = shim::arguments(args);
        encode(rt, text, encoding)
    })
}

fn encode(rt: &Interpreter, text: Obj, encoding: Obj) -> Result<Obj> {
    let encoding = parse_encoding(&rt.shim, encoding)?;
    let Some(utf8) = rt.text(text) else {
        return Err(rt.shim.fail(Fault::EncodesStr));
    };
    let mut data = Growable::new();
    match encoding {
        Encoding::Latin1 => rt.or_fail(text::latin1_from_utf8(utf8, &mut data))?,
        _ => data.extend_from_slice(utf8)?,
    }
    rt.adopt_bytes(data)
}

fn parse_encoding(shim: &Shim, name: Obj) -> Result<Encoding> {
    if !shim::is_str(name) {
        return Err(shim.fail(Fault::EncodingNotStr));
    }
    let encoding = shim::immutable_bytes(name).and_then(Encoding::parse);
    encoding.filter(|&encoding| encoding != Encoding::Bytes).ok_or_else(|| shim.fail(Fault::UnknownEncoding))
}
