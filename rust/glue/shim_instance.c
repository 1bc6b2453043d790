// What instances are made of: the built-in part, the attributes, and what makes them again.

#include "py/binary.h"
#include "py/builtin.h"
#include "py/objarray.h"
#include "py/objexcept.h"
#include "py/objtuple.h"
#include "py/objtype.h"
#include "shim_private.h"

// Laid out as in py/objboundmeth.c and py/objdeque.c.
typedef struct {
    mp_obj_base_t base;
    mp_obj_t meth;
    mp_obj_t self;
} mpk_method_layout_t;

typedef struct {
    mp_obj_base_t base;
    size_t alloc;
} mpk_deque_layout_t;

// ---------------------------------------------------------------------------------------------------------------------
// The built-in part.

// The built-in type that a Python class derives from, other than object, or NULL. A class has one at most.
static const mp_obj_type_t *mpk_native_base(const mp_obj_type_t *type) {
    while (mp_obj_is_instance_type(type)) {
        const mp_obj_base_t *parent = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
        if (parent == NULL) {
            return NULL;
        }
        if (parent->type == &mp_type_tuple) {
            const mp_obj_tuple_t *parents = (const void *)parent;
            for (size_t i = 1; i < parents->len; i++) {
                const mp_obj_type_t *base = mpk_native_base(MP_OBJ_TO_PTR(parents->items[i]));
                if (base != NULL) {
                    return base;
                }
            }
            parent = MP_OBJ_TO_PTR(parents->items[0]);
        }
        type = (const void *)parent;
    }
    return type == &mp_type_object ? NULL : type;
}

// The object of the built-in type that an instance's class derives from, or MPK_NULL.
static mp_obj_t mpk_native_part(mp_obj_t obj, const mp_obj_type_t *type) {
    if (!mp_obj_is_instance_type(type) || mpk_native_base(type) == NULL) {
        return MPK_NULL;
    }
    return ((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->subobj[0];
}

static uint32_t mpk_found(mpk_anatomy_t *anatomy, uint32_t kind, mp_obj_t value, mp_obj_t args) {
    anatomy->value = value;
    anatomy->args = args;
    return kind;
}

static mp_obj_t mpk_tuple_of(mp_obj_t first) {
    return mp_obj_new_tuple(1, &first);
}

bool mpk_is_namedtuple(const mp_obj_type_t *type) {
    return mp_obj_is_native_type(type) && MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent) == &mp_type_tuple;
}

// array.array: before protocol 3 its items as a list, then its memory, with a number that says how that is laid out.
#if MICROPY_PY_ARRAY
static uint32_t mpk_array_format(char typecode) {
    // CPython's Modules/arraymodule.c numbers the formats: unsigned and signed in pairs, little-endian before big.
    static const char typecodes[] = "BbHhIiLlQqfd";
    static const uint8_t formats[] = {0, 1, 2, 4, 6, 8, 6, 8, 10, 12, 14, 16};
    const char *found = strchr(typecodes, typecode);
    if (found == NULL || typecode == 0) {
        return MPK_ARRAY_FORMAT_NONE;
    }
    size_t align;
    size_t size = mp_binary_get_size('@', typecode, &align);
    uint32_t format = formats[found - typecodes];
    if (format == 6 || format == 8) {
        // int and long have different sizes on different machines.
        format = size == 8 ? format + 4 : size == 2 ? format - 4 : format;
    }
    return format >= 2 && MP_ENDIANNESS_BIG ? format + 1 : format;
}

static uint32_t mpk_array_anatomy(mp_obj_t obj, uint32_t protocol, mpk_anatomy_t *anatomy) {
    mp_obj_array_t *array = MP_OBJ_TO_PTR(obj);
    char typecode = array->typecode;
    uint32_t format = mpk_array_format(typecode);
    mp_obj_t code = mp_obj_new_str_via_qstr(&typecode, 1);
    if (protocol < 3 || format == MPK_ARRAY_FORMAT_NONE) {
        mp_obj_t args[2] = {code, mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_list), obj)};
        return mpk_found(anatomy, MPK_BASE_CALL, MPK_NULL, mp_obj_new_tuple(2, args));
    }
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(obj, &buffer, MP_BUFFER_READ);
    mp_obj_t args[4] = {MP_OBJ_FROM_PTR(mp_obj_get_type(obj)), code, MP_OBJ_NEW_SMALL_INT(format),
        mp_obj_new_bytes(buffer.buf, buffer.len)};
    anatomy->callable = MP_OBJ_FROM_PTR(&mpk_array_reconstructor_obj);
    return mpk_found(anatomy, MPK_BASE_FUNCTION, MPK_NULL, mp_obj_new_tuple(4, args));
}
#endif

