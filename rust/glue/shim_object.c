// What an object is. Types are told apart by address; an exact type alone counts.

#include "py/objint.h"
#include "py/objlist.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "shim_private.h"

#if MICROPY_PY_BUILTINS_FLOAT
static uint64_t mpk_float_bits(mp_obj_t obj) {
    double value = mp_obj_float_get(obj);
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}
#endif

// An int that is no small int.
static uint32_t mpk_inspect_int(mp_obj_t obj, mpk_value_t *value) {
    #if MICROPY_LONGINT_IMPL == MICROPY_LONGINT_IMPL_LONGLONG
    value->number = ((mp_obj_int_t *)MP_OBJ_TO_PTR(obj))->val;
    return MPK_KIND_INT;
    #elif MICROPY_LONGINT_IMPL == MICROPY_LONGINT_IMPL_MPZ
    // mpz_as_int_checked would refuse -2**31 where mp_int_t has 32 bits.
    const mpz_t *mpz = &((mp_obj_int_t *)MP_OBJ_TO_PTR(obj))->mpz;
    if (mpz_max_num_bits(mpz) >= 64) {
        return MPK_KIND_BIG_INT;
    }
    mpz_as_bytes(mpz, MP_ENDIANNESS_BIG, true, sizeof(value->number), (byte *)&value->number);
    return MPK_KIND_INT;
    #else
    return MPK_KIND_OTHER;
    #endif
}

// The types that are rarer in data.
static MP_NOINLINE uint32_t mpk_inspect_rare(mp_obj_t obj, const mp_obj_type_t *type, mpk_value_t *value) {
    if (type == &mp_type_int) {
        return mpk_inspect_int(obj, value);
    }
    if (type == &mp_type_bool) {
        return obj == mp_const_true ? MPK_KIND_TRUE : MPK_KIND_FALSE;
    }
    #if MICROPY_PY_BUILTINS_BYTEARRAY
    if (type == &mp_type_bytearray) {
        mp_buffer_info_t buffer;
        mp_get_buffer(obj, &buffer, MP_BUFFER_READ);
        value->len = buffer.len;
        return MPK_KIND_BYTEARRAY;
    }
    #endif
    #if MICROPY_PY_BUILTINS_SET
    if (type == &mp_type_set) {
        value->len = ((mpk_set_layout_t *)MP_OBJ_TO_PTR(obj))->set.used;
        return MPK_KIND_SET;
    }
    #if MICROPY_PY_BUILTINS_FROZENSET
    if (type == &mp_type_frozenset) {
        return MPK_KIND_FROZENSET;
    }
    #endif
    #endif
    if (obj == mp_const_none) {
        return MPK_KIND_NONE;
    }
    #if MPICKLE_GLOBALS
    if (type == &mp_type_type) {
        if (MP_OBJ_TO_PTR(obj) == &mp_type_NoneType) {
            value->part = mp_const_none;
            return MPK_KIND_TYPE_OF;
        }
        // Ellipsis and NotImplemented have one type; Ellipsis stands for it.
        if (MP_OBJ_TO_PTR(obj) == mp_obj_get_type(MP_OBJ_FROM_PTR(&mp_const_ellipsis_obj))) {
            value->part = MP_OBJ_FROM_PTR(&mp_const_ellipsis_obj);
            return MPK_KIND_TYPE_OF;
        }
        return MPK_KIND_GLOBAL;
    }
    if (type->flags & MP_TYPE_FLAG_BINDS_SELF) {
        return MPK_KIND_GLOBAL;
    }
    if (obj == MP_OBJ_FROM_PTR(&mp_const_ellipsis_obj)) {
        return MPK_KIND_ELLIPSIS;
    }
    #if MICROPY_PY_BUILTINS_NOTIMPLEMENTED
    if (obj == MP_OBJ_FROM_PTR(&mp_const_notimplemented_obj)) {
        return MPK_KIND_NOT_IMPLEMENTED;
    }
    #endif
    #if MICROPY_PY_BUILTINS_COMPLEX
    if (type == &mp_type_complex) {
        return MPK_KIND_COMPLEX;
    }
    #endif
    if (type == &mp_type_range) {
        return MPK_KIND_RANGE;
    }
    #if MICROPY_PY_COLLECTIONS_ORDEREDDICT
    if (type == &mp_type_ordereddict) {
        return MPK_KIND_ORDERED_DICT;
    }
    #endif
    #if MPICKLE_PLACEHOLDER
    if (type == &mpk_type_Placeholder && mpk_placeholder_is_global(obj)) {
        return MPK_KIND_GLOBAL;
    }
    #endif
    #endif // MPICKLE_GLOBALS
    #if MPICKLE_BUFFERS
    mp_buffer_info_t buffer;
    if (type == &mpk_type_PickleBuffer && mp_get_buffer(obj, &buffer, MP_BUFFER_READ)) {
        value->len = buffer.len;
        value->number = !mp_get_buffer(obj, &buffer, MP_BUFFER_WRITE);
        return MPK_KIND_BUFFER;
    }
    #endif
    return MPK_KIND_OTHER;
}

