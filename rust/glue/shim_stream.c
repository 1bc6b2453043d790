// Streams: MicroPython's own, by their protocol, and objects of Python classes, by their methods.
//
// An instance of a Python class inherits the protocol slot of a native base, but is not laid out as that base; calling
// the protocol with it would read foreign memory. So its methods are called, which also serves classes that have
// nothing but a `read` or `write`.

#include "py/mperrno.h"
#include "py/objtype.h"
#include "py/stream.h"
#include "shim_private.h"

static bool mpk_has_method(mp_obj_t obj, qstr name) {
    mp_obj_t method[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    mp_load_method_maybe(obj, name, method);
    return method[0] != MP_OBJ_NULL;
}

bool mpk_has_protocol(mp_obj_t obj, qstr method) {
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    if (!mp_obj_is_obj(obj) || !mp_obj_is_native_type(type) || !MP_OBJ_TYPE_HAS_SLOT(type, protocol)) {
        return false;
    }
    mp_obj_t found[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    mp_load_method_maybe(obj, method, found);
    return found[0] ==
           (method == MP_QSTR_read ? MP_OBJ_FROM_PTR(&mp_stream_read_obj) : MP_OBJ_FROM_PTR(&mp_stream_write_obj));
}

// Whether `obj` is a native stream; it has to be one of bytes.
static bool mpk_is_native(mp_obj_t obj, qstr method) {
    if (!mpk_has_protocol(obj, method)) {
        return false;
    }
    if (mp_get_stream(obj)->is_text) {
        mp_raise_TypeError(MPK_TEXT("a text stream: open the file in binary mode"));
    }
    return true;
}

MPK_RAISING(mpk_is_stream) {
    bool result = len != 0 ? mpk_has_method(obj, MP_QSTR_write)
                           : mpk_has_method(obj, MP_QSTR_read) || mpk_has_method(obj, MP_QSTR_readinto);
    return result ? MPK_DONE : MPK_NULL;
}

// One call of a method with one argument.
static mp_obj_t mpk_call_method(mp_obj_t obj, qstr name, mp_obj_t arg) {
    mp_obj_t method[3];
    mp_load_method(obj, name, method);
    method[2] = arg;
    return mp_call_method_n_kw(1, 0, method);
}

static size_t mpk_read_native(mp_obj_t stream, uint8_t *data, size_t len) {
    int error;
    size_t count = mp_stream_rw(stream, data, len, &error, MP_STREAM_RW_READ | MP_STREAM_RW_ONCE);
    if (error != 0) {
        mp_raise_OSError(error);
    }
    return count;
}

// `read(n)`, which gives bytes. The data is the program's own, so it is copied at once.
static size_t mpk_read_method(mp_obj_t stream, uint8_t *data, size_t len) {
    mp_obj_t piece = mpk_call_method(stream, MP_QSTR_read, mp_obj_new_int_from_uint(len));
    mp_buffer_info_t buffer;
    if (mpk_is_str(piece)) {
        mp_raise_TypeError(MPK_TEXT("read() returned str, not bytes: open the file in binary mode"));
    }
    if (!mp_get_buffer(piece, &buffer, MP_BUFFER_READ)) {
        mp_raise_TypeError(MPK_TEXT("read() returned no bytes"));
    }
    if (buffer.len > len) {
        mp_raise_ValueError(MPK_TEXT("read() returned more than asked for"));
    }
    memcpy(data, buffer.buf, buffer.len);
    return buffer.len;
}

// `readinto(buffer)`, where there is no `read`. The buffer is an object of its own, which the program may keep.
static size_t mpk_readinto_method(mp_obj_t stream, uint8_t *data, size_t len) {
    mp_obj_t buffer = mp_obj_new_bytearray(len, data);
    mp_int_t count = mp_obj_get_int(mpk_call_method(stream, MP_QSTR_readinto, buffer));
    mp_buffer_info_t filled;
    mp_get_buffer_raise(buffer, &filled, MP_BUFFER_READ);
    if (count < 0 || (size_t)count > len || (size_t)count > filled.len) {
        mp_raise_ValueError(MPK_TEXT("readinto() returned more than asked for"));
    }
    memcpy(data, filled.buf, count);
    return count;
}

MPK_RAISING(mpk_read) {
    mpk_piece_t *piece = data;
    if (mpk_is_native(obj, MP_QSTR_read)) {
        piece->len = mpk_read_native(obj, piece->data, piece->len);
    } else if (mpk_has_method(obj, MP_QSTR_read)) {
        piece->len = mpk_read_method(obj, piece->data, piece->len);
    } else {
        piece->len = mpk_readinto_method(obj, piece->data, piece->len);
    }
    return MPK_DONE;
}

static void mpk_write_native(mp_obj_t stream, const uint8_t *data, size_t len) {
    int error;
    size_t count = mp_stream_rw(stream, (void *)data, len, &error, MP_STREAM_RW_WRITE);
    if (error != 0) {
        mp_raise_OSError(error);
    }
    if (count != len) {
        mp_raise_OSError(MP_EIO);
    }
}

#define MPK_WRITTEN_AT_ONCE (512)

// `write(bytes)`, which are a copy: of a long payload in pieces. A count that is short makes the rest follow; anything
// else than a count says that all of the piece is written.
static void mpk_write_method(mp_obj_t stream, const uint8_t *data, size_t len) {
    while (len > 0) {
        mp_int_t piece = MIN(len, MPK_WRITTEN_AT_ONCE);
        mp_obj_t written = mpk_call_method(stream, MP_QSTR_write, mp_obj_new_bytes(data, piece));
        mp_int_t count = mp_obj_is_int(written) ? MIN(mp_obj_get_int(written), piece) : piece;
        if (count <= 0) {
            mp_raise_OSError(MP_EIO);
        }
        data += count;
        len -= count;
    }
}

MPK_RAISING(mpk_write) {
    if (mpk_is_native(obj, MP_QSTR_write)) {
        mpk_write_native(obj, data, len);
    } else {
        mpk_write_method(obj, data, len);
    }
    return MPK_DONE;
}
