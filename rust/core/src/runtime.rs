//! All that the machines ask of an interpreter, as one trait.
//!
//! Methods that can run the interpreter's code, or allocate from its heap, return [`Result`] and may
//! raise; the others do neither. Every method takes `&self`: an interpreter is shared and re-entrant,
//! and any call may change objects that the machines are walking.

use crate::error::{Fault, OutOfMemory};
use crate::growable::Growable;
use crate::wire::text;
use allocator_api2::alloc::Allocator;

/// The result of an operation that may raise in the interpreter `R`.
pub type Result<T, R> = core::result::Result<T, <R as Runtime>::Raised>;

/// What an object is, in pickle's terms, with the contents that can be had without running code.
///
/// Only exact types have a variant of their own; an instance of a subclass is [`Value::Instance`].
pub enum Value<'r, O> {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An int that fits 64 bits.
    Int(i64),
    /// Any other int; its bytes come from [`Runtime::int_bytes`].
    BigInt,
    /// A float, as the bits of an IEEE 754 double.
    Float(u64),
    /// A str: UTF-8, in which lone surrogates stand as three bytes.
    Str(&'r [u8]),
    /// A bytes object.
    Bytes(&'r [u8]),
    /// A bytearray of so many bytes; they come from [`Runtime::buffer_read`].
    ByteArray(usize),
    /// A tuple of so many items.
    Tuple(usize),
    /// A list of so many items.
    List(usize),
    /// A dict of so many items.
    Dict(usize),
    /// A set of so many items.
    Set(usize),
    /// A frozenset.
    FrozenSet,
    /// A `PickleBuffer` over so many bytes.
    Buffer {
        /// Bytes in the buffer.
        len: usize,
        /// Whether it must not be written to.
        readonly: bool,
    },
    /// A class, function or built-in: pickled by reference.
    Global,
    /// A singleton that reduces to its own name, such as `Ellipsis`.
    Singleton(&'static [u8]),
    /// The type of a singleton, which reduces to `type(singleton)`.
    TypeOf(O),
    /// Made again by calling its type with what [`Runtime::parts`] gives: complex, range.
    Made,
    /// Made again by calling its type with nothing and storing its items: OrderedDict.
    Mapping,
    /// Anything else: reduced as `object.__reduce_ex__` does.
    Instance,
}

/// Where a class or function is found again.
pub struct Location<O> {
    /// The name of the module, a str.
    pub module: O,
    /// The qualified name within the module, a str.
    pub name: O,
    /// For a dotted name, the object that holds the last part, and that part as a str.
    pub parent: Option<(O, O)>,
}

/// What makes an instance again, as far as the built-in type behind it says.
#[derive(Clone, Copy)]
pub enum Anatomy<O> {
    /// There is none but object.
    Object,
    /// An immutable value: `cls.__new__(cls, *args)`.
    Value {
        /// The built-in part.
        value: O,
        /// The arguments, a tuple.
        args: O,
    },
    /// A list, the built-in part; its items are appended.
    List(O),
    /// A dict, the built-in part; its items are stored.
    Dict(O),
    /// `callable(*args)`, then list items or dict items.
    Call {
        /// The class, or a function.
        callable: O,
        /// The arguments, a tuple.
        args: O,
        /// What else it holds.
        items: Items,
        /// Whether its class may say by `__getstate__` what its state is, other than its attributes.
        getstate: bool,
    },
    /// It cannot be pickled.
    Opaque,
}

/// What an object holds beside its arguments and attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Items {
    /// Nothing.
    None,
    /// What iterating it gives.
    List,
    /// What iterating its `items()` gives.
    Dict,
}

/// How a reduction's callable makes the object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Constructor {
    /// It is called: REDUCE.
    Call,
    /// It is `copyreg.__newobj__`: NEWOBJ.
    NewObj,
    /// It is `copyreg.__newobj_ex__`: NEWOBJ_EX.
    NewObjEx,
}

