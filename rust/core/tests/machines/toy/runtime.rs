//! The interpreter as the machines see it.

use super::{EXTENSIONS, Error, FALSE, FUNCTIONS, METHODS, NONE, Obj, Origin, Result, TRUE, Table, Thing, Toy, raise};
use crate::memory::{exempt, refuse};
use allocator_api2::alloc::Global;
use mpickle_core::error::Fault;
use mpickle_core::growable::Growable;
use mpickle_core::runtime::{Anatomy, Constructor, Known, Location, Naming, Runtime, Special, Value};
use num_bigint::{BigInt, Sign};
use std::cell::RefCell;

/// Takes over the memory of a vector.
fn adopt(data: Growable<u8>) -> Vec<u8> {
    let (start, length, capacity) = data.into_raw_parts();
    // SAFETY: the parts are those of a vector that was forgotten, of the same allocator.
    unsafe { Vec::from_raw_parts(start, length, capacity) }
}

impl Toy {
    /// Something that takes memory is about to be done. What follows is not refused.
    fn spend<T>(&self, function: impl FnOnce() -> Result<T>) -> Result<T> {
        self.call_counts()?;
        if refuse() { raise("MemoryError") } else { exempt(function) }
    }

    fn table(&self, obj: Obj) -> Option<&RefCell<Table>> {
        match self.thing(obj) {
            Thing::Dict(table) | Thing::OrderedDict(table) | Thing::Set(table) | Thing::FrozenSet(table) => Some(table),
            _ => None,
        }
    }

    fn next_pair(&self, obj: Obj, position: &mut usize) -> Option<(Obj, Obj)> {
        let pair = *self.table(obj)?.borrow().pairs().get(*position)?;
        *position += 1;
        Some(pair)
    }

    fn set_item(&self, list: &RefCell<Vec<Obj>>, index: Obj, value: Obj) -> Result<()> {
        let index = match self.thing(index) {
            Thing::Int(index) => usize::try_from(*index).unwrap_or(usize::MAX),
            Thing::BigInt(_) => usize::MAX,
            _ => return raise("TypeError"),
        };
        match list.borrow_mut().get_mut(index) {
            Some(item) => *item = value,
            None => return raise("IndexError"),
        }
        Ok(())
    }

    fn is_instance_of(&self, obj: Obj, path: &str) -> bool {
        self.instance(obj, |instance| instance.class).is_ok_and(|class| self.path(class).as_deref() == Some(path))
    }

    fn type_name(&self, obj: Obj) -> &'static str {
        match self.thing(obj) {
            Thing::Int(_) => "builtins.int",
            Thing::Str(_) => "builtins.str",
            Thing::List(_) => "builtins.list",
            Thing::Dict(_) => "builtins.dict",
            Thing::Bytes(_) => "builtins.bytes",
            Thing::ByteArray(_) => "builtins.bytearray",
            Thing::Set(_) => "builtins.set",
            Thing::FrozenSet(_) => "builtins.frozenset",
            Thing::Made("complex", _) => "builtins.complex",
            Thing::Made(..) => "builtins.range",
            Thing::OrderedDict(_) => "collections.OrderedDict",
            _ => "builtins.object",
        }
    }
}

impl Runtime for Toy {
    type Obj = Obj;
    type Raised = Error;
    type Heap = Global;

    fn fail(&self, fault: Fault) -> Error {
        Error::Fault(fault)
    }

    fn identity(&self, obj: Obj) -> usize {
        // As a machine's addresses, it has zeros at its end.
        obj.0 << 4
    }

