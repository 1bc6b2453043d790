//! MicroPython as the machines see it: the `Runtime` of one call, with the hooks of that call.

#[cfg(feature = "extensions")]
use crate::extension;
use crate::heap::TableHeap;
#[cfg(feature = "classes")]
use crate::machine::UnpicklerState;
use crate::policy::Policy;
use crate::shim::{self, Obj, Raised, Shim};
#[cfg(feature = "registry")]
use crate::{
    inject,
    registry::{self, Registration},
};
use core::cell::Cell;
use mpickle_core::error::Fault;
use mpickle_core::growable::Growable;
use mpickle_core::runtime::{Anatomy, Constructor, Items, Known, Location, Naming, Result, Runtime, Special, Value};

/// What a call may do beside the machines' own work.
#[derive(Clone, Copy, Default)]
pub struct Hooks {
    /// Which globals may be named.
    pub policy: Policy,
    /// An iterator over out-of-band buffers for load.
    pub buffers: Option<Obj>,
    /// Who is offered buffers by dump.
    pub buffer_callback: Option<Obj>,
    /// The Unpickler that is at work.
    pub this: Option<Obj>,
    /// Methods of a Pickler or Unpickler, where the program has its own.
    pub persistent_id: Option<Obj>,
    /// Likewise.
    pub persistent_load: Option<Obj>,
    /// Likewise.
    pub reducer_override: Option<Obj>,
    /// Likewise.
    pub find_class: Option<Obj>,
    /// A Pickler's own reducers by type; without it the module's `dispatch_table` counts.
    pub dispatch_table: Option<Obj>,
    /// Where a listing goes.
    #[cfg(feature = "dis")]
    pub listing: Option<Obj>,
}

/// MicroPython during one call. What every call into C gets comes first, so that its address need not be worked out.
/// (Aligned, it is nothing but a name in the header of the exports.)
#[repr(C, align(8))]
pub struct Interpreter {
    /// Where exceptions are while the call lasts.
    pub shim: Shim,
    /// What the call's arguments ask for.
    pub hooks: Hooks,
    none: Obj,
    /// How far the source was read, where it is a buffer that may change meanwhile.
    buffer_offset: Option<Cell<usize>>,
}

// The shim has the names in the same order.
const _: () = {
    assert!(Special::ReduceEx as u32 == shim::MPK_NAME_REDUCE_EX);
    assert!(Special::Reduce as u32 == shim::MPK_NAME_REDUCE);
    assert!(Special::GetNewArgsEx as u32 == shim::MPK_NAME_GETNEWARGS_EX);
    assert!(Special::GetNewArgs as u32 == shim::MPK_NAME_GETNEWARGS);
    assert!(Special::GetInitArgs as u32 == shim::MPK_NAME_GETINITARGS);
    assert!(Special::GetState as u32 == shim::MPK_NAME_GETSTATE);
    assert!(Special::SetState as u32 == shim::MPK_NAME_SETSTATE);
    assert!(Special::Slots as u32 == shim::MPK_NAME_SLOTS);
    assert!(Special::Next as u32 == shim::MPK_NAME_NEXT);
};

impl Interpreter {
    /// An interpreter without hooks.
    pub fn new() -> Self {
        let none = shim::constant(shim::MPK_KIND_NONE);
        Interpreter { shim: Shim::new(), hooks: Hooks::default(), none, buffer_offset: None }
    }

    /// From now on the stream that is read from is a buffer of the program's, of which so much was read before.
    pub fn read_from_buffer(&mut self, offset: usize) {
        self.buffer_offset = Some(Cell::new(offset));
    }

    /// Keeps for the Unpickler at work, if there is one, how its `find_class` is to read names.
    pub fn note_naming(&self, _naming: Naming) {
        #[cfg(feature = "classes")]
        if let Some(state) = self.hooks.this.and_then(|this| self.shim.kept::<UnpicklerState>(this)) {
            state.naming.set(_naming);
        }
    }

    /// What is called in place of a class that the program registered with a reconstructor.
    fn constructor_of(&self, _cls: Obj) -> Option<Obj> {
        #[cfg(feature = "registry")]
        return registry::of_type(_cls).and_then(Registration::constructor);
        #[cfg(not(feature = "registry"))]
        None
    }

