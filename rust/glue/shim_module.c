// Modules that the program injects, and the functions in them.

#include "py/objmodule.h"
#include "shim_private.h"

#if MPICKLE_REGISTRY

MPK_RAISING(mpk_import_module) {
    return mpk_import(mp_obj_str_get_qstr(obj));
}

MPK_RAISING(mpk_new_module) {
    return mp_obj_new_module(mp_obj_str_get_qstr(obj));
}

void mpk_forget_module(mp_obj_t path) {
    mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, path, MP_MAP_LOOKUP_REMOVE_IF_FOUND);
}

size_t mpk_module_len(mp_obj_t module) {
    return ((mp_obj_module_t *)MP_OBJ_TO_PTR(module))->globals->map.used;
}

// ---------------------------------------------------------------------------------------------------------------------
// A function that is injected without one: a name to be written into pickles.

typedef struct {
    mp_obj_base_t base;
    mp_obj_t module;
    mp_obj_t name;
} mpk_injected_t;

static void mpk_injected_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    (void)kind;
    mpk_injected_t *injected = MP_OBJ_TO_PTR(self);
    mp_printf(print, "<injected %s.%s>", mp_obj_str_get_str(injected->module), mp_obj_str_get_str(injected->name));
}

static mp_obj_t mpk_injected_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)n_args;
    (void)n_kw;
    (void)args;
    mpk_injected_t *injected = MP_OBJ_TO_PTR(self);
    mp_raise_msg_varg(&mp_type_NotImplementedError,
        MP_ERROR_TEXT("'%s.%s'" MPK_MORE(" was injected without a function; give one, or register a reconstruct_func")),
        mp_obj_str_get_str(injected->module), mp_obj_str_get_str(injected->name));
}

static MP_DEFINE_CONST_OBJ_TYPE(
    mpk_type_injected, MP_QSTR_function, MP_TYPE_FLAG_BINDS_SELF, print, mpk_injected_print, call, mpk_injected_call);

MPK_RAISING(mpk_injected_function) {
    mpk_injected_t *injected = mp_obj_malloc(mpk_injected_t, &mpk_type_injected);
    injected->module = obj;
    injected->name = other;
    return MP_OBJ_FROM_PTR(injected);
}

#endif
