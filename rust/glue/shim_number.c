// Ints, floats, complex, range.

#include "py/objint.h"
#include "py/parsenum.h"
#include "py/smallint.h"
#include "shim_private.h"

mp_obj_t mpk_int(int64_t value, mp_obj_t *raised) {
    if (value == (mp_int_t)value && MP_SMALL_INT_FITS((mp_int_t)value)) {
        return MP_OBJ_NEW_SMALL_INT((mp_int_t)value);
    }
    MPK_TRY {
        mp_obj_t result = mp_obj_new_int_from_ll(value);
        MPK_RETURN(result);
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_float(uint64_t bits, mp_obj_t *raised) {
    MPK_TRY {
        #if MICROPY_PY_BUILTINS_FLOAT
        double value;
        memcpy(&value, &bits, sizeof(value));
        mp_obj_t result = mp_obj_new_float((mp_float_t)value);
        MPK_RETURN(result);
        #else
        (void)bits;
        mp_raise_TypeError(MPK_TEXT("this firmware has no float"));
        #endif
    }
    MPK_CATCH(MPK_NULL)
}

// MicroPython reads unsigned bytes only; a negative number is the complement of one.
mp_obj_t mpk_int_from_bytes(const uint8_t *data, size_t len, mp_obj_t *raised) {
    bool negative = len > 0 && (data[len - 1] & 0x80) != 0;
    uint8_t sign = negative ? 0xff : 0;
    while (len > 0 && data[len - 1] == sign) {
        len--;
    }
    MPK_TRY {
        #if MICROPY_LONGINT_IMPL != MICROPY_LONGINT_IMPL_MPZ
        // What fits 64 bits does not come here.
        mp_raise_msg(&mp_type_OverflowError, MPK_TEXT("int too large for this firmware"));
        #else
        if (!negative) {
            mp_obj_t result = mp_obj_int_from_bytes_impl(false, len, data);
            MPK_RETURN(result);
        }
        uint8_t *inverted = m_new(uint8_t, len + 1);
        for (size_t i = 0; i < len; i++) {
            inverted[i] = ~data[i];
        }
        mp_obj_t complement = mp_obj_int_from_bytes_impl(false, len, inverted);
        m_del(uint8_t, inverted, len + 1);
        mp_obj_t result = mp_unary_op(MP_UNARY_OP_INVERT, complement);
        MPK_RETURN(result);
        #endif
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_int_from_digits(bool negative, uint32_t base, const uint8_t *digits, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        #if MICROPY_LONGINT_IMPL != MICROPY_LONGINT_IMPL_MPZ
        // What fits 64 bits does not come here.
        mp_raise_msg(&mp_type_OverflowError, MPK_TEXT("int too large for this firmware"));
        #else
        mp_obj_t result = mp_parse_num_integer((const char *)digits, len, base, NULL);
        if (negative) {
            result = mp_unary_op(MP_UNARY_OP_NEGATIVE, result);
        }
        MPK_RETURN(result);
        #endif
    }
    MPK_CATCH(MPK_NULL)
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

size_t mpk_parts(mp_obj_t obj, mp_obj_t *parts, mp_obj_t *raised) {
    MPK_TRY {
        #if MICROPY_PY_BUILTINS_COMPLEX
        if (mpk_is_exact(obj, &mp_type_complex)) {
            mp_float_t real, imag;
            mp_obj_get_complex(obj, &real, &imag);
            parts[0] = mp_obj_new_float(real);
            parts[1] = mp_obj_new_float(imag);
            MPK_RETURN(2);
        }
        #endif
        mpk_range_layout_t *range = MP_OBJ_TO_PTR(obj);
        parts[0] = mp_obj_new_int(range->start);
        parts[1] = mp_obj_new_int(range->stop);
        parts[2] = mp_obj_new_int(range->step);
        MPK_RETURN(3);
    }
    MPK_CATCH(MPK_ERROR)
}