// A bound method is an attribute of its object.
static uint32_t mpk_method_anatomy(mp_obj_t obj, mpk_anatomy_t *anatomy) {
    mpk_method_layout_t *method = MP_OBJ_TO_PTR(obj);
    mp_obj_t name = mpk_method_name(method->self, method->meth);
    if (name == MPK_NULL) {
        return MPK_BASE_OPAQUE;
    }
    mp_obj_t args[2] = {method->self, name};
    anatomy->callable = MP_OBJ_FROM_PTR(&mp_builtin_getattr_obj);
    return mpk_found(anatomy, MPK_BASE_FUNCTION, MPK_NULL, mp_obj_new_tuple(2, args));
}

// What a built-in object is made again of, by itself or as the base of an instance.
static uint32_t mpk_native_anatomy(mp_obj_t part, uint32_t protocol, mpk_anatomy_t *anatomy) {
    const mp_obj_type_t *type = mp_obj_get_type(part);
    if (type == &mp_type_list) {
        return mpk_found(anatomy, MPK_BASE_LIST, part, mp_const_empty_tuple);
    }
    if (type == &mp_type_dict) {
        return mpk_found(anatomy, MPK_BASE_DICT, part, mp_const_empty_tuple);
    }
    if (mpk_is_namedtuple(type)) {
        mp_obj_tuple_t *fields = MP_OBJ_TO_PTR(part);
        mp_obj_t plain = mp_obj_new_tuple(fields->len, fields->items);
        return mpk_found(anatomy, MPK_BASE_VALUE, plain, plain);
    }
    if (type == &mp_type_int || type == &mp_type_str || type == &mp_type_bytes || type == &mp_type_tuple
        #if MICROPY_PY_BUILTINS_FLOAT
        || type == &mp_type_float
        #endif
        #if MICROPY_PY_BUILTINS_COMPLEX
        || type == &mp_type_complex
        #endif
    ) {
        return mpk_found(anatomy, MPK_BASE_VALUE, part, mpk_tuple_of(part));
    }
    if (mp_obj_is_native_exception_instance(part)) {
        return mpk_found(anatomy, MPK_BASE_CALL, MPK_NULL, mp_load_attr(part, MP_QSTR_args));
    }
    #if MICROPY_PY_BUILTINS_BYTEARRAY
    if (type == &mp_type_bytearray) {
        mp_obj_t bytes = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_bytes), part);
        return mpk_found(anatomy, MPK_BASE_CALL, MPK_NULL, mpk_tuple_of(bytes));
    }
    #endif
    #if MICROPY_PY_BUILTINS_SET
    if (type == &mp_type_set
        #if MICROPY_PY_BUILTINS_FROZENSET
        || type == &mp_type_frozenset
        #endif
    ) {
        mp_obj_t items = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_list), part);
        return mpk_found(anatomy, MPK_BASE_CALL, MPK_NULL, mpk_tuple_of(items));
    }
    #endif
    #if MICROPY_PY_COLLECTIONS_ORDEREDDICT
    if (type == &mp_type_ordereddict) {
        return mpk_found(anatomy, MPK_BASE_CALL_PAIRS, MPK_NULL, mp_const_empty_tuple);
    }
    #endif
    #if MICROPY_PY_COLLECTIONS_DEQUE
    if (type == &mp_type_deque) {
        mp_int_t maxlen = ((mpk_deque_layout_t *)MP_OBJ_TO_PTR(part))->alloc - 1;
        mp_obj_t args[2] = {mp_const_empty_tuple, MP_OBJ_NEW_SMALL_INT(maxlen)};
        return mpk_found(anatomy, MPK_BASE_CALL_ITEMS, MPK_NULL, mp_obj_new_tuple(2, args));
    }
    #endif
    #if MICROPY_PY_ARRAY
    if (type == &mp_type_array) {
        return mpk_array_anatomy(part, protocol, anatomy);
    }
    #endif
    if (type == &mp_type_bound_meth) {
        return mpk_method_anatomy(part, anatomy);
    }
    return MPK_BASE_OPAQUE;
}

