//! The classes Pickler and Unpickler: what an instance keeps from one call to the next, and their methods.
//!
//! While a machine runs it has memo and reader to itself: a hook that calls the same instance again is refused.
#![allow(unsafe_code)]

use crate::api::{self, answer};
use crate::heap::TableHeap;
use crate::interpreter::{Hooks, Interpreter};
use crate::policy::Policy;
use crate::shim::{self, Exclusive, Machine, Obj, Raised, Shim, mp_obj_t};
use core::cell::Cell;
use mpickle_core::error::Fault;
use mpickle_core::growable::Growable;
use mpickle_core::pickler;
use mpickle_core::runtime::{Naming, Runtime, Value};
use mpickle_core::unpickler;
use mpickle_core::wire::reader::Reader;

type Result<T> = core::result::Result<T, Raised>;

/// What a Pickler keeps.
struct PicklerState {
    file: Obj,
    options: pickler::Options,
    buffer_callback: Option<Obj>,
    memo: Exclusive<pickler::Memo<TableHeap>>,
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
    input: Exclusive<Input>,
    /// How `find_class` is to read names: as those of the pickle under way, or of the last.
    pub naming: Cell<Naming>,
}

/// What goes on from one load to the next.
struct Input {
    reader: Reader<'static, Obj>,
    memo: unpickler::Memo<Obj, TableHeap>,
}

impl Machine for UnpicklerState {
    const KIND: u32 = shim::MPK_SLOT_UNPICKLER;
}

/// The state of an instance; UnpicklingError or PicklingError where `__init__` was not called.
pub fn state<'a, T: Machine>(shim: &Shim, obj: Obj) -> Result<&'a T> {
    let fault = if T::KIND == shim::MPK_SLOT_PICKLER { Fault::NoPickler } else { Fault::NoUnpickler };
    shim.kept(obj).ok_or_else(|| shim.fail(fault))
}

/// RuntimeError for a machine that is running.
fn busy(shim: &Shim) -> Raised {
    shim.fail(Fault::Busy)
}

/// Nothing must be taken from a machine at work.
fn check_idle(shim: &Shim, is_busy: Option<bool>) -> Result<()> {
    if is_busy == Some(true) { Err(busy(shim)) } else { Ok(()) }
}

/// `Pickler.__init__(self, file, protocol, fix_imports, buffer_callback)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_pickler_init(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[this, file, options @ ..] = shim::arguments::<5>(args);
        check_idle(&rt.shim, rt.shim.kept(this).map(|state: &PicklerState| state.memo.is_busy()))?;
        let (options, buffer_callback) = api::parse_dump_options(&rt.shim, options)?;
        api::check_file(&rt.shim, file)?;
        let memo = Exclusive::new(pickler::Memo::new());
        rt.shim.keep(this, PicklerState { file, options, buffer_callback, memo })?;
        Ok(rt.none())
    })
}

/// `Pickler.dump(self, obj)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_pickler_dump(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[this, obj] = shim::arguments(args);
        let state = state::<PicklerState>(&rt.shim, this)?;
        let options = set_dump_hooks(rt, this, state)?;
        let outcome = state.memo.with(|memo| {
            let before = memo.next_index();
            let outcome = api::run_pickler(rt, options, Some(state.file), memo, obj);
            if outcome.is_err() {
                // What was written of it cannot be read, so later pickles must not refer to it.
                memo.truncate(before);
            }
            outcome
        });
        outcome.unwrap_or_else(|| Err(busy(&rt.shim)))
    })
}

fn set_dump_hooks(rt: &mut Interpreter, this: Obj, state: &PicklerState) -> Result<pickler::Options> {
    let hook = |name| rt.shim.hook::<PicklerState>(this, name);
    let fast = match hook(shim::MPK_NAME_FAST)? {
        Some(fast) => rt.shim.is_true(fast)?,
        None => false,
    };
    rt.hooks = Hooks {
        persistent_id: hook(shim::MPK_NAME_PERSISTENT_ID)?,
        reducer_override: hook(shim::MPK_NAME_REDUCER_OVERRIDE)?,
        dispatch_table: hook(shim::MPK_NAME_DISPATCH_TABLE)?,
        buffer_callback: state.buffer_callback,
        ..Hooks::default()
    };
    Ok(pickler::Options { fast, ..state.options })
}

