// What the shim*.c files share. Rust does not see it.
#ifndef MPICKLE_SHIM_PRIVATE_H
#define MPICKLE_SHIM_PRIVATE_H

#include <string.h>

#include "py/nlr.h"
#include "py/runtime.h"
#include "shim.h"

#define MPK_NULL MP_OBJ_NULL

// Its name before MicroPython 1.26.
#ifndef MP_NORETURN
#define MP_NORETURN NORETURN
#endif

// A message, and a part of one: a firmware may do without. Then NULL is an exception's message, which
// mp_obj_new_exception_msg_varg and mp_raise_msg_varg do not take.
#if MPICKLE_MESSAGES
#define MPK_TEXT(text) MP_ERROR_TEXT(text)
#define MPK_MORE(text) text
#else
#define MPK_TEXT(text) NULL
#define MPK_MORE(text)
#endif

// What a function returns that has no result, or says yes: anything but MPK_NULL.
#define MPK_DONE MP_OBJ_SENTINEL

// Objects whose layout MicroPython keeps to one source file: py/objset.c, py/objrange.c.
typedef struct {
    mp_obj_base_t base;
    mp_set_t set;
} mpk_set_layout_t;

typedef struct {
    mp_obj_base_t base;
    mp_int_t start;
    mp_int_t stop;
    mp_int_t step;
} mpk_range_layout_t;

// Whether `obj`, which is no small int, qstr or other immediate, has exactly this type. Unlike mp_obj_is_type it takes
// any type.
static inline bool mpk_is_exact(mp_obj_t obj, const mp_obj_type_t *type) {
    return mp_obj_is_obj(obj) && ((mp_obj_base_t *)MP_OBJ_TO_PTR(obj))->type == type;
}

// Whether anything lasts from one call to the next.
#define MPK_STATE (MPICKLE_CLASSES || MPICKLE_REGISTRY || MPICKLE_EXTENSIONS)

// Forgets all that was kept.
void mpk_state_forget(void);
// The place of a slot. Raises MemoryError.
mp_obj_t *mpk_slot_place(uint32_t which);
// The attribute `dispatch_table` of the module.
mp_obj_t mpk_dispatch_table(void);

// The native object that a method of `type` is called with. Got by way of a subclass, it can be called with anything:
// then a TypeError.
void *mpk_self(mp_obj_t obj, const mp_obj_type_t *type);

// Calls an entry of Rust's, by way of mpickle_enter, and returns its result, or raises.
struct Interpreter;
typedef mp_obj_t (*mpk_entry_t)(struct Interpreter *interpreter, const mp_obj_t *args);
mp_obj_t mpk_call_entry(mpk_entry_t entry, const mp_obj_t *args);

// A parameter of a function: its name, flags, and which default it has. MicroPython's own mp_arg_t takes more room.
typedef struct {
    uint16_t name;
    uint8_t flags;
    uint8_t value;
} mpk_param_t;
#define MPK_REQUIRED (MP_ARG_REQUIRED >> 8)
#define MPK_KEYWORD (MP_ARG_KW_ONLY >> 8)
// The defaults, in modmpickle.c.
extern const mp_rom_obj_t mpk_defaults[];

// A function or method of the module: its entry and its parameters.
typedef struct {
    mp_obj_base_t base;
    mpk_entry_t entry;
    size_t n_params;
    mpk_param_t params[];
} mpk_function_t;
extern const mp_obj_type_t mpk_type_function;
#define MPK_MAX_PARAMS (10)

// `cls.__new__(cls, *args, **kwargs)`; kwargs is a dict or MPK_NULL.
mp_obj_t mpk_new_of(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs);

// What mp_load_method has found, as one object: an attribute, a bound method, or MPK_NULL.
mp_obj_t mpk_bound(const mp_obj_t *method);

// Imports a module by its path.
mp_obj_t mpk_import(qstr module);

// A class of ours with these names: made now, or what is in the slot.
mp_obj_t mpk_class(uint32_t slot, qstr name, const mp_obj_dict_t *locals);
extern const mp_obj_type_t mpk_type_machine;
extern const struct _mpk_property_layout_t mpk_memo_property;

// Threads run at once, without a global lock.
#define MPK_IN_PARALLEL (MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL)

// Whether `obj` is a native object with the stream protocol. Other protocols stand in the same slot, those of pins and
// buses, so the method `read` or `write` must be that of MicroPython's streams.
bool mpk_has_protocol(mp_obj_t obj, qstr method);

// The exception types, in modmpickle.c.
extern const mp_obj_type_t mpk_type_PickleError;
extern const mp_obj_type_t mpk_type_PicklingError;
extern const mp_obj_type_t mpk_type_UnpicklingError;

