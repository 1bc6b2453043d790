"""What each item costs, from few items to a million: it should stay flat. In nanoseconds, or in instructions."""

import itertools

COUNTS = [100, 1_000, 10_000, 100_000, 1_000_000]
ROUNDS = 2
COUNTED = 10_000  # items at least, over which instructions are counted

# What is dumped and loaded: the source of a value of `n` items, and the most items.
CASES = {
    "ints": ("list(range(n))", COUNTS[-1]),
    "floats": ("[i / 7 for i in range(n)]", COUNTS[-1]),
    "strings": ("['%06d' % i for i in range(n)]", COUNTS[-1]),
    "one string n times": ("['text'] * n", COUNTS[-1]),
    "one list n times": ("[[]] * n", COUNTS[-1]),
    "lists": ("[[] for i in range(n)]", COUNTS[-1]),
    # These are loaded, since MicroPython alone looks for the room of each behind all those before it.
    "tuples": (r"mpickle.loads(b'](' + b'K\1K\2K\3\x87' * n + b'e.')", COUNTS[-1]),
    "dicts": (r"mpickle.loads(b'](' + b'}(K\1K\2K\3K\4u' * n + b'e.')", COUNTS[-1]),
    "instances": ("[Point(i) for i in range(n)]", COUNTS[-1]),
    "dict of ints": ("{i: i for i in range(n)}", COUNTS[-1]),
    # With hashes of 16 bits, MicroPython takes minutes to make a larger one.
    "dict of strings": ("{'%06d' % i: i for i in range(n)}", 10_000),
}

CLASS = """
class Point:
    def __init__(self, x):
        self.x, self.y, self.name = x, 1, "a"
"""

# The processor's time, since a machine that does other things too would spoil the plot.
TIMED = """
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

REPEATED = """
import gc, mpickle
n = {count}
value = {source}
data = mpickle.dumps(value)
gc.collect()
for _ in range({dumps}):
    mpickle.dumps(value)
gc.collect()
for _ in range({loads}):
    mpickle.loads(data)
"""


def measure(firmware, directory, instructions):
    """Yields (case, "dumps" or "loads", the cost of each item by count)."""
    of = _instructions if instructions else _nanoseconds
    for case, (source, most) in CASES.items():
        found = [of(firmware, directory, source, count) for count in COUNTS if count <= most]
        for column, operation in enumerate(("dumps", "loads")):
            yield case, operation, [costs[column] for costs in found]


def _nanoseconds(firmware, directory, source, count):
    program = CLASS + TIMED.format(count=count, source=source, rounds=ROUNDS)
    return [float(text) for text in firmware.says(program, directory, _heap(count)).split()]


def _instructions(firmware, directory, source, count):
    """From runs that differ in nothing else: without either, with dumps, and with both."""
    repeats = max(1, COUNTED // count)
    counted = [
        firmware.instructions(
            CLASS + REPEATED.format(count=count, source=source, dumps=dumps, loads=loads), directory, _heap(count)
        )
        for dumps, loads in ((0, 0), (repeats, 0), (repeats, repeats))
    ]
    return [(after - before) / repeats / count for before, after in itertools.pairwise(counted)]


def _heap(count):
    """A few times what the data takes, so that garbage is collected as often whatever the count."""
    return (2 << 20) + 700 * count


def table(rows, unit):
    """The lines of a table."""
    heads = " ".join(f"{count:>9}" for count in COUNTS)
    yield f"{unit + ' for each item':31} {heads} {'most/least':>11}"
    for case, operation, costs in rows:
        cells = " ".join(f"{cost:9.1f}" for cost in costs) + " " * 10 * (len(COUNTS) - len(costs))
        yield f"{case:25} {operation:5} {cells} {max(costs) / min(costs):11.2f}"
