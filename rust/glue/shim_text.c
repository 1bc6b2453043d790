// str, bytes, bytearray.
//
// A str or bytes object is two blocks, since MicroPython shares the data of one object with others. Its hash is left
// at 0, which says that it has not been computed; mpk_store computes it for keys.

#include "py/objstr.h"
#include "shim_private.h"

static mp_obj_t mpk_wrap(const mp_obj_type_t *type, const uint8_t *data, size_t len) {
    mp_obj_str_t *obj = m_new_maybe(mp_obj_str_t, 1);
    if (obj == NULL) {
        return MPK_NULL;
    }
    obj->base.type = type;
    obj->hash = 0;
    obj->len = len;
    obj->data = data;
    return MP_OBJ_FROM_PTR(obj);
}

static mp_obj_t mpk_copy(mpk_call_t *call, const mp_obj_type_t *type, const uint8_t *data, size_t len) {
    uint8_t *block = mpk_alloc(len + 1);
    if (block != NULL) {
        memcpy(block, data, len);
        block[len] = 0;
        mp_obj_t obj = mpk_wrap(type, block, len);
        if (obj != MPK_NULL) {
            return obj;
        }
        mpk_free(block, len + 1);
    }
    return mpk_no_memory(call, len + 1);
}

mp_obj_t mpk_str(mpk_call_t *call, const uint8_t *text, size_t len) {
    return len == 0 ? MP_OBJ_NEW_QSTR(MP_QSTR_) : mpk_copy(call, &mp_type_str, text, len);
}

mp_obj_t mpk_bytes(mpk_call_t *call, const uint8_t *data, size_t len) {
    return len == 0 ? mp_const_empty_bytes : mpk_copy(call, &mp_type_bytes, data, len);
}

MPK_RAISING(mpk_interned) {
    return MP_OBJ_NEW_QSTR(qstr_from_strn(data, len));
}

MPK_RAISING(mpk_bytearray) {
    #if MICROPY_PY_BUILTINS_BYTEARRAY
    return mp_obj_new_bytearray(len, data);
    #else
    mp_raise_TypeError(MPK_TEXT("this firmware has no bytearray"));
    #endif
}

#if MICROPY_PY_BUILTINS_BYTEARRAY
static MPK_RAISING(mpk_bytearray_of_block) {
    return mp_obj_new_bytearray_by_ref(len, data);
}
#else
#define mpk_bytearray_of_block mpk_bytearray
#endif

// Resizes a block to `size`; a block that cannot shrink stays as it is. NULL, and the block is freed, if it cannot grow.
static uint8_t *mpk_fit(uint8_t *block, size_t capacity, size_t size) {
    if (capacity == size) {
        return block;
    }
    uint8_t *fitted = mpk_realloc(block, capacity, size);
    if (fitted != NULL) {
        return fitted;
    }
    if (size < capacity) {
        return block;
    }
    mpk_free(block, capacity);
    return NULL;
}

mp_obj_t mpk_adopt(mpk_call_t *call, uint32_t kind, uint8_t *block, size_t len, size_t capacity) {
    call->len = len;
    if (len == 0) {
        if (capacity > 0) {
            mpk_free(block, capacity);
        }
        return kind == MPK_KIND_STR     ? MP_OBJ_NEW_QSTR(MP_QSTR_)
               : kind == MPK_KIND_BYTES ? mp_const_empty_bytes
                                        : mpk_protect(call, mpk_bytearray, MPK_NULL, MPK_NULL);
    }
    // A str or bytes object has a zero byte behind its data.
    size_t size = kind == MPK_KIND_BYTEARRAY ? len : len + 1;
    block = mpk_fit(block, capacity, size);
    if (block == NULL) {
        return mpk_no_memory(call, size);
    }
    if (kind == MPK_KIND_BYTEARRAY) {
        call->data = block;
        return mpk_protect(call, mpk_bytearray_of_block, MPK_NULL, MPK_NULL);
    }
    block[len] = 0;
    mp_obj_t obj = mpk_wrap(kind == MPK_KIND_STR ? &mp_type_str : &mp_type_bytes, block, len);
    if (obj == MPK_NULL) {
        mpk_free(block, size);
        return mpk_no_memory(call, sizeof(mp_obj_str_t));
    }
    return obj;
}

bool mpk_buffer(mp_obj_t obj, const uint8_t **data, size_t *len) {
    mp_buffer_info_t buffer;
    if (!mp_get_buffer(obj, &buffer, MP_BUFFER_READ)) {
        return false;
    }
    *data = buffer.buf;
    *len = buffer.len;
    return true;
}

bool mpk_is_immutable(mp_obj_t obj) {
    return mp_obj_is_str_or_bytes(obj);
}

bool mpk_is_str(mp_obj_t obj) {
    return mp_obj_is_str(obj);
}
