// Names of classes and functions: finding the object of a name, and the name of an object.

#include "py/bc.h"
#include "py/builtin.h"
#include "py/objfun.h"
#include "py/objmodule.h"
#include "py/objstr.h"
#include "py/objtype.h"
#include "shim_private.h"

#if MPICKLE_GLOBALS

// ---------------------------------------------------------------------------------------------------------------------
// From a name to the object.

mp_obj_t mpk_import(qstr module) {
    // With a non-empty `fromlist` the import gives the last module of a dotted path, not the first.
    return mp_import_name(module, mp_const_true, MP_OBJ_NEW_SMALL_INT(0));
}

// Walks a dotted path from `obj`. `parent` gets the object that holds the last part, `last` that part.
static mp_obj_t mpk_walk(mp_obj_t obj, const char *path, size_t len, mp_obj_t *parent, qstr *last) {
    const char *end = path + len;
    for (const char *dot = path;; dot++) {
        if (dot == end || *dot == '.') {
            *parent = obj;
            *last = qstr_from_strn(path, dot - path);
            obj = mp_load_attr(obj, *last);
            if (dot == end) {
                return obj;
            }
            path = dot + 1;
        }
    }
}

MPK_RAISING(mpk_find_global) {
    mp_obj_t in = mpk_import(mp_obj_str_get_qstr(obj));
    if (len == 0) {
        return mp_load_attr(in, mp_obj_str_get_qstr(other));
    }
    mp_obj_t parent;
    qstr last;
    const char *path = mp_obj_str_get_data(other, &len);
    return mpk_walk(in, path, len, &parent, &last);
}

bool mpk_says_missing(mp_obj_t exception) {
    return mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_ImportError)) ||
           mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_AttributeError));
}

// The interned form of a str that is interned already, MP_QSTRnull otherwise: what comes from a pickle is not interned
// just to be looked for.
static qstr mpk_known_name(mp_obj_t text) {
    size_t len;
    const char *data = mp_obj_str_get_data(text, &len);
    return qstr_find_strn(data, len);
}

mp_obj_t mpk_find_supplied(mp_obj_t module, mp_obj_t name) {
    return mpk_supplied(mpk_known_name(module), mpk_known_name(name));
}

// ---------------------------------------------------------------------------------------------------------------------
// From an object to its name.

// The names that a module, a class, or an instance that stands in for a module, has by itself; or NULL.
static const mp_map_t *mpk_names_of(mp_obj_t obj) {
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    if (type == &mp_type_module) {
        return &((mp_obj_module_t *)MP_OBJ_TO_PTR(obj))->globals->map;
    }
    if (type == &mp_type_type) {
        const mp_obj_dict_t *locals = MP_OBJ_TYPE_GET_SLOT_OR_NULL((mp_obj_type_t *)MP_OBJ_TO_PTR(obj), locals_dict);
        return locals == NULL ? NULL : &locals->map;
    }
    return mp_obj_is_instance_type(type) ? &((mp_obj_instance_t *)MP_OBJ_TO_PTR(obj))->members : NULL;
}

// The entry of a module's dict that holds `obj`, or NULL.
static const mp_map_elem_t *mpk_find_value(const mp_map_t *map, mp_obj_t obj) {
    for (size_t i = 0; i < map->alloc; i++) {
        if (mp_map_slot_is_filled(map, i) && map->table[i].value == obj && mpk_is_str(map->table[i].key)) {
            return &map->table[i];
        }
    }
    return NULL;
}

// Looks for `obj` in each module of a map from names to modules.
static bool mpk_search_modules(const mp_map_t *modules, mp_obj_t obj, mpk_location_t *location) {
    for (size_t i = 0; i < modules->alloc; i++) {
        const mp_map_t *names = mp_map_slot_is_filled(modules, i) ? mpk_names_of(modules->table[i].value) : NULL;
        const mp_map_elem_t *found = names == NULL ? NULL : mpk_find_value(names, obj);
        if (found != NULL && modules->table[i].key != MP_OBJ_NEW_QSTR(MP_QSTR___main__)) {
            location->module = modules->table[i].key;
            location->name = found->key;
            return true;
        }
    }
    return false;
}

// The program itself may have made a type that does not know its module, such as a namedtuple.
static bool mpk_search_main(mp_obj_t obj, mpk_location_t *location) {
    const mp_map_elem_t *found = mpk_find_value(&MP_STATE_VM(dict_main).map, obj);
    if (found == NULL) {
        return false;
    }
    location->module = MP_OBJ_NEW_QSTR(MP_QSTR___main__);
    location->name = found->key;
    return true;
}

