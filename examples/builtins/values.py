"""Values of the types that both sides have. Runs on CPython and on MicroPython alike.

The floats are such as chips with single floats have, too: there, 0.1 is another number. 10**40 needs ints without a
limit, which few firmwares leave out.
"""

from array import array
from collections import OrderedDict, deque

shared = ["one object"]
loop = ["a list that holds itself"]
loop.append(loop)

VALUES = [
    ("None", None),
    ("bool", [True, False]),
    ("Ellipsis", ...),
    ("int", [0, -1, 255, 65536, -(2**31), 2**63, 10**40]),
    ("float", [0.5, -0.0, 2.0**100, float("inf")]),
    ("complex", 1.5 - 2j),
    ("str", ["", "Grüße", "日本", "\n\\\0"]),
    ("bytes", bytes(range(256))),
    ("bytearray", bytearray(b"can be changed")),
    ("tuple", ((), (1,), (1, (2, (3,))))),
    ("list", [[], [1, [2, [3]]]]),
    ("dict", {"name": "roof", 7: None, (1, 2): "a tuple as key"}),
    ("OrderedDict", OrderedDict([("z", 1), ("a", 2)])),
    ("set", {1, 2, 3}),
    ("frozenset", frozenset([1, 2, 3])),
    ("deque", deque([1, 2, 3], 10)),
    ("range", range(0, 100, 7)),
    ("array", array("h", [-1, 0, 1])),
    ("exception", ValueError("too hot", 99)),
    ("function", len),
    ("type", dict),
    ("shared", (shared, shared)),
    ("cycle", loop),
]


def show(name, value):
    """A text that is the same on both sides for values that are: sets and dicts have their items in order."""
    if name == "cycle":
        return "a cycle" if value[1] is value else "no cycle"
    if name == "shared":
        return "one object" if value[0] is value[1] else "two objects"
    if name in ("set", "frozenset", "dict", "deque"):
        value = sorted(map(repr, value.items() if name == "dict" else value))
    return repr(value)
