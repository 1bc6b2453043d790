// The functions of the module and the methods of its classes: from MicroPython's arguments to an entry of Rust's.
//
// They have a type of their own, since MicroPython does not bind its native functions to the instances of classes like
// ours. The entry never raises: it returns a status, and mpk_finish returns the result or raises it, after Rust has
// returned.

#include "py/cstack.h"
#include "exports.h"
#include "shim_private.h"

mp_obj_t mpk_call_entry(mpk_entry_t entry, const mp_obj_t *args) {
    mpk_guard_t guard;
    mp_obj_t result = MPK_NULL;
    mpk_enter(&guard);
    uint32_t status = mpickle_enter(entry, args, &result);
    return mpk_finish(&guard, status, result);
}

// Not in the frame that lasts as long as the call.
static MP_NOINLINE void mpk_parse(
    const mpk_function_t *function, size_t n_args, size_t n_kw, const mp_obj_t *args, mp_arg_val_t *values) {
    mp_arg_t params[MPK_MAX_PARAMS];
    for (size_t i = 0; i < function->n_params; i++) {
        const mpk_param_t *param = &function->params[i];
        params[i].qst = param->name;
        params[i].flags = param->flags << 8 | MP_ARG_OBJ;
        params[i].defval.u_rom_obj = mpk_defaults[param->value];
    }
    mp_arg_parse_all_kw_array(n_args, n_kw, args, function->n_params, params, values);
}

static mp_obj_t mpk_function_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    // The union holds nothing larger than an object, so an array of it is an array of objects.
    MP_STATIC_ASSERT(sizeof(mp_arg_val_t) == sizeof(mp_obj_t));
    const mpk_function_t *function = MP_OBJ_TO_PTR(self);
    mp_arg_val_t values[MPK_MAX_PARAMS];
    mp_cstack_check(); // a pickle may load a pickle
    mpk_parse(function, n_args, n_kw, args, values);
    return mpk_call_entry(function->entry, &values[0].u_obj);
}

MP_DEFINE_CONST_OBJ_TYPE(mpk_type_function, MP_QSTR_function, MP_TYPE_FLAG_BINDS_SELF, call, mpk_function_call);
