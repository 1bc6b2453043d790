// Making instances again: by `__new__` alone, and with the attributes that they had.

#include "py/builtin.h"
#include "py/cstack.h"
#include "py/objtuple.h"
#include "py/objtype.h"
#include "shim_private.h"

#if MPICKLE_GLOBALS

// `cls.__new__` as the class or a base of it defines it, or MPK_NULL where that is object's own.
static mp_obj_t mpk_dunder_new(mp_obj_t cls) {
    mp_obj_t own[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    mp_obj_t of_object[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    mp_load_method_maybe(cls, MP_QSTR___new__, own);
    mp_load_method_maybe(MP_OBJ_FROM_PTR(&mp_type_object), MP_QSTR___new__, of_object);
    return own[0] == of_object[0] ? MPK_NULL : own[0];
}

mp_obj_t mpk_call_with(mp_obj_t callable, mp_obj_t first, mp_obj_t args, mp_obj_t kwargs) {
    size_t n_args;
    mp_obj_t *items;
    mp_cstack_check(); // a partial may call itself, and a class have copyreg.__newobj__ as its `__new__`
    mp_obj_get_array(args, &n_args, &items);
    size_t skip = first == MPK_NULL ? 0 : 1;
    size_t n_kw = kwargs == MPK_NULL ? 0 : mp_obj_dict_len(kwargs);
    mp_obj_t *all = m_new(mp_obj_t, 1 + n_args + 2 * n_kw);
    all[0] = first;
    memcpy(all + skip, items, n_args * sizeof(mp_obj_t));
    MPK_KEEP(args);
    mp_obj_t *next = all + skip + n_args;
    size_t position = 0;
    for (size_t i = 0; i < n_kw; i++, next += 2) {
        // Keywords are matched by identity, so they must be interned.
        next[0] = mp_obj_str_intern_checked(mpk_dict_next(kwargs, &position, &next[1]));
    }
    mpk_check_call(callable, skip + n_args, all);
    mp_obj_t result = mp_call_function_n_kw(callable, skip + n_args, n_kw, all);
    MPK_KEEP(MP_OBJ_FROM_PTR(all));
    return result;
}

// An object of a built-in type.
static mp_obj_t mpk_make_native(const mp_obj_type_t *type, size_t n_args, const mp_obj_t *args) {
    mp_obj_t obj = mpk_call_exactly(MP_OBJ_FROM_PTR(type), n_args, args);
    return obj != MPK_NULL ? obj : MP_OBJ_TYPE_GET_SLOT(type, make_new)(type, n_args, 0, args);
}

// CPython's object takes arguments for `__init__` alone.
static void mpk_check_no_arguments(const mp_obj_type_t *type) {
    mp_obj_t init[2];
    mp_load_method_maybe(MP_OBJ_FROM_PTR(type), MP_QSTR___init__, init);
    if (init[0] == MP_OBJ_NULL) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%q() takes no arguments"), type->name);
    }
}

mp_obj_t mpk_new_instance(const mp_obj_type_t *type, mp_obj_t args) {
    size_t n_args;
    mp_obj_t *items;
    mp_obj_get_array(args, &n_args, &items);
    mpk_check_call(MP_OBJ_FROM_PTR(type), n_args, items);
    if (mp_obj_is_native_type(type)) {
        mp_obj_t result = mp_call_function_n_kw(MP_OBJ_FROM_PTR(type), n_args, 0, items);
        MPK_KEEP(args);
        return result;
    }
    const mp_obj_type_t *native_base = NULL;
    mp_obj_instance_t *instance = mp_obj_new_instance(type, &native_base);
    if (native_base == NULL && n_args > 0) {
        mpk_check_no_arguments(type);
    } else if (native_base != NULL && MP_OBJ_TYPE_HAS_SLOT(native_base, make_new)) {
        instance->subobj[0] = mpk_make_native(native_base, n_args, items);
    }
    MPK_KEEP(args);
    return MP_OBJ_FROM_PTR(instance);
}

mp_obj_t mpk_new_of(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs) {
    // A pickle can call copyreg's functions with anything.
    if (!mpk_is_class(cls) || !mpk_is_exact(args, &mp_type_tuple) ||
        (kwargs != MPK_NULL && !mpk_is_exact(kwargs, &mp_type_dict))) {
        mp_raise_TypeError(MPK_TEXT("__newobj__() takes a class, a tuple and a dict"));
    }
    #if MPICKLE_PLACEHOLDER
    if (mpk_is_placeholder(cls)) {
        return mpk_placeholder_instance(cls, args, kwargs);
    }
    #endif
    const mp_obj_type_t *type = MP_OBJ_TO_PTR(cls);
    if (mp_obj_is_native_type(type)) {
        return mpk_call_with(cls, MPK_NULL, args, kwargs);
    }
    mp_obj_t dunder_new = mpk_dunder_new(cls);
    if (dunder_new != MPK_NULL) {
        return mpk_call_with(dunder_new, cls, args, kwargs);
    }
    const mp_obj_type_t *native_base = mpk_native_base(type);
    // The `__new__` of list and dict takes no notice of arguments.
    bool ignored = native_base == &mp_type_list || native_base == &mp_type_dict;
    return mpk_new_instance(type, ignored ? mp_const_empty_tuple : args);
}

MPK_RAISING(mpk_instantiate) {
    return mpk_new_of(obj, other, len == 0 ? MPK_NULL : *(mp_obj_t *)data);
}

// What a class may define that runs while its instances are loaded. Methods that fill are looked for, too.
static const qstr_short_t mpk_telling_names[] = {
    MP_QSTR___setstate__,
    MP_QSTR___getattr__,
    MP_QSTR___hash__,
    MP_QSTR___slots__,
    MP_QSTR___setitem__,
    MP_QSTR_append,
    MP_QSTR_extend,
    MP_QSTR_add,
};

MPK_RAISING(mpk_is_plain_class) {
    const mp_obj_type_t *type = MP_OBJ_TO_PTR(obj);
    if (!mpk_is_exact(obj, &mp_type_type) || !mp_obj_is_instance_type(type) || mpk_native_base(type) != NULL ||
        (type->flags & MP_TYPE_FLAG_HAS_SPECIAL_ACCESSORS) || mpk_dunder_new(obj) != MPK_NULL) {
        return MPK_NULL;
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(mpk_telling_names); i++) {
        mp_obj_t found[2];
        mp_load_method_maybe(obj, mpk_telling_names[i], found);
        if (found[0] != MP_OBJ_NULL) {
            return MPK_NULL;
        }
    }
    return MPK_DONE;
}

void mpk_discard(mp_obj_t dict) {
    mp_obj_dict_t *self = MP_OBJ_TO_PTR(dict);
    mp_map_deinit(&self->map);
    m_del_obj(mp_obj_dict_t, self);
}

bool mpk_is_blank(mp_obj_t obj) {
    return mp_obj_is_instance_type(mp_obj_get_type(obj)) &&
           ((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->members.used == 0;
}

// CPython updates `obj.__dict__`, past any `__setattr__`. The dict of an instance here is its members.
MPK_RAISING(mpk_update_state) {
    bool instance = mp_obj_is_instance_type(mp_obj_get_type(obj));
    mp_obj_t key, value;
    size_t position = 0;
    while ((key = mpk_dict_next(other, &position, &value)) != MPK_NULL) {
        if (instance) {
            mp_map_t *members = &((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->members;
            key = mpk_is_str(key) && !mp_obj_is_qstr(key) ? mp_obj_str_intern_checked(key) : key;
            mp_map_lookup(members, key, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND)->value = value;
        } else {
            mp_store_attr(obj, mp_obj_str_get_qstr(key), value);
        }
    }
    return MPK_DONE;
}

#endif // MPICKLE_GLOBALS
