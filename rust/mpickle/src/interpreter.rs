//! MicroPython as the machines see it: the `Runtime` of one call, with the hooks of that call.

use crate::heap::TableHeap;
use crate::policy::Policy;
use crate::shim::{self, Adopter, Obj, Raised, Shim};
use core::cell::Cell;
use mpickle_core::error::Error;
use mpickle_core::growable::Growable;
use mpickle_core::runtime::{Anatomy, Constructor, Items, Known, Location, Naming, Result, Runtime, Value};

/// What a call may do beside the machines' own work.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Which globals may be named.
    pub policy: Policy,
    /// An iterator over out-of-band buffers for load.
    pub buffers: Option<Obj>,
    /// Who is offered buffers by dump.
    pub buffer_callback: Option<Obj>,
}

/// MicroPython during one call.
pub struct Interpreter {
    /// Where exceptions are while the call lasts.
    pub shim: Shim,
    /// What the call's arguments ask for.
    pub hooks: Hooks,
    none: Obj,
    /// How far the source was read, where it is a buffer that may change meanwhile.
    buffer_offset: Option<Cell<usize>>,
}

impl Interpreter {
    /// An interpreter without hooks.
    pub fn new() -> Self {
        let none = shim::constant(shim::MPK_KIND_NONE);
        let hooks = Hooks { policy: Policy::new(None, None), buffers: None, buffer_callback: None };
        Interpreter { shim: Shim::new(), hooks, none, buffer_offset: None }
    }

    /// From now on the stream that is read from is a buffer of the program's.
    pub fn read_from_buffer(&mut self) {
        self.buffer_offset = Some(Cell::new(0));
    }

    fn adopt(&self, adopter: Adopter, data: Growable<u8>) -> Result<Obj, Self> {
        let (block, len, capacity) = data.into_raw_parts();
        lift(self.shim.adopt(adopter, block, len, capacity))
    }
}

/// Passes an exception on as the machines expect it.
fn lift<T>(result: core::result::Result<T, Raised>) -> core::result::Result<T, Error<Raised>> {
    match result {
        Ok(value) => Ok(value),
        Err(raised) => Err(Error::Raised(raised)),
    }
}

impl Runtime for Interpreter {
    type Obj = Obj;
    type Raised = Raised;
    type Heap = TableHeap;

    #[inline]
    fn identity(&self, obj: Obj) -> usize {
        shim::identity(obj)
    }

