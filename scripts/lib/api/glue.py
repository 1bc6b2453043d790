"""rust/glue/modmpickle.c: the functions, the exception types and the module, as MicroPython wants them."""

from itertools import groupby

from api.table import GENERATED, MAX_PARAMETERS, Attribute, Class, Constant, ExceptionType, Function, TableError

WORDS = {"None": "MP_ROM_NONE", "True": "MP_ROM_TRUE", "False": "MP_ROM_FALSE"}

HEAD = f"""\
// {GENERATED}
//
// The module: its names, the functions and their parameters, the classes, the exception types. A function's arguments
// become an array in the order of its parameters, which goes to its Rust entry: see shim_function.c.

#include "py/objexcept.h"
#include "py/objstr.h"
#include "py/runtime.h"

#include "exports.h"
#include "shim_private.h"

extern const mp_obj_module_t mpickle_module;
"""

EXCEPTION = """\
#define GLUE_EXCEPTION(name, base)
    MP_DEFINE_CONST_OBJ_TYPE(mpk_type_##name, MP_QSTR_##name, MP_TYPE_FLAG_NONE, make_new, mp_obj_exception_make_new,
        print, mp_obj_exception_print, attr, mp_obj_exception_attr, parent, &base)
"""

INIT = """\
// `import mpickle.mpickle` finds this module again. Where built-in packages are compiled in, its own name in the table
// below is enough. Elsewhere the import system looks for "mpickle.mpickle" in sys.modules only, and it does so after it
// has imported "mpickle", which runs __init__: so that is the place to put it there. A second module registered under
// the dotted name would not help, because built-in modules are looked up one component at a time.
//
// MicroPython runs __init__ at each import of a module that is not in sys.modules. This one puts itself there, so it
// runs once after each reset, when there is nothing to be kept from before.
#if MICROPY_MODULE_BUILTIN_INIT
static mp_obj_t glue_init(void) {
    mp_obj_t loaded = MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict));
    mp_obj_t module = MP_OBJ_FROM_PTR(&mpickle_module);
    mpk_state_forget();
    mp_obj_dict_store(loaded, MP_OBJ_NEW_QSTR(MP_QSTR_mpickle), module);
    #if !MICROPY_MODULE_BUILTIN_SUBPACKAGES
    mp_obj_dict_store(loaded, MP_OBJ_NEW_QSTR(qstr_from_str("mpickle.mpickle")), module);
    #endif
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(glue_init_obj, glue_init);
#endif
"""

ATTR = """\
#if MICROPY_MODULE_ATTR_DELEGATION
// The names whose objects are made when they are asked for.
void glue_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void glue_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {{
    (void)self;
    if (dest[0] != MP_OBJ_NULL) {{
        return; // to be stored or deleted: refused
    }}
    switch (attr) {{
{cases}
        default:
            break;
    }}
}}
MP_REGISTER_MODULE_DELEGATION(mpickle_module, glue_attr);
#endif
"""

TAIL = """
static MP_DEFINE_CONST_DICT(mpickle_globals, mpickle_globals_table);

const mp_obj_module_t mpickle_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&mpickle_globals,
};

MP_REGISTER_MODULE(MP_QSTR_mpickle, mpickle_module);
"""


CLASS = """\
static const mp_rom_map_elem_t glue_{name}_locals_table[] = {{
{entries}
}};
static MP_DEFINE_CONST_DICT(glue_{name}_locals, glue_{name}_locals_table);

static mp_obj_t {lazy}(void) {{
    return mpk_class({slot}, MP_QSTR_{name}, &glue_{name}_locals);
}}
"""


def guarded(condition, text, indent=""):
    return f"{indent}#if {condition}\n{text}\n{indent}#endif" if condition else text


def by_feature(items, render, separator, indent=""):
    """The items rendered in their order, neighbours of one feature under one guard."""
    parts = []
    for feature, group in groupby(items, key=lambda item: item.feature):
        text = separator.join(render(item) for item in group)
        parts.append(guarded(f"MPICKLE_{feature}" if feature else "", text, indent))
    return separator.join(parts)


def macro(text):
    """The lines of a macro, joined by backslashes in a column."""
    *lines, last = text.strip().splitlines()
    width = max(map(len, lines))
    return "\n".join([*(f"{line:{width}} \\" for line in lines), last])


def value_of(expression):
    """The ROM object for a Python expression of the simple kinds that defaults have."""
    if expression in WORDS:
        return WORDS[expression]
    if expression.lstrip("-").isdecimal():
        return f"MP_ROM_INT({expression})"
    text = expression.strip("\"'")
    if text.isidentifier():
        return f"MP_ROM_QSTR(MP_QSTR_{text})"
    raise TableError(f"the default {expression} cannot stand in ROM")


def string_object(name):
    return f"glue_{name.strip('_')}_obj"


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# ------------------------------------------------------------------------------------------------------------ functions


def param_entry(param, defaults):
    name = "" if param.kind == "positional-only" else param.name
    flags = {"MPK_KEYWORD": param.kind == "keyword-only", "MPK_REQUIRED": param.required}
    default = 0 if param.required else defaults.index(param.default)
    return f"        {{MP_QSTR_{name}, {' | '.join(filter(flags.get, flags)) or 0}, {default}}},"