/// `Pickler.persistent_id(self, obj)`: no object has one.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_pickler_persistent_id(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, _| Ok(rt.none()))
}

/// `Unpickler.__init__(self, file, fix_imports, encoding, errors, buffers, allow, missing)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_unpickler_init(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[this, source, options @ ..] = shim::arguments::<8>(args);
        check_idle(&rt.shim, rt.shim.kept(this).map(|state: &UnpicklerState| state.input.is_busy()))?;
        let options = api::parse_load_options(rt, options)?;
        let (reader, in_place) = api::open_source(rt, source, true)?;
        let state = UnpicklerState {
            _source: source,
            in_place,
            options,
            policy: rt.hooks.policy,
            buffers: rt.hooks.buffers,
            input: Exclusive::new(Input { reader, memo: unpickler::Memo::new() }),
            naming: Cell::new(Naming { dotted: false, python2: options.fix_imports }),
        };
        rt.shim.keep(this, state)?;
        Ok(rt.none())
    })
}

/// `Unpickler.load(self)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_unpickler_load(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[this] = shim::arguments(args);
        let state = state::<UnpicklerState>(&rt.shim, this)?;
        set_load_hooks(rt, this, state)?;
        let outcome = state.input.with(|Input { reader, memo }| {
            if state.in_place {
                rt.read_from_buffer(reader.fetched());
            }
            let outcome = api::run_unpickler(rt, state.options, reader, memo);
            if outcome.is_err() {
                reader.forget_ahead();
            }
            outcome
        });
        outcome.unwrap_or_else(|| Err(busy(&rt.shim)))
    })
}

fn set_load_hooks(rt: &mut Interpreter, this: Obj, state: &UnpicklerState) -> Result<()> {
    rt.hooks = Hooks {
        policy: state.policy,
        buffers: state.buffers,
        persistent_load: rt.shim.hook::<UnpicklerState>(this, shim::MPK_NAME_PERSISTENT_LOAD)?,
        find_class: rt.shim.hook::<UnpicklerState>(this, shim::MPK_NAME_FIND_CLASS)?,
        this: Some(this),
        ..Hooks::default()
    };
    Ok(())
}

/// `Unpickler.find_class(self, module, name)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_unpickler_find_class(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[this, module, name] = shim::arguments(args);
        let state = state::<UnpicklerState>(&rt.shim, this)?;
        rt.hooks.policy = state.policy;
        if !shim::is_str(module) || !shim::is_str(name) {
            return Err(rt.shim.fail(Fault::FindsStr));
        }
        rt.find_class(module, name, state.naming.get())
    })
}

/// `Unpickler.persistent_load(self, pid)`: there are no such objects.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_unpickler_persistent_load(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, _| Err(rt.fail(Fault::NoPersistentLoad)))
}

// The memo, of either class.

/// The memo of a machine that is idle.
enum Memo<'a> {
    Written(&'a mut pickler::Memo<TableHeap>),
    Read(&'a mut unpickler::Memo<Obj, TableHeap>),
}

/// What `work` gives for the memo of an instance, and an argument.
#[inline(never)]
fn with_memo(
    rt: &Interpreter,
    this: Obj,
    arg: Obj,
    work: fn(&Interpreter, Memo<'_>, Obj) -> Result<Obj>,
) -> Result<Obj> {
    let outcome = match rt.shim.kept::<PicklerState>(this) {
        Some(state) => state.memo.with(|memo| work(rt, Memo::Written(memo), arg)),
        None => state::<UnpicklerState>(&rt.shim, this)?.input.with(|input| work(rt, Memo::Read(&mut input.memo), arg)),
    };
    outcome.unwrap_or_else(|| Err(busy(&rt.shim)))
}

/// `memo.clear()`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_memo_clear(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[this] = shim::arguments(args);
        with_memo(rt, this, rt.none(), |_, memo, none| {
            match memo {
                Memo::Written(memo) => memo.truncate(0),
                Memo::Read(memo) => memo.clear(),
            }
            Ok(none)
        })
    })
}