    fn inspect(&self, obj: Obj) -> Value<'_, Obj> {
        self.note_stack();
        match self.thing(obj) {
            Thing::None => Value::None,
            Thing::Bool(value) => Value::Bool(*value),
            Thing::Int(value) => Value::Int(*value),
            Thing::BigInt(_) => Value::BigInt,
            Thing::Float(bits) => Value::Float(*bits),
            Thing::Str(text) => Value::Str(text),
            Thing::Bytes(data) => Value::Bytes(data),
            Thing::ByteArray(data) => Value::ByteArray(data.borrow().len()),
            Thing::Tuple(items) => Value::Tuple(items.len()),
            Thing::List(items) => Value::List(items.borrow().len()),
            Thing::Dict(table) => Value::Dict(table.borrow().pairs().len()),
            Thing::Set(table) => Value::Set(table.borrow().pairs().len()),
            Thing::FrozenSet(_) => Value::FrozenSet,
            Thing::OrderedDict(_) => Value::Mapping,
            Thing::Made(..) => Value::Made,
            Thing::Singleton(name) => Value::Singleton(name.as_bytes()),
            Thing::TypeOf(singleton) => Value::TypeOf(*singleton),
            Thing::Buffer { data, readonly } => Value::Buffer { len: data.len(), readonly: *readonly },
            Thing::Global { .. } => Value::Global,
            Thing::Instance(_) | Thing::Method(..) | Thing::Iterator(_) | Thing::Stream(_) => Value::Instance,
        }
    }

    fn text(&self, obj: Obj) -> Option<&[u8]> {
        if let Value::Str(text) = self.inspect(obj) { Some(text) } else { None }
    }

    fn tuple_len(&self, obj: Obj) -> Option<usize> {
        if let Value::Tuple(len) = self.inspect(obj) { Some(len) } else { None }
    }

    fn dict_len(&self, obj: Obj) -> Option<usize> {
        if let Value::Dict(len) = self.inspect(obj) { Some(len) } else { None }
    }

    fn set_len(&self, obj: Obj) -> Option<usize> {
        if let Value::Set(len) = self.inspect(obj) { Some(len) } else { None }
    }

    fn type_of(&self, obj: Obj) -> Obj {
        match self.instance(obj, |instance| instance.class) {
            Ok(class) => class,
            Err(_) => self.global_str(self.type_name(obj)),
        }
    }

    fn tuple_item(&self, tuple: Obj, index: usize) -> Option<Obj> {
        let Thing::Tuple(items) = self.thing(tuple) else {
            return None;
        };
        items.get(index).copied()
    }

    fn list_item(&self, list: Obj, index: usize) -> Option<Obj> {
        let Thing::List(items) = self.thing(list) else {
            return None;
        };
        items.borrow().get(index).copied()
    }

    fn dict_next(&self, dict: Obj, position: &mut usize) -> Option<(Obj, Obj)> {
        self.next_pair(dict, position)
    }

    fn set_next(&self, set: Obj, position: &mut usize) -> Option<Obj> {
        self.next_pair(set, position).map(|(item, _)| item)
    }

    fn buffer_read(&self, obj: Obj, offset: usize, into: &mut [u8]) -> usize {
        let mut copy = |data: &[u8]| {
            let rest = data.get(offset..).unwrap_or_default();
            let count = rest.len().min(into.len());
            into[..count].copy_from_slice(&rest[..count]);
            count
        };
        match self.thing(obj) {
            Thing::ByteArray(data) => copy(&data.borrow()),
            Thing::Buffer { data, .. } => copy(data),
            _ => 0,
        }
    }

    fn known(&self, known: Known) -> Obj {
        match known {
            Known::CodecsEncode => self.global_str("_codecs.encode"),
            Known::Getattr => self.global_str("builtins.getattr"),
            Known::Type => self.global_str("builtins.type"),
            Known::Latin1 => self.interned(b"latin1"),
            Known::NewObj => self.global_str("copyreg.__newobj__"),
            Known::NewObjEx => self.global_str("copyreg.__newobj_ex__"),
            Known::Reconstructor => self.global_str("copyreg._reconstructor"),
            Known::Object => self.global_str("builtins.object"),
        }
    }

    fn none(&self) -> Obj {
        NONE
    }

    fn bool(&self, value: bool) -> Obj {
        if value { TRUE } else { FALSE }
    }

    fn int(&self, value: i64) -> Result<Obj> {
        self.make(|| Thing::Int(value))
    }

    fn int_from_bytes(&self, bytes: &[u8]) -> Result<Obj> {
        self.make(|| number(BigInt::from_signed_bytes_le(bytes)))
    }

    fn int_from_digits(&self, negative: bool, base: u8, digits: &[u8]) -> Result<Obj> {
        self.make(|| {
            let digits: Vec<u8> = digits.iter().copied().filter(|&digit| digit != b'_').collect();
            let value = BigInt::parse_bytes(&digits, base.into()).expect("digits of the base");
            number(if negative { -value } else { value })
        })
    }

    fn float(&self, bits: u64) -> Result<Obj> {
        self.make(|| Thing::Float(bits))
    }

    fn str(&self, utf8: &[u8]) -> Result<Obj> {
        self.make(|| Thing::Str(utf8.to_vec()))
    }

    fn name(&self, utf8: &[u8]) -> Result<Obj> {
        self.spend(|| Ok(self.interned(utf8)))
    }

    fn bytes(&self, data: &[u8]) -> Result<Obj> {
        self.make(|| Thing::Bytes(data.to_vec()))
    }

    fn bytearray(&self, data: &[u8]) -> Result<Obj> {
        self.make(|| Thing::ByteArray(RefCell::new(data.to_vec())))
    }

    fn adopt_str(&self, utf8: Growable<u8>) -> Result<Obj> {
        let utf8 = adopt(utf8);
        self.make(|| Thing::Str(utf8))
    }

    fn adopt_bytes(&self, data: Growable<u8>) -> Result<Obj> {
        let data = adopt(data);
        self.make(|| Thing::Bytes(data))
    }

    fn adopt_bytearray(&self, data: Growable<u8>) -> Result<Obj> {
        let data = adopt(data);
        self.make(|| Thing::ByteArray(RefCell::new(data)))
    }

    fn tuple(&self, items: &[Obj]) -> Result<Obj> {
        self.make(|| Thing::Tuple(items.to_vec()))
    }

    fn tuple_after_first(&self, tuple: Obj) -> Result<Obj> {
        let Thing::Tuple(items) = self.thing(tuple) else {
            return raise("TypeError");
        };
        self.make(|| Thing::Tuple(items[1..].to_vec()))
    }

    fn list(&self, items: &[Obj]) -> Result<Obj> {
        self.make(|| Thing::List(RefCell::new(items.to_vec())))
    }

    fn dict(&self) -> Result<Obj> {
        self.make(|| Thing::Dict(RefCell::default()))
    }

    fn set(&self) -> Result<Obj> {
        self.make(|| Thing::Set(RefCell::default()))
    }

    fn frozenset(&self, items: &[Obj]) -> Result<Obj> {
        self.spend(|| self.set_of(items, Thing::FrozenSet))
    }

    fn extend(&self, obj: Obj, items: &[Obj]) -> Result<()> {
        self.spend(|| match self.thing(obj) {
            Thing::List(list) => {
                list.borrow_mut().extend(items);
                Ok(())
            }
            _ => self.instance(obj, |instance| instance.items.extend(items)),
        })
    }

    fn store(&self, obj: Obj, items: &[Obj]) -> Result<()> {
        self.spend(|| {
            for pair in items.chunks_exact(2) {
                let (key, value) = (pair[0], pair[1]);
                match self.thing(obj) {
                    Thing::Dict(table) | Thing::OrderedDict(table) => table.borrow_mut().store(self, key, value)?,
                    Thing::Instance(instance) => instance.borrow_mut().pairs.push((key, value)),
                    Thing::List(list) => self.set_item(list, key, value)?,
                    _ => return raise("TypeError"),
                }
            }
            Ok(())
        })
    }

    fn add(&self, obj: Obj, items: &[Obj]) -> Result<()> {
        self.spend(|| {
            let Thing::Set(set) = self.thing(obj) else {
                return raise("AttributeError");
            };
            items.iter().try_for_each(|&item| set.borrow_mut().store(self, item, NONE))
        })
    }

    fn int_bytes(&self, int: Obj, into: &mut Growable<u8>) -> Result<()> {
        let Thing::BigInt(value) = self.thing(int) else {
            return raise("TypeError");
        };
        let bytes = exempt(|| value.to_signed_bytes_le());
        // A redundant sign byte, which the machine has to take away.
        into.extend_from_slice(&bytes)?;
        into.push(if value.sign() == Sign::Minus { 0xff } else { 0 })?;
        exempt(|| drop(bytes));
        Ok(())
    }

    fn int_repr(&self, int: Obj) -> Result<Obj> {
        self.to_str(int)
    }

    fn parts(&self, obj: Obj) -> Result<([Obj; 3], usize)> {
        let Thing::Made(_, args) = self.thing(obj) else {
            return raise("TypeError");
        };
        let mut parts = [NONE; 3];
        parts[..args.len()].copy_from_slice(args);
        Ok((parts, args.len()))
    }

    fn has(&self, obj: Obj, name: Special) -> Result<bool> {
        if name == Special::Next {
            return Ok(matches!(self.thing(obj), Thing::Iterator(_)));
        }
        Ok(self.attribute(obj, name)?.is_some())
    }

    fn attribute(&self, obj: Obj, name: Special) -> Result<Option<Obj>> {
        let Ok((class, origin)) = self.instance(obj, |instance| (instance.class, instance.origin)) else {
            return Ok(None);
        };
        let path = self.path(class).unwrap_or_default();
        let listed = METHODS.iter().filter(|(class, _)| *class == path).flat_map(|(_, methods)| *methods);
        let own = (origin == Origin::Call).then_some(&Special::Reduce);
        let method = listed.chain(own).find(|method| **method == name);
        method.map(|method| self.make(|| Thing::Method(obj, *method))).transpose()
    }

    fn set_attribute(&self, obj: Obj, name: Obj, value: Obj) -> Result<()> {
        self.spend(|| self.instance(obj, |instance| instance.slots.push((name, value))))
    }

    fn is_class(&self, obj: Obj) -> bool {
        self.path(obj).is_some_and(|path| !FUNCTIONS.contains(&path.as_str()))
    }

    fn call(&self, callable: Obj, args: &[Obj]) -> Result<Obj> {
        self.spend(|| self.apply(callable, args))
    }

    fn call_tuple(&self, callable: Obj, args: Obj) -> Result<Obj> {
        let Thing::Tuple(args) = self.thing(args) else {
            return raise("TypeError");
        };
        self.call(callable, args)
    }

    fn instantiate(&self, cls: Obj, args: Obj, kwargs: Option<Obj>) -> Result<Obj> {
        let Thing::Tuple(args) = self.thing(args) else {
            return raise("TypeError");
        };
        self.instantiated(cls, args, kwargs)
    }

    fn anatomy(&self, obj: Obj, _protocol: u8) -> Result<Anatomy<Obj>> {
        let Thing::Instance(instance) = self.thing(obj) else {
            return Ok(Anatomy::Opaque);
        };
        self.spend(|| self.anatomy_of(&instance.borrow()))
    }

    fn state(&self, obj: Obj) -> Result<Obj> {
        let Thing::Instance(instance) = self.thing(obj) else {
            return Ok(NONE);
        };
        self.spend(|| {
            let state = self.state_of(&instance.borrow());
            let Thing::Dict(table) = self.thing(state) else { return Ok(state) };
            Ok(self.new_dict(table.borrow().pairs()))
        })
    }

    fn set_state(&self, _obj: Obj, state: Obj) -> Result<Option<Obj>> {
        Ok(self.hooks.replaces.then_some(state))
    }

    fn may_replace(&self) -> bool {
        self.hooks.replaces
    }

    fn may_let_go(&self) -> bool {
        !self.hooks.keeps_states && !self.hooks.replaces
    }

    fn is_plain_class(&self, obj: Obj) -> Result<bool> {
        self.spend(|| {
            let path = self.path(obj).unwrap_or_default();
            let has_methods = METHODS.iter().any(|(class, _)| *class == path);
            Ok(path.starts_with("toy.") && !has_methods && !FUNCTIONS.contains(&path.as_str()))
        })
    }

    fn discard(&self, dict: Obj) {
        exempt(|| self.discarded.borrow_mut().insert(dict.0));
    }

    fn is_blank(&self, obj: Obj) -> bool {
        self.instance(obj, |instance| instance.state.is_none() && instance.slots.is_empty()).unwrap_or_default()
    }

    fn dropped(&self, _obj: Obj, _below: Obj) -> Result<()> {
        Ok(())
    }

    fn cannot_pickle(&self, _obj: Obj) -> Error {
        Error::Raised("PicklingError")
    }

    fn update_state(&self, obj: Obj, state: Obj) -> Result<()> {
        self.spend(|| {
            let mut table = Table::default();
            let mut position = 0;
            while let Some((key, value)) = self.next_pair(state, &mut position) {
                table.store(self, key, value)?;
            }
            // An empty dict is no state.
            let state = position > 0;
            let dict = state.then(|| self.new_thing(Thing::Dict(RefCell::new(table))));
            self.instance(obj, |instance| instance.state = dict)
        })
    }

    fn iterate(&self, obj: Obj) -> Result<Obj> {
        self.spend(|| {
            let items = self.instance(obj, |instance| instance.items.clone())?;
            Ok(self.iterator_of(items))
        })
    }

    fn iterate_items(&self, obj: Obj) -> Result<Obj> {
        self.spend(|| {
            let pairs = match self.table(obj) {
                Some(table) => self.new_pairs(table.borrow().pairs()),
                None => self.instance(obj, |instance| self.new_pairs(&instance.pairs))?,
            };
            Ok(self.iterator_of(pairs))
        })
    }

    fn next(&self, iterator: Obj) -> Result<Option<Obj>> {
        self.call_counts()?;
        match self.thing(iterator) {
            Thing::Iterator(items) => Ok(items.borrow_mut().pop_front()),
            _ => raise("TypeError"),
        }
    }

    fn is_true(&self, obj: Obj) -> Result<bool> {
        self.call_counts()?;
        Ok(match self.thing(obj) {
            Thing::None | Thing::Bool(false) | Thing::Int(0) => false,
            Thing::Str(data) | Thing::Bytes(data) => !data.is_empty(),
            Thing::Tuple(items) => !items.is_empty(),
            Thing::List(items) => !items.borrow().is_empty(),
            Thing::Dict(table) => !table.borrow().pairs().is_empty(),
            _ => true,
        })
    }

    fn is_callable(&self, obj: Obj) -> bool {
        matches!(self.thing(obj), Thing::Global { .. } | Thing::Method(..) | Thing::Instance(_))
    }

    fn list_of(&self, obj: Obj) -> Result<Obj> {
        self.spend(|| {
            let Some(table) = self.table(obj) else {
                return raise("TypeError");
            };
            let items: Vec<Obj> = table.borrow().pairs().iter().map(|&(item, _)| item).collect();
            Ok(self.new_list(&items))
        })
    }

    fn locate(&self, obj: Obj, name: Option<Obj>) -> Result<Location<Obj>> {
        self.spend(|| {
            let (module, qualified): (&[u8], &[u8]) = match (self.thing(obj), name.map(|name| self.thing(name))) {
                (Thing::Global { module, name }, None) => (module, name),
                (Thing::Singleton(_), Some(Thing::Str(name))) => (b"builtins", name),
                (_, Some(Thing::Str(name))) => (b"toy", name),
                _ => return raise("PicklingError"),
            };
            let parent = qualified.iter().rposition(|&byte| byte == b'.').map(|dot| {
                let (parent, last) = (&qualified[..dot], &qualified[dot + 1..]);
                (self.global(module, parent), self.interned(last))
            });
            Ok(Location { module: self.interned(module), name: self.interned(qualified), parent })
        })
    }

    fn find_class(&self, module: Obj, name: Obj, naming: Naming) -> Result<Obj> {
        if self.hooks.data_only {
            return raise("UnpicklingError");
        }
        let (module, name) = naming.modern(self, module, name)?;
        let (Thing::Str(module), Thing::Str(name)) = (self.thing(module), self.thing(name)) else {
            return raise("TypeError");
        };
        if module == b"missing" {
            return raise("ImportError");
        }
        if name.contains(&b'.') && !naming.dotted {
            return raise("AttributeError");
        }
        self.spend(|| Ok(self.global(module, name)))
    }

    fn extension_code(&self, module: Obj, name: Obj) -> Result<u32> {
        let (Thing::Str(module), Thing::Str(name)) = (self.thing(module), self.thing(name)) else {
            return Ok(0);
        };
        let known = EXTENSIONS.iter().find(|(known, _)| module == b"toy" && name == known.as_bytes());
        Ok(known.map_or(0, |&(_, code)| code))
    }

    fn extension(&self, code: u32, _naming: Naming) -> Result<Option<Obj>> {
        let known = EXTENSIONS.iter().find(|&&(_, known)| known == code);
        if known.is_some() && self.hooks.data_only {
            return raise("UnpicklingError");
        }
        Ok(known.map(|(name, _)| self.global(b"toy", name.as_bytes())))
    }

    fn registered_reduction(&self, _obj: Obj) -> Result<Option<Obj>> {
        Ok(self.hooks.reduction.get())
    }

    fn reducer_override(&self, _obj: Obj) -> Result<Option<Obj>> {
        Ok(None)
    }

    fn partial_new(&self, cls: Obj, args: Obj, kwargs: Obj) -> Result<Obj> {
        let Thing::Tuple(args) = self.thing(args) else {
            return raise("TypeError");
        };
        self.spend(|| self.new_partial(cls, args, kwargs))
    }

    fn constructor(&self, callable: Obj) -> Constructor {
        match self.path(callable).as_deref() {
            Some("copyreg.__newobj__") => Constructor::NewObj,
            Some("copyreg.__newobj_ex__") => Constructor::NewObjEx,
            _ => Constructor::Call,
        }
    }

    fn has_persistent_id(&self) -> bool {
        self.hooks.persistent
    }

    fn persistent_id(&self, obj: Obj) -> Result<Option<Obj>> {
        self.call_counts()?;
        if let Some(container) = self.hooks.grows.get().filter(|&container| container != obj) {
            self.hooks.grows.set(None);
            match self.thing(container) {
                Thing::List(_) => self.extend(container, &[TRUE])?,
                Thing::Dict(_) => self.store(container, &[TRUE, TRUE])?,
                _ => self.add(container, &[TRUE])?,
            }
        }
        if !self.is_instance_of(obj, "toy.Far") {
            return Ok(None);
        }
        let args = self.instance(obj, |instance| instance.args)?;
        Ok(self.tuple_item(args, 0))
    }

    fn to_str(&self, obj: Obj) -> Result<Obj> {
        match self.thing(obj) {
            Thing::Str(_) => Ok(obj),
            Thing::Int(value) => self.make(|| Thing::Str(value.to_string().into())),
            Thing::BigInt(value) => self.make(|| Thing::Str(value.to_string().into())),
            _ => raise("TypeError"),
        }
    }

    fn persistent_load(&self, id: Obj) -> Result<Obj> {
        if !self.hooks.persistent {
            return Err(self.fail(Fault::NoPersistentLoad));
        }
        self.spend(|| self.apply(self.global_str("toy.Far"), &[id]))
    }

    fn buffer_in_band(&self, _buffer: Obj) -> Result<bool> {
        Ok(!self.hooks.out_of_band)
    }

    fn has_buffers(&self) -> bool {
        self.hooks.buffers.is_some()
    }

    fn next_buffer(&self) -> Result<Option<Obj>> {
        let buffers = self.hooks.buffers.as_ref();
        Ok(buffers.and_then(|buffers| buffers.borrow_mut().pop_front()))
    }

    fn readonly(&self, buffer: Obj) -> Result<Obj> {
        match self.thing(buffer) {
            Thing::Bytes(_) | Thing::Buffer { readonly: true, .. } => Ok(buffer),
            Thing::ByteArray(data) => self.make(|| Thing::Buffer { data: data.borrow().clone(), readonly: true }),
            Thing::Buffer { data, .. } => self.make(|| Thing::Buffer { data: data.clone(), readonly: true }),
            _ => raise("TypeError"),
        }
    }

    fn read(&self, stream: Obj, into: &mut [u8]) -> Result<usize> {
        let Thing::Stream(stream) = self.thing(stream) else {
            return raise("TypeError");
        };
        self.spend(|| stream.borrow_mut().read(into))
    }

    fn write(&self, stream: Obj, data: &[u8]) -> Result<()> {
        let Thing::Stream(stream) = self.thing(stream) else {
            return raise("TypeError");
        };
        self.spend(|| stream.borrow_mut().write(data))
    }
}

fn number(value: BigInt) -> Thing {
    i64::try_from(&value).map_or_else(|_| Thing::BigInt(value), Thing::Int)
}
