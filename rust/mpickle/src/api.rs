//! The entries that the generated C module calls, one for each public function.
//!
//! Each gets its arguments as an array in the order of the table of public names (`rust/glue/api.toml`),
//! stores a result or an exception, and returns which of the two it is.
#![allow(unsafe_code)]

use crate::error::{self, Message};
use crate::interpreter::{Hooks, Interpreter};
use crate::policy::Policy;
use crate::shim::{self, Obj, Raised, mp_obj_t};
use mpickle_core::error::{Class, Error, Place};
use mpickle_core::growable::Growable;
use mpickle_core::pickler::{self, DEFAULT_PROTOCOL, HIGHEST_PROTOCOL, Pickler};
use mpickle_core::runtime::Runtime;
use mpickle_core::unpickler::{self, Unpickler};
use mpickle_core::wire::reader::Reader;
use mpickle_core::wire::text::{self, Encoding, Errors};

type Result<T> = core::result::Result<T, Raised>;

/// `dump(obj, file, protocol, fix_imports, buffer_callback)`: to a stream, or where `file` is None to bytes.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_dump(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    let &[obj, file, protocol, fix_imports, buffer_callback] = shim::arguments(args);
    shim::give_back(dump(obj, some(file), protocol, fix_imports, buffer_callback), result)
}

/// `dumps(obj, protocol, fix_imports, buffer_callback)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_dumps(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    let &[obj, protocol, fix_imports, buffer_callback] = shim::arguments(args);
    shim::give_back(dump(obj, None, protocol, fix_imports, buffer_callback), result)
}

/// `load(source, fix_imports, encoding, errors, buffers, allow, missing)`: from a stream or a buffer.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_load(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    let &[source, options @ ..] = shim::arguments::<7>(args);
    shim::give_back(load(source, true, options), result)
}

/// `loads(data, fix_imports, encoding, errors, buffers, allow, missing)`: from a buffer.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_loads(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    let &[source, options @ ..] = shim::arguments::<7>(args);
    shim::give_back(load(source, false, options), result)
}

/// `_codecs.encode(text, encoding)`, with which pickles of protocols 0 to 2 make bytes.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_codecs_encode(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    let &[text, encoding] = shim::arguments(args);
    shim::give_back(codecs_encode(text, some(encoding)), result)
}

fn dump(obj: Obj, file: Option<Obj>, protocol: Obj, fix_imports: Obj, buffer_callback: Obj) -> Result<Obj> {
    let protocol = parse_protocol(protocol)?;
    let fix_imports = shim::is_true(fix_imports)?;
    let buffer_callback = some(buffer_callback);
    if buffer_callback.is_some() && protocol < 5 {
        return Err(raise(Class::Value, b"buffer_callback needs protocol >= 5"));
    }
    if let Some(file) = file {
        if !shim::is_stream(file, true)? {
            return Err(raise(Class::Type, b"file must have a 'write' attribute"));
        }
    }
    let rt = Interpreter::new(Hooks { buffer_callback, ..Hooks::NONE });
    let options = pickler::Options { protocol, fix_imports, fast: false };
    let mut pickler = Pickler::new(&rt, options, file);
    pickler.dump(obj).map_err(|error| error::exception(error, None))?;
    match file {
        Some(_) => Ok(none()),
        None => rt.adopt_bytes(pickler.into_buffer()).map_err(|error| error::exception(error, None)),
    }
}

fn load(source: Obj, streams: bool, options: [Obj; 6]) -> Result<Obj> {
    let [fix_imports, encoding, errors, buffers, allow, missing] = options;
    let options = unpickler::Options {
        fix_imports: shim::is_true(fix_imports)?,
        encoding: parse_encoding(encoding)?,
        errors: parse_errors(errors)?,
    };
    let hooks = Hooks {
        policy: Policy::new(some(allow), some(missing)),
        buffers: some(buffers).map(shim::iterate).transpose()?,
        ..Hooks::NONE
    };
    // A str has the buffer protocol, but a pickle in it was decoded by mistake.
    if shim::is_str(source) {
        return Err(raise(Class::Type, b"a bytes-like object is required, not str"));
    }
    if let Some(memory) = shim::immutable_bytes(source) {
        return run(&Interpreter::new(hooks), options, Reader::memory(memory));
    }
    if shim::is_buffer(source) {
        return run(&Interpreter::reading_buffer(hooks), options, Reader::stream(source));
    }
    if !streams {
        return Err(raise(Class::Type, b"a bytes-like object is required"));
    }
    if !shim::is_stream(source, false)? {
        return Err(raise(Class::Type, b"source must be a bytes-like object or have a 'read' attribute"));
    }
    run(&Interpreter::new(hooks), options, Reader::stream(source))
}

#[inline(never)]
fn run(rt: &Interpreter, options: unpickler::Options, reader: Reader<'_, Obj>) -> Result<Obj> {
    let mut unpickler = Unpickler::new(rt, options, reader);
    let outcome = unpickler.load();
    let place: Place = unpickler.place();
    outcome.map_err(|error: Error<Raised>| error::exception(error, Some(place)))
}

fn codecs_encode(text: Obj, encoding: Option<Obj>) -> Result<Obj> {
    let utf8 = Some(text).filter(|&text| shim::is_str(text)).and_then(shim::immutable_bytes);
    let utf8 = utf8.ok_or_else(|| raise(Class::Type, b"encode() argument 1 must be str"))?;
    let mut data = Growable::new();
    let outcome = match encoding.map_or(Ok(Encoding::Utf8), parse_encoding)? {
        Encoding::Latin1 => text::latin1_from_utf8(utf8, &mut data),
        _ => data.extend_from_slice(utf8),
    };
    let rt = Interpreter::new(Hooks::NONE);
    let bytes = outcome.map_err(Error::from).and_then(|()| rt.adopt_bytes(data));
    bytes.map_err(|error| error::exception(error, None))
}

/// The protocol argument: None is the default, a negative number the highest.
fn parse_protocol(protocol: Obj) -> Result<u8> {
    let Some(protocol) = some(protocol) else { return Ok(DEFAULT_PROTOCOL) };
    match u8::try_from(shim::argument_int(protocol)?) {
        Ok(protocol) if protocol <= HIGHEST_PROTOCOL => Ok(protocol),
        _ if shim::argument_int(protocol)? < 0 => Ok(HIGHEST_PROTOCOL),
        _ => Err(raise(Class::Value, b"pickle protocol must be <= 5")),
    }
}

fn parse_encoding(name: Obj) -> Result<Encoding> {
    shim::immutable_bytes(name)
        .and_then(Encoding::parse)
        .ok_or_else(|| raise(Class::Value, b"encoding must be 'ASCII', 'latin1', 'utf-8' or 'bytes'"))
}

fn parse_errors(name: Obj) -> Result<Errors> {
    shim::immutable_bytes(name)
        .and_then(Errors::parse)
        .ok_or_else(|| raise(Class::Value, b"errors must name an error handler such as 'strict' or 'replace'"))
}

fn raise(class: Class, message: &[u8]) -> Raised {
    let mut text = Message::new();
    text.text(message).exception(class)
}

fn none() -> Obj {
    shim::constant(shim::MPK_KIND_NONE)
}

/// An argument, unless it is None.
fn some(obj: Obj) -> Option<Obj> {
    Some(obj).filter(|&obj| obj != none())
}
