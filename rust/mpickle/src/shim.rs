//! Safe Rust over `rust/glue/shim.h`, a function for each of the shim's. Calls into C go through
//! [`call!`], or through [`Shim::protect`] where they may raise.
#![allow(unsafe_code)]

use core::cell::{Cell, UnsafeCell};
use core::ffi::c_void;
#[cfg(feature = "dis")]
use core::mem::offset_of;
use core::num::NonZeroU64;
use core::ptr::NonNull;
#[cfg(feature = "dis")]
use mpickle_core::dis::Line;
use mpickle_core::error::{Class, Fault, OutOfMemory, Place};
use mpickle_core::parts::MESSAGES;
use mpickle_core::runtime::{Location, Value};
use mpickle_core::wire::opcode;

#[allow(dead_code, missing_docs, non_camel_case_types, non_snake_case, non_upper_case_globals, clippy::all)]
mod ffi {
    include!(concat!(env!("OUT_DIR"), "/shim.rs"));
}

pub use ffi::*;

/// What `mp_obj_t` is: a pointer, or in representation D a number. `MP_OBJ_NULL` is zero in each representation.
trait Word: Sized {
    /// Likewise, but never zero, so that an optional object takes no more room.
    type Obj: Copy + Eq;
    const NULL: Self;
    fn some(self) -> Option<Self::Obj>;
    fn raw(obj: Self::Obj) -> Self;
}

impl Word for *mut c_void {
    type Obj = NonNull<c_void>;
    const NULL: Self = core::ptr::null_mut();
    fn some(self) -> Option<NonNull<c_void>> {
        NonNull::new(self)
    }
    fn raw(obj: NonNull<c_void>) -> Self {
        obj.as_ptr()
    }
}

impl Word for u64 {
    type Obj = NonZeroU64;
    const NULL: Self = 0;
    fn some(self) -> Option<NonZeroU64> {
        NonZeroU64::new(self)
    }
    fn raw(obj: NonZeroU64) -> Self {
        obj.get()
    }
}

/// A MicroPython object: opaque, compared by identity, never `MP_OBJ_NULL`.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Obj(<ffi::mp_obj_t as Word>::Obj);

impl Obj {
    fn raw(self) -> ffi::mp_obj_t {
        Word::raw(self.0)
    }
}

/// What raises: see shim.h for what each takes.
type Raising = unsafe extern "C" fn(ffi::mp_obj_t, ffi::mp_obj_t, *mut c_void, usize) -> ffi::mp_obj_t;

/// Says that an exception is under way: that or its fault is in the [`Shim`], or there is no memory.
#[derive(Clone, Copy)]
pub struct Raised;

impl From<OutOfMemory> for Raised {
    fn from(_: OutOfMemory) -> Self {
        Raised
    }
}

type Result<T> = core::result::Result<T, Raised>;

/// The shim during one call: the place where it stores exceptions.
///
/// It lies on the stack of the call, where the collector sees what it holds.
#[repr(C)]
pub struct Shim {
    call: UnsafeCell<ffi::mpk_call_t>,
    /// What a machine found wrong, where nothing was raised.
    fault: Cell<Fault>,
    /// What is kept for the instance of ours that the call is about, which may be given another meanwhile.
    machine: Cell<*mut c_void>,
}

// A line of a listing goes over the border as it is.
#[cfg(feature = "dis")]
const _: () = {
    assert!(size_of::<Line>() == size_of::<ffi::mpk_line_t>());
    assert!(offset_of!(Line, argument) == offset_of!(ffi::mpk_line_t, argument));
    assert!(offset_of!(Line, len) == offset_of!(ffi::mpk_line_t, len));
    assert!(offset_of!(Line, offset) == offset_of!(ffi::mpk_line_t, offset));
    assert!(offset_of!(Line, depth) == offset_of!(ffi::mpk_line_t, depth));
    assert!(offset_of!(Line, number) == offset_of!(ffi::mpk_line_t, number));
    assert!(offset_of!(Line, code) == offset_of!(ffi::mpk_line_t, code));
    assert!(offset_of!(Line, form) == offset_of!(ffi::mpk_line_t, form));
    assert!(offset_of!(Line, note) == offset_of!(ffi::mpk_line_t, note));
};

/// Calls a shim function that cannot raise.
macro_rules! call {
    ($name:ident($($arg:expr),*)) => {{
        // SAFETY: shim.h says what each function takes; objects come from the interpreter and slices from Rust, and
        // no function keeps a slice. EXCEPTION: none of them raises. GC: objects that are passed
        // stay on the stack of their owner, which the collector scans.
        #[allow(unused_unsafe)]
        unsafe { ffi::$name($($arg),*) }
    }};
}

