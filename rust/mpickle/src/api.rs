//! The entries that the generated C module calls, one for each public function.
//!
//! Each gets its arguments as an array in the order of the table of public names (`rust/glue/api.toml`),
//! stores a result or an exception, and returns which of the two it is.
#![allow(unsafe_code)]

use crate::error;
use crate::heap::TableHeap;
use crate::interpreter::Interpreter;
use crate::policy::Policy;
use crate::shim::{self, Obj, Raised, Shim, mp_obj_t};
use mpickle_core::error::Fault;
use mpickle_core::pickler::{self, DEFAULT_PROTOCOL, HIGHEST_PROTOCOL, LOWEST_PROTOCOL, Pickler};
use mpickle_core::runtime::Runtime;
use mpickle_core::unpickler::{self, Unpickler};
use mpickle_core::wire::reader::Reader;
use mpickle_core::wire::text::{Encoding, Errors};

type Result<T> = core::result::Result<T, Raised>;

/// `dump(obj, file, protocol, fix_imports, buffer_callback)`: to a stream, or where `file` is None to bytes.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_dump(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[obj, file, options @ ..] = shim::arguments::<5>(args);
        dump(rt, obj, some(file), options)
    })
}

/// `dumps(obj, protocol, fix_imports, buffer_callback)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_dumps(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[obj, options @ ..] = shim::arguments::<4>(args);
        dump(rt, obj, None, options)
    })
}

/// `load(source, fix_imports, encoding, errors, buffers, allow, missing)`: from a stream or a buffer.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_load(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[source, options @ ..] = shim::arguments::<7>(args);
        load(rt, source, true, options)
    })
}

/// `loads(data, fix_imports, encoding, errors, buffers, allow, missing)`: from a buffer.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_loads(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[source, options @ ..] = shim::arguments::<7>(args);
        load(rt, source, false, options)
    })
}

/// One of the entries: what C calls with the interpreter of the call, by way of [`mpickle_enter`].
pub type Entry = extern "C" fn(&mut Interpreter, *const mp_obj_t) -> mp_obj_t;

/// Calls an entry: gives a status, and stores its result or the exception.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_enter(entry: Entry, args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    let mut rt = Interpreter::new();
    let outcome = shim::outcome(entry(&mut rt, args)).map_err(|_| error::raise_fault(&rt.shim, None));
    rt.shim.give_back(outcome, result)
}

/// What an entry gives: its result, or null where an exception is under way.
#[inline(always)]
pub fn answer(
    rt: &mut Interpreter,
    args: *const mp_obj_t,
    work: impl FnOnce(&mut Interpreter, *const mp_obj_t) -> Result<Obj>,
) -> mp_obj_t {
    shim::answer(work(rt, args))
}

#[inline(never)]
fn dump(rt: &mut Interpreter, obj: Obj, file: Option<Obj>, options: [Obj; 3]) -> Result<Obj> {
    let (options, buffer_callback) = parse_dump_options(&rt.shim, options)?;
    rt.hooks.buffer_callback = buffer_callback;
    if let Some(file) = file {
        check_file(&rt.shim, file)?;
    }
    run_pickler(rt, options, file, &mut pickler::Memo::new(), obj)
}

/// Writes `obj` with the memo of the dumps before.
#[inline(never)]
pub fn run_pickler(
    rt: &Interpreter,
    options: pickler::Options,
    file: Option<Obj>,
    memo: &mut pickler::Memo<TableHeap>,
    obj: Obj,
) -> Result<Obj> {
    let mut pickler = Pickler::new(rt, options, file, memo);
    pickler.dump(obj)?;
    match file {
        Some(_) => Ok(rt.none()),
        None => rt.adopt_bytes(pickler.into_buffer()),
    }
}

#[inline(never)]
fn load(rt: &mut Interpreter, source: Obj, streams: bool, options: [Obj; 6]) -> Result<Obj> {
    let options = parse_load_options(rt, options)?;
    let (mut reader, in_place) = open_source(rt, source, streams)?;
    if in_place {
        rt.read_from_buffer(0);
    }
    run_unpickler(rt, options, &mut reader, &mut unpickler::Memo::new())
}

