//! What the program registers with `register_pickle`: how a type is pickled, under which names, and how it is made again.
//!
//! A registration is a tuple in a dict by type, so that all of it is the collector's; [`Field`] says what lies where.
#![allow(unsafe_code)]

use crate::api::{answer, some};
use crate::interpreter::Interpreter;
use crate::shim::{self, Obj, Raised, Shim, mp_obj_t};
use mpickle_core::error::Fault;
use mpickle_core::runtime::Runtime;

type Result<T> = core::result::Result<T, Raised>;

/// The items of a registration. Names are pairs, module first; what was left out is None.
#[derive(Clone, Copy)]
enum Field {
    Type,
    Name,
    MappedName = 3,
    Reconstructor = 5,
    MappedReconstructor = 7,
    Reduce = 9,
    Reconstruct,
    SetState,
}
const FIELDS: usize = 12;

/// `register_pickle(obj_type, obj_full_name, obj_module, obj_reconstructor_func, reduce_func, reconstruct_func,
/// setstate_func, map_obj_module, map_obj_full_name, map_reconstructor_func)`
#[unsafe(no_mangle)]
pub extern "C" fn mpickle_register_pickle(rt: &mut Interpreter, args: *const mp_obj_t) -> mp_obj_t {
    answer(rt, args, |rt, args| {
        let &[cls, name, module, reconstructor, functions @ .., mapped_module, mapped_name, mapped_reconstructor] =
            shim::arguments::<10>(args);
        let shim = &rt.shim;
        if !shim::is_class(cls) {
            return Err(shim.fail(Fault::RegistersClass));
        }
        let functions: [Obj; 3] = functions;
        if functions.iter().any(|&function| some(function).is_some_and(|function| !shim::is_callable(function))) {
            return Err(shim.fail(Fault::RegistersFunctions));
        }
        // A type that keeps its name on the other side needs no mapping of it; half a mapping takes the rest from here.
        let mapped = some(mapped_module).is_some() || some(mapped_name).is_some();
        let mapped_module = some(mapped_module).unwrap_or(module);
        let mapped_name = some(mapped_name).unwrap_or(name);
        let none = rt.none();
        let [own_module, own_name] = in_module(shim, module, name)?;
        let [mapped_module, mapped_name] =
            if mapped { in_module(shim, mapped_module, mapped_name)? } else { [none; 2] };
        let [reconstructor_module, reconstructor_name] = dotted(shim, reconstructor)?;
        let [mapped_reconstructor_module, mapped_reconstructor_name] = dotted(shim, mapped_reconstructor)?;
        let [reduce, reconstruct, set_state] = functions;
        let fields: [Obj; FIELDS] = [
            cls,
            own_module,
            own_name,
            mapped_module,
            mapped_name,
            reconstructor_module,
            reconstructor_name,
            mapped_reconstructor_module,
            mapped_reconstructor_name,
            reduce,
            reconstruct,
            set_state,
        ];
        shim.store(shim.slot_dict(shim::MPK_SLOT_REGISTRY)?, &[cls, shim.tuple(&fields)?])?;
        Ok(none)
    })
}

/// Module and name. The "full name" of a type may begin with its module.
fn in_module(shim: &Shim, module: Obj, name: Obj) -> Result<[Obj; 2]> {
    if !shim::is_str(module) || !shim::is_str(name) {
        return Err(shim.fail(Fault::RegistersStr));
    }
    let rest = shim::text(name).strip_prefix(shim::text(module)).and_then(|rest| rest.strip_prefix(b"."));
    Ok([shim.interned(shim::text(module))?, shim.interned(rest.unwrap_or(shim::text(name)))?])
}

/// Module and name of a dotted path, or twice None.
fn dotted(shim: &Shim, path: Obj) -> Result<[Obj; 2]> {
    if some(path).is_none() {
        return Ok([path; 2]);
    }
    let text = if shim::is_str(path) { shim::text(path) } else { b"" };
    let mut parts = text.rsplitn(2, |&byte| byte == b'.');
    match (parts.next(), parts.next()) {
        (Some(name), Some(module)) if !module.is_empty() => Ok([shim.interned(module)?, shim.interned(name)?]),
        _ => Err(shim.fail(Fault::RegistersPath)),
    }
}

