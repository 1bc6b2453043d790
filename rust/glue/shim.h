// All that mpickle's Rust code knows of MicroPython.
//
// This header and the shim*.c files are the only place that includes MicroPython's headers. Rust's
// declarations are made from it by bindgen, with the firmware's own flags and NO_QSTR.
//
// How errors cross: MicroPython raises with longjmp, which must not pass over a Rust frame. A function
// that can raise takes `mp_obj_t *raised`, catches what is raised, stores the exception there and
// returns MPK_NULL (an object), MPK_RAISED (a status) or MPK_ERROR (a count). A function without that
// parameter neither raises nor runs Python code. There are no enums here: their size differs by ABI.
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

// Status of a call.
#define MPK_OK (0)
#define MPK_RAISED (1)
// Result of a call that returns a count and raised; the same number says that an iterator has ended.
#define MPK_ERROR ((size_t)-1)

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

mp_obj_t mpk_int(int64_t value, mp_obj_t *raised);
mp_obj_t mpk_float(uint64_t bits, mp_obj_t *raised);
// From little-endian two's complement of any length.
mp_obj_t mpk_int_from_bytes(const uint8_t *data, size_t len, mp_obj_t *raised);
// From digits of `base`, among which there may be underscores.
mp_obj_t mpk_int_from_digits(bool negative, uint32_t base, const uint8_t *digits, size_t len, mp_obj_t *raised);
// How many bytes mpk_int_to_bytes needs.
size_t mpk_int_size(mp_obj_t obj);
// Little-endian two's complement, sign-extended to `len` bytes.
void mpk_int_to_bytes(mp_obj_t obj, uint8_t *data, size_t len);
// Arguments that make a complex or range again: how many, or MPK_ERROR.
size_t mpk_parts(mp_obj_t obj, mp_obj_t *parts, mp_obj_t *raised);

// ---------------------------------------------------------------------------------------------------------------------
// shim_text.c: str, bytes, bytearray.

// New objects with a copy of `data`. `text` must be checked UTF-8. No hash is computed before it is needed.
mp_obj_t mpk_str(const uint8_t *text, size_t len, mp_obj_t *raised);
mp_obj_t mpk_bytes(const uint8_t *data, size_t len, mp_obj_t *raised);
mp_obj_t mpk_bytearray(const uint8_t *data, size_t len, mp_obj_t *raised);
// The interned str, which makes names quick to find and identical to those in the program.
mp_obj_t mpk_interned(const uint8_t *text, size_t len, mp_obj_t *raised);
// Objects that take over a block of `capacity` bytes of mpk_alloc, of which `len` are used. It belongs to
// them in any case, also when this raises.
mp_obj_t mpk_adopt_str(uint8_t *block, size_t len, size_t capacity, mp_obj_t *raised);
mp_obj_t mpk_adopt_bytes(uint8_t *block, size_t len, size_t capacity, mp_obj_t *raised);
mp_obj_t mpk_adopt_bytearray(uint8_t *block, size_t len, size_t capacity, mp_obj_t *raised);
// The bytes of anything with the buffer protocol; false if `obj` has none. Valid until Python code runs.
bool mpk_buffer(mp_obj_t obj, const uint8_t **data, size_t *len);
bool mpk_is_str(mp_obj_t obj);
// Whether what mpk_buffer gives stays as it is: the object is a str or bytes.
bool mpk_is_immutable(mp_obj_t obj);

// ---------------------------------------------------------------------------------------------------------------------
// shim_buffer.c: buffers out of band. With MPICKLE_BUFFERS.

// A read-only view of a buffer: of one that is read-only, itself.
mp_obj_t mpk_readonly(mp_obj_t obj, mp_obj_t *raised);

// ---------------------------------------------------------------------------------------------------------------------
// shim_container.c: tuple, list, dict, set.