    #[inline]
    fn inspect(&self, obj: Obj) -> Value<'_, Obj> {
        shim::inspect(obj, self.none)
    }

    fn type_of(&self, obj: Obj) -> Obj {
        shim::type_of(obj)
    }

    #[inline]
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
        lift(self.shim.int(value))
    }

    fn int_from_bytes(&self, bytes: &[u8]) -> Result<Obj, Self> {
        lift(self.shim.int_from_bytes(bytes))
    }

    fn int_from_digits(&self, negative: bool, base: u8, digits: &[u8]) -> Result<Obj, Self> {
        lift(self.shim.int_from_digits(negative, base, digits))
    }

    #[inline]
    fn float(&self, bits: u64) -> Result<Obj, Self> {
        lift(self.shim.float(bits))
    }

    #[inline]
    fn str(&self, utf8: &[u8]) -> Result<Obj, Self> {
        lift(self.shim.str(utf8))
    }

    fn name(&self, utf8: &[u8]) -> Result<Obj, Self> {
        lift(self.shim.interned(utf8))
    }

    #[inline]
    fn bytes(&self, data: &[u8]) -> Result<Obj, Self> {
        lift(self.shim.bytes(data))
    }

    fn bytearray(&self, data: &[u8]) -> Result<Obj, Self> {
        lift(self.shim.bytearray(data))
    }

    fn adopt_str(&self, utf8: Growable<u8>) -> Result<Obj, Self> {
        self.adopt(Adopter::Str, utf8)
    }

    fn adopt_bytes(&self, data: Growable<u8>) -> Result<Obj, Self> {
        self.adopt(Adopter::Bytes, data)
    }

    fn adopt_bytearray(&self, data: Growable<u8>) -> Result<Obj, Self> {
        self.adopt(Adopter::ByteArray, data)
    }

    #[inline]
    fn tuple(&self, items: &[Obj]) -> Result<Obj, Self> {
        lift(self.shim.tuple(items))
    }

    fn tuple_from(&self, tuple: Obj, from: usize, to: usize) -> Result<Obj, Self> {
        let mut items = Growable::new();
        for index in from..to {
            items.push(self.tuple_item(tuple, index).unwrap_or(self.none))?;
        }
        self.tuple(&items)
    }

    #[inline]
    fn list(&self, items: &[Obj]) -> Result<Obj, Self> {
        lift(self.shim.list(items))
    }

    #[inline]
    fn dict(&self) -> Result<Obj, Self> {
        lift(self.shim.dict())
    }

    fn set(&self) -> Result<Obj, Self> {
        lift(self.shim.set())
    }

    fn frozenset(&self, items: &[Obj]) -> Result<Obj, Self> {
        lift(self.shim.frozenset(items))
    }

    #[inline]
    fn extend(&self, obj: Obj, items: &[Obj]) -> Result<(), Self> {
        lift(self.shim.extend(obj, items))
    }

    #[inline]
    fn store(&self, obj: Obj, items: &[Obj]) -> Result<(), Self> {
        lift(self.shim.store(obj, items))
    }

    fn add(&self, obj: Obj, items: &[Obj]) -> Result<(), Self> {
        lift(self.shim.add(obj, items))
    }

    fn int_bytes(&self, int: Obj, into: &mut Growable<u8>) -> Result<(), Self> {
        shim::int_to_bytes(int, into.extend_filled(shim::int_size(int), 0)?);
        Ok(())
    }

    fn int_repr(&self, int: Obj) -> Result<Obj, Self> {
        lift(self.shim.to_str(int))
    }

    fn parts(&self, obj: Obj) -> Result<([Obj; 3], usize), Self> {
        lift(self.shim.parts(obj))
    }

    fn attribute(&self, obj: Obj, name: &[u8]) -> Result<Option<Obj>, Self> {
        lift(self.shim.attribute(obj, name))
    }

    fn set_attribute(&self, obj: Obj, name: Obj, value: Obj) -> Result<(), Self> {
        lift(self.shim.set_attribute(obj, name, value))
    }

    fn is_class(&self, obj: Obj) -> bool {
        shim::is_class(obj)
    }

    fn call(&self, callable: Obj, args: &[Obj]) -> Result<Obj, Self> {
        lift(self.shim.apply(callable, args))
    }

    fn call_tuple(&self, callable: Obj, args: Obj) -> Result<Obj, Self> {
        lift(self.shim.apply_tuple(callable, args))
    }

    fn instantiate(&self, cls: Obj, args: Obj, kwargs: Option<Obj>) -> Result<Obj, Self> {
        lift(self.shim.instantiate(cls, args, kwargs))
    }

    fn anatomy(&self, obj: Obj, protocol: u8) -> Result<Anatomy<Obj>, Self> {
        let (kind, [value, args, callable]) = lift(self.shim.anatomy(obj, protocol))?;
        Ok(match (kind, value, args, callable) {
            (shim::MPK_BASE_OBJECT, ..) => Anatomy::Object,
            (shim::MPK_BASE_VALUE, Some(value), Some(args), _) => Anatomy::Value { value, args },
            (shim::MPK_BASE_LIST, Some(value), ..) => Anatomy::List(value),
            (shim::MPK_BASE_DICT, Some(value), ..) => Anatomy::Dict(value),
            (shim::MPK_BASE_CALL, _, Some(args), _) => Anatomy::Call { args, items: Items::None },
            (shim::MPK_BASE_CALL_ITEMS, _, Some(args), _) => Anatomy::Call { args, items: Items::List },
            (shim::MPK_BASE_CALL_PAIRS, _, Some(args), _) => Anatomy::Call { args, items: Items::Dict },
            (shim::MPK_BASE_FUNCTION, _, Some(args), Some(callable)) => Anatomy::Function { callable, args },
            _ => Anatomy::Opaque,
        })
    }

    fn state(&self, obj: Obj) -> Result<Obj, Self> {
        lift(self.shim.state(obj))
    }

    fn set_state(&self, _obj: Obj, _state: Obj) -> Result<Option<Obj>, Self> {
        Ok(None)
    }

    fn may_replace(&self) -> bool {
        false
    }

    fn cannot_pickle(&self, obj: Obj) -> Raised {
        self.shim.cannot_pickle(obj)
    }

    fn update_state(&self, obj: Obj, state: Obj) -> Result<(), Self> {
        lift(self.shim.update_state(obj, state))
    }

    fn iterate(&self, obj: Obj) -> Result<Obj, Self> {
        lift(self.shim.iterate(obj))
    }

    fn iterate_items(&self, obj: Obj) -> Result<Obj, Self> {
        lift(self.shim.iterate_items(obj))
    }

    fn next(&self, iterator: Obj) -> Result<Option<Obj>, Self> {
        lift(self.shim.next(iterator))
    }

    fn is_true(&self, obj: Obj) -> Result<bool, Self> {
        lift(self.shim.is_true(obj))
    }

    fn is_callable(&self, obj: Obj) -> bool {
        shim::is_callable(obj)
    }

    fn list_of(&self, obj: Obj) -> Result<Obj, Self> {
        lift(self.shim.list_of(obj))
    }

    fn locate(&self, obj: Obj, name: Option<Obj>) -> Result<Location<Obj>, Self> {
        lift(self.shim.locate(obj, name))
    }

    fn find_class(&self, module: Obj, name: Obj, naming: Naming) -> Result<Obj, Self> {
        let (module, name) = naming.modern(self, module, name)?;
        lift(self.hooks.policy.find(&self.shim, module, name, naming.dotted))
    }

    fn extension_code(&self, _module: Obj, _name: Obj) -> Result<u32, Self> {
        Ok(0)
    }

    fn extension(&self, _code: u32) -> Result<Option<Obj>, Self> {
        Ok(None)
    }

    fn registered_reduction(&self, _obj: Obj) -> Result<Option<Obj>, Self> {
        Ok(None)
    }

    fn reducer_override(&self, _obj: Obj) -> Result<Option<Obj>, Self> {
        Ok(None)
    }

    fn partial_new(&self, cls: Obj, _args: Obj, _kwargs: Obj) -> Result<Obj, Self> {
        Err(Error::Raised(self.shim.cannot_pickle(cls)))
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
        false
    }

    fn persistent_id(&self, _obj: Obj) -> Result<Option<Obj>, Self> {
        Ok(None)
    }

    fn to_str(&self, obj: Obj) -> Result<Obj, Self> {
        lift(self.shim.to_str(obj))
    }

    fn persistent_load(&self, _id: Obj) -> Result<Option<Obj>, Self> {
        Ok(None)
    }

    fn buffer_in_band(&self, buffer: Obj) -> Result<bool, Self> {
        match self.hooks.buffer_callback {
            Some(callback) => lift(self.shim.apply(callback, &[buffer]).and_then(|in_band| self.shim.is_true(in_band))),
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
        lift(self.shim.readonly(buffer))
    }

    #[cfg(not(feature = "buffers"))]
    fn readonly(&self, _buffer: Obj) -> Result<Obj, Self> {
        Err(mpickle_core::error::Fault::NoBuffers.into())
    }

    fn read(&self, stream: Obj, into: &mut [u8]) -> Result<usize, Self> {
        let Some(offset) = &self.buffer_offset else {
            return lift(self.shim.read(stream, into));
        };
        let count = shim::buffer_read(stream, offset.get(), into);
        offset.set(offset.get().saturating_add(count));
        Ok(count)
    }

    fn write(&self, stream: Obj, data: &[u8]) -> Result<(), Self> {
        lift(self.shim.write(stream, data))
    }
}