def defaults_text(defaults):
    lines = ["const mp_rom_obj_t mpk_defaults[] = {", *(f"    {value_of(default)}," for default in defaults), "};"]
    return "\n".join(lines)


def function_text(function, defaults):
    lines = [
        f"static const mpk_function_t glue_{function.symbol}_obj = {{",
        "    {&mpk_type_function},",
        f"    mpickle_{function.entry},",
        f"    {len(function.param)},",
        "    {",
        *(param_entry(param, defaults) for param in function.param),
        "    },",
        "};",
    ]
    return "\n".join(lines)


def function_texts(api):
    functions = [function for function in api.functions if not function.alias]
    functions += [method for cls in api.classes for method in cls.native_methods()]
    most = max(len(function.param) for function in functions)
    if most > MAX_PARAMETERS:
        raise TableError(f"a function has {most} parameters, and mpk_function_call has room for {MAX_PARAMETERS}")
    defaults = list(dict.fromkeys(param.default for f in functions for param in f.param if not param.required))
    return [defaults_text(defaults), by_feature(functions, lambda f: function_text(f, defaults), "\n\n")]


# -------------------------------------------------------------------------------------------------------------- classes


def class_text(cls):
    names = [method for method in cls.native_methods() if method.name != "__init__"]
    values = [attribute for attribute in cls.attribute if attribute.object]
    entries = [
        table_entry("__module__", "MP_ROM_QSTR(MP_QSTR_mpickle)"),
        table_entry("__qualname__", f"MP_ROM_QSTR(MP_QSTR_{cls.name})"),
        table_entry("__init__", f"MP_ROM_PTR(&glue_{cls.name}_init_obj)"),
        *(table_entry(method.name, f"MP_ROM_PTR(&glue_{method.symbol}_obj)") for method in names),
        *(table_entry(attribute.name, rom_object(attribute.object)) for attribute in values),
    ]
    return CLASS.format(name=cls.name, entries="\n".join(entries), lazy=cls.lazy, slot=cls.slot).strip()


def class_texts(api):
    classes = [cls for cls in api.classes if cls.slot]
    return [by_feature(classes, class_text, "\n\n")] if classes else []


def rom_object(name):
    return WORDS.get(name, f"MP_ROM_PTR(&{name})")


# ---------------------------------------------------------------------------------------------- exceptions and the rest


def base_type(api, exception):
    own = any(exception.base == other.name for other in api.exceptions)
    return f"mpk_type_{exception.base}" if own else f"mp_type_{exception.base}"


def exception_text(api, exception):
    return f"GLUE_EXCEPTION({exception.name}, {base_type(api, exception)});"


def exception_texts(api):
    return [macro(EXCEPTION), by_feature(api.exceptions, lambda exception: exception_text(api, exception), "\n")]


def lazy_case(item):
    return f"        case MP_QSTR_{item.name}:\n            dest[0] = {item.lazy}();\n            break;"


def attr_texts(api):
    lazy = [item for item in api.names() if item.lazy]
    return [ATTR.format(cases=by_feature(lazy, lazy_case, "\n", "    "))] if lazy else []


def string_texts(api):
    strings = [item for item in api.constants if isinstance(item.value, str)]
    texts = [f"static const MP_DEFINE_STR_OBJ({string_object(item.name)}, {quoted(item.value)});" for item in strings]
    doc = f"static const MP_DEFINE_STR_OBJ(glue_doc_obj, {quoted(api.module.summary)});"
    return "\n".join([*texts, guarded("MPICKLE_DOC", doc)])


# ------------------------------------------------------------------------------------------------------------ the table


def constant_value(constant):
    if isinstance(constant.value, str):
        return f"MP_ROM_PTR(&{string_object(constant.name)})"
    return f"MP_ROM_INT({constant.value})"


def value_in_table(item):
    match item:
        case Constant():
            return constant_value(item)
        case ExceptionType():
            return f"MP_ROM_PTR(&mpk_type_{item.name})"
        case Function():
            return f"MP_ROM_PTR(&glue_{item.symbol}_obj)"
        case Attribute() | Class():
            return f"MP_ROM_PTR(&{item.object})"


def table_entry(name, value):
    return f"    {{MP_ROM_QSTR(MP_QSTR_{name}), {value}}},"


def table_text(api):
    fixed = [item for item in api.names() if not item.lazy]
    lines = [
        "static const mp_rom_map_elem_t mpickle_globals_table[] = {",
        table_entry("__name__", "MP_ROM_QSTR(MP_QSTR_mpickle)"),
        by_feature(fixed, lambda item: table_entry(item.name, value_in_table(item)), "\n"),
        table_entry("mpickle", "MP_ROM_PTR(&mpickle_module)"),
        guarded("MICROPY_MODULE_BUILTIN_INIT", table_entry("__init__", "MP_ROM_PTR(&glue_init_obj)")),
        guarded("MPICKLE_DOC", table_entry("__doc__", "MP_ROM_PTR(&glue_doc_obj)")),
        "};",
    ]
    return "\n".join(lines)


def render(api):
    parts = [
        HEAD,
        *function_texts(api),
        *exception_texts(api),
        *class_texts(api),
        INIT,
        *attr_texts(api),
        string_texts(api),
        table_text(api) + TAIL,
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"
