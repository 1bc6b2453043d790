//! What a value is, as text: the same that `show` in `cpython.py` writes.

use super::{NONE, Obj, Thing, Toy};
use mpickle_core::runtime::Runtime;
use std::collections::HashMap;

impl Toy {
    /// The text of a value, in which `#n` is the nth object, counted from 0, for the second time.
    pub fn show(&self, obj: Obj) -> String {
        Show { toy: self, seen: HashMap::new() }.any(obj)
    }
}

struct Show<'t> {
    toy: &'t Toy,
    seen: HashMap<usize, usize>,
}

impl Show<'_> {
    fn any(&mut self, obj: Obj) -> String {
        match self.toy.thing(obj) {
            Thing::None => "None".into(),
            Thing::Bool(value) => if *value { "True" } else { "False" }.into(),
            Thing::Int(value) if *value < 0 => format!("-{:x}", value.unsigned_abs()),
            Thing::Int(value) => format!("{value:x}"),
            Thing::BigInt(value) => format!("{value:x}"),
            Thing::Float(bits) => format!("f{bits:016x}"),
            Thing::Str(data) => text("", data),
            Thing::Bytes(data) => text("b", data),
            Thing::Singleton(name) => (*name).into(),
            Thing::TypeOf(singleton) => format!("type({})", self.any(*singleton)),
            Thing::Global { .. } => self.toy.path(obj).unwrap(),
            Thing::Tuple(items) if items.is_empty() => "()".into(),
            thing => match self.seen.get(&obj.0) {
                Some(number) => format!("#{number}"),
                None => {
                    self.seen.insert(obj.0, self.seen.len());
                    self.first(obj, thing)
                }
            },
        }
    }

    /// What is told apart by identity, when it comes for the first time.
    fn first(&mut self, obj: Obj, thing: &Thing) -> String {
        match thing {
            Thing::ByteArray(data) => text("ba", &data.borrow()),
            Thing::Buffer { data, .. } => text("view", data),
            Thing::Tuple(items) => format!("({})", self.all(items)),
            Thing::List(items) => format!("[{}]", self.all(&items.borrow())),
            Thing::Made(name, args) => format!("{name}({})", self.all(args)),
            Thing::Dict(table) => format!("{{{}}}", self.pairs(table.borrow().pairs())),
            Thing::OrderedDict(table) => format!("OrderedDict{{{}}}", self.pairs(table.borrow().pairs())),
            Thing::Set(table) => format!("set{{{}}}", self.sorted(table.borrow().pairs())),
            Thing::FrozenSet(table) => format!("frozenset{{{}}}", self.sorted(table.borrow().pairs())),
            _ => self.reduction(obj),
        }
    }

    fn reduction(&mut self, obj: Obj) -> String {
        let toy = self.toy;
        if toy.hooks.persistent
            && let Ok(Some(id)) = toy.persistent_id(obj)
        {
            return format!("far({})", self.any(id));
        }
        let reduction = toy.reduction(obj, 4).unwrap();
        let Thing::Tuple(parts) = toy.thing(reduction) else { panic!("no reduction") };
        let &[function, args, state, items, pairs, setter] = parts.as_slice() else { panic!("no reduction") };
        let Thing::Tuple(args) = toy.thing(args) else { panic!("no arguments") };
        let function = self.any(function);
        let (args, state) = (self.all(args), self.any(state));
        let items = self.all(&self.rest(items));
        let pairs: Vec<(Obj, Obj)> = self.rest(pairs).into_iter().map(|pair| self.pair(pair)).collect();
        format!("<{function}({args}) {state} [{items}] {{{}}} {}>", self.pairs(&pairs), self.any(setter))
    }

    fn rest(&self, iterator: Obj) -> Vec<Obj> {
        if iterator == NONE {
            return Vec::new();
        }
        std::iter::from_fn(|| self.toy.next(iterator).unwrap()).collect()
    }

    fn pair(&self, pair: Obj) -> (Obj, Obj) {
        (self.toy.tuple_item(pair, 0).unwrap(), self.toy.tuple_item(pair, 1).unwrap())
    }

    fn all(&mut self, items: &[Obj]) -> String {
        join(items.iter().map(|&item| self.any(item)).collect())
    }

    fn sorted(&mut self, items: &[(Obj, Obj)]) -> String {
        let mut items: Vec<String> = items.iter().map(|&(item, _)| self.any(item)).collect();
        items.sort();
        join(items)
    }

    fn pairs(&mut self, pairs: &[(Obj, Obj)]) -> String {
        join(pairs.iter().map(|&(key, value)| format!("{}: {}", self.any(key), self.any(value))).collect())
    }
}

fn join(items: Vec<String>) -> String {
    items.join(", ")
}

/// Letters, digits and spaces as they are, other text in hexadecimal digits.
fn text(prefix: &str, data: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_ ".contains(byte);
    if data.iter().all(plain) {
        return format!("{prefix}'{}'", String::from_utf8_lossy(data));
    }
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let digits = data.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    prefix.chars().chain(digits).collect()
}
