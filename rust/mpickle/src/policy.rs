//! What a pickle may name: the `allow` and `missing` arguments of load.

use crate::shim::{self, Obj, Raised, Shim, text};
#[cfg(feature = "registry")]
use crate::{inject, registry};
use mpickle_core::error::Fault;
use mpickle_core::growable::Growable;
use mpickle_core::packed;
use mpickle_core::packed::{Packed, pieces};
use mpickle_core::wire::names::{self, Room};

/// Globals that are data, or make data of what is given to them: always allowed. Space-separated.
const PLAIN: Packed = packed!(
    &["builtins.bool builtins.bytearray builtins.bytes builtins.complex builtins.dict builtins.float \
builtins.frozenset builtins.int builtins.list builtins.object builtins.range builtins.set builtins.slice builtins.str \
builtins.tuple builtins.Ellipsis builtins.NotImplemented collections.OrderedDict collections.deque _codecs.encode \
copyreg.__newobj__ copyreg.__newobj_ex__ copyreg._reconstructor"],
    b" "
);

/// Who decides which globals a pickle may name.
#[derive(Clone, Copy, Default)]
pub struct Policy {
    allow: Option<Obj>,
    missing: Option<Obj>,
}

impl Policy {
    /// `allow`: nobody, a collection of dotted names, or a callable. `missing`: nobody, or a callable.
    pub const fn new(allow: Option<Obj>, missing: Option<Obj>) -> Self {
        Policy { allow, missing }
    }

    /// Whether anything may be refused, or stood in for.
    pub fn is_strict(&self) -> bool {
        self.allow.is_some() || self.missing.is_some()
    }

    /// Finds the object of a global's name, if the pickle may name it. What the program itself registered it may.
    pub fn find(&self, shim: &Shim, module: Obj, name: Obj, dotted: bool) -> Result<Obj, Raised> {
        #[cfg(feature = "registry")]
        if let Some(registered) = registry::find(shim, module, name)? {
            return Ok(registered);
        }
        #[cfg(feature = "registry")]
        if let Some(injected) = inject::find(shim, module, name)? {
            return Ok(injected);
        }
        if !self.allows(shim, module, name)? {
            return Err(shim.raise_global(module, name, Fault::NotAllowed));
        }
        if let Some(supplied) = shim::find_supplied(module, name) {
            return Ok(supplied);
        }
        let found = shim.find_global(module, name, dotted);
        if found.is_ok() || !shim.says_missing() {
            return found;
        }
        if let Some(missing) = self.missing {
            shim.forget();
            return shim.apply(missing, &[module, name]);
        }
        let mut room = Room::default();
        let Some(parent) = parent_exception(module, name, &mut room) else { return found };
        shim.forget();
        shim.find_global(module, shim.interned(parent)?, false)
    }

    fn allows(&self, shim: &Shim, module: Obj, name: Obj) -> Result<bool, Raised> {
        let Some(allow) = self.allow else { return Ok(true) };
        let path = dotted(module, name)?;
        if pieces(PLAIN.text, b' ').any(|word| PLAIN.is(word, &path)) {
            return Ok(true);
        }
        if shim::is_callable(allow) {
            return shim.is_true(shim.apply(allow, &[module, name])?);
        }
        shim.contains(allow, shim.str(&path)?)
    }
}

/// Module and name with a dot between, under Python 3's name for the built-ins.
fn dotted(module: Obj, name: Obj) -> Result<Growable<u8>, Raised> {
    let mut path = Growable::new();
    let module = if text(module) == b"__builtin__" { b"builtins" } else { text(module) };
    for part in [module, b".", text(name)] {
        path.extend_from_slice(part)?;
    }
    Ok(path)
}

/// `OSError` for the kinds of it that only CPython has, such as `FileNotFoundError`: what Python 2 has in their place.
fn parent_exception(module: Obj, name: Obj, room: &mut Room) -> Option<&[u8]> {
    // CPython forgot BlockingIOError in its table.
    let name = if text(name) == b"BlockingIOError" { b"FileExistsError" } else { text(name) };
    let (old_module, parent) = names::to_python2(text(module), name, room);
    Some(parent).filter(|&parent| old_module == b"exceptions" && parent != name)
}
