// What the module keeps from one call to the next: an array of objects behind one root pointer, made when it is first
// needed.
//
// A soft reset empties the heap but not the root pointers. So the module's __init__, which runs at its first import
// after a reset, forgets what was there before.

#include "shim_private.h"

#if MPK_STATE

#if !MICROPY_MODULE_BUILTIN_INIT
#error "mpickle's classes and registries need MICROPY_MODULE_BUILTIN_INIT; leave them out, or switch it on"
#endif

MP_REGISTER_ROOT_POINTER(mp_obj_t *mpickle_state);

void mpk_state_forget(void) {
    MP_STATE_VM(mpickle_state) = NULL;
}

mp_obj_t *mpk_slot_place(uint32_t which) {
    if (MP_STATE_VM(mpickle_state) == NULL) {
        mp_obj_t *slots = m_new(mp_obj_t, MPK_SLOTS);
        for (size_t i = 0; i < MPK_SLOTS; i++) {
            slots[i] = MPK_NULL;
        }
        MP_STATE_VM(mpickle_state) = slots;
    }
    return &MP_STATE_VM(mpickle_state)[which];
}

mp_obj_t mpk_slot(uint32_t which) {
    return MP_STATE_VM(mpickle_state) == NULL ? MPK_NULL : MP_STATE_VM(mpickle_state)[which];
}

// The dict in a slot. Raises MemoryError.
static mp_obj_t mpk_dict_in_slot(uint32_t which) {
    mp_obj_t dict = mpk_slot(which);
    if (dict == MPK_NULL) {
        dict = mp_obj_new_dict(0);
        *mpk_slot_place(which) = dict;
    }
    return dict;
}

MPK_RAISING(mpk_slot_dict) {
    return mpk_dict_in_slot(len);
}

mp_obj_t mpk_dispatch_table(void) {
    return mpk_dict_in_slot(MPK_SLOT_DISPATCH);
}

#else

void mpk_state_forget(void) {
}

mp_obj_t mpk_slot(uint32_t which) {
    (void)which;
    return MPK_NULL;
}

#endif
