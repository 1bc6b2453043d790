//! The classes Pickler and Unpickler: what an instance keeps from one call to the next, and their methods.
//!
//! While a machine runs, its memo and reader are its own; the instance gets them back when it is done. A hook that calls
//! the same instance again is refused, for there is one memo and one stream.
#![allow(unsafe_code)]

use crate::api::{self, enter};
use crate::error;
use crate::heap::TableHeap;
use crate::interpreter::{Hooks, Interpreter};
use crate::policy::Policy;
use crate::shim::{self, Machine, Obj, Raised, Shim, mp_obj_t};
use core::cell::Cell;
use mpickle_core::error::{Class, Error, Fault};
use mpickle_core::pickler;
use mpickle_core::runtime::{Naming, Runtime};
use mpickle_core::unpickler;
use mpickle_core::wire::reader::Reader;

type Result<T> = core::result::Result<T, Raised>;

/// What a Pickler keeps.
struct PicklerState {
    file: Obj,
    options: pickler::Options,
    buffer_callback: Option<Obj>,
    memo: Cell<pickler::Memo<TableHeap>>,
    busy: Cell<bool>,
}

impl Machine for PicklerState {
    const KIND: u32 = shim::MPK_SLOT_PICKLER;
}

/// What an Unpickler keeps.
pub struct UnpicklerState {
    /// Keeps alive what `reader` reads in place.
    _source: Obj,
    in_place: bool,
    options: unpickler::Options,
    policy: Policy,
    buffers: Option<Obj>,
    reader: Cell<Reader<'static, Obj>>,
    memo: Cell<unpickler::Memo<Obj, TableHeap>>,
    /// How the names in the pickle under way are to be read, for the `find_class` that a hook calls.
    pub naming: Cell<Naming>,
    busy: Cell<bool>,
}

impl Machine for UnpicklerState {
    const KIND: u32 = shim::MPK_SLOT_UNPICKLER;
}

/// The state of an instance; UnpicklingError or PicklingError where `__init__` was not called.
pub fn state<'a, T: Machine>(shim: &Shim, obj: Obj) -> Result<&'a T> {
    let (class, message): (_, &[u8]) = match T::KIND {
        shim::MPK_SLOT_PICKLER => (Class::Pickling, b"Pickler.__init__() was not called"),
        _ => (Class::Unpickling, b"Unpickler.__init__() was not called"),
    };
    shim::kept(obj).ok_or_else(|| shim.raise(class, message))
}

/// Marks a machine as running; RuntimeError if it is already.
fn begin(shim: &Shim, busy: &Cell<bool>) -> Result<()> {
    if busy.replace(true) {
        return Err(shim.raise(Class::Runtime, b"this object is at work already; a hook needs one of its own"));
    }
    Ok(())
}

/// `Pickler.__init__(self, file, protocol, fix_imports, buffer_callback)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_pickler_init(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, args| {
        let &[this, file, options @ ..] = shim::arguments::<5>(args);
        let (options, buffer_callback) = api::parse_dump_options(&rt.shim, options)?;
        api::check_file(&rt.shim, file)?;
        let (memo, busy) = (Cell::default(), Cell::new(false));
        rt.shim.keep(this, PicklerState { file, options, buffer_callback, memo, busy })?;
        Ok(rt.none())
    })
}

/// `Pickler.dump(self, obj)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_pickler_dump(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, args| {
        let &[this, obj] = shim::arguments(args);
        let state = state::<PicklerState>(&rt.shim, this)?;
        begin(&rt.shim, &state.busy)?;
        let outcome = dump(rt, this, state, obj);
        state.busy.set(false);
        outcome
    })
}

fn dump(rt: &mut Interpreter, this: Obj, state: &PicklerState, obj: Obj) -> Result<Obj> {
    let hook = |name| rt.shim.hook::<PicklerState>(this, name);
    let fast = match hook(b"fast")? {
        Some(fast) => rt.shim.is_true(fast)?,
        None => false,
    };
    rt.hooks = Hooks {
        persistent_id: hook(b"persistent_id")?,
        reducer_override: hook(b"reducer_override")?,
        dispatch_table: hook(b"dispatch_table")?,
        buffer_callback: state.buffer_callback,
        ..Hooks::default()
    };
    let memo = state.memo.take();
    let before = memo.next_index();
    state.memo.set(memo);
    let options = pickler::Options { fast, ..state.options };
    let outcome = api::run_pickler(rt, options, Some(state.file), &state.memo, obj);
    if outcome.is_err() {
        // What was written of it cannot be read, so later pickles must not refer to it.
        let mut memo = state.memo.take();
        memo.truncate(before);
        state.memo.set(memo);
    }
    outcome
}

/// `Pickler.persistent_id(self, obj)`: no object has one.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_pickler_persistent_id(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, _| Ok(rt.none()))
}

/// `Unpickler.__init__(self, file, fix_imports, encoding, errors, buffers, allow, missing)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_unpickler_init(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, args| {
        let &[this, source, options @ ..] = shim::arguments::<8>(args);
        let options = api::parse_load_options(rt, options)?;
        let (reader, in_place) = api::open_source(rt, source, true)?;
        let state = UnpicklerState {
            _source: source,
            in_place,
            options,
            policy: rt.hooks.policy,
            buffers: rt.hooks.buffers,
            reader: Cell::new(reader),
            memo: Cell::default(),
            naming: Cell::default(),
            busy: Cell::new(false),
        };
        rt.shim.keep(this, state)?;
        Ok(rt.none())
    })
}

/// `Unpickler.load(self)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_unpickler_load(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, args| {
        let &[this] = shim::arguments(args);
        let state = state::<UnpicklerState>(&rt.shim, this)?;
        begin(&rt.shim, &state.busy)?;
        let outcome = load(rt, this, state);
        state.busy.set(false);
        outcome
    })
}

