//! The extension registry: numbers that stand for globals in pickles (PEP 307), as `copyreg` keeps them in CPython.
//!
//! One dict has both directions: code to `(module, name)`, and that tuple to the code.
#![allow(unsafe_code)]

use crate::api::answer;
use crate::interpreter::Interpreter;
use crate::shim::{self, Obj, Raised, Shim, mp_obj_t};
use mpickle_core::error::Fault;
use mpickle_core::runtime::{self, Naming, Runtime, Value};

type Result<T> = core::result::Result<T, Raised>;

/// `add_extension(module, name, code)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_add_extension(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[module, name, code] = shim::arguments(args);
        let shim = &rt.shim;
        let (code, key) = parse(rt, module, name, code)?;
        let table = shim.slot_dict(shim::MPK_SLOT_EXTENSIONS)?;
        match (shim.lookup(table, key)?, shim.lookup(table, code)?) {
            (None, None) => {
                shim.store(table, &[key, code, code, key])?;
                Ok(rt.none())
            }
            (Some(old), _) if same(shim, old, code)? => Ok(rt.none()),
            (Some(_), _) => Err(shim.raise_global(module, name, Fault::HasAnotherCode)),
            (None, Some(_)) => Err(shim.raise_global(module, name, Fault::CodeInUse)),
        }
    })
}

/// `remove_extension(module, name, code)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_remove_extension(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[module, name, code] = shim::arguments(args);
        let shim = &rt.shim;
        let (code, key) = parse(rt, module, name, code)?;
        let table = shim.slot_dict(shim::MPK_SLOT_EXTENSIONS)?;
        match shim.lookup(table, key)? {
            Some(old) if same(shim, old, code)? => {}
            _ => return Err(shim.raise_global(module, name, Fault::NotRegistered)),
        }
        shim.remove(table, key)?;
        shim.remove(table, code)?;
        let cache = shim.slot_dict(shim::MPK_SLOT_EXTENSION_CACHE)?;
        if shim.lookup(cache, code)?.is_some() {
            shim.remove(cache, code)?;
        }
        Ok(rt.none())
    })
}

/// The code as an int, and module and name as a key.
fn parse(rt: &Interpreter, module: Obj, name: Obj, code: Obj) -> Result<(Obj, Obj)> {
    let shim = &rt.shim;
    if !shim::is_str(module) || !shim::is_str(name) {
        return Err(shim.fail(Fault::ExtensionNotStr));
    }
    match rt.inspect(code) {
        Value::Int(1..=0x7fff_ffff) => Ok((code, shim.tuple(&[module, name])?)),
        Value::Int(_) | Value::BigInt => Err(shim.fail(Fault::ExtensionRange)),
        _ => Err(shim.fail(Fault::ExtensionNotInt)),
    }
}

fn same(shim: &Shim, one: Obj, other: Obj) -> Result<bool> {
    shim.contains(shim.tuple(&[one])?, other)
}

/// The code of a global, 0 if it has none.
pub fn code(shim: &Shim, module: Obj, name: Obj) -> Result<u32> {
    let Some(table) = shim::slot(shim::MPK_SLOT_EXTENSIONS) else { return Ok(0) };
    match shim.lookup(table, shim.tuple(&[module, name])?)? {
        Some(code) => Ok(shim.argument_int(code)? as u32),
        None => Ok(0),
    }
}

/// The object of a code. CPython remembers what it has found; here that is so only where nobody restricts what may
/// be found.
pub fn object(rt: &Interpreter, code: u32, naming: Naming) -> runtime::Result<Option<Obj>, Interpreter> {
    let shim = &rt.shim;
    let Some(table) = shim::slot(shim::MPK_SLOT_EXTENSIONS) else { return Ok(None) };
    let code = rt.int(code.into())?;
    let Some(key) = shim.lookup(table, code)? else { return Ok(None) };
    let (Some(module), Some(name)) = (shim::tuple_item(key, 0), shim::tuple_item(key, 1)) else { return Ok(None) };
    if rt.hooks.find_class.is_some() || rt.hooks.policy.is_strict() {
        return rt.find_class(module, name, naming).map(Some);
    }
    let cache = shim.slot_dict(shim::MPK_SLOT_EXTENSION_CACHE)?;
    if let Some(found) = shim.lookup(cache, code)? {
        return Ok(Some(found));
    }
    let found = rt.find_class(module, name, naming)?;
    rt.store(cache, &[code, found])?;
    Ok(Some(found))
}
