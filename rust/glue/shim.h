// All that mpickle's Rust code knows of MicroPython.
//
// This header and the shim*.c files are the only place that includes MicroPython's headers. Rust's
// declarations are made from it by bindgen, with the firmware's own flags and NO_QSTR.
//
// How errors cross: MicroPython raises with longjmp, which must not pass over a Rust frame. So Rust calls what can
// raise through one gate, mpk_protect, which catches it; all such functions, declared with MPK_RAISING, are of one
// type. The others neither raise nor run Python code; where there is no memory, those that take an mpk_call_t store a
// MemoryError there and return MPK_NULL. There are no enums here: their size differs by ABI.
#ifndef MPICKLE_SHIM_H
#define MPICKLE_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/obj.h"
#if MICROPY_ASYNC_KBD_INTR
#include <signal.h>
#endif

// Features that cost flash and are worth it only where there is plenty.
#ifndef MPICKLE_DOC
#ifdef __unix__
#define MPICKLE_DOC (1)
#else
#define MPICKLE_DOC (0)
#endif
#endif

// Feature switches, for those who read this header without the firmware's own (rust/mpickle/Cargo.toml).
#ifndef MPICKLE_GLOBALS
#define MPICKLE_GLOBALS (1)
#endif
#ifndef MPICKLE_BUFFERS
#define MPICKLE_BUFFERS (1)
#endif
#ifndef MPICKLE_INSTANCES
#define MPICKLE_INSTANCES (1)
#endif
#ifndef MPICKLE_CLASSES
#define MPICKLE_CLASSES (1)
#endif
#ifndef MPICKLE_REGISTRY
#define MPICKLE_REGISTRY (1)
#endif
#ifndef MPICKLE_EXTENSIONS
#define MPICKLE_EXTENSIONS (1)
#endif
#ifndef MPICKLE_PLACEHOLDER
#define MPICKLE_PLACEHOLDER (1)
#endif
#ifndef MPICKLE_DIS
#define MPICKLE_DIS (1)
#endif

// Status of an entry of Rust's.
#define MPK_OK (0)
#define MPK_RAISED (1)

// A function that can raise. Its comment says what it takes for which parameter; it takes no notice of the others. One
// that says no, or finds nothing, returns MPK_NULL, and one without a result anything else.
#define MPK_RAISING(name) mp_obj_t name(mp_obj_t obj, mp_obj_t other, void *data, size_t len)
typedef MPK_RAISING((*mpk_raising_t));

// The calls of such functions, one after the other: those parameters of the next that are no objects, and what was
// raised.
typedef struct {
    mp_obj_t raised;
    void *data;
    size_t len;
} mpk_call_t;
// Calls one. What it raises is stored in `call`, and MPK_NULL returned.
mp_obj_t mpk_protect(mpk_call_t *call, mpk_raising_t function, mp_obj_t obj, mp_obj_t other);

// ---------------------------------------------------------------------------------------------------------------------
// shim_heap.c: memory of MicroPython's heap. NULL when there is none.

void *mpk_alloc(size_t size);
void *mpk_realloc(void *block, size_t old_size, size_t new_size);
void mpk_free(void *block, size_t size);

// Where the allocator searches for free blocks, to be restored at the end of a call: see shim_heap.c.
typedef struct {
    void *area;
    size_t index;
} mpk_search_t;
void mpk_search_save(mpk_search_t *search);
void mpk_search_restore(const mpk_search_t *search);

#ifdef __ARM_EABI__
// ---------------------------------------------------------------------------------------------------------------------
// shim_memory.c: memset in the order of arguments of ARM's ABI. scripts/lib/rust_object.py puts these in place of
// __aeabi_memset and __aeabi_memclr.

void mpk_fill(void *memory, size_t size, int byte);
void mpk_clear(void *memory, size_t size);
#endif

// ---------------------------------------------------------------------------------------------------------------------
// shim_object.c: what an object is.