/// `memo.copy()`: `{id: (index, object)}` of a Pickler, `{index: object}` of an Unpickler.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_memo_copy(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[this] = shim::arguments(args);
        with_memo(rt, this, rt.dict()?, copy_memo)
    })
}

fn copy_memo(rt: &Interpreter, memo: Memo<'_>, copy: Obj) -> Result<Obj> {
    match memo {
        Memo::Written(memo) => {
            for (index, identity) in memo.identities().enumerate() {
                let entry = rt.tuple(&[rt.int(index as i64)?, identity.map_or(rt.none(), shim::of_identity)])?;
                add_entry(rt, copy, identity.unwrap_or(pickler::nobody(index)), entry)?;
            }
        }
        Memo::Read(memo) => memo.entries().try_for_each(|(index, obj)| add_entry(rt, copy, index, obj))?,
    }
    Ok(copy)
}

#[inline(never)]
fn add_entry(rt: &Interpreter, copy: Obj, key: usize, entry: Obj) -> Result<()> {
    rt.store(copy, &[rt.int(key as i64)?, entry])
}

/// `self.memo = dict`, as `memo.copy()` gives it.
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_memo_set(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[this, dict] = shim::arguments(args);
        with_memo(rt, this, dict, |rt, memo, dict| {
            match memo {
                Memo::Written(memo) => set_written(rt, memo, dict)?,
                Memo::Read(memo) => set_read(rt, memo, dict)?,
            }
            Ok(rt.none())
        })
    })
}

/// The indexes of a copy are those from 0 on, in whatever order the dict has them. `None` stands for objects that a memo
/// does not keep.
fn set_written(rt: &Interpreter, memo: &mut pickler::Memo<TableHeap>, dict: Obj) -> Result<()> {
    let mut identities = Growable::new();
    identities.extend_filled(rt.dict_len(dict).unwrap_or(0), 0)?;
    let mut position = 0;
    while let Some((_, entry)) = next_entry(rt, dict, &mut position)? {
        let item = |at| rt.tuple_item(entry, at);
        let (Some(index), Some(obj), None) = (item(0), item(1), item(2)) else { return Err(no_memo(rt)) };
        let index = memo_index(rt, index)? as usize;
        let place = identities.get_mut(index).ok_or_else(|| no_memo(rt))?;
        let identity = rt.identity(obj);
        if shim::of_identity(identity) != obj {
            return Err(no_memo(rt)); // a number that is no object of the heap, which no memo has
        }
        *place = if obj == rt.none() { pickler::nobody(index) } else { identity };
    }
    let mut new = pickler::Memo::new();
    for &identity in identities.iter() {
        if identity == 0 {
            return Err(no_memo(rt));
        }
        new.put(identity)?;
    }
    *memo = new;
    Ok(())
}

fn set_read(rt: &Interpreter, memo: &mut unpickler::Memo<Obj, TableHeap>, dict: Obj) -> Result<()> {
    let mut new = unpickler::Memo::new();
    let mut position = 0;
    while let Some((index, obj)) = next_entry(rt, dict, &mut position)? {
        new.put(memo_index(rt, index)? as usize, obj)?;
    }
    *memo = new;
    Ok(())
}

fn next_entry(rt: &Interpreter, dict: Obj, position: &mut usize) -> Result<Option<(Obj, Obj)>> {
    if rt.dict_len(dict).is_none() {
        return Err(no_memo(rt));
    }
    Ok(rt.dict_next(dict, position))
}

fn memo_index(rt: &Interpreter, index: Obj) -> Result<u32> {
    let Value::Int(index) = rt.inspect(index) else { return Err(no_memo(rt)) };
    u32::try_from(index).map_err(|_| rt.fail(Fault::NegativeMemo))
}

fn no_memo(rt: &Interpreter) -> Raised {
    rt.shim.fail(Fault::NotAMemo)
}