/// No data.
const NOWHERE: *mut c_void = core::ptr::null_mut();
const NULL: ffi::mp_obj_t = <ffi::mp_obj_t as Word>::NULL;

#[inline]
fn some(obj: ffi::mp_obj_t) -> Option<Obj> {
    obj.some().map(Obj)
}

/// What the shim says is an object.
#[inline]
fn sure(obj: ffi::mp_obj_t) -> Obj {
    // SAFETY: only for functions and members of which shim.h says that they are never null. EXCEPTION: none. GC: none.
    unsafe { some(obj).unwrap_unchecked() }
}

#[inline]
fn raw(obj: Option<Obj>) -> ffi::mp_obj_t {
    obj.map_or(NULL, Obj::raw)
}

/// `Obj` is laid out as `mp_obj_t`.
fn items(objs: &[Obj]) -> *const ffi::mp_obj_t {
    objs.as_ptr().cast()
}

/// The memory of an immutable object.
///
/// The caller bounds the lifetime by the time that the object is sure to live.
fn bytes_of<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if data.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the shim gives the data of a str or bytes object, which does not change. EXCEPTION: none. GC: `data` is
    // the start of its block, so that the reference alone keeps it alive.
    unsafe { core::slice::from_raw_parts(data, len) }
}

// Memory.

pub fn alloc(size: usize) -> *mut u8 {
    call!(mpk_alloc(size)).cast()
}

pub fn realloc(block: *mut u8, old_size: usize, new_size: usize) -> *mut u8 {
    call!(mpk_realloc(block.cast::<c_void>(), old_size, new_size)).cast()
}

pub fn free(block: *mut u8, size: usize) {
    call!(mpk_free(block.cast::<c_void>(), size))
}

// Objects.

/// What an object is, with what can be had of it without running code. `none` stands where the shim leaves a part out.
#[inline]
pub fn inspect<'a>(obj: Obj, none: Obj) -> Value<'a, Obj> {
    let mut told = core::mem::MaybeUninit::<ffi::mpk_value_t>::uninit();
    let kind = call!(mpk_inspect(obj.raw(), told.as_mut_ptr()));
    let told = told.as_mut_ptr();
    // SAFETY: each member is read only for kinds for which the shim has written it; all are plain numbers.
    // EXCEPTION: none. GC: see `bytes_of`.
    unsafe {
        match kind {
            ffi::MPK_KIND_NONE => Value::None,
            ffi::MPK_KIND_FALSE => Value::Bool(false),
            ffi::MPK_KIND_TRUE => Value::Bool(true),
            ffi::MPK_KIND_INT => Value::Int((*told).number as i64),
            ffi::MPK_KIND_BIG_INT => Value::BigInt,
            ffi::MPK_KIND_FLOAT => Value::Float((*told).number),
            ffi::MPK_KIND_STR => Value::Str(bytes_of((*told).data, (*told).len)),
            ffi::MPK_KIND_BYTES => Value::Bytes(bytes_of((*told).data, (*told).len)),
            ffi::MPK_KIND_BYTEARRAY => Value::ByteArray((*told).len),
            ffi::MPK_KIND_TUPLE => Value::Tuple((*told).len),
            ffi::MPK_KIND_LIST => Value::List((*told).len),
            ffi::MPK_KIND_DICT => Value::Dict((*told).len),
            ffi::MPK_KIND_SET => Value::Set((*told).len),
            ffi::MPK_KIND_FROZENSET => Value::FrozenSet,
            ffi::MPK_KIND_GLOBAL => Value::Global,
            ffi::MPK_KIND_ELLIPSIS => Value::Singleton(b"Ellipsis"),
            ffi::MPK_KIND_NOT_IMPLEMENTED => Value::Singleton(b"NotImplemented"),
            ffi::MPK_KIND_TYPE_OF => Value::TypeOf(some((*told).part).unwrap_or(none)),
            ffi::MPK_KIND_COMPLEX | ffi::MPK_KIND_RANGE => Value::Made,
            ffi::MPK_KIND_ORDERED_DICT => Value::Mapping,
            #[cfg(feature = "buffers")]
            ffi::MPK_KIND_BUFFER => Value::Buffer { len: (*told).len, readonly: (*told).number != 0 },
            _ => Value::Instance,
        }
    }
}