#define MPK_KIND_NONE (0)
#define MPK_KIND_FALSE (1)
#define MPK_KIND_TRUE (2)
#define MPK_KIND_INT (3)            // number
#define MPK_KIND_BIG_INT (4)        // may have more than 64 bits
#define MPK_KIND_FLOAT (5)          // number: the bits of a double
#define MPK_KIND_STR (6)            // data, len
#define MPK_KIND_BYTES (7)          // data, len
#define MPK_KIND_BYTEARRAY (8)      // len
#define MPK_KIND_TUPLE (9)          // len
#define MPK_KIND_LIST (10)          // len
#define MPK_KIND_DICT (11)          // len
#define MPK_KIND_SET (12)           // len
#define MPK_KIND_FROZENSET (13)     // len
#define MPK_KIND_GLOBAL (14)        // a class or function
#define MPK_KIND_ELLIPSIS (15)
#define MPK_KIND_NOT_IMPLEMENTED (16)
#define MPK_KIND_COMPLEX (17)
#define MPK_KIND_RANGE (18)
#define MPK_KIND_ORDERED_DICT (19)
#define MPK_KIND_TYPE_OF (20)       // the type of a singleton: part
#define MPK_KIND_BUFFER (21)        // a PickleBuffer: len; number: whether it must not be written to
#define MPK_KIND_OTHER (22)

typedef struct {
    uint64_t number;
    const uint8_t *data;
    size_t len;
    mp_obj_t part;
} mpk_value_t;

// The kind of an object, with the members of `value` that the kind's comment names.
uint32_t mpk_inspect(mp_obj_t obj, mpk_value_t *value);
// The object whose lower bits, of as many as an address has, are `identity`; it must be alive.
mp_obj_t mpk_of_identity(size_t identity);
mp_obj_t mpk_type_of(mp_obj_t obj);
bool mpk_is_class(mp_obj_t obj);
bool mpk_is_callable(mp_obj_t obj);
// Constants: MPK_NULL, and the objects of MPK_KIND_NONE, _FALSE, _TRUE.
mp_obj_t mpk_constant(uint32_t kind);

// ---------------------------------------------------------------------------------------------------------------------
// shim_number.c: ints, floats, complex, range.

// An int that needs no memory; MPK_NULL for a larger one.
mp_obj_t mpk_small_int(int64_t value);
// `data`: an int64_t.
MPK_RAISING(mpk_int);
mp_obj_t mpk_float(mpk_call_t *call, uint64_t bits);
// `data`, `len`: little-endian two's complement of any length.
MPK_RAISING(mpk_int_from_bytes);
// `data`: digits, among which there may be underscores.
typedef struct {
    const uint8_t *text;
    size_t len;
    uint32_t base;
    bool negative;
} mpk_digits_t;
MPK_RAISING(mpk_int_from_digits);
// How many bytes mpk_int_to_bytes needs.
size_t mpk_int_size(mp_obj_t obj);
// Little-endian two's complement, sign-extended to `len` bytes.
void mpk_int_to_bytes(mp_obj_t obj, uint8_t *data, size_t len);
// Stores the arguments that make a complex or range again, `obj`, in the array `data`: two or three.
MPK_RAISING(mpk_parts);

// ---------------------------------------------------------------------------------------------------------------------
// shim_text.c: str, bytes, bytearray.

// New objects with a copy of `data`. `text` must be checked UTF-8. No hash is computed before it is needed.
mp_obj_t mpk_str(mpk_call_t *call, const uint8_t *text, size_t len);
mp_obj_t mpk_bytes(mpk_call_t *call, const uint8_t *data, size_t len);
MPK_RAISING(mpk_bytearray); // `data`, `len`
// The interned str of `data`, `len`, which makes names quick to find and identical to those in the program.
MPK_RAISING(mpk_interned);
// An object of MPK_KIND_STR, _BYTES or _BYTEARRAY that takes over a block of `capacity` bytes of mpk_alloc, of which
// `len` are used. It belongs to the object in any case, also when there is no memory for that.
mp_obj_t mpk_adopt(mpk_call_t *call, uint32_t kind, uint8_t *block, size_t len, size_t capacity);
// The bytes of anything with the buffer protocol; false if `obj` has none. Valid until Python code runs.
bool mpk_buffer(mp_obj_t obj, const uint8_t **data, size_t *len);
bool mpk_is_str(mp_obj_t obj);
// Whether what mpk_buffer gives stays as it is: the object is a str or bytes.
bool mpk_is_immutable(mp_obj_t obj);