/// Reads one object with the memo of the loads before.
#[inline(never)]
pub fn run_unpickler(
    rt: &Interpreter,
    options: unpickler::Options,
    reader: &mut Reader<'_, Obj>,
    memo: &mut unpickler::Memo<Obj, TableHeap>,
) -> Result<Obj> {
    let mut unpickler = Unpickler::new(rt, options, reader, memo);
    let outcome = unpickler.load();
    let place = unpickler.place();
    rt.note_naming(unpickler.naming());
    outcome.map_err(|_| error::raise_fault(&rt.shim, Some(place)))
}

/// The options, and who is offered buffers.
pub fn parse_dump_options(shim: &Shim, options: [Obj; 3]) -> Result<(pickler::Options, Option<Obj>)> {
    let [protocol, fix_imports, buffer_callback] = options;
    let protocol = parse_protocol(shim, protocol)?;
    let fix_imports = shim.is_true(fix_imports)?;
    let buffer_callback = some(buffer_callback);
    if buffer_callback.is_some() && protocol < 5 {
        return Err(shim.fail(Fault::CallbackProtocol));
    }
    Ok((pickler::Options { protocol, fix_imports, fast: false }, buffer_callback))
}

/// TypeError unless `file` can be written to.
pub fn check_file(shim: &Shim, file: Obj) -> Result<()> {
    if !shim.is_stream(file, true)? {
        return Err(shim.fail(Fault::NotWritable));
    }
    Ok(())
}

/// The options; policy and buffers become hooks.
pub fn parse_load_options(rt: &mut Interpreter, options: [Obj; 6]) -> Result<unpickler::Options> {
    let [fix_imports, encoding, errors, buffers, allow, missing] = options;
    rt.hooks.policy = Policy::new(some(allow), some(missing));
    rt.hooks.buffers = match some(buffers) {
        Some(buffers) => Some(rt.shim.iterate(buffers)?),
        None => None,
    };
    Ok(unpickler::Options {
        fix_imports: rt.shim.is_true(fix_imports)?,
        encoding: python2_option(encoding, Encoding::parse),
        errors: python2_option(errors, Errors::parse),
    })
}

/// What an option for Python 2's strings says, where there are any.
fn python2_option<T>(option: Obj, parse: fn(&[u8]) -> Option<T>) -> Option<T> {
    if cfg!(feature = "python2") { shim::immutable_bytes(option).and_then(parse) } else { None }
}

/// Memory that stays as it is is read where it lies, other memory and streams piece by piece; true for other memory.
pub fn open_source<'a>(rt: &Interpreter, source: Obj, streams: bool) -> Result<(Reader<'a, Obj>, bool)> {
    // A str has the buffer protocol, but a pickle in it was decoded by mistake.
    if shim::is_str(source) {
        return Err(rt.shim.fail(Fault::StrNotBytes));
    }
    if let Some(memory) = shim::immutable_bytes(source) {
        return Ok((Reader::memory(memory), false));
    }
    if shim::is_buffer(source) {
        return Ok((Reader::stream(source), true));
    }
    if !streams {
        return Err(rt.shim.fail(Fault::NotABuffer));
    }
    if !rt.shim.is_stream(source, false)? {
        return Err(rt.shim.fail(Fault::NotReadable));
    }
    Ok((Reader::stream(source), false))
}

/// The protocol argument: None is the default, a negative number the highest.
fn parse_protocol(shim: &Shim, protocol: Obj) -> Result<u8> {
    let Some(protocol) = some(protocol) else {
        return Ok(DEFAULT_PROTOCOL);
    };
    match shim.argument_int(protocol)? {
        ..0 => Ok(HIGHEST_PROTOCOL),
        protocol if protocol < LOWEST_PROTOCOL.into() => Err(shim.fail(Fault::OldProtocol)),
        protocol if protocol <= HIGHEST_PROTOCOL.into() => Ok(protocol as u8),
        _ => Err(shim.fail(Fault::NewProtocol)),
    }
}

/// An argument, unless it is None.
pub fn some(obj: Obj) -> Option<Obj> {
    Some(obj).filter(|&obj| obj != shim::constant(shim::MPK_KIND_NONE))
}
