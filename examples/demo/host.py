"""The desktop's part of the demo: pickles a real table, has a device sum it up, and checks all that comes back.

    python host.py --micropython BINARY [--work DIR]

For each protocol: CPython's pickle writes the table; MicroPython with mpickle loads it from a file stream, sums it
up, dumps the summary and pickles the rows again (device.py); CPython's pickle loads the summary and compares it with
its own, and compares the rows byte by byte. Floats must agree to the last bit.
"""

import argparse
import calendar
import functools
import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import table
from floats import Floats

HERE = Path(__file__).resolve().parent
HEAP = "128M"
MEASURED = ("temp", "wind_gust", "pressure")


class DemoError(Exception):
    """The device did not do its part."""


@dataclass
class Result:
    """What became of the table in one protocol."""

    protocol: int
    sent: int
    returned: int
    answer: dict
    floats: Floats
    summary_ok: bool
    rows_ok: bool

    @property
    def ok(self):
        return self.summary_ok and self.rows_ok


def main():
    arguments = parse_arguments()
    columns, rows = table.read()
    print(table.TITLE)
    print(table.describe(columns, rows))
    print(f"\nCPython {sys.version.split()[0]} pickles it, {version_of(arguments.micropython)} sums it up:\n")
    with tempfile.TemporaryDirectory() as scratch:
        work = arguments.work or Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        desktop = Desktop(columns, rows)
        print(line("protocol", "sent", "rows", "sent back", "summary", "rows again"))
        results = [show(exchange(desktop, arguments.micropython, work, protocol)) for protocol in range(6)]
    return conclude(results)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--micropython", type=Path, required=True, metavar="BINARY", help="MicroPython with mpickle")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep the pickles here")
    return parser.parse_args()


class Desktop:
    """The table, and what CPython makes of it with a device's floats."""

    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows
        self._made = {}

    def as_seen_by(self, floats):
        """Return (rows, summary) as a device with such floats must have them."""
        if floats not in self._made:
            narrow = functools.cache(floats.narrow)  # the same measurements come again and again
            rows = [tuple(narrow(v) if type(v) is float else v for v in row) for row in self.rows]
            self._made[floats] = (rows, summarize(self.columns, rows, floats))
        return self._made[floats]


def summarize(columns, rows, floats):
    """Return {(station, month): {column: [values, gaps, smallest, mean, largest]}}."""
    grouped = {}
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        grouped.setdefault((named["origin"], named["month"]), []).append(named)
    return {
        key: {name: figures([row[name] for row in group], floats) for name in MEASURED}
        for key, group in grouped.items()
    }


def figures(values, floats):
    present = [value for value in values if value is not None]
    total = 0.0
    for value in present:
        total = floats.add(total, value)
    mean = floats.divide(total, len(present)) if present else 0.0
    return [len(present), len(values) - len(present), min(present, default=None), mean, max(present, default=None)]


def exchange(desktop, micropython, work, protocol):
    """Send the table to the device in one protocol and check what comes back."""
    sent, summary, copy = (work / f"{name}-{protocol}.pickle" for name in ("table", "summary", "rows"))
    with sent.open("wb") as file:
        pickle.dump(desktop.columns, file, protocol)
        pickle.dump(desktop.rows, file, protocol)
    run_device(micropython, sent, summary, copy, protocol)
    answer = pickle.loads(summary.read_bytes())
    floats = Floats(*answer["floats"])
    rows, expected = desktop.as_seen_by(floats)
    return Result(
        protocol=protocol,
        sent=sent.stat().st_size,
        returned=summary.stat().st_size,
        answer=answer,
        floats=floats,
        summary_ok=answer["rows"] == len(rows) and exact(answer["summary"]) == exact(expected),
        rows_ok=copy.read_bytes() == pickle.dumps(rows, protocol),
    )


def run_device(micropython, *arguments):
    command = [micropython, "-X", f"heapsize={HEAP}", HERE / "device.py", *map(str, arguments)]
    done = run(command)
    if done.returncode:
        raise DemoError(f"the device failed (status {done.returncode}):\n{done.stdout}{done.stderr}".rstrip())


def run(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, errors="replace")
    except OSError as error:
        raise DemoError(f"cannot run {command[0]}: {error.strerror}") from error


def version_of(micropython):
    """Return how the firmware names itself."""
    code = "import sys; i = sys.implementation; print(i[0], '.'.join(map(str, i[1][:3])), i._build)"
    words = run([micropython, "-c", code]).stdout.split()
    if len(words) != 3 or words[0] != "micropython":
        raise DemoError(f"{micropython} is no MicroPython")
    return f"MicroPython {words[1]} ({words[2]})"


def exact(summary):
    """Return a text that differs if anything in the summary does, down to the type and the last bit of a float."""
    return repr([(key, sorted(columns.items())) for key, columns in sorted(summary.items())])


def show(result):
    verdict = {True: "exact", False: "DIFFERS"}
    print(
        line(
            result.protocol,
            f"{result.sent} B",
            result.answer["rows"],
            f"{result.returned} B",
            verdict[result.summary_ok],
            {True: "same bytes", False: "DIFFER"}[result.rows_ok],
        ),
        flush=True,
    )
    return result


def line(protocol, sent, rows, returned, summary, again):
    return f"{protocol:>8}  {sent:>10}  {rows:>6}  {returned:>9}  {summary:>7}  {again:>10}"


def conclude(results):
    """Print what the device found, and whether all is well; return the exit status."""
    bad = [str(result.protocol) for result in results if not result.ok]
    if bad:
        print(f"\ndemo: what came back is wrong in protocol {', '.join(bad)}", file=sys.stderr)
        return 1
    last = results[-1]
    print(f"\n{findings(last.answer['summary'])}")
    print(f"All six agree with what CPython computed itself ({last.floats}).")
    return 0


def findings(summary):
    """Say something that can be read from a summary."""
    (where, month), coldest = min(summary.items(), key=lambda item: item[1]["temp"][3])
    _, _, low, mean, high = coldest["temp"]
    gusts = sum(entry["wind_gust"][0] for entry in summary.values())
    gaps = sum(entry["wind_gust"][1] for entry in summary.values())
    return (
        f"The device found: the coldest month was {calendar.month_name[month]} at {where}, {low:.1f} to {high:.1f} °F, "
        f"{mean:.1f} °F on average;\ngusts were measured in {gusts} hours and missing in {gaps}."
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DemoError as error:
        sys.exit(f"demo: {error}")