// ---------------------------------------------------------------------------------------------------------------------
// shim_buffer.c: buffers out of band. With MPICKLE_BUFFERS.

// A read-only view of the buffer `obj`: of one that is read-only, itself.
MPK_RAISING(mpk_readonly);

// ---------------------------------------------------------------------------------------------------------------------
// shim_container.c: tuple, list, dict, set.

mp_obj_t mpk_tuple(mpk_call_t *call, const mp_obj_t *items, size_t len);
mp_obj_t mpk_list(mpk_call_t *call, const mp_obj_t *items, size_t len);
mp_obj_t mpk_dict(mpk_call_t *call);
mp_obj_t mpk_set(mpk_call_t *call);
MPK_RAISING(mpk_frozenset); // `data`, `len`: the items

// The object at `index` of an exact tuple or list, MPK_NULL past its end.
mp_obj_t mpk_tuple_item(mp_obj_t tuple, size_t index);
mp_obj_t mpk_list_item(mp_obj_t list, size_t index);
// The next key (value) of an exact dict, set or frozenset, MPK_NULL past its end. `position` moves.
mp_obj_t mpk_dict_next(mp_obj_t dict, size_t *position, mp_obj_t *value);
mp_obj_t mpk_set_next(mp_obj_t set, size_t *position);

// Fill the container `obj`, of any type, with the items `data`, `len`; by its methods if it is none of ours. Those of
// mpk_store are pairs. mpk_extend is for what mpk_extend_list could not extend: no exact list, or for want of memory.
bool mpk_extend_list(mp_obj_t obj, const mp_obj_t *items, size_t len);
MPK_RAISING(mpk_extend);
MPK_RAISING(mpk_store);
MPK_RAISING(mpk_add);

// ---------------------------------------------------------------------------------------------------------------------
// shim_call.c: what can run Python code.

MPK_RAISING(mpk_apply); // calls `obj` with the arguments `data`, `len`
MPK_RAISING(mpk_apply_tuple); // calls `obj` with the tuple `other`
// Names of attributes, interned: those of which an object may have any, in the order of core's `Special`, and hooks.
#define MPK_NAME_REDUCE_EX (0)
#define MPK_NAME_REDUCE (1)
#define MPK_NAME_GETNEWARGS_EX (2)
#define MPK_NAME_GETNEWARGS (3)
#define MPK_NAME_GETINITARGS (4)
#define MPK_NAME_GETSTATE (5)
#define MPK_NAME_SETSTATE (6)
#define MPK_NAME_SLOTS (7)
#define MPK_NAME_NEXT (8)
#define MPK_NAME_FAST (9)
#define MPK_NAME_PERSISTENT_ID (10)
#define MPK_NAME_REDUCER_OVERRIDE (11)
#define MPK_NAME_DISPATCH_TABLE (12)
#define MPK_NAME_PERSISTENT_LOAD (13)
#define MPK_NAME_FIND_CLASS (14)
mp_obj_t mpk_name(uint32_t which);

// Whether `obj` or its class has the attribute `other`, a str. `__getattr__` is not asked.
MPK_RAISING(mpk_has);
// The attribute `other` of `obj`, if there is one.
MPK_RAISING(mpk_attribute);
// Sets the attribute `other` of `obj` to the object at `data`, or deletes it where `len` is 0.
MPK_RAISING(mpk_set_attribute);
MPK_RAISING(mpk_iterate);
MPK_RAISING(mpk_iterate_items);
MPK_RAISING(mpk_next); // the next item of the iterator `obj`, if there is one
MPK_RAISING(mpk_list_of);
MPK_RAISING(mpk_to_str);
MPK_RAISING(mpk_is_true); // bool(obj)
MPK_RAISING(mpk_contains); // `other in obj`
// Stores the value of the int `obj`, an argument of a function, clamped to -1…2^31-1, in the int32_t `data`; TypeError
// if it is none.
MPK_RAISING(mpk_argument_int);

