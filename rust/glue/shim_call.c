// What can run Python code: calls, attributes, iteration.

#include "py/builtin.h"
#include "py/objtype.h"
#include "shim_private.h"

mp_obj_t mpk_apply(mp_obj_t callable, const mp_obj_t *args, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t result = mp_call_function_n_kw(callable, len, 0, args);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

#if MPICKLE_GLOBALS

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
    if (callable == MP_OBJ_FROM_PTR(&mp_builtin_getattr_obj) && mpk_is_placeholder(args[0]) && mp_obj_is_str(args[1])) {
        return mpk_placeholder_member(args[0], args[1]);
    }
    #endif
    if (!mp_obj_is_str(args[0])) {
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

mp_obj_t mpk_apply_tuple(mp_obj_t callable, mp_obj_t args, mp_obj_t *raised) {
    MPK_TRY {
        if (!mpk_is_exact(args, &mp_type_tuple)) {
            mp_raise_TypeError(MPK_TEXT("argument list must be a tuple"));
        }
        #if MPICKLE_PLACEHOLDER
        if (mpk_is_placeholder(callable)) {
            mp_obj_t made = mpk_placeholder_call(callable, args, MPK_NULL);
            MPK_RETURN(made);
        }
        #endif
        size_t len;
        mp_obj_t *items;
        mp_obj_get_array(args, &len, &items);
        mp_obj_t result = mpk_call_exactly(callable, len, items);
        if (result == MPK_NULL) {
            result = mp_call_function_n_kw(callable, len, 0, items);
        }
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

size_t mpk_has(mp_obj_t obj, const uint8_t *name, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        qstr attr = qstr_from_strn((const char *)name, len);
        const mp_obj_type_t *type = mp_obj_get_type(obj);
        mp_obj_t where = obj;
        if (mp_obj_is_instance_type(type)) {
            mp_map_t *members = &((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->members;
            if (mp_map_lookup(members, MP_OBJ_NEW_QSTR(attr), MP_MAP_LOOKUP) != NULL) {
                MPK_RETURN(true);
            }
            where = MP_OBJ_FROM_PTR(type);
        }
        mp_obj_t method[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
        mp_load_method_maybe(where, attr, method);
        size_t result = method[0] != MP_OBJ_NULL;
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_ERROR)
}

mp_obj_t mpk_bound(const mp_obj_t *method) {
    return method[1] == MP_OBJ_NULL ? method[0] : mp_obj_new_bound_meth(method[0], method[1]);
}

mp_obj_t mpk_attribute(mp_obj_t obj, const uint8_t *name, size_t len, mp_obj_t *raised) {
    *raised = MPK_NULL;
    MPK_TRY {
        mp_obj_t method[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
        mp_load_method_protected(obj, qstr_from_strn((const char *)name, len), method, false);
        mp_obj_t result = mpk_bound(method);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

uint32_t mpk_set_attribute(mp_obj_t obj, mp_obj_t name, mp_obj_t value, mp_obj_t *raised) {
    MPK_TRY {
        mp_store_attr(obj, mp_obj_str_get_qstr(name), value);
        MPK_RETURN(MPK_OK);
    }
    MPK_CATCH(MPK_RAISED)
}

mp_obj_t mpk_iterate_items(mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t method[2];
        mp_load_method(obj, MP_QSTR_items, method);
        mp_obj_t result = mp_getiter(mp_call_method_n_kw(0, 0, method), NULL);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_list_of(mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t result = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_list), obj);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

#endif // MPICKLE_GLOBALS

mp_obj_t mpk_to_str(mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t result = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_str), obj);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_iterate(mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t result = mp_getiter(obj, NULL);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_next(mp_obj_t iterator, mp_obj_t *raised) {
    *raised = MPK_NULL;
    MPK_TRY {
        mp_obj_t item = mp_iternext(iterator);
        MPK_RETURN(item == MP_OBJ_STOP_ITERATION ? MPK_NULL : item);
    }
    MPK_CATCH(MPK_NULL)
}

size_t mpk_is_true(mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        size_t result = mp_obj_is_true(obj);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_ERROR)
}

size_t mpk_contains(mp_obj_t container, mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        size_t result = mp_binary_op(MP_BINARY_OP_CONTAINS, container, obj) == mp_const_true;
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_ERROR)
}

size_t mpk_argument_int(mp_obj_t obj, int32_t *value, mp_obj_t *raised) {
    MPK_TRY {
        mp_int_t number = mp_obj_get_int(obj);
        *value = number < -1 ? -1 : number > INT32_MAX ? INT32_MAX : (int32_t)number;
        MPK_RETURN(MPK_OK);
    }
    MPK_CATCH(MPK_ERROR)
}
