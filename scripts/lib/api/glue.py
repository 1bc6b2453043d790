"""rust/glue/modmpickle.c: the functions, the exception types and the module, as MicroPython wants them."""

from itertools import groupby

from api.table import GENERATED, Attribute, Class, Constant, ExceptionType, Function, TableError

WORDS = {"None": "MP_ROM_NONE", "True": "MP_ROM_TRUE", "False": "MP_ROM_FALSE"}
KIND_FLAGS = {"positional-only": [], "positional-or-keyword": [], "keyword-only": ["MP_ARG_KW_ONLY"]}

HEAD = f"""\
// {GENERATED}
//
// The module: its names, the functions and their arguments, the exception types. A function's arguments become an
// array in the order of its table, which goes to the Rust entry of the same name. The entry never raises: it returns a
// status, and mpk_finish returns the result or raises it, after Rust has returned.

#include "py/objexcept.h"
#include "py/objstr.h"
#include "py/runtime.h"

#include "exports.h"
#include "shim_private.h"

extern const mp_obj_module_t mpickle_module;
"""

CALL = """\
typedef uint32_t (*glue_entry_t)(const mp_obj_t *args, mp_obj_t *result);

static mp_obj_t glue_call(glue_entry_t entry, const mp_obj_t *args) {
    mpk_guard_t guard;
    mp_obj_t result = MP_OBJ_NULL;
    mpk_enter(&guard);
    uint32_t status = entry(args, &result);
    return mpk_finish(&guard, status, result);
}
"""

CALL_KW = """\
// A function that takes keywords: its entry and its parameters.
typedef struct {{
    glue_entry_t entry;
    size_t n_params;
    mp_arg_t params[];
}} glue_function_t;

static mp_obj_t glue_call_kw(size_t n_pos, const mp_obj_t *pos, mp_map_t *kws, const glue_function_t *function) {{
    // The union holds nothing larger than an object, so an array of it is an array of objects.
    MP_STATIC_ASSERT(sizeof(mp_arg_val_t) == sizeof(mp_obj_t));
    mp_arg_val_t args[{most}];
    mp_arg_parse_all(n_pos, pos, kws, function->n_params, function->params, args);
    return glue_call(function->entry, &args[0].u_obj);
}}
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
#define GLUE_INIT (MICROPY_MODULE_BUILTIN_INIT && !MICROPY_MODULE_BUILTIN_SUBPACKAGES)

#if GLUE_INIT
static mp_obj_t glue_init(void) {
    mp_obj_dict_t *loaded = &MP_STATE_VM(mp_loaded_modules_dict);
    qstr name = qstr_from_str("mpickle.mpickle");
    return mp_obj_dict_store(MP_OBJ_FROM_PTR(loaded), MP_OBJ_NEW_QSTR(name), MP_OBJ_FROM_PTR(&mpickle_module));
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


def is_fixed(function):
    """Whether the function can do without a table of parameters."""
    params = function.param
    return len(params) <= 3 and all(param.required and param.kind == "positional-only" for param in params)


def fixed_function(function):
    name, count = function.name, len(function.param)
    params = ", ".join(f"mp_obj_t {letter}" for letter in "abc"[:count]) or "void"
    args = ", ".join("abc"[:count])
    call = f"return glue_call(mpickle_{name}, {'args' if count else 'NULL'});"
    array = [f"    mp_obj_t args[] = {{{args}}};"] if count else []
    lines = [
        f"static mp_obj_t glue_{name}({params}) {{",
        *array,
        f"    {call}",
        "}",
        f"static MP_DEFINE_CONST_FUN_OBJ_{count}(glue_{name}_obj, glue_{name});",
    ]
    return "\n".join(lines)


def param_entry(param):
    name = "" if param.kind == "positional-only" else param.name
    flags = [*KIND_FLAGS[param.kind], "MP_ARG_REQUIRED"] if param.required else KIND_FLAGS[param.kind]
    default = "" if param.required else f", {{.u_rom_obj = {value_of(param.default)}}}"
    return f"        {{MP_QSTR_{name}, {' | '.join([*flags, 'MP_ARG_OBJ'])}{default or ', {0}'}}},"


def keyword_function(function):
    name = function.name
    required = sum(param.required and param.kind == "positional-only" for param in function.param)
    lines = [
        f"static const glue_function_t glue_{name}_function = {{",
        f"    mpickle_{name},",
        f"    {len(function.param)},",
        "    {",
        *map(param_entry, function.param),
        "    },",
        "};",
        f"static mp_obj_t glue_{name}(size_t n_pos, const mp_obj_t *pos, mp_map_t *kws) {{",
        f"    return glue_call_kw(n_pos, pos, kws, &glue_{name}_function);",
        "}",
        f"static MP_DEFINE_CONST_FUN_OBJ_KW(glue_{name}_obj, {required}, glue_{name});",
    ]
    return "\n".join(lines)


def function_text(function):
    return fixed_function(function) if is_fixed(function) else keyword_function(function)


def function_texts(api):
    functions = [function for function in api.functions if not function.alias]
    most = max((len(function.param) for function in functions if not is_fixed(function)), default=0)
    call_kw = [CALL_KW.format(most=most)] if most else []
    return [CALL, *call_kw, by_feature(functions, function_text, "\n\n")]


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
            return f"MP_ROM_PTR(&glue_{item.alias or item.name}_obj)"
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
        guarded("GLUE_INIT", table_entry("__init__", "MP_ROM_PTR(&glue_init_obj)")),
        guarded("MPICKLE_DOC", table_entry("__doc__", "MP_ROM_PTR(&glue_doc_obj)")),
        "};",
    ]
    return "\n".join(lines)


def render(api):
    parts = [
        HEAD,
        *function_texts(api),
        *exception_texts(api),
        INIT,
        *attr_texts(api),
        string_texts(api),
        table_text(api) + TAIL,
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"
