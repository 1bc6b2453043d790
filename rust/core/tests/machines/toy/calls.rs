//! What calling something gives, and what an instance reduces to.

use super::{Instance, NONE, Obj, Origin, Result, Table, Thing, Toy, raise};
use mpickle_core::runtime::{Anatomy, Runtime, Special};
use std::cell::RefCell;

impl Instance {
    fn new(class: Obj, origin: Origin, args: Obj, kwargs: Option<Obj>) -> Self {
        Instance {
            class,
            origin,
            args,
            kwargs,
            state: None,
            slots: Vec::new(),
            setter: None,
            items: Vec::new(),
            pairs: Vec::new(),
        }
    }
}

impl Toy {
    /// Calls something. Classes of the interpreter's own make values, anything else makes an instance.
    pub(super) fn apply(&self, callable: Obj, args: &[Obj]) -> Result<Obj> {
        match self.thing(callable) {
            Thing::Method(obj, name) => return self.apply_method(*obj, *name, args),
            Thing::Instance(_) => return self.apply_partial(callable),
            _ => {}
        }
        let Some(path) = self.path(callable) else {
            return raise("TypeError");
        };
        let things: Vec<&Thing> = args.iter().map(|&arg| self.thing(arg)).collect();
        match (path.as_str(), things.as_slice()) {
            ("toy.fail", _) => raise("ZeroDivisionError"),
            ("builtins.getattr", [Thing::Global { module, name }, Thing::Str(last)]) => {
                Ok(self.global(module, &[name, b".".as_slice(), last].concat()))
            }
            ("_codecs.encode", [Thing::Str(text), _]) => self.encode(text),
            ("builtins.bytes", []) => self.make(|| Thing::Bytes(Vec::new())),
            ("builtins.bytearray", []) => self.make(|| Thing::ByteArray(RefCell::default())),
            ("builtins.bytearray", [Thing::Bytes(data)]) => self.make(|| Thing::ByteArray(RefCell::new(data.clone()))),
            ("builtins.complex", [_, _]) => self.make(|| Thing::Made("complex", args.to_vec())),
            ("builtins.range", [_, _, _]) => self.make(|| Thing::Made("range", args.to_vec())),
            ("builtins.set", [Thing::List(items)]) => self.set_of(&items.borrow(), Thing::Set),
            ("builtins.frozenset", [Thing::List(items)]) => self.set_of(&items.borrow(), Thing::FrozenSet),
            ("builtins.type", [_]) => self.make(|| Thing::TypeOf(args[0])),
            ("collections.OrderedDict", []) => self.make(|| Thing::OrderedDict(RefCell::default())),
            ("copyreg._reconstructor", [_, _, value]) => self.reconstructed(args[0], args[2], value),
            ("toy.Given", _) => self.instantiated(callable, args, None),
            ("toy.set_state", [Thing::Instance(instance), _]) => {
                let mut instance = instance.borrow_mut();
                (instance.state, instance.setter) = (Some(args[1]), Some(callable));
                Ok(NONE)
            }
            _ => self.new_instance(callable, Origin::Call, args, None),
        }
    }

    fn apply_method(&self, obj: Obj, name: Special, args: &[Obj]) -> Result<Obj> {
        let Thing::Instance(instance) = self.thing(obj) else {
            return raise("TypeError");
        };
        if let [state] = args {
            instance.borrow_mut().state = Some(*state);
            return Ok(NONE);
        }
        let instance = instance.borrow();
        let kwargs = || instance.kwargs.unwrap_or_else(|| self.new_dict(&[]));
        match name {
            Special::GetState => Ok(instance.state.unwrap_or(NONE)),
            Special::GetNewArgs => Ok(instance.args),
            Special::GetNewArgsEx => Ok(self.new_tuple(&[instance.args, kwargs()])),
            _ => self.reduction(obj, 0),
        }
    }

    /// What `__new__` of a class makes.
    pub(super) fn instantiated(&self, class: Obj, args: &[Obj], kwargs: Option<Obj>) -> Result<Obj> {
        self.new_instance(class, Origin::New, args, kwargs)
    }

    /// An instance of a class that has a value of a built-in type in it.
    fn reconstructed(&self, class: Obj, value: Obj, thing: &Thing) -> Result<Obj> {
        let args: &[Obj] = match thing {
            Thing::None | Thing::List(_) | Thing::Dict(_) => &[],
            _ => &[value],
        };
        let obj = self.instantiated(class, args, None)?;
        self.instance(obj, |instance| match thing {
            Thing::List(items) => instance.items = items.borrow().clone(),
            Thing::Dict(table) => instance.pairs = table.borrow().pairs().to_vec(),
            _ => {}
        })?;
        Ok(obj)
    }

    /// The value of a built-in type in an instance.
    pub(super) fn anatomy_of(&self, instance: &Instance) -> Result<Anatomy<Obj>> {
        Ok(match self.path(instance.class).as_deref() {
            Some("toy.MyList") => Anatomy::List(self.new_list(&instance.items)),
            Some("toy.MyDict") => Anatomy::Dict(self.new_dict(&instance.pairs)),
            Some("toy.MyInt" | "toy.MyStr") => {
                let Some(value) = self.tuple_item(instance.args, 0) else {
                    return raise("TypeError");
                };
                Anatomy::Value { value, args: instance.args }
            }
            _ => Anatomy::Object,
        })
    }

