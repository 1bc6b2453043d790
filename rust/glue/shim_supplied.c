// What CPython's pickles name and MicroPython does not have: mpickle's own functions stand for it.

#include "py/binary.h"
#include "py/builtin.h"
#include "py/objstr.h"
#include "shim_private.h"
#include "exports.h"

static mp_obj_t mpk_codecs_encode(size_t n_args, const mp_obj_t *args) {
    mp_obj_t argv[2] = {args[0], n_args > 1 ? args[1] : mp_const_none};
    return mpk_call_entry(mpickle_codecs_encode, argv);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mpk_codecs_encode_obj, 1, 3, mpk_codecs_encode);

// copyreg.__newobj__(cls, *args)
static mp_obj_t mpk_newobj(size_t n_args, const mp_obj_t *args) {
    mp_obj_t raised;
    mp_obj_t rest = mp_obj_new_tuple(n_args - 1, args + 1);
    mp_obj_t obj = mpk_instantiate(args[0], rest, MPK_NULL, &raised);
    return obj == MPK_NULL ? nlr_raise(raised), MPK_NULL : obj;
}
MP_DEFINE_CONST_FUN_OBJ_VAR(mpk_newobj_obj, 1, mpk_newobj);

// copyreg.__newobj_ex__(cls, args, kwargs)
static mp_obj_t mpk_newobj_ex(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs) {
    mp_obj_t raised;
    mp_obj_t obj = mpk_instantiate(cls, args, kwargs, &raised);
    return obj == MPK_NULL ? nlr_raise(raised), MPK_NULL : obj;
}
MP_DEFINE_CONST_FUN_OBJ_3(mpk_newobj_ex_obj, mpk_newobj_ex);

// copyreg._reconstructor(cls, base, state): an instance of `cls` whose built-in base holds `state`.
static mp_obj_t mpk_reconstructor(mp_obj_t cls, mp_obj_t base, mp_obj_t state) {
    if (!mpk_is_class(cls)) {
        mp_raise_TypeError(MP_ERROR_TEXT("_reconstructor() argument 1 must be a class"));
    }
    const mp_obj_type_t *type = MP_OBJ_TO_PTR(cls);
    mp_obj_t args = mp_obj_new_tuple(1, &state);
    if (base == MP_OBJ_FROM_PTR(&mp_type_object)) {
        args = mp_const_empty_tuple;
    } else if (mpk_is_namedtuple(type) && mpk_is_exact(state, &mp_type_tuple)) {
        args = state;
    }
    return mpk_new_instance(type, args);
}
MP_DEFINE_CONST_FUN_OBJ_3(mpk_reconstructor_obj, mpk_reconstructor);

#if MICROPY_PY_ARRAY
// Size, signedness and byte order of the formats that `array._array_reconstructor` numbers (PEP 574's array support,
// Modules/arraymodule.c): integers up to 13, then float, double, and text of UTF-16 and UTF-32, by turns little-endian
// and big-endian from 2 on.
static char mpk_format_typecode(mp_int_t format) {
    static const char struct_codes[] = "BbHHhhIIiiQQqqffdd";
    return format >= 0 && format < (mp_int_t)sizeof(struct_codes) - 1 ? struct_codes[format] : 0;
}

// array._array_reconstructor(cls, typecode, format, data): the items of an array of another machine.
static mp_obj_t mpk_array_reconstructor(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_int_t format = mp_obj_get_int(args[2]);
    char code = mpk_format_typecode(format);
    mp_buffer_info_t data;
    mp_get_buffer_raise(args[3], &data, MP_BUFFER_READ);
    if (code == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("array of a format that this firmware does not know"));
    }
    size_t align;
    char order = format >= 2 && format % 2 != 0 ? '>' : '<';
    size_t size = mp_binary_get_size(order, code, &align);
    if (data.len % size != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("bytes length not a multiple of item size"));
    }
    mp_obj_t items = mp_obj_new_list(0, NULL);
    byte *next = data.buf;
    for (size_t i = 0; i < data.len / size; i++) {
        mp_obj_list_append(items, mp_binary_get_val(order, code, next, &next));
    }
    mp_obj_t call[2] = {args[1], items};
    return mp_call_function_n_kw(args[0], 2, 0, call);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mpk_array_reconstructor_obj, 4, 4, mpk_array_reconstructor);
