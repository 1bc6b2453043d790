// What can run Python code: calls, attributes, iteration.

#include "py/objtype.h"
#include "shim_private.h"

mp_obj_t mpk_apply(mp_obj_t callable, const mp_obj_t *args, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t result = mp_call_function_n_kw(callable, len, 0, args);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_apply_tuple(mp_obj_t callable, mp_obj_t args, mp_obj_t *raised) {
    MPK_TRY {
        if (!mpk_is_exact(args, &mp_type_tuple)) {
            mp_raise_TypeError(MP_ERROR_TEXT("argument list must be a tuple"));
        }
        size_t len;
        mp_obj_t *items;
        mp_obj_get_array(args, &len, &items);
        mp_obj_t result = mp_call_function_n_kw(callable, len, 0, items);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

// All arguments of a call, with `first` before them and keywords after them.
static mp_obj_t mpk_call_new(mp_obj_t callable, mp_obj_t first, mp_obj_t args, mp_obj_t kwargs) {
    size_t n_args;
    mp_obj_t *items;
    mp_obj_get_array(args, &n_args, &items);
    size_t skip = first == MPK_NULL ? 0 : 1;
    size_t n_kw = kwargs == MPK_NULL ? 0 : mp_obj_dict_len(kwargs);
    mp_obj_t *all = m_new(mp_obj_t, skip + n_args + 2 * n_kw);
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

mp_obj_t mpk_instantiate(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs, mp_obj_t *raised) {
    MPK_TRY {
        const mp_obj_type_t *type = MP_OBJ_TO_PTR(cls);
        mp_obj_t result;
        if (mp_obj_is_native_type(type)) {
            result = mpk_call_new(cls, MPK_NULL, args, kwargs);
        } else {
            mp_obj_t dunder_new[2];
            mp_load_method_maybe(cls, MP_QSTR___new__, dunder_new);
            if (dunder_new[0] != MP_OBJ_NULL) {
                result = mpk_call_new(dunder_new[0], cls, args, kwargs);
            } else {
                const mp_obj_type_t *native_base = NULL;
                result = MP_OBJ_FROM_PTR(mp_obj_new_instance(type, &native_base));
            }
        }
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_attribute(mp_obj_t obj, const uint8_t *name, size_t len, mp_obj_t *raised) {
    *raised = MPK_NULL;
    MPK_TRY {
        mp_obj_t method[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
        mp_load_method_protected(obj, qstr_from_strn((const char *)name, len), method, false);
        mp_obj_t result = method[0];
        if (result != MP_OBJ_NULL && method[1] != MP_OBJ_NULL) {
            result = mp_obj_new_bound_meth(method[0], method[1]);
        }
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

mp_obj_t mpk_iterate(mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t result = mp_getiter(obj, NULL);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
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

mp_obj_t mpk_next(mp_obj_t iterator, mp_obj_t *raised) {
    *raised = MPK_NULL;
    MPK_TRY {
        mp_obj_t item = mp_iternext(iterator);
        MPK_RETURN(item == MP_OBJ_STOP_ITERATION ? MPK_NULL : item);
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

mp_obj_t mpk_to_str(mp_obj_t obj, mp_obj_t *raised) {
    MPK_TRY {
        mp_obj_t result = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_str), obj);
        MPK_RETURN(result);
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
