"""Excerpts of the project's files in Markdown: a block follows a link to its file."""

import re

PART = re.compile(
    r"\]\((?P<file>(?!https?:)[^)#]+)\)|^```(?P<language>\w+)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)


def excerpts(page):
    """Pairs of a path, that of the link before, and a text."""
    file = None
    for part in PART.finditer(page.read_text()):
        if part["file"]:
            file = page.parent / part["file"]
        else:
            yield file, part["text"]
