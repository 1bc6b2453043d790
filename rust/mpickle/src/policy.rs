//! What a pickle may name: the `allow` and `missing` arguments of load.

use crate::error::Message;
use crate::shim::{self, Obj, Raised};
use mpickle_core::error::Class;

/// Globals that are data, or make data of what is given to them: always allowed.
const PLAIN: [(&[u8], &[&[u8]]); 5] = [
    (
        b"builtins",
        &[
            b"bool", b"bytearray", b"bytes", b"complex", b"dict", b"float", b"frozenset", b"int", b"list", b"object",
            b"range", b"set", b"slice", b"str", b"tuple", b"Ellipsis", b"NotImplemented",
        ],
    ),
    (
        b"__builtin__",
        &[
            b"bool", b"bytearray", b"bytes", b"complex", b"dict", b"float", b"frozenset", b"int", b"list", b"object",
            b"range", b"set", b"slice", b"str", b"tuple",
        ],
    ),
    (b"collections", &[b"OrderedDict", b"deque"]),
    (b"_codecs", &[b"encode"]),
    (b"copyreg", &[b"__newobj__", b"__newobj_ex__", b"_reconstructor"]),
];

/// Who decides which globals a pickle may name.
#[derive(Clone, Copy)]
pub struct Policy {
    allow: Option<Obj>,
    missing: Option<Obj>,
}

impl Policy {
    /// `allow`: nobody, a collection of dotted names, or a callable. `missing`: nobody, or a callable.
    pub const fn new(allow: Option<Obj>, missing: Option<Obj>) -> Self {
        Policy { allow, missing }
    }

    /// Finds the object of a global's name, if the pickle may name it.
    pub fn find(&self, module: Obj, name: Obj) -> Result<Obj, Raised> {
        if !self.allows(module, name)? {
            return Err(refused(module, name));
        }
        if let Some(supplied) = shim::find_supplied(module, name) {
            return Ok(supplied);
        }
        match (shim::find_global(module, name), self.missing) {
            (Err(raised), Some(missing)) if shim::says_missing(raised) => shim::apply(missing, &[module, name]),
            (found, _) => found,
        }
    }

    fn allows(&self, module: Obj, name: Obj) -> Result<bool, Raised> {
        let Some(allow) = self.allow else { return Ok(true) };
        if is_plain(module, name) {
            return Ok(true);
        }
        if shim::is_callable(allow) {
            return shim::is_true(shim::apply(allow, &[module, name])?);
        }
        shim::contains(allow, dotted(module, name)?)
    }
}

fn text<'a>(obj: Obj) -> &'a [u8] {
    shim::immutable_bytes(obj).unwrap_or_default()
}

fn is_plain(module: Obj, name: Obj) -> bool {
    let (module, name) = (text(module), text(name));
    PLAIN.iter().any(|(plain, names)| *plain == module && names.contains(&name))
}

fn dotted(module: Obj, name: Obj) -> Result<Obj, Raised> {
    let mut path = mpickle_core::growable::Growable::new();
    for part in [text(module), b".", text(name)] {
        path.extend_from_slice(part).map_err(|fault| crate::error::exception(fault.into(), None))?;
    }
    shim::str(&path)
}

fn refused(module: Obj, name: Obj) -> Raised {
    let mut message = Message::new();
    message.text(b"global '").text(text(module)).text(b".").text(text(name));
    message.text(b"' is not allowed; name it in allow= if you trust it");
    message.exception(Class::Unpickling)
}
