"""mpickle.pyi: the type stub, with the texts of the reference as doc strings."""

import re
import textwrap

from api.signature import WIDTH, paragraphs, parts, signature, wrap
from api.table import GENERATED

# Where the names of annotations come from.
SOURCES = {
    "Any": "typing",
    "Protocol": "typing",
    "overload": "typing",
    "Final": "typing",
    "Callable": "collections.abc",
    "Collection": "collections.abc",
    "Iterable": "collections.abc",
    "Buffer": "typing_extensions",
}


def indented(text):
    return textwrap.indent(text, "    ")


# ---------------------------------------------------------------------------------------------------------- doc strings


def section(title, lines):
    return [f"{title}:", *lines, ""] if lines else []


def item(head, text):
    return wrap(f"{head}: {text}", "    ", WIDTH - 8, "        ")


def argument_lines(function):
    return [item(param.name, param.doc) for param in function.param if param.doc]


def doc_lines(function):
    lines = [wrap(function.summary, width=WIDTH - 10), ""]
    for text in paragraphs(function.doc):
        lines += [wrap(text, width=WIDTH - 8), ""]
    lines += section("Args", argument_lines(function))
    if getattr(function, "returns_doc", ""):
        lines += section("Returns", [wrap(function.returns_doc, "    ", WIDTH - 8)])
    lines += section("Raises", [item(error.type, error.doc) for error in getattr(function, "raises", ())])
    return lines[:-1]


def doc_string(lines):
    text = "\n".join(lines)
    mark = 'r"""' if "\\" in text else '"""'
    return f'{mark}{text}"""' if len(lines) == 1 and "\n" not in text else f'{mark}{text}\n"""'


# ------------------------------------------------------------------------------------------------------------ functions


def types_of(function, replaced):
    return {param.name: replaced.get(param.name, param.type) for param in function.param}


def overload_params(function, replaced):
    """The parameters of an overload: a default that its type does not admit is not one of its own."""
    made = []
    for param in function.param:
        refused = param.default == "None" and "None" not in replaced.get(param.name, param.type)
        made.append(without_default(param) if refused else param)
    return made


def without_default(param):
    return type(param)(**vars(param) | {"default": None})


def function_head(function, replaced, receiver=()):
    params = overload_params(function, replaced)
    returns = replaced.get("returns", function.returns)
    return signature(f"def {function.name}", parts(params, types_of(function, replaced), receiver), f" -> {returns}:")


def function_text(function):
    body = indented(doc_string(doc_lines(function)))
    if not function.overload:
        return f"{function_head(function, {})}\n{body}"
    heads = [f"@overload\n{function_head(function, replaced)}" for replaced in function.overload]
    return "\n".join([*(f"{head} ..." for head in heads[:-1]), heads[-1], body])


# -------------------------------------------------------------------------------------------------------------- classes


def init_text(item):
    types = {param.name: param.type for param in item.param}
    return signature("def __init__", parts(item.param, types, ["self"]), " -> None: ...", WIDTH - 4)


def method_text(method):
    return f"{function_head(method, {}, ['self'])}\n{indented(doc_string([wrap(method.doc, width=WIDTH - 14)]))}"


def class_text(item):
    head = f"class {item.name}({item.base}):" if item.base else f"class {item.name}:"
    members = [f"{member.name}: {member.type}" for member in item.attribute]
    init = [init_text(item)] if item.param else []
    body = "\n".join([*members, *init, *map(method_text, item.method)])
    return f"{head}\n{indented(doc_string(doc_lines(item)))}\n\n{indented(body)}".rstrip()


def exception_text(item):
    return f"class {item.name}({item.base}):\n{indented(doc_string([wrap(item.doc, width=WIDTH - 10)]))}"


# ------------------------------------------------------------------------------------------------------------- the rest


def used(name, text):
    return re.search(rf"\b{name}\b", text) is not None


def import_lines(code):
    """What the code needs, found in the code without its doc strings."""
    code = re.sub(r'r?""".*?"""', "", code, flags=re.DOTALL)
    by_module = {}
    for name, module in SOURCES.items():
        if used(name, code):
            by_module.setdefault(module, []).append(name)
    grouped = sorted(by_module.items(), key=lambda entry: (entry[0] == "typing_extensions", entry[0]))
    lines = [f"from {module} import {', '.join(sorted(names, key=import_order))}" for module, names in grouped]
    return [line if "typing_extensions" not in line else "\n" + line for line in lines]


def import_order(name):
    """Classes before functions, as ruff sorts them."""
    return (name[0].islower(), name)


def type_texts(api, code):
    return [item.definition.strip() for item in api.types if used(item.name, code)]


def variable_texts(api):
    return [f"{item.name}: Final[{item.type}]" for item in api.constants] + [
        f"{item.name}: {item.type}" for item in api.attributes
    ]


def module_doc(api):
    lines = [api.module.summary, ""]
    for text in paragraphs(api.module.doc):
        lines += [wrap(text), ""]
    return doc_string(lines[:-1])


def render(api):
    definitions = [
        *map(exception_text, api.exceptions),
        *map(function_text, api.functions),
        *map(class_text, api.classes),
    ]
    variables = "\n".join(variable_texts(api))
    types = type_texts(api, "\n".join(definitions))
    imports = import_lines("\n".join([*types, variables, *definitions]))
    blocks = ["\n".join(imports), *types, variables, *definitions]
    return f"# {GENERATED}\n{module_doc(api)}\n\n" + "\n\n".join(blocks) + "\n"
