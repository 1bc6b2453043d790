"""The chart of what the parts take, drawn from the table in docs/benchmarks.md, so that both say the same."""

import re
from pathlib import Path

from .svg import WIDTH, document, rectangle, text

PAGE = Path(__file__).resolve().parents[3] / "docs" / "benchmarks.md"
ROW = re.compile(r"^\| `MPICKLE_(\w+)=0` \| (.*?) \| ([\d ]+) \| [\d ]+ \|$", re.MULTILINE)
HEIGHT, BAR, LABEL = 42, 12, 56


def draw(page=PAGE):
    """Return the SVG."""
    rows = [(name, what, int(size.replace(" ", ""))) for name, what, size in ROW.findall(page.read_text())]
    rows.sort(key=lambda row: -row[2])
    most = max(size for *_, size in rows)
    parts = [text(0, 16, "Bytes of the firmware that a part takes", "title")]
    for number, (name, what, size) in enumerate(rows):
        top = 34 + number * HEIGHT
        what = what.replace("`", "")
        parts.append(text(0, top + 8, what if len(what) < 56 else name))
        width = size / most * (WIDTH - LABEL)
        parts.append(rectangle(0, top + 15, width, BAR, "first"))
        parts.append(text(width + 6, top + 15 + BAR - 2, f"{size:,}".replace(",", " "), "value"))
    return document(parts, 34 + len(rows) * HEIGHT)
