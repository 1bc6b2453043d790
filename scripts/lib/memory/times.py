"""The time for each item, from few items to a million: it should stay flat."""

from html import escape
from math import log10

COUNTS = [100, 1_000, 10_000, 100_000, 1_000_000]
ROUNDS = 2

# What is dumped and loaded: the source of a value of `n` items. There is no large dict of strings: with hashes of 16
# bits, MicroPython takes minutes to make one.
CASES = {
    "list of ints": "list(range(n))",
    "list of strings": "['%06d' % i for i in range(n)]",
    "dict of ints": "{i: i for i in range(n)}",
    "tuples": "[(i, i, i) for i in range(n)]",
    "one list n times": "[[]] * n",
    "n lists": "[[] for i in range(n)]",
}

# The processor's time, since a machine that does other things too would spoil the plot.
PROGRAM = """
import gc, mpickle, time
n = {count}
value = {source}
repeats = max(1, 200000 // n)
best = [1e9] * 2
for _ in range({rounds}):
    gc.collect()
    start = time.clock()
    for _ in range(repeats):
        data = mpickle.dumps(value)
    best[0] = min(best[0], time.clock() - start)
    gc.collect()
    start = time.clock()
    for _ in range(repeats):
        mpickle.loads(data)
    best[1] = min(best[1], time.clock() - start)
print(best[0] * 1e9 / repeats / n, best[1] * 1e9 / repeats / n)
"""


def measure(firmware, directory):
    """Yields (case, "dumps" or "loads", nanoseconds for each item by count)."""
    for case, source in CASES.items():
        found = []
        for count in COUNTS:
            program = PROGRAM.format(count=count, source=source, rounds=ROUNDS)
            found.append(
                [float(text) for text in firmware.says(program, directory, heap=(2 << 20) + 700 * count).split()]
            )
        for column, operation in enumerate(("dumps", "loads")):
            yield case, operation, [times[column] for times in found]


def table(rows):
    """The lines of a table."""
    heads = " ".join(f"{count:>9}" for count in COUNTS)
    yield f"{'ns for each item':18} {'':5} {heads} {'most/least':>11}"
    for case, operation, times in rows:
        cells = " ".join(f"{time:9.1f}" for time in times)
        yield f"{case:18} {operation:5} {cells} {max(times) / min(times):11.2f}"


WIDTH, HEIGHT, LEFT, TOP, LEGEND = 760, 300, 60, 50, 190
COLOURS = ["#2b7a78", "#d9822b", "#a23b52", "#4a6fa5", "#6b8e23", "#7d5ba6", "#555555"]


def draw(rows):
    """Two plots, dumps over loads, as SVG: both axes logarithmic."""
    parts = [f'<text x="{LEFT}" y="24" font-size="15">Nanoseconds for each item, by the number of items</text>']
    for number, operation in enumerate(("dumps", "loads")):
        lines = [(case, times) for case, name, times in rows if name == operation]
        parts += _plot(operation, lines, TOP + number * HEIGHT)
    height = TOP + 2 * HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11">\n<rect width="{WIDTH}" height="{height}" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _plot(operation, lines, top):
    right, bottom = WIDTH - LEGEND, top + HEIGHT - 50
    least, most = 1, 10_000

    def x(count):
        return LEFT + (log10(count) - 2) / 4 * (right - LEFT)

    def y(time):
        return bottom - log10(max(least, time) / least) / log10(most / least) * (bottom - top - 20)

    yield f'<text x="{LEFT}" y="{top + 10}" font-weight="bold">{operation}</text>'
    for time in (1, 10, 100, 1000, 10_000):
        yield f'<line x1="{LEFT}" x2="{right}" y1="{y(time):.1f}" y2="{y(time):.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y(time) + 4:.1f}" text-anchor="end">{time}</text>'
    for count in COUNTS:
        yield f'<text x="{x(count):.1f}" y="{bottom + 16}" text-anchor="middle">{count}</text>'
    for number, (case, times) in enumerate(lines):
        points = " ".join(f"{x(count):.1f},{y(time):.1f}" for count, time in zip(COUNTS, times, strict=True))
        yield f'<polyline points="{points}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"/>'
        yield f'<text x="{right + 16}" y="{top + 34 + 16 * number}" fill="{COLOURS[number]}">{escape(case)}</text>'
