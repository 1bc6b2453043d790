// functools.partial, as far as pickles need it: before protocol 4, CPython writes an object that is made with keywords as
// `partial(cls.__new__, cls, *args, **kwargs)()`.

#include "py/objtuple.h"
#include "shim_private.h"

#if MPICKLE_GLOBALS

typedef struct {
    mp_obj_base_t base;
    mp_obj_t func;
    mp_obj_t args; // a tuple
    mp_obj_t keywords; // a dict
    mp_obj_t attributes; // what CPython's partial has in its `__dict__`, or None
} mpk_partial_t;

mp_obj_t mpk_partial(mp_obj_t func, mp_obj_t args, mp_obj_t keywords) {
    mpk_partial_t *self = mp_obj_malloc(mpk_partial_t, &mpk_type_partial);
    self->func = func;
    self->args = args;
    self->keywords = keywords;
    self->attributes = mp_const_none;
    return MP_OBJ_FROM_PTR(self);
}

mp_obj_t mpk_prepend(mp_obj_t first, mp_obj_t rest) {
    return mp_binary_op(MP_BINARY_OP_ADD, mp_obj_new_tuple(1, &first), rest);
}

MPK_RAISING(mpk_partial_new) {
    mp_obj_t func;
    #if MPICKLE_PLACEHOLDER
    if (mpk_is_placeholder(obj)) {
        func = mpk_placeholder_new(obj);
    } else
    #endif
    {
        func = mp_load_attr(obj, MP_QSTR___new__);
    }
    return mpk_partial(func, mpk_prepend(obj, other), mp_obj_dict_copy(*(mp_obj_t *)data));
}

// `keywords` with those of a call, which come after its `n_args` arguments.
static mp_obj_t mpk_with_keywords(mp_obj_t keywords, size_t n_kw, const mp_obj_t *kw) {
    mp_obj_t all = mp_obj_dict_copy(keywords);
    for (size_t i = 0; i < n_kw; i++) {
        mp_obj_dict_store(all, kw[2 * i], kw[2 * i + 1]);
    }
    return all;
}

static mp_obj_t mpk_partial_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    if (!mp_obj_is_callable(args[0])) {
        mp_raise_TypeError(MPK_TEXT("the first argument must be callable"));
    }
    mp_obj_t rest = mp_obj_new_tuple(n_args - 1, args + 1);
    return mpk_partial(args[0], rest, mpk_with_keywords(mp_obj_new_dict(0), n_kw, args + n_args));
}

static mp_obj_t mpk_partial_call(mp_obj_t obj, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mpk_partial_t *self = MP_OBJ_TO_PTR(obj);
    mp_obj_t all = mp_binary_op(MP_BINARY_OP_ADD, self->args, mp_obj_new_tuple(n_args, args));
    mp_obj_t keywords = n_kw == 0 ? self->keywords : mpk_with_keywords(self->keywords, n_kw, args + n_args);
    #if MPICKLE_PLACEHOLDER
    if (mpk_is_placeholder(self->func)) {
        return mpk_placeholder_call(self->func, all, mp_obj_dict_len(keywords) == 0 ? MPK_NULL : keywords);
    }
    #endif
    return mpk_call_with(self->func, MPK_NULL, all, keywords);
}

static mp_obj_t mpk_partial_reduce(mp_obj_t obj) {
    mpk_partial_t *self = mpk_self(obj, &mpk_type_partial);
    mp_obj_t state[4] = {self->func, self->args, self->keywords, self->attributes};
    mp_obj_t reduction[3] = {
        MP_OBJ_FROM_PTR(&mpk_type_partial), mp_obj_new_tuple(1, &self->func), mp_obj_new_tuple(4, state)};
    return mp_obj_new_tuple(3, reduction);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mpk_partial_reduce_obj, mpk_partial_reduce);

static mp_obj_t mpk_partial_setstate(mp_obj_t obj, mp_obj_t state) {
    mp_obj_t func = mpk_tuple_item(state, 0), args = mpk_tuple_item(state, 1), keywords = mpk_tuple_item(state, 2);
    mp_obj_t attributes = mpk_tuple_item(state, 3);
    if (attributes == MPK_NULL || mpk_tuple_item(state, 4) != MPK_NULL || !mp_obj_is_callable(func) ||
        !mpk_is_exact(args, &mp_type_tuple) || !mpk_is_exact(keywords, &mp_type_dict)) {
        mp_raise_TypeError(MPK_TEXT("invalid partial state"));
    }
    mpk_partial_t *self = mpk_self(obj, &mpk_type_partial);
    self->func = func;
    self->args = args;
    self->keywords = keywords;
    self->attributes = attributes;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(mpk_partial_setstate_obj, mpk_partial_setstate);

static void mpk_partial_attr(mp_obj_t obj, qstr attr, mp_obj_t *dest) {
    mpk_partial_t *self = MP_OBJ_TO_PTR(obj);
    if (dest[0] != MP_OBJ_NULL) {
        return;
    } else if (attr == MP_QSTR_func) {
        dest[0] = self->func;
    } else if (attr == MP_QSTR_args) {
        dest[0] = self->args;
    } else if (attr == MP_QSTR_keywords) {
        dest[0] = self->keywords;
    } else {
        dest[1] = MP_OBJ_SENTINEL; // a method, perhaps
    }
}

static const mp_rom_map_elem_t mpk_partial_table[] = {
    {MP_ROM_QSTR(MP_QSTR___reduce__), MP_ROM_PTR(&mpk_partial_reduce_obj)},
    {MP_ROM_QSTR(MP_QSTR___setstate__), MP_ROM_PTR(&mpk_partial_setstate_obj)},
};
static MP_DEFINE_CONST_DICT(mpk_partial_locals, mpk_partial_table);

MP_DEFINE_CONST_OBJ_TYPE(mpk_type_partial, MP_QSTR_partial, MP_TYPE_FLAG_NONE, make_new, mpk_partial_make_new, call,
    mpk_partial_call, attr, mpk_partial_attr, locals_dict, &mpk_partial_locals);

#endif // MPICKLE_GLOBALS