// Native functions and types do not know their names: they are looked for in the modules, builtins first, then those
// that the firmware has, then those of Python, which may have them from there.
static bool mpk_search(mp_obj_t obj, mpk_location_t *location) {
    qstr module, name;
    if (mpk_supplied_name(obj, &module, &name)) {
        location->module = MP_OBJ_NEW_QSTR(module);
        location->name = MP_OBJ_NEW_QSTR(name);
        return true;
    }
    const mp_map_elem_t *found = mpk_find_value(&mp_module_builtins_globals.map, obj);
    if (found != NULL) {
        location->module = MP_OBJ_NEW_QSTR(MP_QSTR_builtins);
        location->name = found->key;
        return true;
    }
    return mpk_search_modules(&mp_builtin_module_map, obj, location) ||
           mpk_search_modules(&mp_builtin_extensible_module_map, obj, location) ||
           mpk_search_modules(&MP_STATE_VM(mp_loaded_modules_dict).map, obj, location) ||
           mpk_search_main(obj, location);
}

// Whether `wrapper` is the staticmethod of `function`.
static bool mpk_wraps(mp_obj_t wrapper, mp_obj_t function) {
    return mpk_is_exact(wrapper, &mp_type_staticmethod) &&
           ((mp_obj_static_class_method_t *)MP_OBJ_TO_PTR(wrapper))->fun == function;
}

// A method's function knows its name if it was written in Python; a native one is looked for in the type.
mp_obj_t mpk_method_name(mp_obj_t self, mp_obj_t function) {
    if (mpk_is_exact(function, &mp_type_fun_bc) || mpk_is_exact(function, &mp_type_gen_wrap)) {
        return MP_OBJ_NEW_QSTR(mp_obj_fun_get_name(function));
    }
    const mp_obj_type_t *type = mp_obj_get_type(self);
    if (!MP_OBJ_TYPE_HAS_SLOT(type, locals_dict)) {
        return MPK_NULL;
    }
    const mp_map_elem_t *found = mpk_find_value(&MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map, function);
    return found == NULL ? MPK_NULL : found->key;
}