    fn new_instance(&self, class: Obj, origin: Origin, args: &[Obj], kwargs: Option<Obj>) -> Result<Obj> {
        self.make(|| Thing::Instance(RefCell::new(Instance::new(class, origin, self.new_tuple(args), kwargs))))
    }

    /// A `functools.partial` of `__new__`, whose state holds the function, the arguments with the class first, and
    /// those that have names.
    fn apply_partial(&self, partial: Obj) -> Result<Obj> {
        let state = self.instance(partial, |instance| instance.state)?.unwrap_or(NONE);
        let Thing::Tuple(state) = self.thing(state) else {
            return raise("TypeError");
        };
        let &[_, args, kwargs, _] = state.as_slice() else {
            return raise("TypeError");
        };
        let Thing::Tuple(args) = self.thing(args) else {
            return raise("TypeError");
        };
        let [class, args @ ..] = args.as_slice() else {
            return raise("TypeError");
        };
        self.instantiated(*class, args, Some(kwargs))
    }

    pub(super) fn new_partial(&self, class: Obj, args: &[Obj], kwargs: Obj) -> Result<Obj> {
        let Thing::Global { module, name } = self.thing(class) else {
            return raise("TypeError");
        };
        let function = self.global(module, &[name, b".__new__".as_slice()].concat());
        let all: Vec<Obj> = [&[class], args].concat();
        let partial = self.apply(self.global_str("functools.partial"), &[function])?;
        let state = self.new_tuple(&[function, self.new_tuple(&all), kwargs, NONE]);
        self.instance(partial, |instance| instance.state = Some(state))?;
        Ok(partial)
    }

    fn encode(&self, text: &[u8]) -> Result<Obj> {
        let Ok(text) = std::str::from_utf8(text) else {
            return raise("UnicodeError");
        };
        let Ok(bytes) = text.chars().map(u8::try_from).collect() else {
            return raise("UnicodeError");
        };
        self.make(|| Thing::Bytes(bytes))
    }

    pub(super) fn set_of(&self, items: &[Obj], kind: fn(RefCell<Table>) -> Thing) -> Result<Obj> {
        let mut table = Table::default();
        items.iter().try_for_each(|&item| table.store(self, item, NONE))?;
        self.make(|| kind(RefCell::new(table)))
    }

    /// Changes an instance.
    pub(super) fn instance<T>(&self, obj: Obj, change: impl FnOnce(&mut Instance) -> T) -> Result<T> {
        match self.thing(obj) {
            Thing::Instance(instance) => Ok(change(&mut instance.borrow_mut())),
            _ => raise("AttributeError"),
        }
    }

    /// What CPython's `object.__reduce_ex__` or the instance's own `__reduce__` would give.
    pub(super) fn reduction(&self, obj: Obj, protocol: u8) -> Result<Obj> {
        let Thing::Instance(instance) = self.thing(obj) else {
            return raise("TypeError");
        };
        let instance = instance.borrow();
        let (callable, args) = self.construction(&instance, protocol);
        let state = self.state_of(&instance);
        let parts = [
            callable,
            args,
            state,
            self.new_iterator(&instance.items),
            self.new_iterator(&self.new_pairs(&instance.pairs)),
            instance.setter.unwrap_or(NONE),
        ];
        Ok(self.new_tuple(&parts))
    }

    /// The state that was set, or None and a dict of slots.
    pub(super) fn state_of(&self, instance: &Instance) -> Obj {
        match instance.slots.as_slice() {
            [] => instance.state.unwrap_or(NONE),
            slots => self.new_tuple(&[NONE, self.new_dict(slots)]),
        }
    }

    /// What makes an instance again, and the arguments of that.
    fn construction(&self, instance: &Instance, protocol: u8) -> (Obj, Obj) {
        let Thing::Tuple(args) = self.thing(instance.args) else { panic!("no arguments") };
        let (function, args) = match (instance.origin, protocol, instance.kwargs) {
            (Origin::Call, ..) => return (instance.class, instance.args),
            (_, 2.., None) => ("copyreg.__newobj__", [&[instance.class], args.as_slice()].concat()),
            (_, 2.., Some(kwargs)) => ("copyreg.__newobj_ex__", vec![instance.class, instance.args, kwargs]),
            _ => ("copyreg._reconstructor", vec![instance.class, self.global_str("builtins.object"), NONE]),
        };
        (self.global_str(function), self.new_tuple(&args))
    }

    /// A new dict, not refused.
    pub fn new_dict(&self, pairs: &[(Obj, Obj)]) -> Obj {
        let mut table = Table::default();
        for &(key, value) in pairs {
            table.store(self, key, value).unwrap();
        }
        self.new_thing(Thing::Dict(RefCell::new(table)))
    }

    /// Tuples of keys and values.
    pub(super) fn new_pairs(&self, pairs: &[(Obj, Obj)]) -> Vec<Obj> {
        let tuples = pairs.iter().map(|&(key, value)| self.new_tuple(&[key, value]));
        tuples.collect()
    }

    pub fn iterator_of(&self, items: Vec<Obj>) -> Obj {
        self.new_thing(Thing::Iterator(RefCell::new(items.into())))
    }

    /// None if there are no items.
    fn new_iterator(&self, items: &[Obj]) -> Obj {
        if items.is_empty() { NONE } else { self.iterator_of(items.to_vec()) }
    }
}
