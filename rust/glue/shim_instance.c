// What instances are made of: the built-in part, the attributes, and what makes them again.

#include "py/builtin.h"
#include "py/objexcept.h"
#include "py/objtuple.h"
#include "py/objtype.h"
#include "shim_private.h"

#if MPICKLE_GLOBALS

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

// The first of a class and its bases, depth first, for which `matches` is true, or NULL.
typedef bool (*mpk_matches_t)(const mp_obj_type_t *type, mp_obj_t what);

static const mp_obj_type_t *mpk_find_base(const mp_obj_type_t *type, mpk_matches_t matches, mp_obj_t what) {
    while (!matches(type, what)) {
        const mp_obj_base_t *parent = mp_obj_is_instance_type(type) ? MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent) : NULL;
        if (parent != NULL && parent->type == &mp_type_tuple) {
            const mp_obj_tuple_t *parents = (const void *)parent;
            for (size_t i = 1; i < parents->len; i++) {
                const mp_obj_type_t *found = mpk_find_base(MP_OBJ_TO_PTR(parents->items[i]), matches, what);
                if (found != NULL) {
                    return found;
                }
            }
            parent = MP_OBJ_TO_PTR(parents->items[0]);
        }
        if (parent == NULL) {
            return NULL;
        }
        type = (const void *)parent;
    }
    return type;
}

static bool mpk_is_built_in(const mp_obj_type_t *type, mp_obj_t what) {
    (void)what;
    return mp_obj_is_native_type(type) && type != &mp_type_object;
}

const mp_obj_type_t *mpk_native_base(const mp_obj_type_t *type) {
    return mpk_find_base(type, mpk_is_built_in, MPK_NULL);
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

bool mpk_is_namedtuple(const mp_obj_type_t *type) {
    return mp_obj_is_native_type(type) && MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent) == &mp_type_tuple;
}

// A bound method is an attribute of its object.
static uint32_t mpk_method_anatomy(mp_obj_t obj, mpk_anatomy_t *anatomy) {
    mpk_method_layout_t *method = MP_OBJ_TO_PTR(obj);
    mp_obj_t name = mpk_method_name(method->self, method->meth);
    if (name == MPK_NULL) {
        return MPK_BASE_OPAQUE;
    }
    mp_obj_t args[2] = {method->self, name};
    anatomy->callable = MP_OBJ_FROM_PTR(&mp_builtin_getattr_obj);
    return mpk_found(anatomy, MPK_BASE_CALL, MPK_NULL, mp_obj_new_tuple(2, args));
}

// Arguments of a bytearray's class: bytes, or before protocol 3 a str and its encoding, or nothing.
static mp_obj_t mpk_bytearray_arguments(mp_obj_t part, uint32_t protocol) {
    mp_buffer_info_t data;
    mp_get_buffer_raise(part, &data, MP_BUFFER_READ);
    if (data.len == 0) {
        return mp_const_empty_tuple;
    }
    if (protocol >= 3) {
        return mpk_tuple_of(mp_obj_new_bytes(data.buf, data.len));
    }
    vstr_t text;
    vstr_init(&text, data.len);
    for (size_t i = 0; i < data.len; i++) {
        vstr_add_char(&text, ((byte *)data.buf)[i]);
    }
    mp_obj_t args[2] = {mp_obj_new_str_from_vstr(&text), mp_obj_new_str_via_qstr("latin-1", 7)};
    return mp_obj_new_tuple(2, args);
}

// As in CPython it is a copy that is written.
static mp_obj_t mpk_plain_tuple(mp_obj_t tuple) {
    mp_obj_tuple_t *items = MP_OBJ_TO_PTR(tuple);
    return mp_obj_new_tuple(items->len, items->items);
}