// A str attribute of `obj`, or MPK_NULL.
static mp_obj_t mpk_str_attribute(mp_obj_t obj, qstr attr) {
    mp_obj_t method[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    mp_load_method_protected(obj, attr, method, false);
    return method[0] != MP_OBJ_NULL && mpk_is_str(method[0]) ? method[0] : MPK_NULL;
}

// The globals of a function that was written in Python, or NULL.
static mp_obj_dict_t *mpk_function_globals(mp_obj_t obj) {
    if (mpk_is_exact(obj, &mp_type_fun_bc) || mpk_is_exact(obj, &mp_type_gen_wrap)) {
        return ((mp_obj_fun_bc_t *)MP_OBJ_TO_PTR(obj))->context->module.globals;
    }
    return NULL;
}

// The name that a class or function of Python has of itself, into `location`; false if it is none.
static bool mpk_own_name(mp_obj_t obj, mpk_location_t *location) {
    mp_obj_dict_t *globals = mpk_function_globals(obj);
    if (globals != NULL) {
        location->name = MP_OBJ_NEW_QSTR(mp_obj_fun_get_name(obj));
        location->module = mp_obj_dict_get(MP_OBJ_FROM_PTR(globals), MP_OBJ_NEW_QSTR(MP_QSTR___name__));
        return true;
    }
    location->module = mpk_str_attribute(obj, MP_QSTR___module__);
    location->name = mpk_str_attribute(obj, MP_QSTR___qualname__);
    if (location->name == MPK_NULL) {
        location->name = mpk_str_attribute(obj, MP_QSTR___name__);
    }
    return location->module != MPK_NULL && location->name != MPK_NULL;
}

// A function that has `super()` in it is a closure, laid out as in py/objclosure.c: the name is that of the function within.
extern const mp_obj_type_t mp_type_closure;
typedef struct {
    mp_obj_base_t base;
    mp_obj_t fun;
} mpk_closure_layout_t;

static bool mpk_closure_name(mp_obj_t obj, mpk_location_t *location) {
    return mpk_is_exact(obj, &mp_type_closure) &&
           mpk_own_name(((mpk_closure_layout_t *)MP_OBJ_TO_PTR(obj))->fun, location);
}

// The module of an object that is pickled under a given name: its own, or the one that has it under that name.
static void mpk_module_of(mp_obj_t obj, mpk_location_t *location) {
    mp_obj_t name = location->name;
    if (!mpk_own_name(obj, location) && location->module == MPK_NULL && !mpk_search(obj, location)) {
        location->module = MP_OBJ_NEW_QSTR(MP_QSTR___main__);
    }
    location->name = name;
}

static MP_NORETURN void mpk_not_found(mp_obj_t obj, const char *why, mpk_location_t *location) {
    vstr_t text;
    mp_print_t print;
    vstr_init_print(&text, 64, &print);
    mp_print_str(&print, "can't pickle ");
    mp_obj_print_helper(&print, obj, PRINT_REPR);
    mp_print_str(&print, why);
    if (location != NULL) {
        mp_obj_print_helper(&print, location->module, PRINT_STR);
        mp_print_str(&print, ".");
        mp_obj_print_helper(&print, location->name, PRINT_STR);
    }
    mp_obj_t message = mp_obj_new_str_from_vstr(&text);
    nlr_raise(mp_obj_new_exception_arg1(&mpk_type_PicklingError, message));
}

// A str of its own, not the interned one: as in CPython, where the last part of a dotted name is a new str each time.
static mp_obj_t mpk_fresh_str(qstr text) {
    size_t len;
    const byte *data = qstr_data(text, &len);
    return mp_obj_new_str_copy(&mp_type_str, data, len);
}

// How deep in each other classes are looked for.
#define MPK_NESTED_CLASSES (4)

// A class of MicroPython's knows its own name, but not in which class it was defined, and neither does a method. So
// what a module does not have is looked for as `name` in those of its classes that lie `depth` classes deep. `path`, to
// which their names are added, and `location` tell where it is.
static bool mpk_search_classes(
    const mp_map_t *names, mp_obj_t obj, mp_obj_t name, size_t depth, vstr_t *path, mpk_location_t *location) {
    for (size_t i = 0; names != NULL && i < names->alloc; i++) {
        mp_obj_t cls = names->table[i].value;
        if (!mp_map_slot_is_filled(names, i) || !mpk_is_exact(cls, &mp_type_type) ||
            names->table[i].key != MP_OBJ_NEW_QSTR(((mp_obj_type_t *)MP_OBJ_TO_PTR(cls))->name)) {
            continue;
        }
        size_t len = path->len;
        vstr_add_str(path, qstr_str(MP_OBJ_QSTR_VALUE(names->table[i].key)));
        vstr_add_char(path, '.');
        const mp_map_t *inner = mpk_names_of(cls);
        if (depth > 0 && mpk_search_classes(inner, obj, name, depth - 1, path, location)) {
            return true;
        }
        mp_map_elem_t *found =
            depth > 0 || inner == NULL ? NULL : mp_map_lookup((mp_map_t *)inner, name, MP_MAP_LOOKUP);
        if (found != NULL && (found->value == obj || mpk_wraps(found->value, obj))) {
            vstr_add_str(path, mp_obj_str_get_str(name));
            location->parent = cls;
            location->last = mpk_fresh_str(mp_obj_str_get_qstr(name));
            return true;
        }
        path->len = len;
    }
    return false;
}

static bool mpk_search_nested(mp_obj_t module, mp_obj_t obj, mpk_location_t *location) {
    vstr_t path;
    vstr_init(&path, 32);
    for (size_t depth = 0; depth < MPK_NESTED_CLASSES; depth++) {
        if (mpk_search_classes(mpk_names_of(module), obj, location->name, depth, &path, location)) {
            location->name = mp_obj_new_str_from_vstr(&path);
            return true;
        }
    }
    return false;
}

// Checks that the name leads back to the object, or finds the one that does.
static void mpk_verify(mp_obj_t obj, mpk_location_t *location, bool own_name) {
    size_t len;
    const char *path = mp_obj_str_get_data(location->name, &len);
    // Read after a jump.
    mp_obj_t volatile module = MPK_NULL;
    mp_obj_t found = MPK_NULL, parent = MPK_NULL;
    qstr last = MP_QSTRnull;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        module = mpk_import(mp_obj_str_get_qstr(location->module));
        found = mpk_walk(module, path, len, &parent, &last);
        nlr_pop();
        if (found == obj) {
            location->parent = parent == module ? MPK_NULL : parent;
            location->last = mpk_fresh_str(last);
            return;
        }
    }
    if (own_name && module != MPK_NULL && mpk_search_nested(module, obj, location)) {
        return;
    }
    mpk_not_found(obj, found == MPK_NULL ? ": it is not found as " : ": it's not the same object as ", location);
}

MPK_RAISING(mpk_locate) {
    mpk_location_t *location = data;
    location->parent = MPK_NULL;
    location->name = other;
    bool verify = true;
    #if MPICKLE_PLACEHOLDER
    if (mpk_is_placeholder(obj)) {
        mpk_placeholder_locate(obj, location);
        return MPK_DONE;
    }
    #endif
    if (other != MPK_NULL) {
        mpk_module_of(obj, location);
    } else if (!mpk_own_name(obj, location)) {
        verify = !mpk_search(obj, location);
        if (verify && !mpk_closure_name(obj, location)) {
            mpk_not_found(obj, ": no module has it", NULL);
        }
    }
    // Names are pickled by identity, so that each is written once.
    location->module = mp_obj_str_intern_checked(location->module);
    location->name = mp_obj_str_intern_checked(location->name);
    if (verify) {
        mpk_verify(obj, location, other == MPK_NULL);
    } else if (location->name == location->module) {
        // CPython's built-in modules have two strings for the one text.
        location->name = mpk_fresh_str(MP_OBJ_QSTR_VALUE(location->name));
    }
    return MPK_DONE;
}

#endif // MPICKLE_GLOBALS
