"""The time that a pickle takes grows with its length and no faster, whatever it is made of.

MicroPython's allocator begins its search for a run of blocks where it found the last single block: were there nothing
but runs, each would be searched for past all those before it.
"""

import pytest
from support.assemble import assemble

FEW, TIMES = 500, 32
MARGIN = 8  # for a machine that does other things, too; what grows with the square takes 20 times its share or more

PLAIN = {
    "empty lists": ["EMPTY_LIST"],
    "empty dicts": ["EMPTY_DICT"],
    "frozensets": ["MARK", "NONE", "FROZENSET"],
    "tuples": [("BININT1", 1), "NONE", "NONE", "TUPLE3"],
    "lists": ["MARK", *[("BININT1", 1)] * 9, "LIST"],
    "dicts": ["MARK", *[("BININT1", 1), "NONE"] * 9, "DICT"],
    "str": [("SHORT_BINUNICODE", "a" * 40)],
    "bytes": [("SHORT_BINBYTES", b"a" * 40)],
    "bytearrays": [("BYTEARRAY8", b"a" * 40)],
    "floats": [("BINFLOAT", 1.1)],
}

# The global is item 0 of the memo.
OF_GLOBALS = {
    "calls": ("sample", "give", [("BINGET", 0), "NONE", "TUPLE1", "REDUCE"]),
    "instances": ("sample", "Plain", [("BINGET", 0), "EMPTY_TUPLE", "NEWOBJ"]),
    "states": (
        "sample",
        "Plain",
        [("BINGET", 0), "EMPTY_TUPLE", "NEWOBJ", "EMPTY_DICT", ("SHORT_BINUNICODE", "x"), "NONE", "SETITEM", "BUILD"],
    ),
    "lists by name": ("builtins", "list", [("BINGET", 0), "EMPTY_TUPLE", "REDUCE"]),
    "bytearrays by name": (
        "builtins",
        "bytearray",
        [("BINGET", 0), ("SHORT_BINBYTES", b"a" * 40), "TUPLE1", "REDUCE"],
    ),
    "ordered dicts": ("collections", "OrderedDict", [("BINGET", 0), "EMPTY_TUPLE", "REDUCE"]),
    "deques": ("collections", "deque", [("BINGET", 0), "EMPTY_TUPLE", ("BININT1", 9), "TUPLE2", "REDUCE"]),
    "stand-ins of calls": ("no.such", "Thing", [("BINGET", 0), "EMPTY_TUPLE", "REDUCE"]),
    "stand-ins of instances": ("no.such", "Thing", [("BINGET", 0), "EMPTY_TUPLE", "NEWOBJ"]),
    "stand-ins with a state": ("no.such", "Thing", [("BINGET", 0), "EMPTY_TUPLE", "NEWOBJ", "NONE", "BUILD"]),
}

PROGRAM = """
import time
from mpickle import Placeholder, dumps, loads

def best(function, *args, **kwargs):
    # The shortest of a few times in microseconds, and what the function returned.
    shortest = 1 << 30
    for _ in range(3):
        result = None
        gc.collect()
        start = time.ticks_us()
        result = function(*args, **kwargs)
        shortest = min(shortest, time.ticks_diff(time.ticks_us(), start))
    return shortest, result

for few in sent[:middle], sent[middle:]:
    loading, value = best(loads, few, missing=Placeholder)
    dumping, data = best(dumps, value)
    print(loading, dumping)
"""


def _pickle(name, count):
    if name in PLAIN:
        head, item = [], PLAIN[name]
    else:
        module, attribute, item = OF_GLOBALS[name]
        head = [("GLOBAL", module, attribute), "MEMOIZE", "POP"]
    return assemble(("PROTO", 4), *head, "MARK", *item * count, "LIST", "STOP")


@pytest.mark.parametrize("name", [*PLAIN, *OF_GLOBALS])
def test_time_grows_with_the_pickle(device, name):
    """Many times as many objects take as many times as long, or a little more, but not the square of that."""
    few, many = (_pickle(name, count) for count in (FEW, FEW * TIMES))
    output = device.run(f"middle = {len(few)}\n" + PROGRAM, data=few + many)
    short, long = (map(int, line.split()) for line in output.splitlines())
    growth = {what: after / before for what, before, after in zip(["loads", "dumps"], short, long, strict=True)}
    assert max(growth.values()) < MARGIN * TIMES, growth


REPEATED = """
import time
from mpickle import Pickler, Unpickler

def cost(count):
    # Nanoseconds for each of so many pickles that one unpickler loads and one pickler dumps.
    gc.collect()
    unpickler, pickler = Unpickler(io.BytesIO(sent * count)), Pickler(Null(), 4)
    start = time.ticks_us()
    for _ in range(count):
        pickler.dump(unpickler.load())
        pickler.clear_memo()
    return time.ticks_diff(time.ticks_us(), start) * 1000 // count

class Null:
    def write(self, data):
        return len(data)

for count in 500, 16000:
    print(min(cost(count) for _ in range(4)))
"""


def test_time_of_many_pickles(device):
    """Of many small pickles, the last takes no longer than the first: what the others left behind is not looked at."""
    few, many = map(int, device.run(REPEATED, data=assemble(("PROTO", 4), "EMPTY_LIST", "STOP")).split())
    assert many < MARGIN * few
