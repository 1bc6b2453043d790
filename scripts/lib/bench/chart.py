"""The chart of the figures, as SVG: how much faster or slower than CPython's pickle, to both sides of 1."""

import math
from html import escape

from .figures import TIMES, mean_ratio
from .measure import CPYTHON, JSON, OPERATIONS, OURS, PURE

COLOURS = {OURS: "#2b7a78", JSON: "#d9822b", PURE: "#a23b52"}
WIDTH, LEFT, RIGHT = 760, 150, 70
ROW, BAR, TITLE, HEAD, AXIS = 46, 12, 64, 30, 26
LEAST = 0.25


def draw(timings, title):
    """Return the SVG."""
    subjects = [subject for subject in (OURS, JSON, PURE) if any(subject in timing.turns for timing in timings)]
    panels = {operation: [] for operation in OPERATIONS}
    for timing in timings:
        panels[timing.operation].append((timing.case, {s: timing.ratio(s, CPYTHON) for s in subjects}))
    for operation, rows in panels.items():
        rows.append(("geometric mean", {s: mean_ratio(timings, operation, s, CPYTHON) for s in subjects}))
    highest = max(ratio or 1 for rows in panels.values() for _, ratios in rows for ratio in ratios.values())
    scale = Scale(LEAST, 2.0 ** math.ceil(math.log2(highest)))
    parts, top = heading(title, subjects), TITLE
    for operation, rows in panels.items():
        parts += panel(operation, rows, scale, top, ROW - BAR * (3 - len(subjects)))
        top += HEAD + len(rows) * (ROW - BAR * (3 - len(subjects))) + AXIS
    return document(parts, top)


class Scale:
    """A logarithmic scale from left to right."""

    def __init__(self, least, most):
        self.least, self.most = least, most

    def __call__(self, ratio):
        share = math.log(max(ratio, self.least) / self.least) / math.log(self.most / self.least)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def ticks(self):
        tick = self.least
        step = 2 if self.most / self.least <= 256 else 4
        while tick <= self.most:
            yield tick
            tick *= step


def heading(title, subjects):
    parts = [text(LEFT, 22, title, "title")]
    left = LEFT
    for subject in subjects:
        parts.append(rectangle(left, 38, BAR, BAR, COLOURS[subject]))
        parts.append(text(left + BAR + 6, 48, subject))
        left += 30 + 7.2 * len(subject)
    return parts


def panel(operation, rows, scale, top, height):
    bottom = top + HEAD + len(rows) * height
    title = f"{operation}: time by that of CPython's C pickle, on a logarithmic scale (to the left is faster)"
    parts = [text(LEFT, top + 18, title, "head")]
    for tick in scale.ticks():
        kind = "one" if tick == 1 else "grid"
        parts.append(f'<path class="{kind}" d="M{scale(tick):.1f} {top + HEAD - 4}V{bottom}"/>')
        parts.append(text(scale(tick), bottom + 14, f"{tick:g}{TIMES}", "tick"))
    for number, (name, ratios) in enumerate(rows):
        parts += row(name, ratios, scale, top + HEAD + number * height, height)
    return parts


def row(name, ratios, scale, top, height):
    parts = [text(LEFT - 10, top + (height - 6) / 2 + 4, name, "case")]
    for number, (subject, ratio) in enumerate(ratios.items()):
        if ratio is None:
            continue
        start, end = sorted((scale(1), scale(ratio)))
        y = top + number * BAR
        parts.append(rectangle(start, y, max(end - start, 1), BAR - 2, COLOURS[subject]))
        label = f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
        parts.append(text(end + 4, y + BAR - 3, label, "value"))
    return parts


def rectangle(x, y, width, height, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{colour}"/>'


def text(x, y, content, kind="text"):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(content)}</text>'


STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-size: 15px; font-weight: 600 }
.head { font-weight: 600 }
.case { text-anchor: end }
.tick { text-anchor: middle; font-size: 11px; fill: #666 }
.value { font-size: 10px }
.grid { stroke: #ddd }
.one { stroke: #333 }
"""


def document(parts, height):
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n{body}\n</svg>\n'
    )