mp_obj_t mpk_tuple(const mp_obj_t *items, size_t len, mp_obj_t *raised);
mp_obj_t mpk_list(const mp_obj_t *items, size_t len, mp_obj_t *raised);
mp_obj_t mpk_dict(mp_obj_t *raised);
mp_obj_t mpk_set(mp_obj_t *raised);
mp_obj_t mpk_frozenset(const mp_obj_t *items, size_t len, mp_obj_t *raised);

// The object at `index` of an exact tuple or list, MPK_NULL past its end.
mp_obj_t mpk_tuple_item(mp_obj_t tuple, size_t index);
mp_obj_t mpk_list_item(mp_obj_t list, size_t index);
// The next key (value) of an exact dict, set or frozenset, MPK_NULL past its end. `position` moves.
mp_obj_t mpk_dict_next(mp_obj_t dict, size_t *position, mp_obj_t *value);
mp_obj_t mpk_set_next(mp_obj_t set, size_t *position);

// Fill a container of any type, by its methods if it is none of ours. `items` of mpk_store are pairs.
uint32_t mpk_extend(mp_obj_t obj, const mp_obj_t *items, size_t len, mp_obj_t *raised);
uint32_t mpk_store(mp_obj_t obj, const mp_obj_t *items, size_t len, mp_obj_t *raised);
uint32_t mpk_add(mp_obj_t obj, const mp_obj_t *items, size_t len, mp_obj_t *raised);

// ---------------------------------------------------------------------------------------------------------------------
// shim_call.c: what can run Python code.

mp_obj_t mpk_apply(mp_obj_t callable, const mp_obj_t *args, size_t len, mp_obj_t *raised);
mp_obj_t mpk_apply_tuple(mp_obj_t callable, mp_obj_t args, mp_obj_t *raised);
// Whether an object or its class has an attribute: 0 or 1, or MPK_ERROR. `__getattr__` is not asked.
size_t mpk_has(mp_obj_t obj, const uint8_t *name, size_t len, mp_obj_t *raised);
// The attribute, or MPK_NULL with MPK_NULL in `raised` if there is none.
mp_obj_t mpk_attribute(mp_obj_t obj, const uint8_t *name, size_t len, mp_obj_t *raised);
// Sets an attribute, or deletes it where `value` is MPK_NULL.
uint32_t mpk_set_attribute(mp_obj_t obj, mp_obj_t name, mp_obj_t value, mp_obj_t *raised);
mp_obj_t mpk_iterate(mp_obj_t obj, mp_obj_t *raised);
mp_obj_t mpk_iterate_items(mp_obj_t obj, mp_obj_t *raised);
// The next item; MPK_NULL with MPK_NULL in `raised` at the end.
mp_obj_t mpk_next(mp_obj_t iterator, mp_obj_t *raised);
mp_obj_t mpk_list_of(mp_obj_t obj, mp_obj_t *raised);
mp_obj_t mpk_to_str(mp_obj_t obj, mp_obj_t *raised);
// bool(obj): 0 or 1, or MPK_ERROR.
size_t mpk_is_true(mp_obj_t obj, mp_obj_t *raised);
// `obj in container`: 0 or 1, or MPK_ERROR.
size_t mpk_contains(mp_obj_t container, mp_obj_t obj, mp_obj_t *raised);
// An int's value for an argument of a function, clamped to -1…2^31-1; TypeError if it is none.
size_t mpk_argument_int(mp_obj_t obj, int32_t *value, mp_obj_t *raised);

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
} mpk_anatomy_t;

// A MPK_BASE_… number, or MPK_ERROR, with the members of `anatomy` that the number's comment names.
size_t mpk_anatomy(mp_obj_t obj, uint32_t protocol, mpk_anatomy_t *anatomy, mp_obj_t *raised);
// What `object.__getstate__` gives: None, the dict of attributes, or a pair of it and a dict of slots.
mp_obj_t mpk_state(mp_obj_t obj, mp_obj_t *raised);
// `cls.__new__(cls, *args, **kwargs)`; kwargs is a dict or MPK_NULL.
mp_obj_t mpk_instantiate(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs, mp_obj_t *raised);
// `functools.partial(cls.__new__, cls, *args, **kwargs)`, from shim_partial.c.
mp_obj_t mpk_partial_new(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs, mp_obj_t *raised);
// Updates an instance's attributes from a dict.
uint32_t mpk_update_state(mp_obj_t obj, mp_obj_t state, mp_obj_t *raised);