    fn adopt(&self, kind: u32, data: Growable<u8>) -> Result<Obj, Self> {
        let (block, len, capacity) = data.into_raw_parts();
        self.shim.adopt(kind, block, len, capacity)
    }
}

impl Runtime for Interpreter {
    type Obj = Obj;
    type Raised = Raised;
    type Heap = TableHeap;

    fn fail(&self, fault: Fault) -> Raised {
        self.shim.fail(fault)
    }

    #[inline]
    fn identity(&self, obj: Obj) -> usize {
        shim::identity(obj)
    }

    #[inline]
    fn inspect(&self, obj: Obj) -> Value<'_, Obj> {
        shim::inspect(obj, self.none)
    }

    fn text(&self, obj: Obj) -> Option<&[u8]> {
        if shim::is_str(obj) { shim::immutable_bytes(obj) } else { None }
    }

    fn tuple_len(&self, obj: Obj) -> Option<usize> {
        shim::length(obj, shim::MPK_KIND_TUPLE)
    }

    fn dict_len(&self, obj: Obj) -> Option<usize> {
        shim::length(obj, shim::MPK_KIND_DICT)
    }

    fn set_len(&self, obj: Obj) -> Option<usize> {
        shim::length(obj, shim::MPK_KIND_SET)
    }

    fn type_of(&self, obj: Obj) -> Obj {
        shim::type_of(obj)
    }

    #[inline(never)]
    fn tuple_item(&self, tuple: Obj, index: usize) -> Option<Obj> {
        shim::tuple_item(tuple, index)
    }

    #[inline]
    fn list_item(&self, list: Obj, index: usize) -> Option<Obj> {
        shim::list_item(list, index)
    }

    #[inline]
    fn dict_next(&self, dict: Obj, position: &mut usize) -> Option<(Obj, Obj)> {
        shim::dict_next(dict, position)
    }

    fn set_next(&self, set: Obj, position: &mut usize) -> Option<Obj> {
        shim::set_next(set, position)
    }

    fn buffer_read(&self, obj: Obj, offset: usize, into: &mut [u8]) -> usize {
        shim::buffer_read(obj, offset, into)
    }

    fn known(&self, known: Known) -> Obj {
        shim::known(match known {
            Known::CodecsEncode => shim::MPK_KNOWN_CODECS_ENCODE,
            Known::Getattr => shim::MPK_KNOWN_GETATTR,
            Known::Type => shim::MPK_KNOWN_TYPE,
            Known::Latin1 => shim::MPK_KNOWN_LATIN1,
            Known::NewObj => shim::MPK_KNOWN_NEWOBJ,
            Known::NewObjEx => shim::MPK_KNOWN_NEWOBJ_EX,
            Known::Reconstructor => shim::MPK_KNOWN_RECONSTRUCTOR,
            Known::Object => shim::MPK_KNOWN_OBJECT,
        })
    }

    #[inline]
    fn none(&self) -> Obj {
        self.none
    }

    #[inline]
    fn bool(&self, value: bool) -> Obj {
        shim::constant(if value { shim::MPK_KIND_TRUE } else { shim::MPK_KIND_FALSE })
    }

    #[inline]
    fn int(&self, value: i64) -> Result<Obj, Self> {
        self.shim.int(value)
    }

    fn int_from_bytes(&self, bytes: &[u8]) -> Result<Obj, Self> {
        self.shim.int_from_bytes(bytes)
    }

    fn int_from_digits(&self, negative: bool, base: u8, digits: &[u8]) -> Result<Obj, Self> {
        self.shim.int_from_digits(negative, base, digits)
    }

    #[inline]
    fn float(&self, bits: u64) -> Result<Obj, Self> {
        self.shim.float(bits)
    }

    #[inline]
    fn str(&self, utf8: &[u8]) -> Result<Obj, Self> {
        self.shim.str(utf8)
    }

    fn name(&self, utf8: &[u8]) -> Result<Obj, Self> {
        self.shim.interned(utf8)
    }

    #[inline]
    fn bytes(&self, data: &[u8]) -> Result<Obj, Self> {
        self.shim.bytes(data)
    }

    fn bytearray(&self, data: &[u8]) -> Result<Obj, Self> {
        self.shim.bytearray(data)
    }

    fn adopt_str(&self, utf8: Growable<u8>) -> Result<Obj, Self> {
        self.adopt(shim::MPK_KIND_STR, utf8)
    }

    fn adopt_bytes(&self, data: Growable<u8>) -> Result<Obj, Self> {
        self.adopt(shim::MPK_KIND_BYTES, data)
    }

    fn adopt_bytearray(&self, data: Growable<u8>) -> Result<Obj, Self> {
        self.adopt(shim::MPK_KIND_BYTEARRAY, data)
    }

    #[inline]
    fn tuple(&self, items: &[Obj]) -> Result<Obj, Self> {
        self.shim.tuple(items)
    }

    fn tuple_after_first(&self, tuple: Obj) -> Result<Obj, Self> {
        let mut items = Growable::new();
        while let Some(item) = self.tuple_item(tuple, items.len() + 1) {
            items.push(item)?;
        }
        self.tuple(&items)
    }

    #[inline]
    fn list(&self, items: &[Obj]) -> Result<Obj, Self> {
        self.shim.list(items)
    }

    #[inline]
    fn dict(&self) -> Result<Obj, Self> {
        self.shim.dict()
    }

    fn set(&self) -> Result<Obj, Self> {
        self.shim.set()
    }

    fn frozenset(&self, items: &[Obj]) -> Result<Obj, Self> {
        self.shim.frozenset(items)
    }

    #[inline]
    fn extend(&self, obj: Obj, items: &[Obj]) -> Result<(), Self> {
        self.shim.extend(obj, items)
    }

    #[inline]
    fn store(&self, obj: Obj, items: &[Obj]) -> Result<(), Self> {
        self.shim.store(obj, items)
    }

    fn add(&self, obj: Obj, items: &[Obj]) -> Result<(), Self> {
        self.shim.add(obj, items)
    }

    fn int_bytes(&self, int: Obj, into: &mut Growable<u8>) -> Result<(), Self> {
        shim::int_to_bytes(int, into.extend_filled(shim::int_size(int), 0)?);
        Ok(())
    }

    fn int_repr(&self, int: Obj) -> Result<Obj, Self> {
        self.shim.to_str(int)
    }

    fn parts(&self, obj: Obj) -> Result<([Obj; 3], usize), Self> {
        self.shim.parts(obj)
    }

    fn has(&self, obj: Obj, name: Special) -> Result<bool, Self> {
        self.shim.has(obj, shim::name(name as u32))
    }

    fn attribute(&self, obj: Obj, name: Special) -> Result<Option<Obj>, Self> {
        self.shim.attribute(obj, shim::name(name as u32))
    }

    fn set_attribute(&self, obj: Obj, name: Obj, value: Obj) -> Result<(), Self> {
        self.shim.set_attribute(obj, name, value)
    }

    fn is_class(&self, obj: Obj) -> bool {
        shim::is_class(obj)
    }

    fn call(&self, callable: Obj, args: &[Obj]) -> Result<Obj, Self> {
        self.shim.apply(self.constructor_of(callable).unwrap_or(callable), args)
    }

    fn call_tuple(&self, callable: Obj, args: Obj) -> Result<Obj, Self> {
        self.shim.apply_tuple(self.constructor_of(callable).unwrap_or(callable), args)
    }

    fn instantiate(&self, cls: Obj, args: Obj, kwargs: Option<Obj>) -> Result<Obj, Self> {
        match self.constructor_of(cls) {
            Some(constructor) if kwargs.is_none() => self.shim.apply_tuple(constructor, args),
            _ => self.shim.instantiate(cls, args, kwargs),
        }
    }

    fn anatomy(&self, obj: Obj, protocol: u8) -> Result<Anatomy<Obj>, Self> {
        let (kind, [value, args, callable]) = self.shim.anatomy(obj, protocol)?;
        Ok(match (kind, value, args, callable) {
            (shim::MPK_BASE_OBJECT, ..) => Anatomy::Object,
            (shim::MPK_BASE_VALUE, Some(value), Some(args), _) => Anatomy::Value { value, args },
            (shim::MPK_BASE_LIST, Some(value), ..) => Anatomy::List(value),
            (shim::MPK_BASE_DICT, Some(value), ..) => Anatomy::Dict(value),
            (_, _, Some(args), Some(callable)) => Anatomy::Call {
                callable,
                args,
                getstate: kind != shim::MPK_BASE_CALL_STATELESS,
                items: match kind {
                    shim::MPK_BASE_CALL_ITEMS => Items::List,
                    shim::MPK_BASE_CALL_PAIRS => Items::Dict,
                    _ => Items::None,
                },
            },
            _ => Anatomy::Opaque,
        })
    }

    fn state(&self, obj: Obj) -> Result<Obj, Self> {
        self.shim.state(obj)
    }

    fn set_state(&self, _obj: Obj, _state: Obj) -> Result<Option<Obj>, Self> {
        #[cfg(feature = "registry")]
        if let Some(setter) = registry::of_type(shim::type_of(_obj)).and_then(Registration::set_state) {
            return self.shim.apply(setter, &[_obj, _state]).map(Some);
        }
        Ok(None)
    }

    fn may_replace(&self) -> bool {
        shim::slot(shim::MPK_SLOT_REGISTRY).is_some()
    }

    fn may_let_go(&self) -> bool {
        self.hooks.this.is_none() && !self.may_replace()
    }

    fn is_plain_class(&self, obj: Obj) -> Result<bool, Self> {
        self.shim.is_plain_class(obj)
    }

    fn discard(&self, dict: Obj) {
        shim::discard(dict);
    }

    fn is_blank(&self, obj: Obj) -> bool {
        shim::is_blank(obj)
    }

    #[cfg(feature = "placeholder")]
    fn dropped(&self, obj: Obj, below: Obj) -> Result<(), Self> {
        self.shim.dropped(obj, below)
    }

    #[cfg(not(feature = "placeholder"))]
    fn dropped(&self, _obj: Obj, _below: Obj) -> Result<(), Self> {
        Ok(())
    }

    fn cannot_pickle(&self, obj: Obj) -> Raised {
        self.shim.cannot_pickle(obj)
    }

    fn update_state(&self, obj: Obj, state: Obj) -> Result<(), Self> {
        self.shim.update_state(obj, state)
    }

    fn iterate(&self, obj: Obj) -> Result<Obj, Self> {
        self.shim.iterate(obj)
    }

    fn iterate_items(&self, obj: Obj) -> Result<Obj, Self> {
        self.shim.iterate_items(obj)
    }

    fn next(&self, iterator: Obj) -> Result<Option<Obj>, Self> {
        self.shim.next(iterator)
    }

    fn is_true(&self, obj: Obj) -> Result<bool, Self> {
        self.shim.is_true(obj)
    }

    fn is_callable(&self, obj: Obj) -> bool {
        shim::is_callable(obj)
    }

    fn list_of(&self, obj: Obj) -> Result<Obj, Self> {
        self.shim.list_of(obj)
    }

    fn locate(&self, obj: Obj, name: Option<Obj>) -> Result<Location<Obj>, Self> {
        #[cfg(feature = "registry")]
        if name.is_none()
            && let Some([module, name]) = registry::location(obj).or_else(|| inject::location(obj))
        {
            return Ok(Location { module, name, parent: None });
        }
        let location = self.shim.locate(obj, name)?;
        #[cfg(feature = "registry")]
        if let Some([module, name]) = registry::mapped(location.module, location.name) {
            return Ok(Location { module, name, parent: None });
        }
        Ok(location)
    }

    fn find_class(&self, module: Obj, name: Obj, naming: Naming) -> Result<Obj, Self> {
        if let Some(hook) = self.hooks.find_class {
            self.note_naming(naming);
            return self.shim.apply(hook, &[module, name]);
        }
        let (module, name) = naming.modern(self, module, name)?;
        self.hooks.policy.find(&self.shim, module, name, naming.dotted)
    }

    #[cfg(feature = "extensions")]
    fn extension_code(&self, module: Obj, name: Obj) -> Result<u32, Self> {
        extension::code(&self.shim, module, name)
    }

    #[cfg(not(feature = "extensions"))]
    fn extension_code(&self, _module: Obj, _name: Obj) -> Result<u32, Self> {
        Ok(0)
    }

    #[cfg(feature = "extensions")]
    fn extension(&self, code: u32, naming: Naming) -> Result<Option<Obj>, Self> {
        extension::object(self, code, naming)
    }

    #[cfg(not(feature = "extensions"))]
    fn extension(&self, _code: u32, _naming: Naming) -> Result<Option<Obj>, Self> {
        Ok(None)
    }

    #[cfg(any(feature = "classes", feature = "registry"))]
    fn registered_reduction(&self, obj: Obj) -> Result<Option<Obj>, Self> {
        let cls = shim::type_of(obj);
        let table = self.hooks.dispatch_table.or_else(|| shim::slot(shim::MPK_SLOT_DISPATCH));
        let reducer = match table {
            Some(table) => self.shim.lookup(table, cls)?,
            None => None,
        };
        #[cfg(feature = "registry")]
        let reducer = reducer.or_else(|| registry::of_type(cls).and_then(Registration::reduce));
        reducer.map(|reducer| self.shim.apply(reducer, &[obj])).transpose()
    }

    #[cfg(not(any(feature = "classes", feature = "registry")))]
    fn registered_reduction(&self, _obj: Obj) -> Result<Option<Obj>, Self> {
        Ok(None)
    }

    fn reducer_override(&self, obj: Obj) -> Result<Option<Obj>, Self> {
        let Some(hook) = self.hooks.reducer_override else { return Ok(None) };
        let reduction = self.shim.apply(hook, &[obj])?;
        let declined = matches!(self.inspect(reduction), Value::Singleton(b"NotImplemented"));
        Ok(Some(reduction).filter(|_| !declined))
    }

    fn partial_new(&self, cls: Obj, args: Obj, kwargs: Obj) -> Result<Obj, Self> {
        self.shim.partial_new(cls, args, kwargs)
    }

    fn constructor(&self, callable: Obj) -> Constructor {
        match shim::constructor(callable) {
            shim::MPK_CONSTRUCTOR_NEWOBJ => Constructor::NewObj,
            shim::MPK_CONSTRUCTOR_NEWOBJ_EX => Constructor::NewObjEx,
            _ => Constructor::Call,
        }
    }

    #[inline]
    fn has_persistent_id(&self) -> bool {
        cfg!(feature = "classes") && self.hooks.persistent_id.is_some()
    }

    fn persistent_id(&self, obj: Obj) -> Result<Option<Obj>, Self> {
        let Some(hook) = self.hooks.persistent_id else { return Ok(None) };
        let id = self.shim.apply(hook, &[obj])?;
        Ok(Some(id).filter(|&id| id != self.none))
    }

    fn to_str(&self, obj: Obj) -> Result<Obj, Self> {
        self.shim.to_str(obj)
    }

    #[inline(never)]
    fn persistent_load(&self, id: Obj) -> Result<Obj, Self> {
        match self.hooks.persistent_load {
            Some(hook) if cfg!(feature = "classes") => self.shim.apply(hook, &[id]),
            _ => Err(self.fail(Fault::NoPersistentLoad)),
        }
    }

    fn buffer_in_band(&self, buffer: Obj) -> Result<bool, Self> {
        match self.hooks.buffer_callback {
            Some(callback) => self.shim.apply(callback, &[buffer]).and_then(|in_band| self.shim.is_true(in_band)),
            None => Ok(true),
        }
    }

    fn has_buffers(&self) -> bool {
        cfg!(feature = "buffers") && self.hooks.buffers.is_some()
    }

    fn next_buffer(&self) -> Result<Option<Obj>, Self> {
        self.hooks.buffers.map_or(Ok(None), |buffers| self.next(buffers))
    }

    #[cfg(feature = "buffers")]
    fn readonly(&self, buffer: Obj) -> Result<Obj, Self> {
        self.shim.readonly(buffer)
    }

    #[cfg(not(feature = "buffers"))]
    fn readonly(&self, _buffer: Obj) -> Result<Obj, Self> {
        Err(self.fail(Fault::NoBuffers))
    }

    fn read(&self, stream: Obj, into: &mut [u8]) -> Result<usize, Self> {
        let Some(offset) = &self.buffer_offset else {
            return self.shim.read(stream, into);
        };
        let count = shim::buffer_read(stream, offset.get(), into);
        offset.set(offset.get().saturating_add(count));
        Ok(count)
    }

    fn write(&self, stream: Obj, data: &[u8]) -> Result<(), Self> {
        self.shim.write(stream, data)
    }
}