fn load(rt: &mut Interpreter, this: Obj, state: &UnpicklerState) -> Result<Obj> {
    rt.hooks = Hooks {
        policy: state.policy,
        buffers: state.buffers,
        persistent_load: rt.shim.hook::<UnpicklerState>(this, b"persistent_load")?,
        find_class: rt.shim.hook::<UnpicklerState>(this, b"find_class")?,
        this: Some(this),
        ..Hooks::default()
    };
    if state.in_place {
        let reader = state.reader.take();
        rt.read_from_buffer(reader.fetched());
        state.reader.set(reader);
    }
    let outcome = api::run_unpickler(rt, state.options, &state.reader, &state.memo);
    state.naming.take();
    outcome
}

/// `Unpickler.find_class(self, module, name)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_unpickler_find_class(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, args| {
        let &[this, module, name] = shim::arguments(args);
        let state = state::<UnpicklerState>(&rt.shim, this)?;
        rt.hooks.policy = state.policy;
        if !shim::is_str(module) || !shim::is_str(name) {
            return Err(rt.shim.raise(Class::Type, b"find_class() arguments must be str"));
        }
        let found = rt.find_class(module, name, state.naming.get());
        found.map_err(|error| error::raise(&rt.shim, error, None))
    })
}

/// `Unpickler.persistent_load(self, pid)`: there are no such objects.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_unpickler_persistent_load(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, _| Err(error::raise(&rt.shim, Error::Fault(Fault::NoPersistentLoad), None)))
}

// The memo, of either class.

/// `memo.clear()`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_memo_clear(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, args| {
        let &[this] = shim::arguments(args);
        match idle(&rt.shim, this)? {
            Either::Pickler(state) => drop(state.memo.take()),
            Either::Unpickler(state) => drop(state.memo.take()),
        }
        Ok(rt.none())
    })
}

/// `memo.copy()`: `{id: (index, object)}` of a Pickler, `{index: object}` of an Unpickler.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_memo_copy(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, args| {
        let &[this] = shim::arguments(args);
        copy_memo(rt, this).map_err(|error| error::raise(&rt.shim, error, None))
    })
}

fn copy_memo(rt: &Interpreter, this: Obj) -> core::result::Result<Obj, Error<Raised>> {
    let copy = rt.dict()?;
    match idle(&rt.shim, this).map_err(Error::Raised)? {
        Either::Pickler(state) => {
            let memo = state.memo.take();
            let entries = memo.entries();
            state.memo.set(memo);
            for &(identity, index) in entries?.iter() {
                let entry = rt.tuple(&[rt.int(index as i64)?, shim::of_identity(identity)])?;
                add_entry(rt, copy, identity, entry)?;
            }
        }
        Either::Unpickler(state) => {
            let memo = state.memo.take();
            let entries = memo.entries();
            state.memo.set(memo);
            for &(index, obj) in entries?.iter() {
                add_entry(rt, copy, index, obj)?;
            }
        }
    }
    Ok(copy)
}

#[inline(never)]
fn add_entry(rt: &Interpreter, copy: Obj, key: usize, entry: Obj) -> core::result::Result<(), Error<Raised>> {
    rt.store(copy, &[rt.int(key as i64)?, entry])
}

/// `self.memo = dict`, as `memo.copy()` gives it.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_memo_set(args: *const mp_obj_t, result: *mut mp_obj_t) -> u32 {
    enter(args, result, |rt, args| {
        let &[this, dict] = shim::arguments(args);
        set_memo(rt, this, dict).map_err(|error| error::raise(&rt.shim, error, None))
    })
}

fn set_memo(rt: &Interpreter, this: Obj, dict: Obj) -> core::result::Result<Obj, Error<Raised>> {
    let wrong = || Error::Raised(rt.shim.raise(Class::Type, b"memo must be a memo or a copy of one"));
    if !shim::is_dict(dict) {
        return Err(wrong());
    }
    let either = idle(&rt.shim, this).map_err(Error::Raised)?;
    let (mut written, mut read) = (pickler::Memo::new(), unpickler::Memo::new());
    let mut position = 0;
    while let Some((key, value)) = rt.dict_next(dict, &mut position) {
        let entry = match either {
            Either::Pickler(_) => rt.tuple_item(value, 0).zip(rt.tuple_item(value, 1)),
            Either::Unpickler(_) => Some((key, value)),
        };
        let (index, obj) = entry.ok_or_else(wrong)?;
        let index = rt.shim.argument_int(index).map_err(Error::Raised)?;
        let index = u32::try_from(index).map_err(|_| Fault::NegativeMemo)?;
        match either {
            Either::Pickler(_) => written.insert(rt.identity(obj), index)?,
            Either::Unpickler(_) => read.put(index as usize, obj)?,
        }
    }
    match either {
        Either::Pickler(state) => state.memo.set(written),
        Either::Unpickler(state) => state.memo.set(read),
    }
    Ok(rt.none())
}

enum Either<'a> {
    Pickler(&'a PicklerState),
    Unpickler(&'a UnpicklerState),
}

/// The state of an instance of either class that is not running.
fn idle<'a>(shim: &Shim, this: Obj) -> Result<Either<'a>> {
    let (busy, either) = match shim::kept::<PicklerState>(this) {
        Some(state) => (&state.busy, Either::Pickler(state)),
        None => {
            let state = state::<UnpicklerState>(shim, this)?;
            (&state.busy, Either::Unpickler(state))
        }
    };
    begin(shim, busy)?;
    busy.set(false);
    Ok(either)
}