uint32_t mpk_inspect(mp_obj_t obj, mpk_value_t *value) {
    if (mp_obj_is_small_int(obj)) {
        value->number = (int64_t)MP_OBJ_SMALL_INT_VALUE(obj);
        return MPK_KIND_INT;
    }
    if (mp_obj_is_qstr(obj)) {
        value->data = qstr_data(MP_OBJ_QSTR_VALUE(obj), &value->len);
        return MPK_KIND_STR;
    }
    #if MICROPY_PY_BUILTINS_FLOAT
    if (mp_obj_is_float(obj)) {
        value->number = mpk_float_bits(obj);
        return MPK_KIND_FLOAT;
    }
    #endif
    const mp_obj_type_t *type = mp_obj_is_obj(obj) ? ((mp_obj_base_t *)MP_OBJ_TO_PTR(obj))->type : mp_obj_get_type(obj);
    if (type == &mp_type_str || type == &mp_type_bytes) {
        mp_obj_str_t *text = MP_OBJ_TO_PTR(obj);
        value->data = text->data;
        value->len = text->len;
        return type == &mp_type_str ? MPK_KIND_STR : MPK_KIND_BYTES;
    }
    if (type == &mp_type_dict) {
        value->len = mp_obj_dict_get_map(obj)->used;
        return MPK_KIND_DICT;
    }
    if (type == &mp_type_list) {
        value->len = ((mp_obj_list_t *)MP_OBJ_TO_PTR(obj))->len;
        return MPK_KIND_LIST;
    }
    if (type == &mp_type_tuple) {
        value->len = ((mp_obj_tuple_t *)MP_OBJ_TO_PTR(obj))->len;
        return MPK_KIND_TUPLE;
    }
    return mpk_inspect_rare(obj, type, value);
}

mp_obj_t mpk_of_identity(size_t identity) {
    #if MICROPY_OBJ_REPR == MICROPY_OBJ_REPR_D
    // Of 64 bits the identity has the lower half: an address, or an interned str's odd number.
    return identity & 1 ? MP_OBJ_NEW_QSTR(identity >> 1) : MP_OBJ_FROM_PTR(identity);
    #else
    return (mp_obj_t)identity;
    #endif
}

mp_obj_t mpk_type_of(mp_obj_t obj) {
    #if MPICKLE_PLACEHOLDER
    if (mpk_is_placeholder(obj)) {
        return mpk_placeholder_class(obj);
    }
    #endif
    return MP_OBJ_FROM_PTR(mp_obj_get_type(obj));
}

bool mpk_is_class(mp_obj_t obj) {
    return mpk_is_exact(obj, &mp_type_type) || mpk_is_placeholder(obj);
}

void *mpk_self(mp_obj_t obj, const mp_obj_type_t *type) {
    if (!mpk_is_exact(obj, type)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("this takes a '%q'"), type->name);
    }
    return MP_OBJ_TO_PTR(obj);
}

bool mpk_is_callable(mp_obj_t obj) {
    return mp_obj_is_callable(obj);
}

mp_obj_t mpk_constant(uint32_t kind) {
    switch (kind) {
        case MPK_KIND_NONE:
            return mp_const_none;
        case MPK_KIND_FALSE:
            return mp_const_false;
        case MPK_KIND_TRUE:
            return mp_const_true;
        default:
            return MPK_NULL;
    }
}
