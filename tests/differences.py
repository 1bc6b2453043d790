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


MUTATIONS = {
    "CPython ran out of memory": lambda device, data, outcome, answer: outcome.mro[:1] == ("MemoryError",),
}
