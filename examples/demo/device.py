"""The device's part of the demo: loads a table, sums it up, dumps the summary. Runs on MicroPython.

    micropython device.py TABLE SUMMARY COPY PROTOCOL

TABLE holds two pickles, one after the other: the names of the columns, and the rows. Written are SUMMARY, by
mpickle.dump into the file, and COPY, the rows as mpickle.dumps returns them.
"""

import sys

import mpickle

MEASURED = ("temp", "wind_gust", "pressure")


def main(table, summary, copy, protocol):
    with open(table, "rb") as file:
        columns = mpickle.load(file, allow=())
        rows = mpickle.load(file, allow=())
    answer = {
        "rows": len(rows),
        "summary": summarize(columns, rows),
        "floats": (mantissa_bits(), rounds_twice()),
    }
    with open(summary, "wb") as file:
        mpickle.dump(answer, file, protocol)
    with open(copy, "wb") as file:
        file.write(mpickle.dumps(rows, protocol))


def summarize(columns, rows):
    """Return {(station, month): {column: [values, gaps, smallest, mean, largest]}}."""
    station, month = columns.index("origin"), columns.index("month")
    measured = [(name, columns.index(name)) for name in MEASURED]
    summary = {}
    for row in rows:
        key = (row[station], row[month])
        if key not in summary:
            summary[key] = {name: [0, 0, None, 0.0, None] for name in MEASURED}
        for name, column in measured:
            take(summary[key][name], row[column])
    for figures in summary.values():
        for entry in figures.values():
            if entry[0]:
                entry[3] /= entry[0]
    return summary


def take(entry, value):
    """Add one value to an entry, whose mean is the sum as yet."""
    if value is None:
        entry[1] += 1
        return
    entry[2] = value if entry[0] == 0 else min(entry[2], value)
    entry[4] = value if entry[0] == 0 else max(entry[4], value)
    entry[3] += value
    entry[0] += 1


def mantissa_bits():
    """How many significant bits a float has here: 53 for a double."""
    one, step, bits = 1.0, 0.5, 1
    while one + step != one:
        step /= 2
        bits += 1
    return bits


def rounds_twice():
    """Whether sums are rounded to an 80-bit register first (as the x87 of 32-bit PCs does), and then to a double."""
    one = 1.0
    just_over_half = 2.0**-53 + 2.0**-65
    return mantissa_bits() == 53 and one + just_over_half == one


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
