"""The figures that are drawn from the timings, and the limits they are held to."""

from dataclasses import dataclass
from statistics import geometric_mean

from .footprint import counted
from .measure import CPYTHON, JSON, OPERATIONS, OURS

TIMES = " \N{MULTIPLICATION SIGN}"


@dataclass
class Limit:
    """What must be reached, and what is aimed at, where that is more."""

    what: str
    value: float
    limit: float
    unit: str
    aim: float | None = None
    at_least: bool = False

    def meets(self, bound):
        return self.value >= bound if self.at_least else self.value <= bound

    @property
    def met(self):
        return self.meets(self.limit)


def mean_ratio(timings, operation, subject, to):
    """Return the geometric mean over the cases that both can do, or None."""
    ratios = [timing.ratio(subject, to) for timing in timings if timing.operation == operation]
    ratios = [ratio for ratio in ratios if ratio is not None]
    return geometric_mean(ratios) if ratios else None


def limits(timings, memory, added):
    """Return the Limits with what was measured."""
    found = []
    for operation, limit, aim in zip(OPERATIONS, (1.2, 1.6), (1.0, 1.2), strict=True):
        against_cpython = mean_ratio(timings, operation, OURS, CPYTHON)
        found.append(Limit(f"{operation} by CPython's pickle, mean", against_cpython, limit, TIMES, aim))
    slowest = max(timing.ratio(OURS, CPYTHON) for timing in timings)
    found.append(Limit("slowest case by CPython's pickle", slowest, 2.0, TIMES))
    for operation in OPERATIONS:
        against_json = mean_ratio(timings, operation, JSON, OURS)
        found.append(Limit(f"json's {operation} by mpickle's, mean", against_json, 1.0, TIMES, 3.0, at_least=True))
    least = min(timing.ratio(JSON, OURS) for timing in timings)
    found.append(Limit("json by mpickle, worst case", least, 1.0, TIMES, at_least=True))
    found.append(Limit("memory that the import takes", memory[0], 1023, " B"))
    found.append(Limit("code, constants and data added", counted(added), 96 * 1024, " B"))
    return found