/// How the names of globals in a pickle are to be read.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Naming {
    /// A dot in a name is a path, as it is since protocol 4 has STACK_GLOBAL.
    pub dotted: bool,
    /// The names may be Python 2's; [`Naming::modern`] makes Python 3's of them.
    pub python2: bool,
}

/// Attributes by which an object says how it is pickled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Special {
    /// `__reduce_ex__`
    ReduceEx,
    /// `__reduce__`
    Reduce,
    /// `__getnewargs_ex__`
    GetNewArgsEx,
    /// `__getnewargs__`
    GetNewArgs,
    /// `__getinitargs__`, of Python 2's classes
    GetInitArgs,
    /// `__getstate__`
    GetState,
    /// `__setstate__`
    SetState,
    /// `__slots__`
    Slots,
    /// `__next__`, which iterators have
    Next,
}

/// Objects that the pickler needs by name because CPython's pickles name them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// `_codecs.encode`: bytes before protocol 3.
    CodecsEncode,
    /// `builtins.getattr`: nested names before protocol 4.
    Getattr,
    /// `builtins.type`: the types of singletons.
    Type,
    /// The str `latin1`.
    Latin1,
    /// `copyreg.__newobj__`: instances from protocol 2 on.
    NewObj,
    /// `copyreg.__newobj_ex__`: the same with keywords.
    NewObjEx,
    /// `copyreg._reconstructor`: instances before protocol 2.
    Reconstructor,
    /// `builtins.object`.
    Object,
}

/// An interpreter, its heap, and the hooks of the call under way.
pub trait Runtime {
    /// A reference to an object. `Eq` is identity.
    type Obj: Copy + Eq;
    /// Says that an exception is under way: the interpreter raised one that the runtime caught, or [`Runtime::fail`] did,
    /// or there is no memory. Where it takes no room, results are as small as what they hold.
    type Raised: Copy + From<OutOfMemory>;
    /// Where hash tables live; it must keep the heads of their blocks where the collector sees them.
    type Heap: Allocator + Default;

    /// Raises the exception of a fault; the runtime adds where the machine is.
    fn fail(&self, fault: Fault) -> Self::Raised;
    /// Raises the fault of a result that has one.
    #[inline]
    fn or_fail<T>(&self, result: core::result::Result<T, Fault>) -> Result<T, Self> {
        result.map_err(|fault| self.fail(fault))
    }

    // Identity and contents. None of these can raise.

    /// A number that no other live object has.
    fn identity(&self, obj: Self::Obj) -> usize;
    /// What `obj` is.
    fn inspect(&self, obj: Self::Obj) -> Value<'_, Self::Obj>;
    /// The text of an exact str, as UTF-8.
    fn text(&self, obj: Self::Obj) -> Option<&[u8]>;
    /// The text of an exact str that is ASCII.
    #[inline(never)]
    fn ascii(&self, obj: Self::Obj) -> Option<&[u8]> {
        self.text(obj).filter(|&utf8| text::is_ascii(utf8))
    }
    /// How many items an exact tuple has.
    fn tuple_len(&self, obj: Self::Obj) -> Option<usize>;
    /// Both items of an exact tuple of two.
    #[inline(never)]
    fn pair(&self, obj: Self::Obj) -> Option<(Self::Obj, Self::Obj)> {
        self.tuple_len(obj).filter(|&len| len == 2)?;
        Some((self.tuple_item(obj, 0)?, self.tuple_item(obj, 1)?))
    }
    /// Whether these can be the arguments of a call: an exact tuple and an exact dict.
    #[inline(never)]
    fn are_arguments(&self, args: Self::Obj, kwargs: Self::Obj) -> bool {
        self.tuple_len(args).is_some() && self.dict_len(kwargs).is_some()
    }
    /// How many items an exact dict has.
    fn dict_len(&self, obj: Self::Obj) -> Option<usize>;
    /// How many items an exact set has.
    fn set_len(&self, obj: Self::Obj) -> Option<usize>;
    /// The type of `obj`.
    fn type_of(&self, obj: Self::Obj) -> Self::Obj;
    /// Item `index` of an exact tuple, `None` past its end.
    fn tuple_item(&self, tuple: Self::Obj, index: usize) -> Option<Self::Obj>;
    /// Item `index` of an exact list, `None` past its present end.
    fn list_item(&self, list: Self::Obj, index: usize) -> Option<Self::Obj>;
    /// The next key and value of an exact dict from slot `*position` on, which it moves.
    fn dict_next(&self, dict: Self::Obj, position: &mut usize) -> Option<(Self::Obj, Self::Obj)>;
    /// The next item of an exact set or frozenset from slot `*position` on, which it moves.
    fn set_next(&self, set: Self::Obj, position: &mut usize) -> Option<Self::Obj>;
    /// Copies what a buffer now holds from `offset` on into `into`; returns how many bytes.
    fn buffer_read(&self, obj: Self::Obj, offset: usize, into: &mut [u8]) -> usize;
    /// An object that CPython's pickles name.
    fn known(&self, known: Known) -> Self::Obj;