/// How many items an object of this kind has, a container; `None` for one of another kind.
#[inline(never)]
pub fn length(obj: Obj, kind: u32) -> Option<usize> {
    let mut told = core::mem::MaybeUninit::<ffi::mpk_value_t>::uninit();
    if call!(mpk_inspect(obj.raw(), told.as_mut_ptr())) != kind {
        return None;
    }
    // SAFETY: for a container the shim has written this member, a plain number. EXCEPTION: none. GC: none.
    Some(unsafe { (*told.as_ptr()).len })
}

/// Where the object lies, or what an immediate one is. In representation D an object has 64 bits on a 32-bit machine. The low half is the
/// address of an object on the heap; that of an interned str is odd.
#[inline]
pub fn identity(obj: Obj) -> usize {
    obj.raw() as usize
}

/// The object of an identity, if it is still alive.
pub fn of_identity(identity: usize) -> Obj {
    sure(call!(mpk_of_identity(identity)))
}

pub fn type_of(obj: Obj) -> Obj {
    sure(call!(mpk_type_of(obj.raw())))
}

pub fn is_class(obj: Obj) -> bool {
    call!(mpk_is_class(obj.raw()))
}

pub fn discard(dict: Obj) {
    call!(mpk_discard(dict.raw()));
}

/// A name that the shim keeps, `MPK_NAME_…`, as an interned str.
pub fn name(which: u32) -> Obj {
    sure(call!(mpk_name(which)))
}

pub fn is_blank(obj: Obj) -> bool {
    call!(mpk_is_blank(obj.raw()))
}

pub fn is_callable(obj: Obj) -> bool {
    call!(mpk_is_callable(obj.raw()))
}

pub fn constant(kind: u32) -> Obj {
    sure(call!(mpk_constant(kind)))
}

// Numbers.

pub fn int_size(obj: Obj) -> usize {
    call!(mpk_int_size(obj.raw()))
}

pub fn int_to_bytes(obj: Obj, into: &mut [u8]) {
    call!(mpk_int_to_bytes(obj.raw(), into.as_mut_ptr(), into.len()))
}

// Text and bytes.

/// The bytes of a str or bytes object, for as long as the object lives; `None` for anything else.
pub fn immutable_bytes<'a>(obj: Obj) -> Option<&'a [u8]> {
    if !call!(mpk_is_immutable(obj.raw())) {
        return None;
    }
    let (mut data, mut len) = (core::ptr::null(), 0);
    call!(mpk_buffer(obj.raw(), &mut data, &mut len)).then(|| bytes_of(data, len))
}

pub fn is_str(obj: Obj) -> bool {
    call!(mpk_is_str(obj.raw()))
}

/// The text of a str; none of anything else.
pub fn text<'a>(obj: Obj) -> &'a [u8] {
    immutable_bytes(obj).unwrap_or_default()
}

/// Whether two str have the same text.
pub fn same_text(one: Obj, other: Obj) -> bool {
    one == other || text(one) == text(other)
}

pub fn is_buffer(obj: Obj) -> bool {
    let (mut data, mut len) = (core::ptr::null(), 0);
    call!(mpk_buffer(obj.raw(), &mut data, &mut len))
}

/// Copies what a buffer holds from `offset` on; returns how much.
pub fn buffer_read(obj: Obj, offset: usize, into: &mut [u8]) -> usize {
    let (mut data, mut len) = (core::ptr::null(), 0);
    if !call!(mpk_buffer(obj.raw(), &mut data, &mut len)) {
        return 0;
    }
    let count = len.saturating_sub(offset).min(into.len());
    if count > 0 {
        // SAFETY: the buffer has `len` bytes now, and nothing runs before they are copied. `into` is Rust's own memory.
        // EXCEPTION: none. GC: none.
        unsafe { core::ptr::copy_nonoverlapping(data.add(offset), into.as_mut_ptr(), count) }
    }
    count
}

// Containers.

#[inline]
pub fn tuple_item(tuple: Obj, index: usize) -> Option<Obj> {
    some(call!(mpk_tuple_item(tuple.raw(), index)))
}

#[inline]
pub fn list_item(list: Obj, index: usize) -> Option<Obj> {
    some(call!(mpk_list_item(list.raw(), index)))
}

pub fn dict_next(dict: Obj, position: &mut usize) -> Option<(Obj, Obj)> {
    let mut value = NULL;
    let key = call!(mpk_dict_next(dict.raw(), position, &mut value));
    Some((some(key)?, some(value)?))
}

pub fn set_next(set: Obj, position: &mut usize) -> Option<Obj> {
    some(call!(mpk_set_next(set.raw(), position)))
}

