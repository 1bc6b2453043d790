"""The tables that the benchmark prints."""

import math

from .figures import TIMES, mean_ratio
from .measure import CPYTHON, JSON, OPERATIONS, OURS, PURE

SHORT = {CPYTHON: "CPython", JSON: "json", PURE: "pure Python"}


def speed(timings, sizes, others):
    """Return the lines of the table of times: each operation, each case, each of those compared with."""
    rows = [["median, in ms", "pickle", OURS]]
    for other in others:
        rows[0] += [SHORT[other], "ratio"]
    for operation in OPERATIONS:
        of_operation = [timing for timing in timings if timing.operation == operation]
        rows.append([operation] + [""] * (len(rows[0]) - 1))
        rows += [case_row(timing, sizes, others) for timing in of_operation]
        rows.append(mean_row(timings, operation, others))
    return aligned(rows)


def case_row(timing, sizes, others):
    row = [f"  {timing.case}", kilobytes(sizes[timing.case]), milliseconds(timing.median(OURS))]
    for other in others:
        row += [milliseconds(timing.median(other)), times(timing.ratio(*compared(other)))]
    return row


def mean_row(timings, operation, others):
    row = ["  geometric mean", "", ""]
    for other in others:
        row += ["", times(mean_ratio(timings, operation, *compared(other)))]
    return row


def compared(other):
    """mpickle is measured by CPython; the others are measured by mpickle."""
    return (OURS, CPYTHON) if other == CPYTHON else (other, OURS)


def legend(others):
    lines = ["ratio beside CPython: mpickle's time by CPython's; below 1, mpickle is faster"]
    lines.append(f"ratio beside {' and '.join(SHORT[other] for other in others[1:])}: that time by mpickle's; ")
    lines[-1] += "above 1, mpickle is faster"
    lines.append("json gets 1 MB of text in place of 1 MB of bytes, which it cannot hold")
    return lines


def footprint(memory, added):
    """Return the lines about memory and code."""
    parts = ", ".join(f"{kind} {size:+}" for kind, size in added.items())
    return [
        f"import mpickle: {memory[0]} B of heap, {memory[1]} B of it after a collection",
        f"bytes in the firmware: {parts}",
    ]


def limits(found):
    """Return the lines of the table of limits."""
    rows = [["limits, as set for unix", "figure", "limit", "", "aim", ""]]
    for limit in found:
        row = [limit.what, quantity(limit.value, limit.unit), bound(limit, limit.limit), verdict(limit, limit.limit)]
        row += [bound(limit, limit.aim), verdict(limit, limit.aim)] if limit.aim else ["", ""]
        rows.append(row)
    return aligned(rows)


def bound(limit, value):
    return f"{'≥' if limit.at_least else '≤'} {quantity(value, limit.unit)}"


def verdict(limit, value):
    return "met" if limit.meets(value) else "MISSED"


def quantity(value, unit):
    return f"{value:.2f}{unit}" if isinstance(value, float) else f"{value}{unit}"


def errors(timings):
    """Return a line for each case that somebody cannot do."""
    return [
        f"{subject} fails at {timing.operation} of {timing.case}: {error}"
        for timing in timings
        for subject, error in timing.errors.items()
    ]


def kilobytes(size):
    return f"{size / 1000:.0f} kB" if size >= 10000 else f"{size / 1000:.1f} kB"


def milliseconds(microseconds):
    if microseconds is None:
        return "fails"
    decimals = max(0, 2 - math.floor(math.log10(microseconds / 1000)))
    return f"{microseconds / 1000:.{decimals}f}"


def times(ratio):
    if ratio is None:
        return ""
    return f"{ratio:.2f}{TIMES}" if ratio < 10 else f"{ratio:.0f}{TIMES}"


def aligned(rows):
    """Pad the cells of each column to the same width, the first column to the left and the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines
