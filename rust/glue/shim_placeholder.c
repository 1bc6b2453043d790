// Placeholder: stands in for a global that does not exist here and for all that a pickle makes of it.
//
// A stand-in keeps the very objects that the pickle gave, so that it pickles back to the same bytes: the memo goes by
// identity. What it is asked for by name from a pickle (`getattr`), what it is called with and what is made of it are
// stand-ins again. It never looks anything up.

#include "py/builtin.h"
#include "py/cstack.h"
#include "py/objlist.h"
#include "py/objtuple.h"
#include "py/smallint.h"
#include "shim_private.h"

#if MPICKLE_PLACEHOLDER

// How a stand-in comes about.
#define MPK_GLOBAL (0)      // `from` is the module, `with` the name
#define MPK_MEMBER (1)      // getattr(from, with)
#define MPK_CALL (2)        // from(*with, **kwargs)
#define MPK_NEW (3)         // from.__new__(from, *with, **kwargs)
#define MPK_REBUILT (4)     // copyreg._reconstructor(*with), of which `from` is the first

typedef struct {
    mp_obj_base_t base;
    uint8_t origin;
    bool printing;
    mp_obj_t from;
    mp_obj_t with;
    mp_obj_t kwargs;    // a dict or MPK_NULL; so are the others
    mp_obj_t state;
    mp_obj_t setter;    // what sets it, where that is not the object itself
    mp_obj_t items;     // a list, or a set where they were added
    mp_obj_t pairs;     // a list of pairs
    mp_obj_t maker;     // the member `__new__` with which a pickle made instances with keywords
} mpk_placeholder_t;

bool mpk_is_placeholder(mp_obj_t obj) {
    return mpk_is_exact(obj, &mpk_type_Placeholder);
}

static mp_obj_t mpk_stand_in(uint8_t origin, mp_obj_t from, mp_obj_t with, mp_obj_t kwargs) {
    // MicroPython would search for the room of each past all those before it.
    mpk_placeholder_t *self = mpk_alloc(sizeof(*self));
    if (self == NULL) {
        m_malloc_fail(sizeof(*self));
    }
    self->base.type = &mpk_type_Placeholder;
    self->origin = origin;
    self->printing = false;
    self->from = from;
    self->with = with;
    self->kwargs = kwargs;
    self->state = self->setter = self->items = self->pairs = self->maker = MPK_NULL;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t mpk_placeholder_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 2, 2, false);
    if (!mpk_is_str(args[0]) || !mpk_is_str(args[1])) {
        mp_raise_TypeError(MPK_TEXT("module and name must be str"));
    }
    return mpk_stand_in(MPK_GLOBAL, args[0], args[1], MPK_NULL);
}

// ---------------------------------------------------------------------------------------------------------------------
// What pickles make of a stand-in.

mp_obj_t mpk_placeholder_member(mp_obj_t obj, mp_obj_t name) {
    return mpk_stand_in(MPK_MEMBER, obj, name, MPK_NULL);
}

mp_obj_t mpk_placeholder_instance(mp_obj_t cls, mp_obj_t args, mp_obj_t kwargs) {
    return mpk_stand_in(MPK_NEW, cls, args, kwargs);
}

mp_obj_t mpk_placeholder_rebuilt(mp_obj_t cls, mp_obj_t base, mp_obj_t state) {
    mp_obj_t args[3] = {cls, base, state};
    return mpk_stand_in(MPK_REBUILT, cls, mp_obj_new_tuple(3, args), MPK_NULL);
}

mp_obj_t mpk_placeholder_new(mp_obj_t cls) {
    mpk_placeholder_t *self = MP_OBJ_TO_PTR(cls);
    if (self->maker == MPK_NULL) {
        self->maker = mpk_placeholder_member(cls, MP_OBJ_NEW_QSTR(MP_QSTR___new__));
    }
    return self->maker;
}

// Before protocol 4 an instance that is made with keywords is a call of `cls.__new__(cls, *args, **kwargs)`, where the
// class may have its `__new__` from another.
static bool mpk_calls_new(mpk_placeholder_t *self, mp_obj_tuple_t *args, mp_obj_t kwargs) {
    return kwargs != MPK_NULL && self->origin == MPK_MEMBER && args->len > 0 && mpk_is_placeholder(args->items[0]) &&
           mp_obj_equal(self->with, MP_OBJ_NEW_QSTR(MP_QSTR___new__));
}

mp_obj_t mpk_placeholder_call(mp_obj_t obj, mp_obj_t args, mp_obj_t kwargs) {
    mp_obj_tuple_t *items = MP_OBJ_TO_PTR(args);
    if (mpk_calls_new(MP_OBJ_TO_PTR(obj), items, kwargs)) {
        ((mpk_placeholder_t *)MP_OBJ_TO_PTR(items->items[0]))->maker = obj;
        mp_obj_t rest = mp_obj_new_tuple(items->len - 1, items->items + 1);
        return mpk_placeholder_instance(items->items[0], rest, kwargs);
    }
    return mpk_stand_in(MPK_CALL, obj, args, kwargs);
}

static mp_obj_t mpk_placeholder_call_n_kw(mp_obj_t obj, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_obj_t kwargs = MPK_NULL;
    if (n_kw > 0) {
        kwargs = mp_obj_new_dict(n_kw);
        for (const mp_obj_t *kw = args + n_args, *end = kw + 2 * n_kw; kw < end; kw += 2) {
            mp_obj_dict_store(kwargs, kw[0], kw[1]);
        }
    }
    return mpk_placeholder_call(obj, mp_obj_new_tuple(n_args, args), kwargs);
}

// ---------------------------------------------------------------------------------------------------------------------
// State and items. A global is pickled as its name, and has room for neither.

static mpk_placeholder_t *mpk_to_fill(mp_obj_t obj) {
    mpk_placeholder_t *self = mpk_self(obj, &mpk_type_Placeholder);
    if (self->origin == MPK_GLOBAL) {
        mp_raise_msg(&mpk_type_UnpicklingError, MPK_TEXT("the stand-in of a global takes neither state nor items"));
    }
    return self;
}

static mp_obj_t mpk_placeholder_setstate(mp_obj_t obj, mp_obj_t state) {
    mpk_placeholder_t *self = mpk_to_fill(obj);
    if (self->state != MPK_NULL) {
        mp_raise_msg(&mpk_type_UnpicklingError, MPK_TEXT("a stand-in takes one state only"));
    }
    self->state = state == mp_const_none ? MPK_NULL : state;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(mpk_placeholder_setstate_obj, mpk_placeholder_setstate);

// A state setter is called with the object and its state, and what it returns is dropped.
MPK_RAISING(mpk_dropped) {
    if (!mpk_is_placeholder(obj)) {
        return MPK_DONE;
    }
    mpk_placeholder_t *call = MP_OBJ_TO_PTR(obj);
    if (call->origin != MPK_CALL || call->kwargs != MPK_NULL || mpk_tuple_item(call->with, 0) != other ||
        mpk_tuple_item(call->with, 1) == MPK_NULL || mpk_tuple_item(call->with, 2) != MPK_NULL) {
        return MPK_DONE;
    }
    if (!mpk_is_placeholder(other)) {
        mp_raise_msg(&mpk_type_UnpicklingError, MPK_TEXT("the state setter of an object is missing"));
    }
    mpk_placeholder_setstate(other, mpk_tuple_item(call->with, 1));
    ((mpk_placeholder_t *)MP_OBJ_TO_PTR(other))->setter = call->from;
    return MPK_DONE;
}

// The container that a stand-in keeps its items in, made when first needed.
static mp_obj_t mpk_container(mp_obj_t *container, const mp_obj_type_t *type) {
    if (*container == MPK_NULL) {
        *container = mp_call_function_0(MP_OBJ_FROM_PTR(type));
    }
    if (!mpk_is_exact(*container, type)) {
        mp_raise_msg(&mpk_type_UnpicklingError, MPK_TEXT("a stand-in takes items of one kind only"));
    }
    return *container;
}

static mp_obj_t mpk_placeholder_append(mp_obj_t obj, mp_obj_t item) {
    return mp_obj_list_append(mpk_container(&mpk_to_fill(obj)->items, &mp_type_list), item);
}
static MP_DEFINE_CONST_FUN_OBJ_2(mpk_placeholder_append_obj, mpk_placeholder_append);

#if MICROPY_PY_BUILTINS_SET
static mp_obj_t mpk_placeholder_add(mp_obj_t obj, mp_obj_t item) {
    mp_obj_set_store(mpk_container(&mpk_to_fill(obj)->items, &mp_type_set), item);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(mpk_placeholder_add_obj, mpk_placeholder_add);
#endif

static mp_obj_t mpk_placeholder_subscr(mp_obj_t obj, mp_obj_t key, mp_obj_t value) {
    if (value == MP_OBJ_NULL || value == MP_OBJ_SENTINEL) {
        return MP_OBJ_NULL;
    }
    mp_obj_t pair[2] = {key, value};
    mp_obj_list_append(mpk_container(&mpk_to_fill(obj)->pairs, &mp_type_list), mp_obj_new_tuple(2, pair));
    return mp_const_none;
}

// ---------------------------------------------------------------------------------------------------------------------
// Back into a pickle.

// The class of an instance; itself, of anything else.
mp_obj_t mpk_placeholder_class(mp_obj_t obj) {
    mpk_placeholder_t *self = MP_OBJ_TO_PTR(obj);
    return self->origin == MPK_NEW ? self->from : MP_OBJ_FROM_PTR(&mpk_type_Placeholder);
}

bool mpk_placeholder_is_global(mp_obj_t obj) {
    return ((mpk_placeholder_t *)MP_OBJ_TO_PTR(obj))->origin == MPK_GLOBAL;
}

void mpk_placeholder_locate(mp_obj_t obj, mpk_location_t *location) {
    mpk_placeholder_t *self = MP_OBJ_TO_PTR(obj);
    location->module = self->from;
    location->name = self->with;
    size_t len;
    const char *name = mp_obj_str_get_data(self->with, &len);
    for (size_t dot = len; dot-- > 0;) {
        if (name[dot] == '.') {
            mp_obj_t outer = mp_obj_new_str(name, dot);
            location->parent = mpk_stand_in(MPK_GLOBAL, self->from, outer, MPK_NULL);
            location->last = mp_obj_new_str(name + dot + 1, len - dot - 1);
            return;
        }
    }
}

// The callable and the arguments that make a stand-in again.
static mp_obj_t mpk_remake(mpk_placeholder_t *self, mp_obj_t *args) {
    mp_obj_t items[3] = {self->from, self->with, self->kwargs};
    switch (self->origin) {
        case MPK_MEMBER:
            *args = mp_obj_new_tuple(2, items);
            return MP_OBJ_FROM_PTR(&mp_builtin_getattr_obj);
        case MPK_CALL:
            *args = self->with;
            if (self->kwargs != MPK_NULL) {
                *args = mp_const_empty_tuple;
                return mpk_partial(self->from, self->with, self->kwargs);
            }
            return self->from;
        case MPK_NEW:
            if (self->kwargs != MPK_NULL) {
                *args = mp_obj_new_tuple(3, items);
                return MP_OBJ_FROM_PTR(&mpk_newobj_ex_obj);
            }
            *args = mpk_prepend(self->from, self->with);
            return MP_OBJ_FROM_PTR(&mpk_newobj_obj);
        default:
            *args = self->with;
            return MP_OBJ_FROM_PTR(&mpk_reconstructor_obj);
    }
}

// What is iterated over. A set goes as it is: the Pickler writes it with ADDITEMS.
static mp_obj_t mpk_iterator(mp_obj_t items) {
    if (items == MPK_NULL) {
        return mp_const_none;
    }
    return mpk_is_exact(items, &mp_type_list) ? mp_getiter(items, NULL) : items;
}

static mp_obj_t mpk_or_none(mp_obj_t obj) {
    return obj == MPK_NULL ? mp_const_none : obj;
}

static mp_obj_t mpk_placeholder_reduce_ex(mp_obj_t obj, mp_obj_t protocol) {
    (void)protocol;
    mpk_placeholder_t *self = mpk_self(obj, &mpk_type_Placeholder);
    if (self->origin == MPK_GLOBAL) {
        return self->with;
    }
    mp_obj_t reduction[6];
    reduction[0] = mpk_remake(self, &reduction[1]);
    reduction[2] = mpk_or_none(self->state);
    reduction[3] = mpk_iterator(self->items);
    reduction[4] = mpk_iterator(self->pairs);
    reduction[5] = mpk_or_none(self->setter);
    return mp_obj_new_tuple(6, reduction);
}
static MP_DEFINE_CONST_FUN_OBJ_2(mpk_placeholder_reduce_ex_obj, mpk_placeholder_reduce_ex);

// ---------------------------------------------------------------------------------------------------------------------
// What a program sees.

// The arguments of an instance, however it was made: of `_reconstructor` the value of the built-in base.
static mp_obj_t mpk_arguments(mpk_placeholder_t *self) {
    if (self->origin < MPK_CALL) {
        return mp_const_empty_tuple;
    }
    if (self->origin == MPK_REBUILT) {
        mp_obj_tuple_t *args = MP_OBJ_TO_PTR(self->with);
        return args->items[1] == MP_OBJ_FROM_PTR(&mp_type_object) ? mp_const_empty_tuple
                                                                  : mp_obj_new_tuple(1, &args->items[2]);
    }
    return self->with;
}

// Prints a global or a member by its dotted name, anything else as it is.
static void mpk_print_name(const mp_print_t *print, mp_obj_t obj, bool with_module) {
    mp_cstack_check();
    mpk_placeholder_t *self = MP_OBJ_TO_PTR(obj);
    if (self->origin >= MPK_CALL) {
        mp_obj_print_helper(print, obj, PRINT_REPR);
        return;
    }
    if (self->origin == MPK_MEMBER) {
        mpk_print_name(print, self->from, with_module);
    } else if (with_module) {
        mp_obj_print_helper(print, self->from, PRINT_STR);
    }
    if (self->origin == MPK_MEMBER || with_module) {
        mp_print_str(print, ".");
    }
    mp_obj_print_helper(print, self->with, PRINT_STR);
}

static void mpk_print_after(const mp_print_t *print, const char *before, mp_obj_t obj) {
    mp_print_str(print, before);
    mp_obj_print_helper(print, obj, PRINT_REPR);
}

static void mpk_print_arguments(const mp_print_t *print, mpk_placeholder_t *self) {
    const char *before = "(";
    mp_obj_tuple_t *args = MP_OBJ_TO_PTR(mpk_arguments(self));
    for (size_t i = 0; i < args->len; i++, before = ", ") {
        mpk_print_after(print, before, args->items[i]);
    }
    mp_obj_t key, value;
    size_t position = 0;
    while (self->kwargs != MPK_NULL && (key = mpk_dict_next(self->kwargs, &position, &value)) != MPK_NULL) {
        mp_print_str(print, before);
        before = ", ";
        mp_obj_print_helper(print, key, PRINT_STR);
        mpk_print_after(print, "=", value);
    }
    mp_print_str(print, *before == '(' ? "()" : ")");
}

static void mpk_print_contents(const mp_print_t *print, mpk_placeholder_t *self) {
    if (self->items != MPK_NULL) {
        mpk_print_after(print, " ", self->items);
    }
    if (self->pairs != MPK_NULL) {
        const char *before = " {";
        mp_obj_list_t *pairs = MP_OBJ_TO_PTR(self->pairs);
        for (size_t i = 0; i < pairs->len; i++, before = ", ") {
            // The program has the list, too, and may have put anything in it.
            mp_obj_t pair = pairs->items[i], value = mpk_tuple_item(pair, 1);
            mpk_print_after(print, before, value == MPK_NULL ? pair : mpk_tuple_item(pair, 0));
            if (value != MPK_NULL) {
                mpk_print_after(print, ": ", value);
            }
        }
        mp_print_str(print, "}");
    }
    if (self->state != MPK_NULL) {
        mpk_print_after(print, " state=", self->state);
    }
}

static MPK_RAISING(mpk_print_inside) {
    mpk_placeholder_t *self = MP_OBJ_TO_PTR(obj);
    if (self->origin >= MPK_CALL) {
        mpk_print_arguments(data, self);
    }
    mpk_print_contents(data, self);
    return MPK_DONE;
}

// An instance that holds itself is printed once.
static void mpk_placeholder_print(const mp_print_t *print, mp_obj_t obj, mp_print_kind_t kind) {
    (void)kind;
    mpk_placeholder_t *self = MP_OBJ_TO_PTR(obj);
    mp_print_str(print, "<");
    mpk_print_name(print, self->origin < MPK_CALL ? obj : self->from, true);
    mpk_call_t call = {.raised = MPK_NULL, .data = (void *)print};
    if (self->printing) {
        mp_print_str(print, " ...");
    } else {
        self->printing = true;
        mpk_protect(&call, mpk_print_inside, obj, MPK_NULL);
        self->printing = false;
        if (call.raised != MPK_NULL) {
            nlr_raise(call.raised);
        }
    }
    mp_print_str(print, ">");
}

// Module and name of a stand-in's global.
static mp_obj_t mpk_named(mpk_placeholder_t *self, bool module) {
    while (self->origin >= MPK_CALL || (module && self->origin == MPK_MEMBER)) {
        self = MP_OBJ_TO_PTR(self->from);
    }
    if (self->origin == MPK_GLOBAL) {
        return module ? self->from : self->with;
    }
    vstr_t text;
    mp_print_t print;
    vstr_init_print(&text, 32, &print);
    mpk_print_name(&print, MP_OBJ_FROM_PTR(self), false);
    return mp_obj_new_str_from_vstr(&text);
}

static void mpk_placeholder_attr(mp_obj_t obj, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    mpk_placeholder_t *self = MP_OBJ_TO_PTR(obj);
    switch (attr) {
        case MP_QSTR_module:
        case MP_QSTR_name:
            dest[0] = mpk_named(self, attr == MP_QSTR_module);
            break;
        case MP_QSTR_args:
            dest[0] = mpk_arguments(self);
            break;
        case MP_QSTR_kwargs:
            dest[0] = mpk_or_none(self->kwargs);
            break;
        case MP_QSTR_state:
            dest[0] = mpk_or_none(self->state);
            break;
        case MP_QSTR_items:
            dest[0] = mpk_or_none(self->items);
            break;
        case MP_QSTR_pairs:
            dest[0] = mpk_or_none(self->pairs);
            break;
        default:
            dest[1] = MP_OBJ_SENTINEL; // a method, perhaps
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Equality by content. What `_reconstructor` and `__newobj__` made of the same is the same.

static uint8_t mpk_kind_of(mpk_placeholder_t *self) {
    return self->origin == MPK_REBUILT ? MPK_NEW : self->origin;
}

static bool mpk_equal(mp_obj_t a, mp_obj_t b) {
    return a == b || (a != MPK_NULL && b != MPK_NULL && mp_obj_equal(a, b));
}

static mp_obj_t mpk_placeholder_binary_op(mp_binary_op_t op, mp_obj_t a, mp_obj_t b) {
    if (op != MP_BINARY_OP_EQUAL) {
        return MP_OBJ_NULL;
    }
    mp_cstack_check();
    mpk_placeholder_t *one = MP_OBJ_TO_PTR(a), *other = MP_OBJ_TO_PTR(b);
    bool named = one->origin < MPK_CALL;
    return mp_obj_new_bool(
        mpk_kind_of(one) == mpk_kind_of(other) && mpk_equal(one->from, other->from) &&
        mpk_equal(named ? one->with : mpk_arguments(one), named ? other->with : mpk_arguments(other)) &&
        mpk_equal(one->kwargs, other->kwargs) && mpk_equal(one->items, other->items) &&
        mpk_equal(one->pairs, other->pairs) && mpk_equal(one->state, other->state) &&
        mpk_equal(one->setter, other->setter));
}

static mp_int_t mpk_hash(mp_obj_t obj) {
    return MP_OBJ_SMALL_INT_VALUE(mp_unary_op(MP_UNARY_OP_HASH, obj));
}

static MPK_RAISING(mpk_hash_object) {
    return mp_unary_op(MP_UNARY_OP_HASH, obj);
}

// The hash of arguments; 0 where they have none.
static mp_int_t mpk_hash_arguments(mp_obj_t args) {
    mpk_call_t call = {.raised = MPK_NULL};
    mp_obj_t hash = mpk_protect(&call, mpk_hash_object, args, MPK_NULL);
    if (hash != MPK_NULL) {
        return MP_OBJ_SMALL_INT_VALUE(hash);
    }
    if (!mp_obj_exception_match(call.raised, MP_OBJ_FROM_PTR(&mp_type_TypeError))) {
        nlr_raise(call.raised);
    }
    return 0;
}

static mp_obj_t mpk_placeholder_unary_op(mp_unary_op_t op, mp_obj_t obj) {
    if (op != MP_UNARY_OP_HASH) {
        return MP_OBJ_NULL;
    }
    mp_cstack_check();
    mpk_placeholder_t *self = MP_OBJ_TO_PTR(obj);
    mp_int_t with = self->origin < MPK_CALL ? mpk_hash(self->with) : mpk_hash_arguments(mpk_arguments(self));
    mp_uint_t hash = (mp_uint_t)mpk_hash(self->from) * 31 + (mp_uint_t)with + mpk_kind_of(self);
    return MP_OBJ_NEW_SMALL_INT((mp_int_t)hash & MP_SMALL_INT_MAX);
}

static const mp_rom_map_elem_t mpk_placeholder_table[] = {
    {MP_ROM_QSTR(MP_QSTR___setstate__), MP_ROM_PTR(&mpk_placeholder_setstate_obj)},
    {MP_ROM_QSTR(MP_QSTR___reduce_ex__), MP_ROM_PTR(&mpk_placeholder_reduce_ex_obj)},
    {MP_ROM_QSTR(MP_QSTR_append), MP_ROM_PTR(&mpk_placeholder_append_obj)},
    #if MICROPY_PY_BUILTINS_SET
    {MP_ROM_QSTR(MP_QSTR_add), MP_ROM_PTR(&mpk_placeholder_add_obj)},
    #endif
};
static MP_DEFINE_CONST_DICT(mpk_placeholder_locals, mpk_placeholder_table);

MP_DEFINE_CONST_OBJ_TYPE(mpk_type_Placeholder, MP_QSTR_Placeholder, MP_TYPE_FLAG_NONE, make_new,
    mpk_placeholder_make_new, print, mpk_placeholder_print, call, mpk_placeholder_call_n_kw, unary_op,
    mpk_placeholder_unary_op, binary_op, mpk_placeholder_binary_op, attr, mpk_placeholder_attr, subscr,
    mpk_placeholder_subscr, locals_dict, &mpk_placeholder_locals);

#endif // MPICKLE_PLACEHOLDER