// ---------------------------------------------------------------------------------------------------------------------
// shim_instance.c: what instances are made of; shim_new.c: making them again. With MPICKLE_GLOBALS.

#define MPK_BASE_OBJECT (0)         // of Python classes alone
#define MPK_BASE_VALUE (1)          // `cls.__new__(cls, *args)`, where `value` is the built-in part
#define MPK_BASE_LIST (2)           // has list items; `value` is the built-in part
#define MPK_BASE_DICT (3)           // has dict items, likewise
#define MPK_BASE_CALL (4)           // `callable(*args)`
#define MPK_BASE_CALL_ITEMS (5)     // the same, then list items
#define MPK_BASE_CALL_PAIRS (6)     // the same, then dict items
#define MPK_BASE_CALL_STATELESS (7) // as MPK_BASE_CALL, of a type that heeds no `__getstate__`
#define MPK_BASE_OPAQUE (8)         // cannot be pickled

typedef struct {
    mp_obj_t value;
    mp_obj_t args;
    mp_obj_t callable;
    uint32_t kind; // MPK_BASE_…
} mpk_anatomy_t;

// What `obj` is made of under the protocol `len`: the kind goes into the mpk_anatomy_t `data`, with the members that
// the kind's comment names.
MPK_RAISING(mpk_anatomy);
// What `object.__getstate__` gives for `obj`: None, the dict of attributes, or a pair of it and a dict of slots.
MPK_RAISING(mpk_state);
// `cls.__new__(cls, *args, **kwargs)`: the class is `obj`, the tuple `other`; the dict is at `data` unless `len` is 0.
MPK_RAISING(mpk_instantiate);
// `functools.partial(cls.__new__, cls, *args, **kwargs)`, likewise, from shim_partial.c.
MPK_RAISING(mpk_partial_new);
// Whether `obj` is a class of the program's whose instances are made, filled and hashed without code of the program.
MPK_RAISING(mpk_is_plain_class);
// Frees a dict to which nothing refers.
void mpk_discard(mp_obj_t dict);
// Whether `obj` is an instance without attributes.
bool mpk_is_blank(mp_obj_t obj);
// Updates the attributes of the instance `obj` from the dict `other`.
MPK_RAISING(mpk_update_state);

// ---------------------------------------------------------------------------------------------------------------------
// shim_placeholder.c: stand-ins for what does not exist here. With MPICKLE_PLACEHOLDER.

// What POP drops, `obj`: if it is what calling the stand-in of a state setter gave for the object below it, `other`,
// that gets the state.
MPK_RAISING(mpk_dropped);

// ---------------------------------------------------------------------------------------------------------------------
// shim_global.c: names of classes and functions. With MPICKLE_GLOBALS.

// The object that the module `obj` has under the name `other`, by import and attribute lookup. Unless `len` is 0 the
// name is a path with dots.
MPK_RAISING(mpk_find_global);
// Whether an exception says that there is no such module or attribute.
bool mpk_says_missing(mp_obj_t exception);
// Objects that mpickle has in place of those that CPython's modules have and MicroPython's do not; or MPK_NULL.
mp_obj_t mpk_find_supplied(mp_obj_t module, mp_obj_t name);

typedef struct {
    mp_obj_t module;    // str
    mp_obj_t name;      // str
    mp_obj_t parent;    // the object that has the last part of a dotted name, or MPK_NULL
    mp_obj_t last;      // that part
} mpk_location_t;

