// What can run Python code: calls, attributes, iteration.

#include "py/builtin.h"
#include "py/objtuple.h"
#include "py/objtype.h"
#include "shim_private.h"

MPK_RAISING(mpk_apply) {
    #if MPICKLE_GLOBALS
    mpk_check_call(obj, len, data);
    #endif
    return mp_call_function_n_kw(obj, len, 0, data);
}

#if MPICKLE_GLOBALS

void mpk_check_call(mp_obj_t callable, size_t n_args, const mp_obj_t *args) {
    #if MICROPY_PY_COLLECTIONS_DEQUE
    mp_int_t len;
    if (n_args > 1 && mpk_is_exact(callable, &mp_type_type) &&
        mp_obj_is_subclass_fast(callable, MP_OBJ_FROM_PTR(&mp_type_deque)) && mp_obj_get_int_maybe(args[1], &len) &&
        len >= (mp_int_t)(INTPTR_MAX / sizeof(mp_obj_t))) {
        m_malloc_fail(len);
    }
    #else
    (void)callable;
    (void)n_args;
    (void)args;
    #endif
}

// The type that is called: that of `callable`, or the built-in one whose arguments a class without an `__init__` takes.
static const mp_obj_type_t *mpk_type_called(mp_obj_t callable) {
    const mp_obj_type_t *type = mpk_is_class(callable) ? MP_OBJ_TO_PTR(callable) : NULL;
    if (type == NULL || mp_obj_is_native_type(type)) {
        return type;
    }
    mp_obj_t init[2];
    mp_load_method_maybe(callable, MP_QSTR___init__, init);
    return init[0] == MP_OBJ_NULL ? mpk_native_base(type) : NULL;
}

mp_obj_t mpk_call_exactly(mp_obj_t callable, size_t len, const mp_obj_t *args) {
    if (len != 2) {
        return MPK_NULL;
    }
    #if MICROPY_PY_BUILTINS_COMPLEX
    if (callable == MP_OBJ_FROM_PTR(&mp_type_complex) && mp_obj_is_float(args[0]) && mp_obj_is_float(args[1])) {
        return mp_obj_new_complex(mp_obj_float_get(args[0]), mp_obj_float_get(args[1]));
    }
    #endif
    #if MPICKLE_PLACEHOLDER
    if (callable == MP_OBJ_FROM_PTR(&mp_builtin_getattr_obj) && mpk_is_placeholder(args[0]) && mpk_is_str(args[1])) {
        return mpk_placeholder_member(args[0], args[1]);
    }
    #endif
    if (!mpk_is_str(args[0])) {
        return MPK_NULL;
    }
    const mp_obj_type_t *type = mpk_type_called(callable);
    bool bytes_like = type == &mp_type_bytes;
    #if MICROPY_PY_BUILTINS_BYTEARRAY
    bytes_like = bytes_like || type == &mp_type_bytearray;
    #endif
    if (!bytes_like) {
        return MPK_NULL;
    }
    mp_obj_t data = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mpk_codecs_encode_obj), 2, 0, args);
    return mp_call_function_1(callable, data);
}

MPK_RAISING(mpk_apply_tuple) {
    if (!mpk_is_exact(other, &mp_type_tuple)) {
        mp_raise_TypeError(MPK_TEXT("argument list must be a tuple"));
    }
    #if MPICKLE_PLACEHOLDER
    if (mpk_is_placeholder(obj)) {
        return mpk_placeholder_call(obj, other, MPK_NULL);
    }
    #endif
    mp_obj_tuple_t *args = MP_OBJ_TO_PTR(other);
    mpk_check_call(obj, args->len, args->items);
    mp_obj_t result = mpk_call_exactly(obj, args->len, args->items);
    if (result == MPK_NULL) {
        result = mp_call_function_n_kw(obj, args->len, 0, args->items);
    }
    MPK_KEEP(other);
    return result;
}