#endif

typedef struct {
    uint16_t module;
    uint16_t name;
    const void *obj;
} mpk_supplied_t;

static const mpk_supplied_t mpk_supplied_table[] = {
    {MP_QSTR__codecs, MP_QSTR_encode, &mpk_codecs_encode_obj},
    {MP_QSTR_copyreg, MP_QSTR___newobj__, &mpk_newobj_obj},
    {MP_QSTR_copyreg, MP_QSTR___newobj_ex__, &mpk_newobj_ex_obj},
    {MP_QSTR_copyreg, MP_QSTR__reconstructor, &mpk_reconstructor_obj},
    #if MICROPY_PY_ARRAY
    {MP_QSTR_array, MP_QSTR__array_reconstructor, &mpk_array_reconstructor_obj},
    #endif
};

// The attribute `name` of builtins, which Python 2 calls `__builtin__`.
static mp_obj_t mpk_builtin(qstr name) {
    mp_map_t *map = (mp_map_t *)&mp_module_builtins_globals.map;
    mp_map_elem_t *found = mp_map_lookup(map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
    return found == NULL ? MPK_NULL : found->value;
}

mp_obj_t mpk_supplied(qstr module, qstr name) {
    if (module == MP_QSTR___builtin__) {
        return mpk_builtin(name);
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(mpk_supplied_table); i++) {
        if (mpk_supplied_table[i].module == module && mpk_supplied_table[i].name == name) {
            return MP_OBJ_FROM_PTR(mpk_supplied_table[i].obj);
        }
    }
    return MPK_NULL;
}

bool mpk_supplied_name(mp_obj_t obj, qstr *module, qstr *name) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(mpk_supplied_table); i++) {
        if (MP_OBJ_FROM_PTR(mpk_supplied_table[i].obj) == obj) {
            *module = mpk_supplied_table[i].module;
            *name = mpk_supplied_table[i].name;
            return true;
        }
    }
    return false;
}

mp_obj_t mpk_known(uint32_t which) {
    switch (which) {
        case MPK_KNOWN_CODECS_ENCODE:
            return MP_OBJ_FROM_PTR(&mpk_codecs_encode_obj);
        case MPK_KNOWN_GETATTR:
            return MP_OBJ_FROM_PTR(&mp_builtin_getattr_obj);
        case MPK_KNOWN_TYPE:
            return MP_OBJ_FROM_PTR(&mp_type_type);
        case MPK_KNOWN_NEWOBJ:
            return MP_OBJ_FROM_PTR(&mpk_newobj_obj);
        case MPK_KNOWN_NEWOBJ_EX:
            return MP_OBJ_FROM_PTR(&mpk_newobj_ex_obj);
        case MPK_KNOWN_RECONSTRUCTOR:
            return MP_OBJ_FROM_PTR(&mpk_reconstructor_obj);
        case MPK_KNOWN_OBJECT:
            return MP_OBJ_FROM_PTR(&mp_type_object);
        default:
            return MP_OBJ_NEW_QSTR(MP_QSTR_latin1);
    }
}

uint32_t mpk_constructor(mp_obj_t callable) {
    if (callable == MP_OBJ_FROM_PTR(&mpk_newobj_obj)) {
        return MPK_CONSTRUCTOR_NEWOBJ;
    }
    if (callable == MP_OBJ_FROM_PTR(&mpk_newobj_ex_obj)) {
        return MPK_CONSTRUCTOR_NEWOBJ_EX;
    }
    return MPK_CONSTRUCTOR_CALL;
}