    // Making plain data.

    /// `None`
    fn none(&self) -> Self::Obj;
    /// `True` or `False`
    fn bool(&self, value: bool) -> Self::Obj;
    /// An int.
    fn int(&self, value: i64) -> Result<Self::Obj, Self>;
    /// An int from little-endian two's complement; OverflowError where ints are narrower.
    fn int_from_bytes(&self, bytes: &[u8]) -> Result<Self::Obj, Self>;
    /// An int from digits of base 2, 8, 10 or 16, among which there may be underscores.
    fn int_from_digits(&self, negative: bool, base: u8, digits: &[u8]) -> Result<Self::Obj, Self>;
    /// A float from the bits of a double.
    fn float(&self, bits: u64) -> Result<Self::Obj, Self>;
    /// A str from checked UTF-8.
    fn str(&self, utf8: &[u8]) -> Result<Self::Obj, Self>;
    /// A str that names a module or an attribute; interned where the interpreter interns.
    fn name(&self, utf8: &[u8]) -> Result<Self::Obj, Self>;
    /// A bytes object.
    fn bytes(&self, data: &[u8]) -> Result<Self::Obj, Self>;
    /// A bytearray.
    fn bytearray(&self, data: &[u8]) -> Result<Self::Obj, Self>;
    /// A str that takes over the memory of checked UTF-8.
    fn adopt_str(&self, utf8: Growable<u8>) -> Result<Self::Obj, Self>;
    /// A bytes object that takes over memory.
    fn adopt_bytes(&self, data: Growable<u8>) -> Result<Self::Obj, Self>;
    /// A bytearray that takes over memory.
    fn adopt_bytearray(&self, data: Growable<u8>) -> Result<Self::Obj, Self>;
    /// A tuple of `items`.
    fn tuple(&self, items: &[Self::Obj]) -> Result<Self::Obj, Self>;
    /// All items of an exact tuple but the first, as a tuple.
    fn tuple_after_first(&self, tuple: Self::Obj) -> Result<Self::Obj, Self>;
    /// A list of `items`.
    fn list(&self, items: &[Self::Obj]) -> Result<Self::Obj, Self>;
    /// An empty dict.
    fn dict(&self) -> Result<Self::Obj, Self>;
    /// An empty set.
    fn set(&self) -> Result<Self::Obj, Self>;
    /// A frozenset of `items`.
    fn frozenset(&self, items: &[Self::Obj]) -> Result<Self::Obj, Self>;

    // Filling. What is no list, dict or set is filled through its methods.