// Where `obj` is found again, under the name `other` or, where that is MPK_NULL, under its own, goes into `data`.
MPK_RAISING(mpk_locate);

#define MPK_KNOWN_CODECS_ENCODE (0)
#define MPK_KNOWN_GETATTR (1)
#define MPK_KNOWN_TYPE (2)
#define MPK_KNOWN_LATIN1 (3)
#define MPK_KNOWN_NEWOBJ (4)
#define MPK_KNOWN_NEWOBJ_EX (5)
#define MPK_KNOWN_RECONSTRUCTOR (6)
#define MPK_KNOWN_OBJECT (7)
mp_obj_t mpk_known(uint32_t which);

#define MPK_CONSTRUCTOR_CALL (0)
#define MPK_CONSTRUCTOR_NEWOBJ (1)
#define MPK_CONSTRUCTOR_NEWOBJ_EX (2)
uint32_t mpk_constructor(mp_obj_t callable);

// What the dict `obj` has under the key `other`, if anything; another mapping may raise a KeyError.
MPK_RAISING(mpk_lookup);
bool mpk_is_key_error(mp_obj_t exception);
// Removes the key `other` from the dict `obj`.
MPK_RAISING(mpk_remove);

// ---------------------------------------------------------------------------------------------------------------------
// shim_state.c: what the module keeps from one call to the next, in slots.

#define MPK_SLOT_PICKLER (0)        // the class
#define MPK_SLOT_UNPICKLER (1)      // the class
#define MPK_SLOT_DISPATCH (2)       // dict: type to reducer
#define MPK_SLOT_EXTENSIONS (3)     // dict: code to (module, name), and the reverse
#define MPK_SLOT_EXTENSION_CACHE (4) // dict: code to object
#define MPK_SLOT_REGISTRY (5)       // dict: type to registration
#define MPK_SLOT_INJECTED (6)       // dict: path to module, (path, name) to function
#define MPK_SLOTS (7)

// The object in a slot, or MPK_NULL.
mp_obj_t mpk_slot(uint32_t which);
// The dict in the slot `len`, which is made when there is none.
MPK_RAISING(mpk_slot_dict);

// ---------------------------------------------------------------------------------------------------------------------
// shim_class.c: instances of Pickler (kind MPK_SLOT_PICKLER) and Unpickler (MPK_SLOT_UNPICKLER).

// The block of Rust's that belongs to an instance; NULL where it has none of that kind.
void *mpk_machine(mp_obj_t self, uint32_t kind);
// Gives the instance `obj` its block `data` of the kind `len`, which is the collector's from then on.
MPK_RAISING(mpk_set_machine);
// The hook named `other` that the class of `obj`, of the kind `len`, or the program has put in place of our own.
MPK_RAISING(mpk_hook);
// Sets a flag and returns what it was; of several threads at once, one gets each value.
bool mpk_exchange(bool *flag, bool value);

// ---------------------------------------------------------------------------------------------------------------------
// shim_module.c: modules that the program injects.

MPK_RAISING(mpk_import_module); // `obj`: the path
// A new module with the path `obj` in sys.modules. MicroPython leaves the name without a module there when memory runs
// out, and would crash at the next import: it has to be forgotten then.
MPK_RAISING(mpk_new_module);
// Takes a path out of sys.modules, unless the program has done so.
void mpk_forget_module(mp_obj_t path);
// How many names a module has.
size_t mpk_module_len(mp_obj_t module);
// A function that is nothing but a name: `other` in the module `obj`.
MPK_RAISING(mpk_injected_function);

// ---------------------------------------------------------------------------------------------------------------------
// shim_stream.c: streams, native ones and objects with methods.

// Whether `obj` can be read from, or unless `len` is 0 written to.
MPK_RAISING(mpk_is_stream);
// Reads from the stream `obj` into the mpk_piece_t `data`, whose `len` is then how many bytes came, 0 at the end.
typedef struct {
    uint8_t *data;
    size_t len;
} mpk_piece_t;
MPK_RAISING(mpk_read);
// Writes `data`, `len` to the stream `obj`.
MPK_RAISING(mpk_write);