// ---------------------------------------------------------------------------------------------------------------------
// shim_placeholder.c: stand-ins for what does not exist here. With MPICKLE_PLACEHOLDER.

// What POP drops: if it is what calling the stand-in of a state setter gave for the object below it, that gets the state.
uint32_t mpk_dropped(mp_obj_t obj, mp_obj_t below, mp_obj_t *raised);

// ---------------------------------------------------------------------------------------------------------------------
// shim_global.c: names of classes and functions. With MPICKLE_GLOBALS.

// The object that `module` and `name`, a path with dots if `dotted`, name, by import and attribute lookup.
mp_obj_t mpk_find_global(mp_obj_t module, mp_obj_t name, bool dotted, mp_obj_t *raised);
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

// Where `obj` is found again, under `name` or, where that is MPK_NULL, under its own. MPK_OK or MPK_RAISED.
uint32_t mpk_locate(mp_obj_t obj, mp_obj_t name, mpk_location_t *location, mp_obj_t *raised);

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

// `obj` under the key of a dict or other mapping; MPK_NULL with MPK_NULL in `raised` if there is none.
mp_obj_t mpk_lookup(mp_obj_t mapping, mp_obj_t key, mp_obj_t *raised);
uint32_t mpk_remove(mp_obj_t dict, mp_obj_t key, mp_obj_t *raised);

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
// The same for a dict, which is made when there is none.
mp_obj_t mpk_slot_dict(uint32_t which, mp_obj_t *raised);

// ---------------------------------------------------------------------------------------------------------------------
// shim_class.c: instances of Pickler (kind MPK_SLOT_PICKLER) and Unpickler (MPK_SLOT_UNPICKLER).

// The block of Rust's that belongs to an instance; NULL where it has none of that kind.
void *mpk_machine(mp_obj_t self, uint32_t kind);
// Gives an instance its block, which is the collector's from then on.
uint32_t mpk_set_machine(mp_obj_t self, uint32_t kind, void *block, mp_obj_t *raised);
// The hook that the instance's class or the program has put in place of our own; MPK_NULL with MPK_NULL in `raised` if
// there is none.
mp_obj_t mpk_hook(mp_obj_t self, uint32_t kind, const uint8_t *name, size_t len, mp_obj_t *raised);
// Sets a flag and returns what it was; of several threads at once, one gets each value.
bool mpk_exchange(bool *flag, bool value);

// ---------------------------------------------------------------------------------------------------------------------
// shim_module.c: modules that the program injects.

mp_obj_t mpk_import_module(mp_obj_t path, mp_obj_t *raised);
// A new module in sys.modules; and out of it.
mp_obj_t mpk_new_module(mp_obj_t path, mp_obj_t *raised);
uint32_t mpk_forget_module(mp_obj_t path, mp_obj_t *raised);
// How many names a module has.
size_t mpk_module_len(mp_obj_t module);
// A function that is nothing but a name.
mp_obj_t mpk_injected_function(mp_obj_t module, mp_obj_t name, mp_obj_t *raised);

// ---------------------------------------------------------------------------------------------------------------------
// shim_stream.c: streams, native ones and objects with methods.

// Whether `obj` can be read from, or written to.
bool mpk_is_stream(mp_obj_t obj, bool for_writing, mp_obj_t *raised);
// Reads up to `len` bytes, 0 at the end; MPK_ERROR if it raised.
size_t mpk_read(mp_obj_t stream, uint8_t *data, size_t len, mp_obj_t *raised);
uint32_t mpk_write(mp_obj_t stream, const uint8_t *data, size_t len, mp_obj_t *raised);

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

// Shows a line on standard output, or where `out` is not None by its `write`.
uint32_t mpk_show_line(mp_obj_t out, const char *name, const mpk_line_t *line, mp_obj_t *raised);

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
