"""Everything in which mpickle is known to differ from CPython, each with its reason.

A test that meets one of these expects the difference: when it is gone, the test fails, and the row goes too.
"""

from dataclasses import dataclass
from fnmatch import fnmatch


@dataclass(frozen=True)
class Difference:
    """`check` is one of: loads, bytes, value. `case` is a pattern of table:name."""

    check: str
    case: str
    reason: str
    protocols: tuple = tuple(range(6))
    targets: str = "*"


DIFFERENCES = [
    Difference(
        "loads",
        "floats:complex-minus-zeros",
        "MicroPython's complex(real, imag) adds imag to 0, which drops the sign of a zero",
    ),
    Difference(
        "bytes",
        "byreference:types-and-functions",
        "CPython has two strings 'builtins', one for types and one for functions; MicroPython interns, so it is one object",
        protocols=(4, 5),
    ),
]


def difference(check, case, protocol, target):
    """The row for a check of a case, or None."""
    for row in DIFFERENCES:
        if (
            row.check == check
            and fnmatch(case.id, row.case)
            and protocol in row.protocols
            and fnmatch(target, row.targets)
        ):
            return row
    return None


def mutation_difference(device, data, outcome, answer):
    """Why a mutant that the device takes otherwise than CPython may be so, or None."""
    for reason, applies in MUTATIONS.items():
        if applies(device, data, outcome, answer):
            return reason
    return None


# Rows of pickles/malformed.py that load from a stream: reading ahead to check them could read past STOP.
LOAD_FROM_STREAM = {
    "frame-cut": "how long a frame really is shows only when it has been read, and STOP may come before",
    "frame-huge": "how long a frame really is shows only when it has been read, and STOP may come before",
}

MUTATIONS = {
    "CPython ran out of memory": lambda device, data, outcome, answer: outcome.mro[:1] == ("MemoryError",),
}