#if MPICKLE_BUFFERS
extern const mp_obj_type_t mpk_type_PickleBuffer;
#endif

// Stand-ins, in shim_placeholder.c: what pickles make of one, and what they want to know of it.
#if MPICKLE_PLACEHOLDER
extern const mp_obj_type_t mpk_type_Placeholder;
bool mpk_is_placeholder(mp_obj_t obj);
bool mpk_placeholder_is_global(mp_obj_t obj);
mp_obj_t mpk_placeholder_class(mp_obj_t obj);
mp_obj_t mpk_placeholder_member(mp_obj_t obj, mp_obj_t name);
mp_obj_t mpk_placeholder_call(mp_obj_t obj, mp_obj_t args, mp_obj_t kwargs);
mp_obj_t mpk_placeholder_instance(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs);
mp_obj_t mpk_placeholder_rebuilt(mp_obj_t cls, mp_obj_t base, mp_obj_t state);
// The member `__new__` of a class.
mp_obj_t mpk_placeholder_new(mp_obj_t cls);
void mpk_placeholder_locate(mp_obj_t obj, mpk_location_t *location);
#else
#define mpk_is_placeholder(obj) (false)
#endif

// functools.partial, in shim_partial.c. The arguments are a tuple, the keywords a dict.
extern const mp_obj_type_t mpk_type_partial;
mp_obj_t mpk_partial(mp_obj_t func, mp_obj_t args, mp_obj_t keywords);

// A tuple with one more item.
mp_obj_t mpk_prepend(mp_obj_t first, mp_obj_t rest);

// Calls with a tuple of arguments, `first` before them unless it is MPK_NULL, and a dict of keywords or MPK_NULL.
mp_obj_t mpk_call_with(mp_obj_t callable, mp_obj_t first, mp_obj_t args, mp_obj_t kwargs);

// Objects of mpickle's own that stand for what MicroPython lacks, in shim_supplied.c.
extern const mp_obj_fun_builtin_var_t mpk_newobj_obj;
extern const mp_obj_fun_builtin_fixed_t mpk_newobj_ex_obj;
extern const mp_obj_fun_builtin_fixed_t mpk_reconstructor_obj;
extern const mp_obj_fun_builtin_var_t mpk_codecs_encode_obj;

extern const mp_obj_fun_builtin_var_t mpk_array_reconstructor_obj;

// What makes an array of `cls` again: the callable, and as the result its arguments, a tuple. In shim_array.c.
mp_obj_t mpk_array_arguments(mp_obj_t cls, mp_obj_t obj, uint32_t protocol, mp_obj_t *callable);

// Calls that MicroPython's types take otherwise than CPython's, or MPK_NULL for all others: bytes and bytearray of a str
// and its encoding, of which theirs take no notice (Python 2 pickles a bytearray so), and complex of two floats, which
// theirs adds up and so loses the sign of a zero. A stand-in has as members whatever a pickle says.
mp_obj_t mpk_call_exactly(mp_obj_t callable, size_t len, const mp_obj_t *args);

// MemoryError for a call of deque, or of a class of deques, that asks for more than there can be: MicroPython reserves
// too little for that, and writes on.
void mpk_check_call(mp_obj_t callable, size_t n_args, const mp_obj_t *args);

// Keeps an object alive up to here, of which nothing but a pointer to its inside is in use: the collector does not see that.
#define MPK_KEEP(obj) __asm__ volatile("" ::"r"(MP_OBJ_TO_PTR(obj)))

// A new tuple of one item.
static inline mp_obj_t mpk_tuple_of(mp_obj_t first) {
    return mp_obj_new_tuple(1, &first);
}

// The name under which an object has a method, a str, or MPK_NULL.
mp_obj_t mpk_method_name(mp_obj_t self, mp_obj_t function);

// An instance without `__new__` and `__init__`; a built-in part is made of the arguments, a tuple.
mp_obj_t mpk_new_instance(const mp_obj_type_t *type, mp_obj_t args);

// The built-in type, other than object, that a class is or derives from, or NULL. There is one at most.
const mp_obj_type_t *mpk_native_base(const mp_obj_type_t *type);

// A namedtuple's class is built-in, made at run time with tuple as its parent.
bool mpk_is_namedtuple(const mp_obj_type_t *type);

// The supplied object of that name, or MPK_NULL; and the reverse, false if `obj` is none of them.
mp_obj_t mpk_supplied(qstr module, qstr name);
bool mpk_supplied_name(mp_obj_t obj, qstr *module, qstr *name);

#endif // MPICKLE_SHIM_PRIVATE_H