/// How one type is pickled.
#[derive(Clone, Copy)]
pub struct Registration(Obj);

impl Registration {
    fn field(self, field: Field) -> Option<Obj> {
        shim::tuple_item(self.0, field as usize).and_then(some)
    }

    /// Module and name in a field and the next.
    fn name(self, field: Field) -> Option<[Obj; 2]> {
        Some([self.field(field)?, shim::tuple_item(self.0, field as usize + 1)?])
    }

    fn is_named(self, field: Field, module: Obj, name: Obj) -> bool {
        self.name(field).is_some_and(|own| shim::same_text(own[0], module) && shim::same_text(own[1], name))
    }

    /// The name that is written for the type.
    fn written_name(self) -> Option<[Obj; 2]> {
        self.name(Field::MappedName).or_else(|| self.name(Field::Name))
    }

    /// The function that reduces an instance.
    pub fn reduce(self) -> Option<Obj> {
        self.field(Field::Reduce)
    }

    /// The function that sets an instance's state, and returns the instance.
    pub fn set_state(self) -> Option<Obj> {
        self.field(Field::SetState)
    }

    /// What is called where a pickle calls the type itself: the reconstructor, unless that has a name of its own.
    pub fn constructor(self) -> Option<Obj> {
        let [module, name] = self.written_name()?;
        let own_name = self.field(Field::MappedReconstructor).or_else(|| self.field(Field::Reconstructor)).is_none()
            || self.is_named(Field::MappedReconstructor, module, name)
            || self.is_named(Field::Reconstructor, module, name);
        self.field(Field::Reconstruct).filter(|_| own_name)
    }
}

/// All registrations.
fn all() -> impl Iterator<Item = Registration> {
    let mut position = 0;
    let registry = shim::slot(shim::MPK_SLOT_REGISTRY);
    core::iter::from_fn(move || Some(Registration(shim::dict_next(registry?, &mut position)?.1)))
}

/// The registration of exactly this type.
#[inline(never)]
pub fn of_type(cls: Obj) -> Option<Registration> {
    all().find(|registration| registration.field(Field::Type) == Some(cls))
}

/// The name under which a registered type, or a reconstructor, is written.
#[inline(never)]
pub fn location(obj: Obj) -> Option<[Obj; 2]> {
    all().find_map(|registration| match obj {
        _ if registration.field(Field::Type) == Some(obj) => registration.written_name(),
        _ if registration.field(Field::Reconstruct) == Some(obj) => {
            registration.name(Field::MappedReconstructor).or_else(|| registration.name(Field::Reconstructor))
        }
        _ => None,
    })
}

/// The name under which the function of a registered path is written.
#[inline(never)]
pub fn mapped(module: Obj, name: Obj) -> Option<[Obj; 2]> {
    all().find_map(|registration| {
        let named = registration.is_named(Field::Reconstructor, module, name);
        registration.name(Field::MappedReconstructor).filter(|_| named)
    })
}

/// The registered type or reconstructor of a name, in its own form and in the mapped one.
#[inline(never)]
pub fn find(shim: &Shim, module: Obj, name: Obj) -> Result<Option<Obj>> {
    for registration in all() {
        let is = |field| registration.is_named(field, module, name);
        if is(Field::MappedName) || is(Field::Name) {
            return Ok(registration.field(Field::Type));
        }
        if !is(Field::MappedReconstructor) && !is(Field::Reconstructor) {
            continue;
        }
        if let Some(function) = registration.field(Field::Reconstruct) {
            return Ok(Some(function));
        }
        if let Some([module, name]) = registration.name(Field::Reconstructor) {
            return shim.find_global(module, name, true).map(Some);
        }
    }
    Ok(None)
}
