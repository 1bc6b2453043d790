"""docs/api.md: the reference."""

import re

from api.signature import paragraphs, parts, signature, wrap
from api.table import GENERATED


def cell(text):
    """A text in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def rows(head, lines):
    """A table, or nothing without lines."""
    if not lines:
        return ""
    return "\n".join([row(head), row("---" for _ in head), *map(row, lines)])


def row(cells):
    return f"| {' | '.join(cells)} |"


def prose(text):
    return "\n\n".join(wrap(part) for part in paragraphs(text))


def code(text):
    return f"```python\n{text.strip()}\n```"


def shown_type(api, text):
    """A type as a reader should see it: the names that only the stub knows give way to words."""
    for item in api.types:
        text = re.sub(rf"\b{item.name}\b", item.display, text)
    return f"`{text}`"


def default_text(param):
    return "required" if param.required else f"`{param.default}`"


def feature_note(item):
    return f"Left out of a firmware that is built with `MPICKLE_{item.feature}=0`." if item.feature else ""


def param_rows(api, params):
    return [
        (f"`{param.name}`", cell(shown_type(api, param.type)), default_text(param), cell(param.doc)) for param in params
    ]


def param_table(api, item):
    return rows(("parameter", "type", "default", "meaning"), param_rows(api, item.param))


def raises_table(function):
    return rows(("raises", "when"), [(f"`{error.type}`", cell(error.doc)) for error in function.raises])


def returns_text(api, function):
    if function.returns == "None":
        return ""
    return wrap(f"Returns {shown_type(api, function.returns)}. {function.returns_doc}".strip())


def anchor(item):
    return f"[`{item.name}`](#{item.name.lower()})"


def blocks(*texts):
    return "\n\n".join(text for text in texts if text)


# ------------------------------------------------------------------------------------------------------------- sections


def function_text(api, function):
    return blocks(
        f"### {function.name}",
        code(signature(function.name, parts(function.param, {}), f" -> {function.returns}", 100)),
        prose(function.summary),
        prose(function.doc),
        param_table(api, function),
        returns_text(api, function),
        raises_table(function),
        feature_note(function),
        f"Example:\n\n{code(function.example)}" if function.example else "",
    )


def class_text(api, item):
    return blocks(
        f"### {item.name}",
        code(signature(f"class {item.name}", parts(item.param, {}), "", 100)),
        prose(item.summary),
        prose(item.doc),
        param_table(api, item),
        rows(("method", "meaning"), [(f"`{method_head(method)}`", cell(method.doc)) for method in item.method]),
        rows(
            ("attribute", "type", "meaning"),
            [(f"`{member.name}`", cell(shown_type(api, member.type)), cell(member.doc)) for member in item.attribute],
        ),
        feature_note(item),
        f"Example:\n\n{code(item.example)}" if item.example else "",
    )


def method_head(method):
    return f"{method.name}({', '.join(param.name for param in method.param)})"


def attribute_text(api, item):
    return blocks(
        f"### {item.name}", shown_type(api, item.type), prose(item.summary), prose(item.doc), feature_note(item)
    )


def overview(api):
    items = [*api.functions, *api.classes, *api.attributes]
    return rows(("name", "what it does"), [(anchor(item), cell(item.summary)) for item in items])


def constants(api):
    lines = [(f"`{item.name}`", f"`{item.value!r}`".replace("'", '"'), cell(item.doc)) for item in api.constants]
    return blocks("## Constants", rows(("name", "value", "meaning"), lines))


def exceptions(api):
    lines = [(f"`{item.name}`", f"`{item.base}`", cell(item.doc)) for item in api.exceptions]
    return blocks("## Exceptions", rows(("name", "derived from", "meaning"), lines))


def several(title, render, api, items):
    return blocks(f"## {title}", *(render(api, item) for item in items)) if items else ""


def render(api):
    return (
        blocks(
            f"<!-- {GENERATED} -->",
            "# The module mpickle",
            prose(api.module.summary),
            prose(api.module.doc),
            overview(api),
            several("Functions", function_text, api, api.functions),
            several("Classes", class_text, api, api.classes),
            several("Objects", attribute_text, api, api.attributes),
            exceptions(api),
            constants(api),
        )
        + "\n"
    )
