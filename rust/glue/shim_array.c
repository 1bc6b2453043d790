// array.array: how the items are laid out, here and on other machines.
//
// Before protocol 3 CPython pickles an array as a list of its items, from then on as its memory together with a number
// that tells the format: size, sign and byte order (Modules/arraymodule.c).

#include "py/binary.h"
#include "py/builtin.h"
#include "py/objarray.h"
#include "py/objstr.h"
#include "shim_private.h"

#if MICROPY_PY_ARRAY && MPICKLE_GLOBALS

// The struct code of each format. From 2 on little-endian and big-endian take turns.
static const char mpk_array_formats[] = "BbHHhhIIiiQQqqffdd";
#define MPK_ARRAY_FORMATS (sizeof(mpk_array_formats) - 1)
// Text of UTF-16 and UTF-32 follows.
#define MPK_ARRAY_FORMATS_OF_TEXT (MPK_ARRAY_FORMATS + 4)

// The struct code with a size of its own that means what a typecode means on this machine: `l` is `i` or `q`.
static char mpk_array_code(char typecode) {
    if (typecode != 'l' && typecode != 'L') {
        return typecode;
    }
    size_t align;
    bool wide = mp_binary_get_size('@', typecode, &align) == 8;
    return typecode == 'l' ? (wide ? 'q' : 'i') : (wide ? 'Q' : 'I');
}

// The number of the format that this machine gives a typecode, or -1: MicroPython has typecodes of its own.
static int mpk_array_format(char typecode) {
    const char *found = typecode == 0 ? NULL : strchr(mpk_array_formats, mpk_array_code(typecode));
    if (found == NULL) {
        return -1;
    }
    int format = found - mpk_array_formats;
    return format >= 2 && MP_ENDIANNESS_BIG ? format + 1 : format;
}

mp_obj_t mpk_array_arguments(mp_obj_t cls, mp_obj_t obj, uint32_t protocol, mp_obj_t *callable) {
    char typecode = ((mp_obj_array_t *)MP_OBJ_TO_PTR(obj))->typecode;
    int format = mpk_array_format(typecode);
    mp_obj_t code = mp_obj_new_str_via_qstr(&typecode, 1);
    if (protocol < 3 || format < 0) {
        *callable = cls;
        mp_obj_t args[2] = {code, mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_list), obj)};
        return mp_obj_new_tuple(2, args);
    }
    *callable = MP_OBJ_FROM_PTR(&mpk_array_reconstructor_obj);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(obj, &buffer, MP_BUFFER_READ);
    mp_obj_t memory = buffer.len == 0 ? mp_const_empty_bytes : mp_obj_new_bytes(buffer.buf, buffer.len);
    mp_obj_t args[4] = {cls, code, MP_OBJ_NEW_SMALL_INT(format), memory};
    return mp_obj_new_tuple(4, args);
}

// The typecode that an array of such a format has here: the one that the pickle names if it means the same, as it does
// not where the other machine's long has another size; otherwise the first that does.
static mp_obj_t mpk_array_typecode(mp_obj_t typecode, char code) {
    const char *text = mp_obj_str_get_str(typecode);
    if (mpk_array_format(*text) < 0) {
        mp_raise_ValueError(MPK_TEXT("second argument must be a valid type code"));
    }
    if (code == 'f' || code == 'd' || mpk_array_code(*text) == code) {
        return typecode;
    }
    text = "bBhHiIlLqQ";
    while (mpk_array_code(*text) != code) {
        text++;
    }
    return mp_obj_new_str_via_qstr(text, 1);
}

// The items of memory in a format, as a list.
static mp_obj_t mpk_array_items(byte *data, size_t len, char code, char order) {
    size_t align;
    size_t size = mp_binary_get_size(order, code, &align);
    if (len % size != 0) {
        mp_raise_ValueError(MPK_TEXT("bytes length not a multiple of item size"));
    }
    mp_obj_t items = mp_obj_new_list(0, NULL);
    for (size_t count = len / size; count > 0; count--) {
        mp_obj_list_append(items, mp_binary_get_val(order, code, data, &data));
    }
    return items;
}

// array._array_reconstructor(cls, typecode, format, data)
static mp_obj_t mpk_array_reconstructor(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_uint_t format = mp_obj_get_int(args[2]);
    bool array_like = mpk_is_placeholder(args[0]) ||
                      (mpk_is_class(args[0]) && mp_obj_is_subclass_fast(args[0], MP_OBJ_FROM_PTR(&mp_type_array)));
    if (!array_like || !mpk_is_str(args[1]) || MP_OBJ_SMALL_INT_VALUE(mp_obj_len(args[1])) != 1 ||
        !mpk_is_exact(args[3], &mp_type_bytes)) {
        mp_raise_TypeError(MPK_TEXT("_array_reconstructor() takes a class, a typecode, a format, and bytes"));
    }
    if (format >= MPK_ARRAY_FORMATS) {
        mp_raise_ValueError(format < MPK_ARRAY_FORMATS_OF_TEXT
                                ? MPK_TEXT("can't load an array of text: MicroPython's array has no such typecode")
                                : MPK_TEXT("third argument must be a valid machine format code"));
    }
    mp_obj_str_t *data = MP_OBJ_TO_PTR(args[3]);
    char code = mpk_array_formats[format];
    char order = format >= 2 && format % 2 != 0 ? '>' : '<';
    mp_obj_t call[2] = {mpk_array_typecode(args[1], code), mpk_array_items((byte *)data->data, data->len, code, order)};
    return mp_call_function_n_kw(args[0], 2, 0, call);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mpk_array_reconstructor_obj, 4, 4, mpk_array_reconstructor);

#endif // MICROPY_PY_ARRAY
