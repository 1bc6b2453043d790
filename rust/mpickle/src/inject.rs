//! Modules that do not exist here, made so that pickles can name their functions.
//!
//! One dict has all that was injected: a module under its path, a function under `(path, name)`.
#![allow(unsafe_code)]

use crate::api::{answer, some};
use crate::interpreter::Interpreter;
use crate::shim::{self, Obj, Raised, Shim, mp_obj_t};
use mpickle_core::error::Fault;
use mpickle_core::runtime::Runtime;

type Result<T> = core::result::Result<T, Raised>;

/// `inject_fake_module_func(module_path, func_name, function)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_inject_fake_module_func(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[path, name, function] = shim::arguments(args);
        inject(&rt.shim, path, name, some(function))
    })
}

/// `revert_fake_module_func(module_path, func_name)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_revert_fake_module_func(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[path, name] = shim::arguments(args);
        revert(&rt.shim, path, name)?;
        Ok(rt.none())
    })
}

fn inject(shim: &Shim, path: Obj, name: Obj, function: Option<Obj>) -> Result<Obj> {
    check_names(shim, path, name)?;
    if function.is_some_and(|function| !shim::is_callable(function)) {
        return Err(shim.fail(Fault::InjectsFunction));
    }
    let injected = shim.slot_dict(shim::MPK_SLOT_INJECTED)?;
    let key = shim.tuple(&[path, name])?;
    if let Some(old) = shim.lookup(injected, key)?
        && function.is_none_or(|function| function == old)
    {
        return Ok(old);
    }
    if shim.lookup(injected, path)?.is_none()
        && let Some(module) = existing(shim, path)?
    {
        return own_function(shim, module, path, name, function);
    }
    let module = make_chain(shim, injected, shim::text(path))?;
    let function = match function {
        Some(function) => function,
        None => shim.injected_function(path, name)?,
    };
    shim.set_attribute(module, name, function)?;
    shim.store(injected, &[key, function])?;
    Ok(function)
}

fn check_names(shim: &Shim, path: Obj, name: Obj) -> Result<()> {
    let named = shim::is_str(path)
        && shim::is_str(name)
        && !shim::text(name).is_empty()
        && shim::text(path).split(|&byte| byte == b'.').all(|part| !part.is_empty());
    if named { Ok(()) } else { Err(shim.fail(Fault::InjectsPath)) }
}

/// The module of that path, if it can be imported.
fn existing(shim: &Shim, path: Obj) -> Result<Option<Obj>> {
    match shim.import(path) {
        Ok(module) => Ok(Some(module)),
        Err(Raised) if shim.says_missing() => {
            shim.forget();
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// A module that exists is left as it is: it has the function, or there is none.
fn own_function(shim: &Shim, module: Obj, path: Obj, name: Obj, function: Option<Obj>) -> Result<Obj> {
    match shim.attribute(module, name)? {
        Some(own) if function.is_none_or(|function| function == own) => Ok(own),
        _ => Err(shim.raise_global(path, name, Fault::ModuleExists)),
    }
}

/// Makes each module of a path that does not exist, the outermost first; gives the innermost.
fn make_chain(shim: &Shim, injected: Obj, path: &[u8]) -> Result<Obj> {
    let mut parent: Option<Obj> = None;
    let mut start = 0;
    loop {
        let end = path.get(start..).and_then(|rest| rest.iter().position(|&byte| byte == b'.')).map(|dot| start + dot);
        let prefix = shim.interned(path.get(..end.unwrap_or(path.len())).unwrap_or(path))?;
        let ours = match shim.lookup(injected, prefix)? {
            Some(module) => Some(module),
            None if existing(shim, prefix)?.is_some() => None,
            None => {
                let module = shim.new_module(prefix)?;
                shim.store(injected, &[prefix, module])?;
                if let Some(parent) = parent {
                    let last = shim.interned(shim::text(prefix).get(start..).unwrap_or_default())?;
                    shim.set_attribute(parent, last, module)?;
                }
                Some(module)
            }
        };
        match (end, ours) {
            (Some(dot), _) => start = dot + 1,
            (None, Some(module)) => return Ok(module),
            (None, None) => return shim.import(prefix),
        }
        parent = ours;
    }
}

fn revert(shim: &Shim, path: Obj, name: Obj) -> Result<()> {
    check_names(shim, path, name)?;
    let injected = shim.slot_dict(shim::MPK_SLOT_INJECTED)?;
    let key = shim.tuple(&[path, name])?;
    let (Some(function), Some(module)) = (shim.lookup(injected, key)?, shim.lookup(injected, path)?) else {
        return Err(shim.raise_global(path, name, Fault::NotInjected));
    };
    shim.remove(injected, key)?;
    remove_member(shim, module, name, function)?;
    remove_empty(shim, injected, shim::text(path))
}

/// Removes the modules of a path that have nothing but their name, the innermost first.
fn remove_empty(shim: &Shim, injected: Obj, path: &[u8]) -> Result<()> {
    let mut path = path;
    loop {
        let prefix = shim.interned(path)?;
        let Some(module) = shim.lookup(injected, prefix)?.filter(|&module| shim::module_len(module) <= 1) else {
            return Ok(());
        };
        shim.remove(injected, prefix)?;
        shim::forget_module(prefix);
        let Some(dot) = path.iter().rposition(|&byte| byte == b'.') else { return Ok(()) };
        let (outer, last) = (path.get(..dot).unwrap_or_default(), path.get(dot + 1..).unwrap_or_default());
        if let Some(parent) = shim.lookup(injected, shim.interned(outer)?)? {
            remove_member(shim, parent, shim.interned(last)?, module)?;
        }
        path = outer;
    }
}

/// Removes a member of a module, unless the program has put something else there.
fn remove_member(shim: &Shim, module: Obj, name: Obj, member: Obj) -> Result<()> {
    match shim.attribute(module, name)? {
        Some(there) if there == member => shim.delete_attribute(module, name),
        _ => Ok(()),
    }
}

/// The injected function of that name.
#[inline(never)]
pub fn find(shim: &Shim, module: Obj, name: Obj) -> Result<Option<Obj>> {
    match shim::slot(shim::MPK_SLOT_INJECTED) {
        Some(injected) => shim.lookup(injected, shim.tuple(&[module, name])?),
        None => Ok(None),
    }
}

/// The name under which a function was injected.
#[inline(never)]
pub fn location(obj: Obj) -> Option<[Obj; 2]> {
    let injected = shim::slot(shim::MPK_SLOT_INJECTED)?;
    let mut position = 0;
    while let Some((key, value)) = shim::dict_next(injected, &mut position) {
        if value == obj {
            return Some([shim::tuple_item(key, 0)?, shim::tuple_item(key, 1)?]);
        }
    }
    None
}