// Globals.

pub fn find_supplied(module: Obj, name: Obj) -> Option<Obj> {
    some(call!(mpk_find_supplied(module.raw(), name.raw())))
}

pub fn known(which: u32) -> Obj {
    sure(call!(mpk_known(which)))
}

pub fn constructor(callable: Obj) -> u32 {
    call!(mpk_constructor(callable.raw()))
}

// What lasts from one call to the next.

/// The object in a slot of the module's state.
pub fn slot(which: u32) -> Option<Obj> {
    some(call!(mpk_slot(which)))
}

/// Takes a module out of sys.modules.
pub fn forget_module(path: Obj) {
    call!(mpk_forget_module(path.raw()))
}

/// How many names a module has.
pub fn module_len(module: Obj) -> usize {
    call!(mpk_module_len(module.raw()))
}

/// A value that one call at a time may use.
pub struct Exclusive<T> {
    busy: Cell<bool>,
    value: UnsafeCell<T>,
}

impl<T> Exclusive<T> {
    pub const fn new(value: T) -> Self {
        Exclusive { busy: Cell::new(false), value: UnsafeCell::new(value) }
    }

    /// Whether a call uses it.
    pub fn is_busy(&self) -> bool {
        self.busy.get()
    }

    /// What `function` makes of the value; `None` where it is in use, by a call further up or by another thread.
    #[inline]
    pub fn with<R>(&self, function: impl FnOnce(&mut T) -> R) -> Option<R> {
        if call!(mpk_exchange(self.busy.as_ptr(), true)) {
            return None;
        }
        // SAFETY: `busy` lets nobody else in until `function` has returned; it cannot unwind. EXCEPTION: none. GC: the
        // value lies where its owner does.
        let result = function(unsafe { &mut *self.value.get() });
        call!(mpk_exchange(self.busy.as_ptr(), false));
        Some(result)
    }
}

/// What Rust keeps for an instance of a class of ours.
pub trait Machine: Sized + 'static {
    /// The class: `MPK_SLOT_PICKLER` or `MPK_SLOT_UNPICKLER`.
    const KIND: u32;
}

// The border with C, for the entries.

/// The arguments of an entry: so many objects, in the order of the table of public names.
pub fn arguments<'a, const N: usize>(args: *const ffi::mp_obj_t) -> &'a [Obj; N] {
    // SAFETY: the generated glue passes as many objects as the entry's table has parameters. EXCEPTION: none.
    // GC: they are on the C stack until the entry returns.
    unsafe { &*args.cast() }
}

/// What an entry hands to its caller in C: null where an exception is under way.
pub fn answer(outcome: Result<Obj>) -> ffi::mp_obj_t {
    raw(outcome.ok())
}

/// The same, back again.
pub fn outcome(answer: ffi::mp_obj_t) -> Result<Obj> {
    some(answer).ok_or(Raised)
}

impl Shim {
    /// For one call.
    pub fn new() -> Self {
        let call = ffi::mpk_call_t { raised: NULL, data: NOWHERE, len: 0 };
        Shim { call: UnsafeCell::new(call), fault: Cell::new(Fault::OutOfMemory), machine: Cell::new(NOWHERE) }
    }

    /// Calls a function that says yes or no.
    #[inline(never)]
    fn ask(&self, function: Raising, obj: ffi::mp_obj_t, other: ffi::mp_obj_t) -> Result<bool> {
        Ok(self.find(function, obj, other)?.is_some())
    }

    /// What the next function gets beside objects: the address of something else, and a number.
    #[inline]
    fn pass<T>(&self, data: *const T, len: usize) {
        let call = self.call.get();
        // SAFETY: nothing else uses the cell meanwhile. EXCEPTION: none. GC: its owner keeps alive what is at `data`.
        unsafe {
            (*call).data = data.cast_mut().cast::<c_void>();
            (*call).len = len;
        }
    }

    /// Calls a function that may raise, with two objects.
    #[inline]
    fn protect(&self, function: Raising, obj: ffi::mp_obj_t, other: ffi::mp_obj_t) -> Result<Obj> {
        // SAFETY: shim.h says what each function takes; nothing else uses the cell meanwhile. EXCEPTION: caught in the
        // shim and stored in the cell. GC: the cell is on the stack; objects that are passed stay on the stack of their
        // owner, which the collector scans.
        some(unsafe { ffi::mpk_protect(self.call.get(), Some(function), obj, other) }).ok_or(Raised)
    }