// ---------------------------------------------------------------------------------------------------------------------
// shim_dis.c: the lines of a listing. With MPICKLE_DIS.

// Numbered as `Form` and `Note` in rust/core/src/dis.rs, which say what is what.
#define MPK_FORM_NONE (0)
#define MPK_FORM_UINT (1)
#define MPK_FORM_INT (2)
#define MPK_FORM_FLOAT (3)
#define MPK_FORM_PLAIN (4)
#define MPK_FORM_ESCAPED (5)
#define MPK_FORM_LONG (8)
#define MPK_FORM_STR (9)
#define MPK_FORM_BYTES (11)
#define MPK_FORM_BYTEARRAY (12)
#define MPK_NOTE_NONE (0)
#define MPK_NOTE_MARK (1)
#define MPK_NOTE_STORED (2)
#define MPK_NOTE_PROTOCOL (3)

// `Line` there.
typedef struct {
    const uint8_t *argument;
    size_t len;
    size_t offset;
    size_t depth;
    size_t number;
    uint8_t code;
    uint8_t form;
    uint8_t note;
} mpk_line_t;

// A line with the name of its opcode.
typedef struct {
    const mpk_line_t *line;
    const char *name;
} mpk_shown_t;

// Shows the mpk_shown_t `data` on standard output, or where `obj` is not None by its `write`.
MPK_RAISING(mpk_show_line);

// ---------------------------------------------------------------------------------------------------------------------
// shim_error.c: exceptions.

// The classes that the machines ask for, numbered as `Class` in rust/core/src/error.rs.
#define MPK_CLASS_UNPICKLING (0)
#define MPK_CLASS_PICKLING (1)
#define MPK_CLASS_EOF (2)
#define MPK_CLASS_VALUE (3)
#define MPK_CLASS_TYPE (4)
#define MPK_CLASS_OVERFLOW (5)
#define MPK_CLASS_UNICODE (6)
#define MPK_CLASS_ATTRIBUTE (7)
#define MPK_CLASS_RUNTIME (8)
#define MPK_CLASS_MEMORY (9)
#define MPK_CLASS_LOOKUP (10)

// Where in a pickle something is wrong: in which opcode, without a name where there is no such opcode, or in none, and at
// which byte.
#define MPK_NO_OPCODE (256)
typedef struct {
    const char *name;
    uint32_t code;
    size_t offset;
} mpk_place_t;
// A new exception with a message and, unless it is NULL, the place. Where there is no memory for the message it is cut
// short; where there is none for the exception, MicroPython has one in reserve.
mp_obj_t mpk_exception(uint32_t cls, const char *message, const mpk_place_t *place);
// A new exception that says something of the global with these names, two str.
mp_obj_t mpk_global_exception(uint32_t cls, mp_obj_t module, mp_obj_t name, const char *what);
// A TypeError that names the type of `obj`; where globals were left out, a PicklingError.
mp_obj_t mpk_cannot_pickle(mp_obj_t obj);
// What a function returns that was not given `size` bytes: a MemoryError is stored in `call`.
mp_obj_t mpk_no_memory(mpk_call_t *call, size_t size);

// A call into Rust is bracketed: mpk_enter before it, mpk_finish after it.
//
// Where a KeyboardInterrupt is raised straight from the signal handler (MICROPY_ASYNC_KBD_INTR, MicroPython's own unix
// variants), it would jump over Rust frames. There the signal waits until Rust has returned.
typedef struct {
    mpk_search_t search;
    #if MICROPY_ASYNC_KBD_INTR
    sigset_t signals;
    #endif
} mpk_guard_t;
void mpk_enter(mpk_guard_t *guard);
// Returns `result` to the interpreter, or raises it. No Rust frame may be on the stack.
mp_obj_t mpk_finish(mpk_guard_t *guard, uint32_t status, mp_obj_t result);

#endif // MPICKLE_SHIM_H
