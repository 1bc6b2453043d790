"""The chart of the figures, as SVG: how much faster or slower than CPython's pickle, to both sides of 1."""

import math

from .figures import TIMES, mean_ratio
from .measure import CPYTHON, JSON, OPERATIONS, OURS, PURE
from .svg import WIDTH, document, line, rectangle, text

KINDS = {OURS: "first", JSON: "second", PURE: "third"}
LEFT, RIGHT = 112, 42
ROW, BAR, TITLE, HEAD, AXIS = 44, 12, 56, 44, 26
LEAST, TICK = 0.25, 16


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
        tick = 1
        while tick <= self.most:
            yield tick
            tick *= TICK


def heading(title, subjects):
    parts, left = [text(0, 16, title, "title")], 0
    for subject in subjects:
        parts.append(rectangle(left, 29, BAR, BAR, KINDS[subject]))
        parts.append(text(left + BAR + 6, 39, subject))
        left += 36 + 7.2 * len(subject)
    return parts


def panel(operation, rows, scale, top, height):
    bottom = top + HEAD + len(rows) * height
    parts = [
        text(0, top + 14, f"{operation}: time by that of CPython's C pickle", "head"),
        text(0, top + 31, "To the left is faster; each line is 16 times the one before."),
    ]
    for tick in scale.ticks():
        parts.append(line(scale(tick), top + HEAD - 4, bottom, "one" if tick == 1 else "grid"))
        parts.append(text(scale(tick), bottom + 14, f"{tick:g}{TIMES}", "tick"))
    for number, (name, ratios) in enumerate(rows):
        parts += row(name, ratios, scale, top + HEAD + number * height, height)
    return parts


def row(name, ratios, scale, top, height):
    parts = [text(LEFT - 8, top + (height - 6) / 2 + 4, name, "case")]
    for number, (subject, ratio) in enumerate(ratios.items()):
        if ratio is None:
            continue
        start, end = sorted((scale(1), scale(ratio)))
        y = top + number * BAR
        parts.append(rectangle(start, y, max(end - start, 1), BAR - 2, KINDS[subject]))
        label = f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
        parts.append(text(end + 4, y + BAR - 3, label, "value"))
    return parts