    /// The same with the address of something else, and a number.
    #[inline]
    fn protect_at<T>(
        &self,
        function: Raising,
        obj: ffi::mp_obj_t,
        other: ffi::mp_obj_t,
        data: *const T,
        len: usize,
    ) -> Result<Obj> {
        self.pass(data, len);
        self.protect(function, obj, other)
    }

    /// The same with a slice.
    #[inline]
    fn protect_slice<T>(&self, function: Raising, obj: ffi::mp_obj_t, data: &[T]) -> Result<Obj> {
        self.protect_at(function, obj, NULL, data.as_ptr(), data.len())
    }

    /// The same with a number.
    #[inline]
    fn protect_number(&self, function: Raising, obj: ffi::mp_obj_t, other: ffi::mp_obj_t, number: u32) -> Result<Obj> {
        self.protect_at(function, obj, other, NOWHERE, number as usize)
    }

    /// Calls a function that need not find anything.
    #[inline(never)]
    fn find(&self, function: Raising, obj: ffi::mp_obj_t, other: ffi::mp_obj_t) -> Result<Option<Obj>> {
        self.forget();
        match self.protect(function, obj, other) {
            Err(Raised) if self.raised().is_some() => Err(Raised),
            found => Ok(found.ok()),
        }
    }

    /// The exception that was raised last.
    fn raised(&self) -> Option<Obj> {
        // SAFETY: nothing else uses the cell meanwhile. EXCEPTION: none. GC: none.
        some(unsafe { (*self.call.get()).raised })
    }

    fn raise_object(&self, exception: mp_obj_t) -> Raised {
        // SAFETY: as in `raised`. EXCEPTION: none. GC: the cell is on the stack.
        unsafe { (*self.call.get()).raised = exception };
        Raised
    }

    /// Raises an exception of one of the machines' classes, with the place in the pickle.
    #[cold]
    #[inline(never)]
    pub fn raise_at(&self, class: Class, fault: Fault, place: Option<Place>) -> Raised {
        let name = place.and_then(|place| place.opcode).filter(|_| MESSAGES).and_then(opcode::name);
        let place = place.map(|Place { opcode, offset }| ffi::mpk_place_t {
            name: name.as_ref().map_or(core::ptr::null(), |name| name.as_ptr()),
            code: opcode.map_or(ffi::MPK_NO_OPCODE, u32::from),
            offset,
        });
        let place = place.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
        self.raise_object(call!(mpk_exception(class as u32, fault.message().as_ptr(), place)))
    }

    /// Raises an exception that says something of a global, both of whose names are str.
    #[cold]
    #[inline(never)]
    pub fn raise_global(&self, module: Obj, name: Obj, fault: Fault) -> Raised {
        let (class, message) = (fault.class() as u32, fault.message());
        self.raise_object(call!(mpk_global_exception(class, module.raw(), name.raw(), message.as_ptr())))
    }

    /// Notes what a machine found wrong.
    #[cold]
    #[inline(never)]
    pub fn fail(&self, fault: Fault) -> Raised {
        self.fault.set(fault);
        self.raise_object(NULL)
    }

    /// What a machine found wrong, unless an exception was raised.
    pub fn fault(&self) -> Option<Fault> {
        if self.raised().is_some() { None } else { Some(self.fault.get()) }
    }

    /// Raises a PicklingError that names the object's type.
    pub fn cannot_pickle(&self, obj: Obj) -> Raised {
        self.raise_object(call!(mpk_cannot_pickle(obj.raw())))
    }

    /// Whether the exception says that a module or an attribute does not exist.
    pub fn says_missing(&self) -> bool {
        self.raised().is_some_and(|raised| call!(mpk_says_missing(raised.raw())))
    }

    /// Forgets an exception that was dealt with.
    pub fn forget(&self) {
        self.raise_object(NULL);
    }

    /// Hands an entry's result to C.
    pub fn give_back(&self, outcome: Result<Obj>, result: *mut ffi::mp_obj_t) -> u32 {
        let (obj, status) = match outcome {
            Ok(obj) => (Some(obj), ffi::MPK_OK),
            Err(Raised) => (self.raised(), ffi::MPK_RAISED),
        };
        // SAFETY: the glue passes a place for the result on its stack. EXCEPTION: none. GC: on the C stack from here on.
        unsafe { *result = raw(obj) };
        status
    }

    #[inline]
    pub fn int(&self, value: i64) -> Result<Obj> {
        some(call!(mpk_small_int(value))).map_or_else(|| self.large_int(value), Ok)
    }