    /// `obj.extend(items)`, or `obj.append` for each where there is no `extend`.
    fn extend(&self, obj: Self::Obj, items: &[Self::Obj]) -> Result<(), Self>;
    /// `obj[key] = value` for each pair of `items`: key, value, key, value…
    fn store(&self, obj: Self::Obj, items: &[Self::Obj]) -> Result<(), Self>;
    /// `obj.add` of each item.
    fn add(&self, obj: Self::Obj, items: &[Self::Obj]) -> Result<(), Self>;

    // Numbers too large for 64 bits.

    /// Appends an int's little-endian two's complement, which may have redundant sign bytes.
    fn int_bytes(&self, int: Self::Obj, into: &mut Growable<u8>) -> Result<(), Self>;
    /// `repr(int)`, a str.
    fn int_repr(&self, int: Self::Obj) -> Result<Self::Obj, Self>;

    // Objects.

    /// The arguments, and how many of them count, with which a type makes such an object again.
    fn parts(&self, obj: Self::Obj) -> Result<([Self::Obj; 3], usize), Self>;

    /// Whether `obj` or its class has the attribute; what `__getattr__` would make up does not count.
    fn has(&self, obj: Self::Obj, name: Special) -> Result<bool, Self>;
    /// The attribute, or `None` where there is none.
    fn attribute(&self, obj: Self::Obj, name: Special) -> Result<Option<Self::Obj>, Self>;
    /// `setattr(obj, name, value)`
    fn set_attribute(&self, obj: Self::Obj, name: Self::Obj, value: Self::Obj) -> Result<(), Self>;
    /// Whether `obj` is a class.
    fn is_class(&self, obj: Self::Obj) -> bool;
    /// `callable(*args)` of a sequence on the stack.
    fn call(&self, callable: Self::Obj, args: &[Self::Obj]) -> Result<Self::Obj, Self>;
    /// `callable(*args)` of a tuple; TypeError if `args` is none.
    fn call_tuple(&self, callable: Self::Obj, args: Self::Obj) -> Result<Self::Obj, Self>;
    /// `cls.__new__(cls, *args, **kwargs)`; `args` is a tuple, `kwargs` a dict.
    fn instantiate(&self, cls: Self::Obj, args: Self::Obj, kwargs: Option<Self::Obj>) -> Result<Self::Obj, Self>;
    /// What makes an instance again.
    fn anatomy(&self, obj: Self::Obj, protocol: u8) -> Result<Anatomy<Self::Obj>, Self>;
    /// What `object.__getstate__` gives: None, the attributes as a dict, or a pair of that and a dict of slots.
    fn state(&self, obj: Self::Obj) -> Result<Self::Obj, Self>;
    /// What the program's own setter for the type of `obj` makes of it and its state: the object that every reference
    /// is to see from now on. `None` where there is no such setter.
    fn set_state(&self, obj: Self::Obj, state: Self::Obj) -> Result<Option<Self::Obj>, Self>;
    /// Whether [`Runtime::set_state`] may give another object than it got.
    fn may_replace(&self) -> bool;
    /// Whether the memo may let go of states that can be made again: it ends with the load, and nothing is replaced.
    fn may_let_go(&self) -> bool;
    /// Whether no code of the program runs when an instance of this class is made by `__new__`, gets its state, is given
    /// items or becomes a key.
    fn is_plain_class(&self, obj: Self::Obj) -> Result<bool, Self>;
    /// Gives back the memory of a dict that nothing refers to any more.
    fn discard(&self, dict: Self::Obj);
    /// Whether `obj` is an instance that has no attributes yet.
    fn is_blank(&self, obj: Self::Obj) -> bool;
    /// Told of an object that POP drops, and of the one below it. What stands in for a state setter notes the state.
    fn dropped(&self, obj: Self::Obj, below: Self::Obj) -> Result<(), Self>;
    /// What is raised for an object that cannot be pickled; it names the type of `obj`.
    fn cannot_pickle(&self, obj: Self::Obj) -> Self::Raised;
    /// Updates the instance's `__dict__` from a dict, key by key.
    fn update_state(&self, obj: Self::Obj, state: Self::Obj) -> Result<(), Self>;
    /// `iter(obj)`
    fn iterate(&self, obj: Self::Obj) -> Result<Self::Obj, Self>;
    /// `iter(obj.items())`
    fn iterate_items(&self, obj: Self::Obj) -> Result<Self::Obj, Self>;
    /// `next(iterator)`, or `None` at its end.
    fn next(&self, iterator: Self::Obj) -> Result<Option<Self::Obj>, Self>;
    /// `bool(obj)`
    fn is_true(&self, obj: Self::Obj) -> Result<bool, Self>;
    /// `callable(obj)`
    fn is_callable(&self, obj: Self::Obj) -> bool;
    /// `list(obj)`
    fn list_of(&self, obj: Self::Obj) -> Result<Self::Obj, Self>;

