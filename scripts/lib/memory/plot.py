"""The plot of the costs, as SVG: a small one for each kind of data, whose lines should be level."""

from math import log10

from bench.svg import WIDTH, curve, document, line, rectangle, text

from .times import COUNTS

KINDS = {"dumps": "first", "loads": "second"}
COLUMNS, ROW, TITLE = 2, 118, 62
GAP, HEAD, HEIGHT, EDGE, LABEL, LETTER = 16, 18, 60, 8, 34, 11


def draw(rows, unit):
    """Return the SVG."""
    cases = {}
    for case, operation, costs in rows:
        cases.setdefault(case, {})[operation] = costs
    parts = [text(0, 16, f"{unit.capitalize()} for each item", "title"), *legend()]
    for number, (case, lines) in enumerate(cases.items()):
        across, down = number % COLUMNS, number // COLUMNS
        parts += panel(case, lines, across * (WIDTH + GAP) / COLUMNS, TITLE + down * ROW)
    return document(parts, TITLE + -(-len(cases) // COLUMNS) * ROW)


def legend():
    for number, (operation, kind) in enumerate(KINDS.items()):
        yield rectangle(70 * number, 29, 12, 12, kind)
        yield text(70 * number + 18, 39, operation)


def panel(case, lines, left, top):
    """From 0 to the highest cost, by the number of items on a logarithmic scale."""
    width = (WIDTH - (COLUMNS - 1) * GAP) / COLUMNS - EDGE - LABEL
    bottom = top + HEAD + HEIGHT
    highest = max(max(costs) for costs in lines.values())

    def across(count):
        return left + EDGE + width * log10(count / COUNTS[0]) / log10(COUNTS[-1] / COUNTS[0])

    def up(cost):
        return bottom - HEIGHT * cost / highest

    yield text(left, top + 8, case, "head")
    for count in COUNTS:
        yield line(across(count), top + HEAD, bottom, "grid")
    for count in COUNTS[::2]:
        yield text(across(count), bottom + 14, f"10{'⁰¹²³⁴⁵⁶'[round(log10(count))]}", "tick")
    above = top
    for operation, costs in sorted(lines.items(), key=lambda entry: -entry[1][-1]):
        points = [(across(count), up(cost)) for count, cost in zip(COUNTS, costs, strict=False)]
        yield curve(points, KINDS[operation])
        x, y = points[-1]
        above = max(y, above + LETTER)
        yield text(x + 4, above + 4, f"{costs[-1]:.0f}", "value")