    #[inline(never)]
    fn large_int(&self, value: i64) -> Result<Obj> {
        self.protect_at(ffi::mpk_int, NULL, NULL, &raw const value, 0)
    }

    #[inline]
    pub fn float(&self, bits: u64) -> Result<Obj> {
        some(call!(mpk_float(self.call.get(), bits))).ok_or(Raised)
    }

    pub fn int_from_bytes(&self, data: &[u8]) -> Result<Obj> {
        self.protect_slice(ffi::mpk_int_from_bytes, NULL, data)
    }

    pub fn int_from_digits(&self, negative: bool, base: u8, digits: &[u8]) -> Result<Obj> {
        let digits = ffi::mpk_digits_t { text: digits.as_ptr(), len: digits.len(), base: base.into(), negative };
        self.protect_at(ffi::mpk_int_from_digits, NULL, NULL, &raw const digits, 0)
    }

    /// Arguments that make a complex or range again.
    pub fn parts(&self, obj: Obj) -> Result<([Obj; 3], usize)> {
        let mut parts = [NULL; 3];
        self.protect_at(ffi::mpk_parts, obj.raw(), NULL, &raw mut parts, 0)?;
        let none = constant(ffi::MPK_KIND_NONE);
        Ok((parts.map(|part| some(part).unwrap_or(none)), if parts[2] == NULL { 2 } else { 3 }))
    }

    #[inline]
    pub fn str(&self, text: &[u8]) -> Result<Obj> {
        some(call!(mpk_str(self.call.get(), text.as_ptr(), text.len()))).ok_or(Raised)
    }

    #[inline]
    pub fn bytes(&self, data: &[u8]) -> Result<Obj> {
        some(call!(mpk_bytes(self.call.get(), data.as_ptr(), data.len()))).ok_or(Raised)
    }

    #[inline(never)]
    pub fn bytearray(&self, data: &[u8]) -> Result<Obj> {
        self.protect_slice(ffi::mpk_bytearray, NULL, data)
    }

    #[inline(never)]
    pub fn interned(&self, text: &[u8]) -> Result<Obj> {
        self.protect_slice(ffi::mpk_interned, NULL, text)
    }

    /// Gives a block of [`alloc`] to a new object of this kind. An empty vector has no block to give.
    #[inline(never)]
    pub fn adopt(&self, kind: u32, block: *mut u8, len: usize, capacity: usize) -> Result<Obj> {
        some(call!(mpk_adopt(self.call.get(), kind, block, len, capacity))).ok_or(Raised)
    }

    #[inline(never)]
    pub fn tuple(&self, objs: &[Obj]) -> Result<Obj> {
        some(call!(mpk_tuple(self.call.get(), items(objs), objs.len()))).ok_or(Raised)
    }

    #[inline]
    pub fn list(&self, objs: &[Obj]) -> Result<Obj> {
        some(call!(mpk_list(self.call.get(), items(objs), objs.len()))).ok_or(Raised)
    }

    #[inline]
    pub fn dict(&self) -> Result<Obj> {
        some(call!(mpk_dict(self.call.get()))).ok_or(Raised)
    }

    pub fn set(&self) -> Result<Obj> {
        some(call!(mpk_set(self.call.get()))).ok_or(Raised)
    }

    pub fn frozenset(&self, objs: &[Obj]) -> Result<Obj> {
        self.protect_slice(ffi::mpk_frozenset, NULL, objs)
    }

    pub fn extend(&self, obj: Obj, objs: &[Obj]) -> Result<()> {
        if call!(mpk_extend_list(obj.raw(), items(objs), objs.len())) {
            return Ok(());
        }
        self.protect_slice(ffi::mpk_extend, obj.raw(), objs).map(drop)
    }

    #[inline(never)]
    pub fn store(&self, obj: Obj, objs: &[Obj]) -> Result<()> {
        self.protect_slice(ffi::mpk_store, obj.raw(), objs).map(drop)
    }

    pub fn add(&self, obj: Obj, objs: &[Obj]) -> Result<()> {
        self.protect_slice(ffi::mpk_add, obj.raw(), objs).map(drop)
    }

    #[inline(never)]
    pub fn apply(&self, callable: Obj, args: &[Obj]) -> Result<Obj> {
        self.protect_slice(ffi::mpk_apply, callable.raw(), args)
    }