size_t mpk_anatomy(mp_obj_t obj, uint32_t protocol, mpk_anatomy_t *anatomy, mp_obj_t *raised) {
    MPK_TRY {
        const mp_obj_type_t *type = mp_obj_get_type(obj);
        mp_obj_t part = mpk_native_part(obj, type);
        size_t kind = MPK_BASE_OBJECT;
        anatomy->value = anatomy->args = anatomy->callable = MPK_NULL;
        if (part != MPK_NULL) {
            kind = mpk_native_anatomy(part, protocol, anatomy);
        } else if (!mp_obj_is_instance_type(type)) {
            kind = mpk_native_anatomy(obj, protocol, anatomy);
        }
        MPK_RETURN(kind);
    }
    MPK_CATCH(MPK_ERROR)
}

// ---------------------------------------------------------------------------------------------------------------------
// The attributes.

// Whether a class or one of its bases names `attr` in its `__slots__`.
static bool mpk_is_slot(const mp_obj_type_t *type, mp_obj_t attr) {
    while (mp_obj_is_instance_type(type)) {
        mp_map_t *locals = &MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map;
        mp_map_elem_t *slots = mp_map_lookup(locals, MP_OBJ_NEW_QSTR(MP_QSTR___slots__), MP_MAP_LOOKUP);
        if (slots != NULL) {
            mp_obj_t names = slots->value;
            if (mp_obj_is_str(names) ? mp_obj_equal(names, attr)
                                     : mp_binary_op(MP_BINARY_OP_CONTAINS, names, attr) == mp_const_true) {
                return true;
            }
        }
        const void *parent = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
        if (parent == NULL) {
            return false;
        }
        if (((mp_obj_base_t *)parent)->type == &mp_type_tuple) {
            const mp_obj_tuple_t *parents = parent;
            for (size_t i = 1; i < parents->len; i++) {
                if (mpk_is_slot(MP_OBJ_TO_PTR(parents->items[i]), attr)) {
                    return true;
                }
            }
            parent = MP_OBJ_TO_PTR(parents->items[0]);
        }
        type = parent;
    }
    return false;
}

