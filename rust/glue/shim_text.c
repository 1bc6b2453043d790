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

static mp_obj_t mpk_copy(const mp_obj_type_t *type, const uint8_t *data, size_t len, mp_obj_t *raised) {
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
    mpk_no_memory(len + 1, raised);
    return MPK_NULL;
}

mp_obj_t mpk_str(const uint8_t *text, size_t len, mp_obj_t *raised) {
    if (len == 0) {
        return MP_OBJ_NEW_QSTR(MP_QSTR_);
    }
    return mpk_copy(&mp_type_str, text, len, raised);
}

mp_obj_t mpk_bytes(const uint8_t *data, size_t len, mp_obj_t *raised) {
    if (len == 0) {
        return mp_const_empty_bytes;
    }
    return mpk_copy(&mp_type_bytes, data, len, raised);
}

mp_obj_t mpk_interned(const uint8_t *text, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        qstr name = qstr_from_strn((const char *)text, len);
        MPK_RETURN(MP_OBJ_NEW_QSTR(name));
    }
    MPK_CATCH(MPK_NULL)
}

mp_obj_t mpk_bytearray(const uint8_t *data, size_t len, mp_obj_t *raised) {
    MPK_TRY {
        #if MICROPY_PY_BUILTINS_BYTEARRAY
        mp_obj_t result = mp_obj_new_bytearray(len, data);
        MPK_RETURN(result);
        #else
        (void)data;
        (void)len;
        mp_raise_TypeError(MPK_TEXT("this firmware has no bytearray"));
        #endif
    }
    MPK_CATCH(MPK_NULL)
}

// Resizes a block to `size`; a block that cannot shrink stays as it is. NULL, and the block is freed, if it cannot grow.
static uint8_t *mpk_fit(uint8_t *block, size_t capacity, size_t size, mp_obj_t *raised) {
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
    mpk_no_memory(size, raised);
    return NULL;
}

static mp_obj_t mpk_adopt(const mp_obj_type_t *type, uint8_t *block, size_t len, size_t capacity, mp_obj_t *raised) {
    block = mpk_fit(block, capacity, len + 1, raised);
    if (block == NULL) {
        return MPK_NULL;
    }
    block[len] = 0;
    mp_obj_t obj = mpk_wrap(type, block, len);
    if (obj == MPK_NULL) {
        mpk_free(block, len + 1);
        mpk_no_memory(sizeof(mp_obj_str_t), raised);
    }
    return obj;
}

mp_obj_t mpk_adopt_str(uint8_t *block, size_t len, size_t capacity, mp_obj_t *raised) {
    if (len == 0) {
        mpk_free(block, capacity);
        return MP_OBJ_NEW_QSTR(MP_QSTR_);
    }
    return mpk_adopt(&mp_type_str, block, len, capacity, raised);
}

mp_obj_t mpk_adopt_bytes(uint8_t *block, size_t len, size_t capacity, mp_obj_t *raised) {
    if (len == 0) {
        mpk_free(block, capacity);
        return mp_const_empty_bytes;
    }
    return mpk_adopt(&mp_type_bytes, block, len, capacity, raised);
}

mp_obj_t mpk_adopt_bytearray(uint8_t *block, size_t len, size_t capacity, mp_obj_t *raised) {
    if (len == 0) {
        mpk_free(block, capacity);
        return mpk_bytearray(NULL, 0, raised);
    }
    block = mpk_fit(block, capacity, len, raised);
    if (block == NULL) {
        return MPK_NULL;
    }
    MPK_TRY {
        #if MICROPY_PY_BUILTINS_BYTEARRAY
        mp_obj_t result = mp_obj_new_bytearray_by_ref(len, block);
        MPK_RETURN(result);
        #else
        mp_raise_TypeError(MPK_TEXT("this firmware has no bytearray"));
        #endif
    }
    MPK_CATCH(MPK_NULL)
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