    // Globals.

    /// Where the class or function `obj` is found again, under `name` if given.
    /// Raises PicklingError when it is not found there.
    fn locate(&self, obj: Self::Obj, name: Option<Self::Obj>) -> Result<Location<Self::Obj>, Self>;
    /// The object that `module` and `name` name, both str as they stand in the pickle.
    fn find_class(&self, module: Self::Obj, name: Self::Obj, naming: Naming) -> Result<Self::Obj, Self>;
    /// The extension code registered for a name, 0 if none.
    fn extension_code(&self, module: Self::Obj, name: Self::Obj) -> Result<u32, Self>;
    /// The object of a registered extension code, `None` if the code is not registered. Its name is found as one that
    /// stands in the pickle.
    fn extension(&self, code: u32, naming: Naming) -> Result<Option<Self::Obj>, Self>;

    // Hooks of the call under way.

    /// What a reducer that the program registered for the type of `obj` returns.
    fn registered_reduction(&self, obj: Self::Obj) -> Result<Option<Self::Obj>, Self>;
    /// What the program's own reducers say of `obj`, before it is taken for a global or an instance.
    fn reducer_override(&self, obj: Self::Obj) -> Result<Option<Self::Obj>, Self>;
    /// `functools.partial(cls.__new__, cls, *args, **kwargs)`
    fn partial_new(&self, cls: Self::Obj, args: Self::Obj, kwargs: Self::Obj) -> Result<Self::Obj, Self>;
    /// How a reduction's callable makes the object.
    fn constructor(&self, callable: Self::Obj) -> Constructor;
    /// Whether [`Runtime::persistent_id`] has anything to say.
    fn has_persistent_id(&self) -> bool;
    /// The persistent id of `obj`, `None` if it has none.
    fn persistent_id(&self, obj: Self::Obj) -> Result<Option<Self::Obj>, Self>;
    /// `str(obj)`
    fn to_str(&self, obj: Self::Obj) -> Result<Self::Obj, Self>;
    /// The object of a persistent id; raises the fault `NoPersistentLoad` when there is no hook.
    fn persistent_load(&self, id: Self::Obj) -> Result<Self::Obj, Self>;
    /// Offers a buffer to `buffer_callback`; true when it goes in band.
    fn buffer_in_band(&self, buffer: Self::Obj) -> Result<bool, Self>;
    /// Whether out-of-band buffers were given to load.
    fn has_buffers(&self) -> bool;
    /// The next out-of-band buffer, `None` when there are no more.
    fn next_buffer(&self) -> Result<Option<Self::Obj>, Self>;
    /// A read-only view of a buffer.
    fn readonly(&self, buffer: Self::Obj) -> Result<Self::Obj, Self>;

    // Streams.

    /// Reads up to `into.len()` bytes; 0 at the end of the stream. A short read is no end.
    fn read(&self, stream: Self::Obj, into: &mut [u8]) -> Result<usize, Self>;
    /// Writes all of `data`.
    fn write(&self, stream: Self::Obj, data: &[u8]) -> Result<(), Self>;
}