    #[inline(never)]
    pub fn apply_tuple(&self, callable: Obj, args: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_apply_tuple, callable.raw(), args.raw())
    }

    /// A `MPK_BASE_…` number, and value, arguments and callable where it has them.
    pub fn anatomy(&self, obj: Obj, protocol: u8) -> Result<(u32, [Option<Obj>; 3])> {
        let mut anatomy = ffi::mpk_anatomy_t { value: NULL, args: NULL, callable: NULL, kind: 0 };
        self.protect_at(ffi::mpk_anatomy, obj.raw(), NULL, &raw mut anatomy, protocol.into())?;
        Ok((anatomy.kind, [some(anatomy.value), some(anatomy.args), some(anatomy.callable)]))
    }

    pub fn is_plain_class(&self, obj: Obj) -> Result<bool> {
        self.ask(ffi::mpk_is_plain_class, obj.raw(), NULL)
    }

    #[inline(never)]
    pub fn state(&self, obj: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_state, obj.raw(), NULL)
    }

    pub fn instantiate(&self, cls: Obj, args: Obj, kwargs: Option<Obj>) -> Result<Obj> {
        let kwargs = kwargs.as_slice();
        self.protect_at(ffi::mpk_instantiate, cls.raw(), args.raw(), kwargs.as_ptr(), kwargs.len())
    }

    #[inline(never)]
    pub fn has(&self, obj: Obj, name: Obj) -> Result<bool> {
        self.ask(ffi::mpk_has, obj.raw(), name.raw())
    }

    pub fn partial_new(&self, cls: Obj, args: Obj, kwargs: Obj) -> Result<Obj> {
        self.protect_at(ffi::mpk_partial_new, cls.raw(), args.raw(), &raw const kwargs, 1)
    }

    #[inline(never)]
    pub fn attribute(&self, obj: Obj, name: Obj) -> Result<Option<Obj>> {
        self.find(ffi::mpk_attribute, obj.raw(), name.raw())
    }

    #[inline(never)]
    pub fn set_attribute(&self, obj: Obj, name: Obj, value: Obj) -> Result<()> {
        self.protect_at(ffi::mpk_set_attribute, obj.raw(), name.raw(), &raw const value, 1).map(drop)
    }

    pub fn delete_attribute(&self, obj: Obj, name: Obj) -> Result<()> {
        self.protect_number(ffi::mpk_set_attribute, obj.raw(), name.raw(), 0).map(drop)
    }

    pub fn update_state(&self, obj: Obj, state: Obj) -> Result<()> {
        self.protect(ffi::mpk_update_state, obj.raw(), state.raw()).map(drop)
    }

    #[cfg(feature = "placeholder")]
    pub fn dropped(&self, obj: Obj, below: Obj) -> Result<()> {
        self.protect(ffi::mpk_dropped, obj.raw(), below.raw()).map(drop)
    }

    #[inline(never)]
    pub fn iterate(&self, obj: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_iterate, obj.raw(), NULL)
    }

    #[inline(never)]
    pub fn iterate_items(&self, obj: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_iterate_items, obj.raw(), NULL)
    }

    #[inline(never)]
    pub fn next(&self, iterator: Obj) -> Result<Option<Obj>> {
        self.find(ffi::mpk_next, iterator.raw(), NULL)
    }

    pub fn list_of(&self, obj: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_list_of, obj.raw(), NULL)
    }

    #[inline(never)]
    pub fn to_str(&self, obj: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_to_str, obj.raw(), NULL)
    }

    #[inline(never)]
    pub fn is_true(&self, obj: Obj) -> Result<bool> {
        self.ask(ffi::mpk_is_true, obj.raw(), NULL)
    }

    #[inline(never)]
    pub fn contains(&self, container: Obj, obj: Obj) -> Result<bool> {
        self.ask(ffi::mpk_contains, container.raw(), obj.raw())
    }

    /// An int for an argument, clamped to -1…2³¹-1.
    #[inline(never)]
    pub fn argument_int(&self, obj: Obj) -> Result<i32> {
        let mut value = 0;
        self.protect_at(ffi::mpk_argument_int, obj.raw(), NULL, &raw mut value, 0)?;
        Ok(value)
    }

    /// The object under a key of a mapping.
    #[inline(never)]
    pub fn lookup(&self, mapping: Obj, key: Obj) -> Result<Option<Obj>> {
        let found = self.find(ffi::mpk_lookup, mapping.raw(), key.raw());
        if found.is_err() && self.raised().is_some_and(|raised| call!(mpk_is_key_error(raised.raw()))) {
            return Ok(None);
        }
        found
    }

    #[inline(never)]
    pub fn remove(&self, dict: Obj, key: Obj) -> Result<()> {
        self.protect(ffi::mpk_remove, dict.raw(), key.raw()).map(drop)
    }

    /// The dict in a slot of the module's state, made if there is none.
    #[inline(never)]
    pub fn slot_dict(&self, which: u32) -> Result<Obj> {
        self.protect_number(ffi::mpk_slot_dict, NULL, NULL, which)
    }

    /// The hook `name` of an instance, unless it is our own.
    #[inline(never)]
    pub fn hook<T: Machine>(&self, obj: Obj, name: u32) -> Result<Option<Obj>> {
        self.pass(NOWHERE, T::KIND as usize);
        self.find(ffi::mpk_hook, obj.raw(), self::name(name).raw())
    }

    /// What [`Shim::keep`] gave to an instance of this class; `None` where that was not done.
    pub fn kept<'a, T: Machine>(&self, obj: Obj) -> Option<&'a T> {
        let block = call!(mpk_machine(obj.raw(), T::KIND));
        if self.machine.get().is_null() {
            self.machine.set(block);
        }
        // SAFETY: only `keep` makes blocks of this kind, of a whole `T`, and nobody has a unique reference to it.
        // EXCEPTION: none. GC: the first block of a call stays on its stack. The caller keeps a reference to that no
        // longer than its call, and one to another no longer than `obj` has it.
        unsafe { block.cast::<T>().as_ref() }
    }

    /// Gives `value` to an instance of a class of ours, in place of what it had. It is never dropped: its memory is the
    /// collector's.
    pub fn keep<T: Machine>(&self, obj: Obj, value: T) -> Result<()> {
        let block = alloc(size_of::<T>()).cast::<T>();
        if block.is_null() {
            return Err(self.fail(Fault::OutOfMemory));
        }
        // SAFETY: the block is new, large enough, and aligned more than any type here needs. EXCEPTION: none. GC: on the
        // stack until the instance has it.
        unsafe { block.write(value) };
        self.protect_at(ffi::mpk_set_machine, obj.raw(), NULL, block, T::KIND as usize).map(drop)
    }

    #[inline(never)]
    pub fn import(&self, path: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_import_module, path.raw(), NULL)
    }

    pub fn new_module(&self, path: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_new_module, path.raw(), NULL).inspect_err(|_| forget_module(path))
    }

    pub fn injected_function(&self, module: Obj, name: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_injected_function, module.raw(), name.raw())
    }

    #[inline(never)]
    pub fn find_global(&self, module: Obj, name: Obj, dotted: bool) -> Result<Obj> {
        self.protect_number(ffi::mpk_find_global, module.raw(), name.raw(), dotted.into())
    }

    pub fn locate(&self, obj: Obj, name: Option<Obj>) -> Result<Location<Obj>> {
        let mut location = ffi::mpk_location_t { module: NULL, name: NULL, parent: NULL, last: NULL };
        self.protect_at(ffi::mpk_locate, obj.raw(), raw(name), &raw mut location, 0)?;
        let parent = some(location.parent).zip(some(location.last));
        Ok(Location { module: sure(location.module), name: sure(location.name), parent })
    }

    #[inline(never)]
    pub fn is_stream(&self, obj: Obj, for_writing: bool) -> Result<bool> {
        self.pass(NOWHERE, for_writing.into());
        self.ask(ffi::mpk_is_stream, obj.raw(), NULL)
    }

    pub fn read(&self, stream: Obj, into: &mut [u8]) -> Result<usize> {
        let mut piece = ffi::mpk_piece_t { data: into.as_mut_ptr(), len: into.len() };
        self.protect_at(ffi::mpk_read, stream.raw(), NULL, &raw mut piece, 0)?;
        Ok(piece.len)
    }

    #[inline(never)]
    pub fn write(&self, stream: Obj, data: &[u8]) -> Result<()> {
        self.protect_slice(ffi::mpk_write, stream.raw(), data).map(drop)
    }

    /// Shows a line of a listing.
    #[cfg(feature = "dis")]
    pub fn show(&self, out: Obj, line: &Line) -> Result<()> {
        let name = opcode::name(line.code).unwrap_or_default();
        let line = core::ptr::from_ref(line).cast::<ffi::mpk_line_t>();
        let shown = ffi::mpk_shown_t { line, name: name.as_ptr() };
        self.protect_at(ffi::mpk_show_line, out.raw(), NULL, &raw const shown, 0).map(drop)
    }

    /// A read-only view of a buffer.
    #[cfg(feature = "buffers")]
    pub fn readonly(&self, buffer: Obj) -> Result<Obj> {
        self.protect(ffi::mpk_readonly, buffer.raw(), NULL)
    }
}
