// Exceptions, and the way back from Rust into the interpreter.

#include "shim_private.h"

static const mp_obj_type_t *const mpk_classes[] = {
    [MPK_CLASS_UNPICKLING] = &mpk_type_UnpicklingError,
    [MPK_CLASS_PICKLING] = &mpk_type_PicklingError,
    [MPK_CLASS_EOF] = &mp_type_EOFError,
    [MPK_CLASS_VALUE] = &mp_type_ValueError,
    [MPK_CLASS_TYPE] = &mp_type_TypeError,
    [MPK_CLASS_OVERFLOW] = &mp_type_OverflowError,
    // Of UnicodeDecodeError and its parents MicroPython has the two older generations.
    #if MICROPY_PY_BUILTINS_STR_UNICODE
    [MPK_CLASS_UNICODE] = &mp_type_UnicodeError,
    #else
    [MPK_CLASS_UNICODE] = &mp_type_ValueError,
    #endif
    [MPK_CLASS_ATTRIBUTE] = &mp_type_AttributeError,
    [MPK_CLASS_RUNTIME] = &mp_type_RuntimeError,
    [MPK_CLASS_MEMORY] = &mp_type_MemoryError,
    [MPK_CLASS_LOOKUP] = &mp_type_LookupError,
};

#if MPICKLE_MESSAGES
mp_obj_t mpk_exception(uint32_t cls, const char *message, const mpk_place_t *place) {
    const mp_obj_type_t *type = mpk_classes[cls];
    if (place == NULL) {
        return mp_obj_new_exception_msg_varg(type, MP_ERROR_TEXT("%s"), message);
    }
    if (place->code == MPK_NO_OPCODE) {
        return mp_obj_new_exception_msg_varg(type, MP_ERROR_TEXT("%s (at byte %u)"), message, (unsigned)place->offset);
    }
    if (place->name == NULL) {
        return mp_obj_new_exception_msg_varg(
            type, MP_ERROR_TEXT("%s (opcode 0x%02x at byte %u)"), message, (int)place->code, (unsigned)place->offset);
    }
    return mp_obj_new_exception_msg_varg(
        type, MP_ERROR_TEXT("%s (opcode %s at byte %u)"), message, place->name, (unsigned)place->offset);
}

mp_obj_t mpk_global_exception(uint32_t cls, mp_obj_t module, mp_obj_t name, const char *what) {
    return mp_obj_new_exception_msg_varg(mpk_classes[cls], MP_ERROR_TEXT("global '%s.%s' %s"),
        mp_obj_str_get_str(module), mp_obj_str_get_str(name), what);
}
#else
mp_obj_t mpk_exception(uint32_t cls, const char *message, const mpk_place_t *place) {
    const mp_obj_type_t *type = mpk_classes[cls];
    if (place == NULL) {
        return mp_obj_new_exception(type);
    }
    if (place->code == MPK_NO_OPCODE) {
        return mp_obj_new_exception_msg_varg(type, MP_ERROR_TEXT("at byte %u"), (unsigned)place->offset);
    }
    return mp_obj_new_exception_msg_varg(
        type, MP_ERROR_TEXT("opcode 0x%02x at byte %u"), (int)place->code, (unsigned)place->offset);
}

mp_obj_t mpk_global_exception(uint32_t cls, mp_obj_t module, mp_obj_t name, const char *what) {
    return mp_obj_new_exception_msg_varg(
        mpk_classes[cls], MP_ERROR_TEXT("%s.%s"), mp_obj_str_get_str(module), mp_obj_str_get_str(name));
}
#endif

mp_obj_t mpk_cannot_pickle(mp_obj_t obj) {
    #if MPICKLE_GLOBALS
    return mp_obj_new_exception_msg_varg(
        &mp_type_TypeError, MP_ERROR_TEXT("cannot pickle '%s' object"), mp_obj_get_type_str(obj));
    #else
    return mp_obj_new_exception_msg_varg(&mpk_type_PicklingError,
        MP_ERROR_TEXT(
            "cannot pickle '%s' object" MPK_MORE(": globals were left out; protocol 5 needs none for plain data")),
        mp_obj_get_type_str(obj));
    #endif
}

mp_obj_t mpk_protect(mpk_call_t *call, mpk_raising_t function, mp_obj_t obj, mp_obj_t other) {
    // Needed after a jump alone. The compiler does not know that nlr_push returns twice: it may give the slot of such a
    // variable to another one within, unless it is volatile.
    mpk_call_t *volatile after = call;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t result = function(obj, other, call->data, call->len);
        nlr_pop();
        return result;
    }
    after->raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    return MPK_NULL;
}

static MPK_RAISING(mpk_fail_memory) {
    m_malloc_fail(len);
}

mp_obj_t mpk_no_memory(mpk_call_t *call, size_t size) {
    call->len = size;
    return mpk_protect(call, mpk_fail_memory, MPK_NULL, MPK_NULL);
}

void mpk_enter(mpk_guard_t *guard) {
    mpk_search_save(&guard->search);
    #if MICROPY_ASYNC_KBD_INTR
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &guard->signals);
    #endif
}

mp_obj_t mpk_finish(mpk_guard_t *guard, uint32_t status, mp_obj_t result) {
    mpk_search_restore(&guard->search);
    #if MICROPY_ASYNC_KBD_INTR
    sigprocmask(SIG_SETMASK, &guard->signals, NULL);
    #endif
    if (status == MPK_OK) {
        return result;
    }
    nlr_raise(result);
}
