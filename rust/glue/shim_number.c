// Ints, floats, complex, range.

#include "py/objint.h"
#include "py/parsenum.h"
#include "py/smallint.h"
#include "shim_private.h"

mp_obj_t mpk_small_int(int64_t value) {
    bool small = value == (mp_int_t)value && MP_SMALL_INT_FITS((mp_int_t)value);
    return small ? MP_OBJ_NEW_SMALL_INT((mp_int_t)value) : MPK_NULL;
}

MPK_RAISING(mpk_int) {
    return mp_obj_new_int_from_ll(*(int64_t *)data);
}

#if !MICROPY_PY_BUILTINS_FLOAT
static MPK_RAISING(mpk_no_float) {
    mp_raise_TypeError(MPK_TEXT("this firmware has no float"));
}

mp_obj_t mpk_float(mpk_call_t *call, uint64_t bits) {
    (void)bits;
    return mpk_protect(call, mpk_no_float, MPK_NULL, MPK_NULL);
}
#elif MICROPY_OBJ_REPR == MICROPY_OBJ_REPR_C || MICROPY_OBJ_REPR == MICROPY_OBJ_REPR_D
mp_obj_t mpk_float(mpk_call_t *call, uint64_t bits) {
    (void)call;
    double value;
    memcpy(&value, &bits, sizeof(value));
    return mp_obj_new_float((mp_float_t)value); // no object on the heap
}
#else
// Laid out as in py/objfloat.c.
typedef struct {
    mp_obj_base_t base;
    mp_float_t value;
} mpk_float_layout_t;

mp_obj_t mpk_float(mpk_call_t *call, uint64_t bits) {
    mpk_float_layout_t *obj = m_new_maybe(mpk_float_layout_t, 1);
    if (obj == NULL) {
        return mpk_no_memory(call, sizeof(*obj));
    }
    double value;
    memcpy(&value, &bits, sizeof(value));
    obj->base.type = &mp_type_float;
    obj->value = (mp_float_t)value;
    return MP_OBJ_FROM_PTR(obj);
}
#endif

// MicroPython reads unsigned bytes only; a negative number is the complement of one.
MPK_RAISING(mpk_int_from_bytes) {
    #if MICROPY_LONGINT_IMPL != MICROPY_LONGINT_IMPL_MPZ
    // What fits 64 bits does not come here.
    mp_raise_msg(&mp_type_OverflowError, MPK_TEXT("int too large for this firmware"));
    #else
    const uint8_t *bytes = data;
    bool negative = len > 0 && (bytes[len - 1] & 0x80) != 0;
    uint8_t sign = negative ? 0xff : 0;
    while (len > 0 && bytes[len - 1] == sign) {
        len--;
    }
    if (!negative) {
        return mp_obj_int_from_bytes_impl(false, len, bytes);
    }
    uint8_t *inverted = m_new(uint8_t, len + 1);
    for (size_t i = 0; i < len; i++) {
        inverted[i] = ~bytes[i];
    }
    mp_obj_t complement = mp_obj_int_from_bytes_impl(false, len, inverted);
    m_del(uint8_t, inverted, len + 1);
    return mp_unary_op(MP_UNARY_OP_INVERT, complement);
    #endif
}

MPK_RAISING(mpk_int_from_digits) {
    #if MICROPY_LONGINT_IMPL != MICROPY_LONGINT_IMPL_MPZ
    return mpk_int_from_bytes(obj, other, data, len);
    #else
    const mpk_digits_t *digits = data;
    mp_obj_t result = mp_parse_num_integer((const char *)digits->text, digits->len, digits->base, NULL);
    return digits->negative ? mp_unary_op(MP_UNARY_OP_NEGATIVE, result) : result;
    #endif
}

size_t mpk_int_size(mp_obj_t obj) {
    #if MICROPY_LONGINT_IMPL == MICROPY_LONGINT_IMPL_MPZ
    return mpz_max_num_bits(&((mp_obj_int_t *)MP_OBJ_TO_PTR(obj))->mpz) / 8 + 1;
    #else
    (void)obj;
    return 0;
    #endif
}

void mpk_int_to_bytes(mp_obj_t obj, uint8_t *data, size_t len) {
    #if MICROPY_LONGINT_IMPL == MICROPY_LONGINT_IMPL_MPZ
    mpz_as_bytes(&((mp_obj_int_t *)MP_OBJ_TO_PTR(obj))->mpz, false, true, len, data);
    #else
    (void)obj;
    (void)data;
    (void)len;
    #endif
}

MPK_RAISING(mpk_parts) {
    mp_obj_t *parts = data;
    #if MICROPY_PY_BUILTINS_COMPLEX
    if (mpk_is_exact(obj, &mp_type_complex)) {
        mp_float_t real, imag;
        mp_obj_get_complex(obj, &real, &imag);
        parts[0] = mp_obj_new_float(real);
        parts[1] = mp_obj_new_float(imag);
        return MPK_DONE;
    }
    #endif
    mpk_range_layout_t *range = MP_OBJ_TO_PTR(obj);
    parts[0] = mp_obj_new_int(range->start);
    parts[1] = mp_obj_new_int(range->stop);
    parts[2] = mp_obj_new_int(range->step);
    return MPK_DONE;
}