mp_obj_t mpk_state(mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t result = mp_const_none;
        const mp_obj_type_t *type = mp_obj_get_type(obj);
        if (mp_obj_is_instance_type(type)) {
            mp_obj_t dict = mp_obj_new_dict(0);
            mp_obj_t slots = mp_obj_new_dict(0);
            mp_map_t *members = &((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->members;
            for (size_t i = 0; i < members->alloc; i++) {
                if (mp_map_slot_is_filled(members, i)) {
                    mp_obj_t key = members->table[i].key;
                    mp_obj_dict_store(mpk_is_slot(type, key) ? slots : dict, key, members->table[i].value);
                }
            }
            if (mp_obj_dict_len(dict) > 0) {
                result = dict;
            }
            if (mp_obj_dict_len(slots) > 0) {
                mp_obj_t pair[2] = {result, slots};
                result = mp_obj_new_tuple(2, pair);
            }
        }
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

// ---------------------------------------------------------------------------------------------------------------------
// Making instances.

// `cls.__new__` as the class or a base of it defines it, or MPK_NULL where that is object's own.
static mp_obj_t mpk_dunder_new(mp_obj_t cls) {
    mp_obj_t own[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    mp_obj_t of_object[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    mp_load_method_maybe(cls, MP_QSTR___new__, own);
    mp_load_method_maybe(MP_OBJ_FROM_PTR(&mp_type_object), MP_QSTR___new__, of_object);
    return own[0] == of_object[0] ? MPK_NULL : own[0];
}

// All arguments of a call, with `first` before them and keywords after them.
static mp_obj_t mpk_call_with(mp_obj_t callable, mp_obj_t first, mp_obj_t args, mp_obj_t kwargs) {
    size_t n_args;
    mp_obj_t *items;
    mp_obj_get_array(args, &n_args, &items);
    size_t skip = first == MPK_NULL ? 0 : 1;
    size_t n_kw = kwargs == MPK_NULL ? 0 : mp_obj_dict_len(kwargs);
    mp_obj_t *all = m_new(mp_obj_t, 1 + n_args + 2 * n_kw);
    all[0] = first;
    memcpy(all + skip, items, n_args * sizeof(mp_obj_t));
    mp_obj_t *next = all + skip + n_args;
    size_t position = 0;
    for (size_t i = 0; i < n_kw; i++, next += 2) {
        // Keywords are matched by identity, so they must be interned.
        next[0] = mp_obj_str_intern_checked(mpk_dict_next(kwargs, &position, &next[1]));
    }
    return mp_call_function_n_kw(callable, skip + n_args, n_kw, all);
}

mp_obj_t mpk_new_instance(const mp_obj_type_t *type, mp_obj_t args) {
    if (mp_obj_is_native_type(type)) {
        return mpk_call_with(MP_OBJ_FROM_PTR(type), MPK_NULL, args, MPK_NULL);
    }
    const mp_obj_type_t *native_base = NULL;
    mp_obj_instance_t *instance = mp_obj_new_instance(type, &native_base);
    if (native_base != NULL && MP_OBJ_TYPE_HAS_SLOT(native_base, make_new)) {
        size_t n_args;
        mp_obj_t *items;
        mp_obj_get_array(args, &n_args, &items);
        instance->subobj[0] = MP_OBJ_TYPE_GET_SLOT(native_base, make_new)(native_base, n_args, 0, items);
    }
    return MP_OBJ_FROM_PTR(instance);
}

mp_obj_t mpk_instantiate(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs, mp_obj_t *raised) {
    MPK_TRY {
        const mp_obj_type_t *type = MP_OBJ_TO_PTR(cls);
        mp_obj_t result;
        mp_obj_t dunder_new = mp_obj_is_native_type(type) ? MPK_NULL : mpk_dunder_new(cls);
        if (dunder_new != MPK_NULL) {
            result = mpk_call_with(dunder_new, cls, args, kwargs);
        } else if (mp_obj_is_native_type(type)) {
            result = mpk_call_with(cls, MPK_NULL, args, kwargs);
        } else {
            result = mpk_new_instance(type, args);
        }
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

// CPython updates `obj.__dict__`, past any `__setattr__`. The dict of an instance here is its members.
uint32_t mpk_update_state(mp_obj_t obj, mp_obj_t state, mp_obj_t *raised) {
    MPK_TRY {
        bool instance = mp_obj_is_instance_type(mp_obj_get_type(obj));
        mp_obj_t key, value;
        size_t position = 0;
        while ((key = mpk_dict_next(state, &position, &value)) != MPK_NULL) {
            if (instance) {
                mp_map_t *members = &((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->members;
                key = mp_obj_is_str(key) ? mp_obj_str_intern(key) : key;
                mp_map_lookup(members, key, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND)->value = value;
            } else {
                mp_store_attr(obj, mp_obj_str_get_qstr(key), value);
            }
        }
        MPK_RETURN(MPK_OK);
    }
    MPK_CATCH(MPK_RAISED)
}
