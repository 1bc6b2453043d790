// What CPython's pickles name and MicroPython does not have: mpickle's own functions stand for it.

#include "py/builtin.h"
#include "py/objstr.h"
#include "shim_private.h"
#include "exports.h"

#if MPICKLE_GLOBALS

static mp_obj_t mpk_codecs_encode(size_t n_args, const mp_obj_t *args) {
    mp_obj_t argv[2] = {args[0], n_args > 1 ? args[1] : MP_OBJ_NEW_QSTR(MP_QSTR_utf_hyphen_8)};
    if (n_args > 2 && !mpk_is_str(args[2])) {
        mp_raise_TypeError(MPK_TEXT("encode() argument 'errors' must be str"));
    }
    return mpk_call_entry(mpickle_codecs_encode, argv);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mpk_codecs_encode_obj, 1, 3, mpk_codecs_encode);

// copyreg.__newobj__(cls, *args)
static mp_obj_t mpk_newobj(size_t n_args, const mp_obj_t *args) {
    return mpk_new_of(args[0], mp_obj_new_tuple(n_args - 1, args + 1), MPK_NULL);
}
MP_DEFINE_CONST_FUN_OBJ_VAR(mpk_newobj_obj, 1, mpk_newobj);

// copyreg.__newobj_ex__(cls, args, kwargs)
MP_DEFINE_CONST_FUN_OBJ_3(mpk_newobj_ex_obj, mpk_new_of);

// copyreg._reconstructor(cls, base, state): an instance of `cls` whose built-in base holds `state`.
static mp_obj_t mpk_reconstructor(mp_obj_t cls, mp_obj_t base, mp_obj_t state) {
    #if MPICKLE_PLACEHOLDER
    if (mpk_is_placeholder(cls)) {
        return mpk_placeholder_rebuilt(cls, base, state);
    }
    #endif
    if (!mpk_is_class(cls)) {
        mp_raise_TypeError(MPK_TEXT("_reconstructor() argument 1 must be a class"));
    }
    const mp_obj_type_t *type = MP_OBJ_TO_PTR(cls);
    const mp_obj_type_t *native_base = mpk_native_base(type);
    mp_obj_t args = mpk_tuple_of(state);
    if (base == MP_OBJ_FROM_PTR(&mp_type_object)) {
        args = mp_const_empty_tuple;
    } else if (native_base != NULL && mpk_is_namedtuple(native_base) && base == MP_OBJ_FROM_PTR(&mp_type_tuple) &&
               mpk_is_exact(state, &mp_type_tuple)) {
        args = state;
    } else if (native_base == NULL || base != MP_OBJ_FROM_PTR(native_base)) {
        mp_raise_TypeError(MPK_TEXT("_reconstructor() argument 2 must be the class's built-in base"));
    }
    return mpk_new_instance(type, args);
}
MP_DEFINE_CONST_FUN_OBJ_3(mpk_reconstructor_obj, mpk_reconstructor);

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
    #if MPICKLE_INSTANCES
    {MP_QSTR_functools, MP_QSTR_partial, &mpk_type_partial},
    #endif
    #if MICROPY_PY_ARRAY && MPICKLE_INSTANCES
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

// As in CPython the name alone counts: a program may have functions like those of copyreg.
uint32_t mpk_constructor(mp_obj_t callable) {
    qstr name = mpk_is_exact(callable, &mp_type_fun_bc) ? mp_obj_fun_get_name(callable) : MP_QSTRnull;
    if (callable == MP_OBJ_FROM_PTR(&mpk_newobj_obj) || name == MP_QSTR___newobj__) {
        return MPK_CONSTRUCTOR_NEWOBJ;
    }
    if (callable == MP_OBJ_FROM_PTR(&mpk_newobj_ex_obj) || name == MP_QSTR___newobj_ex__) {
        return MPK_CONSTRUCTOR_NEWOBJ_EX;
    }
    return MPK_CONSTRUCTOR_CALL;
}

#endif // MPICKLE_GLOBALS
