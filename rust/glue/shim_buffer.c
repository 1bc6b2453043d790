// Buffers out of band (PEP 574): PickleBuffer, which offers a buffer to `buffer_callback`, and read-only views.

#include "py/binary.h"
#include "py/objarray.h"
#include "shim_private.h"

#if MPICKLE_BUFFERS

#if !MICROPY_PY_BUILTINS_MEMORYVIEW
#error "MPICKLE_BUFFERS needs memoryview: build with MPICKLE_BUFFERS=0"
#endif

typedef struct {
    mp_obj_base_t base;
    mp_obj_t source; // MPK_NULL once released
} mpk_pickle_buffer_t;

static bool mpk_is_pickle_buffer(mp_obj_t obj) {
    return mpk_is_exact(obj, &mpk_type_PickleBuffer);
}

static mp_obj_t mpk_source(mp_obj_t obj) {
    mp_obj_t source = ((mpk_pickle_buffer_t *)mpk_self(obj, &mpk_type_PickleBuffer))->source;
    if (source == MPK_NULL) {
        mp_raise_ValueError(MPK_TEXT("operation forbidden on released PickleBuffer object"));
    }
    return source;
}

// A str has the buffer protocol here, but no bytes that a pickle could name.
static void mpk_need_bytes(mp_obj_t obj) {
    mp_buffer_info_t buffer;
    if (mpk_is_str(obj) || !mp_get_buffer(obj, &buffer, MP_BUFFER_READ)) {
        mp_raise_TypeError(MPK_TEXT("a bytes-like object is required"));
    }
}

// A view that keeps the memory alive: where the source is itself a view, MicroPython's constructor goes back to the
// start of the block, which it could not do from the address that a PickleBuffer gives.
static mp_obj_array_t *mpk_view(mp_obj_t obj) {
    mp_obj_t source = mpk_is_pickle_buffer(obj) ? mpk_source(obj) : obj;
    mpk_need_bytes(source);
    return MP_OBJ_TO_PTR(mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_memoryview), source));
}

MPK_RAISING(mpk_readonly) {
    mp_obj_array_t *view = mpk_view(obj);
    bool writable = view->typecode & MP_OBJ_ARRAY_TYPECODE_FLAG_RW;
    view->typecode &= ~MP_OBJ_ARRAY_TYPECODE_FLAG_RW;
    return writable ? MP_OBJ_FROM_PTR(view) : obj;
}

// ---------------------------------------------------------------------------------------------------------------------
// PickleBuffer.

static mp_obj_t mpk_buffer_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    // Of a subclass's instance it is the native part that counts, so that no chain of buffers comes about, nor a ring.
    mp_obj_t part = mp_obj_cast_to_native_base(args[0], MP_OBJ_FROM_PTR(&mpk_type_PickleBuffer));
    mp_obj_t source = part != MPK_NULL ? mpk_source(part) : args[0];
    mpk_need_bytes(source);
    mpk_pickle_buffer_t *self = mp_obj_malloc(mpk_pickle_buffer_t, type);
    self->source = source;
    return MP_OBJ_FROM_PTR(self);
}

static mp_int_t mpk_buffer_get(mp_obj_t obj, mp_buffer_info_t *info, mp_uint_t flags) {
    mp_obj_t source = ((mpk_pickle_buffer_t *)MP_OBJ_TO_PTR(obj))->source;
    return source != MPK_NULL && mp_get_buffer(source, info, flags) ? 0 : 1;
}

// The typecodes of which any bytes are items. With the others of MicroPython's own, bytes would become objects.
static const char mpk_raw_typecodes[] = "BbHhIiLlQqfd";

static mp_obj_t mpk_buffer_raw(size_t n_args, const mp_obj_t *args) {
    mp_obj_array_t *view = mpk_view(args[0]);
    size_t writable = view->typecode & MP_OBJ_ARRAY_TYPECODE_FLAG_RW;
    size_t size = mp_binary_get_size('@', view->typecode & ~MP_OBJ_ARRAY_TYPECODE_FLAG_RW, NULL);
    size_t start = view->free * size, len = view->len * size, align;
    const char *typecode = n_args == 1 ? "B" : mp_obj_str_get_str(args[1]);
    if (typecode[0] == 0 || typecode[1] != 0 || strchr(mpk_raw_typecodes, typecode[0]) == NULL) {
        mp_raise_ValueError(MPK_TEXT("bad typecode"));
    }
    size = mp_binary_get_size('@', typecode[0], &align);
    if (start % size != 0 || len % size != 0 || (len != 0 && (uintptr_t)view->items % align != 0)) {
        mp_raise_ValueError(MPK_TEXT("the bytes are not whole items of this typecode, or not aligned"));
    }
    mp_obj_memoryview_init(view, typecode[0] | writable, start / size, len / size, view->items);
    return MP_OBJ_FROM_PTR(view);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mpk_buffer_raw_obj, 1, 2, mpk_buffer_raw);

static mp_obj_t mpk_buffer_release(mp_obj_t obj) {
    ((mpk_pickle_buffer_t *)mpk_self(obj, &mpk_type_PickleBuffer))->source = MPK_NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(mpk_buffer_release_obj, mpk_buffer_release);

// A buffer has opcodes of its own. That it was released shows when it is about to be reduced.
static mp_obj_t mpk_buffer_reduce_ex(mp_obj_t obj, mp_obj_t protocol) {
    (void)protocol;
    mpk_source(obj);
    mp_raise_TypeError(MPK_TEXT("cannot pickle 'PickleBuffer' object"));
}
static MP_DEFINE_CONST_FUN_OBJ_2(mpk_buffer_reduce_ex_obj, mpk_buffer_reduce_ex);

static const mp_rom_map_elem_t mpk_buffer_table[] = {
    {MP_ROM_QSTR(MP_QSTR_raw), MP_ROM_PTR(&mpk_buffer_raw_obj)},
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&mpk_buffer_release_obj)},
    {MP_ROM_QSTR(MP_QSTR___reduce_ex__), MP_ROM_PTR(&mpk_buffer_reduce_ex_obj)},
};
static MP_DEFINE_CONST_DICT(mpk_buffer_locals, mpk_buffer_table);

MP_DEFINE_CONST_OBJ_TYPE(mpk_type_PickleBuffer, MP_QSTR_PickleBuffer, MP_TYPE_FLAG_NONE, make_new, mpk_buffer_make_new,
    buffer, mpk_buffer_get, locals_dict, &mpk_buffer_locals);

#endif // MPICKLE_BUFFERS
