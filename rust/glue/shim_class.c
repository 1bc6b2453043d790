// Pickler and Unpickler: classes that a program derives its own from.
//
// The methods of a native type that is subclassed in Python get the inner object, not the instance whose overridden
// hooks they have to call. So these are classes as Python makes them, made when they are first asked for, with native
// methods. What Rust keeps for an instance lies in the instance's native part, where the program does not reach it.

#include "py/objtype.h"
#include "exports.h"
#include "shim_private.h"

#if MPK_IN_PARALLEL
#include "py/mphal.h"
#endif

#if MPICKLE_CLASSES

typedef struct {
    mp_obj_base_t base;
    uint32_t kind;
    void *block;
} mpk_machine_t;

static mp_obj_t mpk_new_machine(uint32_t kind, void *block) {
    mpk_machine_t *machine = mp_obj_malloc(mpk_machine_t, &mpk_type_machine);
    machine->kind = kind;
    machine->block = block;
    return MP_OBJ_FROM_PTR(machine);
}

// Called for an instance whose class has an `__init__` that did not call that of its base.
static mp_obj_t mpk_machine_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    (void)n_args;
    (void)n_kw;
    (void)args;
    return mpk_new_machine(0, NULL);
}

MP_DEFINE_CONST_OBJ_TYPE(mpk_type_machine, MP_QSTR_mpickle, MP_TYPE_FLAG_NONE, make_new, mpk_machine_make_new);

mp_obj_t mpk_class(uint32_t slot, qstr name, const mp_obj_dict_t *locals) {
    mp_obj_t cls = mpk_slot(slot);
    if (cls == MPK_NULL) {
        mp_obj_t base = MP_OBJ_FROM_PTR(&mpk_type_machine);
        cls = mp_obj_new_type(name, mp_obj_new_tuple(1, &base), MP_OBJ_FROM_PTR(locals));
        *mpk_slot_place(slot) = cls;
    }
    return cls;
}

// The native part of an instance; NULL if it has none of this type.
static mpk_machine_t *mpk_native_machine(mp_obj_t self) {
    mp_obj_t part = mp_obj_cast_to_native_base(self, MP_OBJ_FROM_PTR(&mpk_type_machine));
    return part != MPK_NULL && mpk_is_exact(part, &mpk_type_machine) ? MP_OBJ_TO_PTR(part) : NULL;
}

void *mpk_machine(mp_obj_t self, uint32_t kind) {
    mpk_machine_t *machine = mpk_native_machine(self);
    return machine != NULL && machine->kind == kind ? machine->block : NULL;
}

MPK_RAISING(mpk_set_machine) {
    // The class need not be that in the slot: the module may have been imported again since.
    mp_obj_t native = mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(&mpk_type_machine));
    mpk_machine_t *there = mpk_native_machine(obj);
    if (native == MPK_NULL || native == obj || (there != NULL && there->kind != len && there->block != NULL)) {
        mp_raise_TypeError(MPK_TEXT("__init__() of another class's instance"));
    }
    ((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->subobj[0] = mpk_new_machine(len, data);
    return MPK_DONE;
}

// A member of the class in a slot; of the classes made before the module was imported again, none is known.
static mp_obj_t mpk_class_member(uint32_t slot, qstr attr) {
    mp_obj_t cls = mpk_slot(slot);
    if (cls == MPK_NULL) {
        return MPK_NULL;
    }
    mp_map_t *members = &MP_OBJ_TYPE_GET_SLOT((mp_obj_type_t *)MP_OBJ_TO_PTR(cls), locals_dict)->map;
    mp_map_elem_t *found = mp_map_lookup(members, MP_OBJ_NEW_QSTR(attr), MP_MAP_LOOKUP);
    return found == NULL ? MPK_NULL : found->value;
}

MPK_RAISING(mpk_hook) {
    qstr attr = mp_obj_str_get_qstr(other);
    mp_obj_t method[2] = {MPK_NULL, MPK_NULL};
    mp_load_method_maybe(obj, attr, method);
    return method[0] == mpk_class_member(len, attr) ? MPK_NULL : mpk_bound(method);
}

// A global lock is not released here, so without one alone MicroPython's own section is needed.
bool mpk_exchange(bool *flag, bool value) {
    #if MPK_IN_PARALLEL
    mp_uint_t section = MICROPY_BEGIN_ATOMIC_SECTION();
    #endif
    bool before = *flag;
    *flag = value;
    #if MPK_IN_PARALLEL
    MICROPY_END_ATOMIC_SECTION(section);
    #endif
    return before;
}

// ---------------------------------------------------------------------------------------------------------------------
// The attribute `memo`: a view of what Rust keeps.

typedef struct {
    mp_obj_base_t base;
    mp_obj_t owner;
} mpk_memo_t;

static mp_obj_t mpk_memo_call(mpk_entry_t entry, mp_obj_t self) {
    return mpk_call_entry(entry, &((mpk_memo_t *)MP_OBJ_TO_PTR(self))->owner);
}

static mp_obj_t mpk_memo_clear(mp_obj_t self) {
    return mpk_memo_call(mpickle_memo_clear, self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mpk_memo_clear_obj, mpk_memo_clear);

static mp_obj_t mpk_memo_copy(mp_obj_t self) {
    return mpk_memo_call(mpickle_memo_copy, self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mpk_memo_copy_obj, mpk_memo_copy);

static const mp_rom_map_elem_t mpk_memo_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&mpk_memo_clear_obj)},
    {MP_ROM_QSTR(MP_QSTR_copy), MP_ROM_PTR(&mpk_memo_copy_obj)},
};
static MP_DEFINE_CONST_DICT(mpk_memo_locals, mpk_memo_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(mpk_type_memo, MP_QSTR_memo, MP_TYPE_FLAG_NONE, locals_dict, &mpk_memo_locals);

static mp_obj_t mpk_get_memo(mp_obj_t self) {
    mpk_memo_t *memo = mp_obj_malloc(mpk_memo_t, &mpk_type_memo);
    memo->owner = self;
    return MP_OBJ_FROM_PTR(memo);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mpk_get_memo_obj, mpk_get_memo);

// A dict as `copy()` gives it, or the memo of another machine.
static mp_obj_t mpk_set_memo(mp_obj_t self, mp_obj_t value) {
    mp_obj_t args[2] = {self, mpk_is_exact(value, &mpk_type_memo) ? mpk_memo_copy(value) : value};
    return mpk_call_entry(mpickle_memo_set, args);
}
static MP_DEFINE_CONST_FUN_OBJ_2(mpk_set_memo_obj, mpk_set_memo);

// Laid out as in py/objproperty.c.
struct _mpk_property_layout_t {
    mp_obj_base_t base;
    mp_rom_obj_t proxy[3];
};

const struct _mpk_property_layout_t mpk_memo_property = {
    {&mp_type_property},
    {MP_ROM_PTR(&mpk_get_memo_obj), MP_ROM_PTR(&mpk_set_memo_obj), MP_ROM_NONE},
};

#endif