static const qstr_short_t mpk_names[] = {
    [MPK_NAME_REDUCE_EX] = MP_QSTR___reduce_ex__,
    [MPK_NAME_REDUCE] = MP_QSTR___reduce__,
    [MPK_NAME_GETNEWARGS_EX] = MP_QSTR___getnewargs_ex__,
    [MPK_NAME_GETNEWARGS] = MP_QSTR___getnewargs__,
    [MPK_NAME_GETINITARGS] = MP_QSTR___getinitargs__,
    [MPK_NAME_GETSTATE] = MP_QSTR___getstate__,
    [MPK_NAME_SETSTATE] = MP_QSTR___setstate__,
    [MPK_NAME_SLOTS] = MP_QSTR___slots__,
    [MPK_NAME_NEXT] = MP_QSTR___next__,
    #if MPICKLE_CLASSES
    [MPK_NAME_FAST] = MP_QSTR_fast,
    [MPK_NAME_PERSISTENT_ID] = MP_QSTR_persistent_id,
    [MPK_NAME_REDUCER_OVERRIDE] = MP_QSTR_reducer_override,
    [MPK_NAME_DISPATCH_TABLE] = MP_QSTR_dispatch_table,
    [MPK_NAME_PERSISTENT_LOAD] = MP_QSTR_persistent_load,
    [MPK_NAME_FIND_CLASS] = MP_QSTR_find_class,
    #endif
};

mp_obj_t mpk_name(uint32_t which) {
    return MP_OBJ_NEW_QSTR(mpk_names[which]);
}

MPK_RAISING(mpk_has) {
    qstr attr = mp_obj_str_get_qstr(other);
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    if (mp_obj_is_instance_type(type)) {
        mp_map_t *members = &((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->members;
        if (mp_map_lookup(members, MP_OBJ_NEW_QSTR(attr), MP_MAP_LOOKUP) != NULL) {
            return MPK_DONE;
        }
        obj = MP_OBJ_FROM_PTR(type);
    }
    mp_obj_t method[2];
    mp_load_method_maybe(obj, attr, method);
    return method[0];
}

mp_obj_t mpk_bound(const mp_obj_t *method) {
    return method[1] == MP_OBJ_NULL ? method[0] : mp_obj_new_bound_meth(method[0], method[1]);
}

MPK_RAISING(mpk_attribute) {
    mp_obj_t method[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    mp_load_method_protected(obj, mp_obj_str_get_qstr(other), method, false);
    return mpk_bound(method);
}

MPK_RAISING(mpk_set_attribute) {
    mp_store_attr(obj, mp_obj_str_get_qstr(other), len == 0 ? MPK_NULL : *(mp_obj_t *)data);
    return MPK_DONE;
}

MPK_RAISING(mpk_iterate_items) {
    mp_obj_t method[2];
    mp_load_method(obj, MP_QSTR_items, method);
    return mp_getiter(mp_call_method_n_kw(0, 0, method), NULL);
}

MPK_RAISING(mpk_list_of) {
    return mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_list), obj);
}

#endif // MPICKLE_GLOBALS

MPK_RAISING(mpk_to_str) {
    return mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_str), obj);
}

MPK_RAISING(mpk_iterate) {
    return mp_getiter(obj, NULL);
}

MPK_RAISING(mpk_next) {
    mp_obj_t item = mp_iternext(obj);
    return item == MP_OBJ_STOP_ITERATION ? MPK_NULL : item;
}

MPK_RAISING(mpk_is_true) {
    return mp_obj_is_true(obj) ? MPK_DONE : MPK_NULL;
}

MPK_RAISING(mpk_contains) {
    return mp_binary_op(MP_BINARY_OP_CONTAINS, obj, other) == mp_const_true ? MPK_DONE : MPK_NULL;
}

MPK_RAISING(mpk_argument_int) {
    mp_int_t number = mp_obj_get_int(obj);
    *(int32_t *)data = number < -1 ? -1 : number > INT32_MAX ? INT32_MAX : (int32_t)number;
    return MPK_DONE;
}