// What a built-in object is made again of, by itself or as the base of an instance of `cls`.
static uint32_t mpk_native_anatomy(mp_obj_t cls, mp_obj_t part, uint32_t protocol, mpk_anatomy_t *anatomy) {
    mpk_value_t value;
    switch (mpk_inspect(part, &value)) {
        case MPK_KIND_LIST:
            return mpk_found(anatomy, MPK_BASE_LIST, part, mp_const_empty_tuple);
        case MPK_KIND_DICT:
            return mpk_found(anatomy, MPK_BASE_DICT, part, mp_const_empty_tuple);
        case MPK_KIND_ORDERED_DICT:
            return mpk_found(anatomy, MPK_BASE_CALL_PAIRS, MPK_NULL, mp_const_empty_tuple);
        case MPK_KIND_TUPLE:
            part = mpk_plain_tuple(part);
            // fall through
        case MPK_KIND_INT:
        case MPK_KIND_BIG_INT:
        case MPK_KIND_FLOAT:
        case MPK_KIND_STR:
        case MPK_KIND_BYTES:
            return mpk_found(anatomy, MPK_BASE_VALUE, part, mpk_tuple_of(part));
        case MPK_KIND_COMPLEX: {
            mp_obj_t args[2];
            mpk_parts(part, MPK_NULL, args, 0);
            return mpk_found(anatomy, MPK_BASE_VALUE, part, mp_obj_new_tuple(2, args));
        }
        case MPK_KIND_BYTEARRAY:
            return mpk_found(anatomy, MPK_BASE_CALL, MPK_NULL, mpk_bytearray_arguments(part, protocol));
        case MPK_KIND_SET:
        case MPK_KIND_FROZENSET:
            return mpk_found(anatomy, MPK_BASE_CALL, MPK_NULL, mpk_tuple_of(mpk_list_of(part, MPK_NULL, NULL, 0)));
    }
    const mp_obj_type_t *type = mp_obj_get_type(part);
    if (type == &mp_type_object) {
        return MPK_BASE_OBJECT;
    }
    if (mpk_is_namedtuple(type)) {
        mp_obj_t plain = mpk_plain_tuple(part);
        return mpk_found(anatomy, MPK_BASE_VALUE, plain, plain);
    }
    if (mp_obj_is_native_exception_instance(part)) {
        return mpk_found(anatomy, MPK_BASE_CALL_STATELESS, MPK_NULL, mp_load_attr(part, MP_QSTR_args));
    }
    #if MICROPY_PY_COLLECTIONS_DEQUE
    if (type == &mp_type_deque) {
        mp_int_t maxlen = ((mpk_deque_layout_t *)MP_OBJ_TO_PTR(part))->alloc - 1;
        mp_obj_t args[2] = {mp_const_empty_tuple, MP_OBJ_NEW_SMALL_INT(maxlen)};
        return mpk_found(anatomy, MPK_BASE_CALL_ITEMS, MPK_NULL, mp_obj_new_tuple(2, args));
    }
    #endif
    #if MICROPY_PY_ARRAY
    if (type == &mp_type_array) {
        mp_obj_t args = mpk_array_arguments(cls, part, protocol, &anatomy->callable);
        return mpk_found(anatomy, MPK_BASE_CALL_STATELESS, MPK_NULL, args);
    }
    #endif
    if (type == &mp_type_bound_meth) {
        return mpk_method_anatomy(part, anatomy);
    }
    return MPK_BASE_OPAQUE;
}

MPK_RAISING(mpk_anatomy) {
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    mp_obj_t part = mpk_native_part(obj, type);
    mpk_anatomy_t *anatomy = data;
    anatomy->kind = MPK_BASE_OBJECT;
    anatomy->value = anatomy->args = MPK_NULL;
    anatomy->callable = MP_OBJ_FROM_PTR(type);
    if (part != MPK_NULL || !mp_obj_is_instance_type(type)) {
        anatomy->kind = mpk_native_anatomy(MP_OBJ_FROM_PTR(type), part != MPK_NULL ? part : obj, len, anatomy);
    }
    return MPK_DONE;
}

// ---------------------------------------------------------------------------------------------------------------------
// The attributes.

// Whether a class names `attr` in its own `__slots__`.
static bool mpk_has_slot(const mp_obj_type_t *type, mp_obj_t attr) {
    if (!mp_obj_is_instance_type(type)) {
        return false;
    }
    mp_map_t *locals = &MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map;
    mp_map_elem_t *slots = mp_map_lookup(locals, MP_OBJ_NEW_QSTR(MP_QSTR___slots__), MP_MAP_LOOKUP);
    if (slots == NULL) {
        return false;
    }
    return mpk_is_str(slots->value) ? mp_obj_equal(slots->value, attr)
                                    : mp_binary_op(MP_BINARY_OP_CONTAINS, slots->value, attr) == mp_const_true;
}

MPK_RAISING(mpk_state) {
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    if (!mp_obj_is_instance_type(type)) {
        return mp_const_none;
    }
    mp_map_t *members = &((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->members;
    mp_obj_t dict = mp_obj_new_dict(members->used);
    mp_obj_t slots = mp_obj_new_dict(0);
    for (size_t i = 0; i < members->alloc; i++) {
        if (mp_map_slot_is_filled(members, i)) {
            // `__slots__` may be anything, and what it is asked may change the members.
            mp_map_elem_t member = members->table[i];
            bool is_slot = mpk_find_base(type, mpk_has_slot, member.key) != NULL;
            mp_obj_dict_store(is_slot ? slots : dict, member.key, member.value);
        }
    }
    bool always = false;
    #if MICROPY_PY_ARRAY
    always = mpk_native_base(type) == &mp_type_array; // as in CPython, for no reason
    #endif
    mp_obj_t result = mp_obj_dict_len(dict) > 0 || always ? dict : mp_const_none;
    if (mp_obj_dict_len(slots) > 0) {
        mp_obj_t pair[2] = {result, slots};
        result = mp_obj_new_tuple(2, pair);
    }
    return result;
}

#endif // MPICKLE_GLOBALS
