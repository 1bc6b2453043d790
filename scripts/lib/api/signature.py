"""Python signatures as text, and texts as paragraphs: what the stub and the reference have in common."""

import textwrap

WIDTH = 120
MARKS = {"positional-only": "/", "keyword-only": "*"}


def paragraphs(text):
    """The paragraphs of a text, each on one line."""
    return [" ".join(part.split()) for part in text.strip().split("\n\n") if part.strip()]


def wrap(text, indent="", width=WIDTH, hanging=None):
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def parts(params, types, receiver=()):
    """The parameters of a signature, with the marks / and * in their places. types gives each name's annotation."""
    made = list(receiver)
    previous = "positional-only" if any(param.kind == "positional-only" for param in params) else ""
    for param in params:
        if previous == "positional-only" != param.kind:
            made.append("/")
        if param.kind == "keyword-only" != previous:
            made.append("*")
        made.append(part(param, types.get(param.name, "")))
        previous = param.kind
    return made + (["/"] if previous == "positional-only" else [])


def part(param, annotation):
    text = f"{param.name}: {annotation}" if annotation else param.name
    if param.required:
        return text
    return text + (" = " if annotation else "=") + param.default


def signature(head, parts, tail, width=WIDTH):
    """On one line if there is room for it, else a parameter a line."""
    line = f"{head}({', '.join(parts)}){tail}"
    if len(line) <= width:
        return line
    return "\n".join([f"{head}(", *(f"    {part}," for part in parts), f"){tail}"])
