"""Measures mpickle against CPython's pickle and MicroPython's json; scripts/bench calls this with the firmware."""

import argparse
import json
import os
import platform
import sys
from pathlib import Path

from . import chart, figures, footprint, measure, report
from .cases import CASES
from .measure import CPYTHON, JSON, OURS, PURE, BenchError, Subject

ROUNDS, TURNS = 9, 15
QUICK_ROUNDS, QUICK_TURNS = 2, 7


def main():
    arguments = parse_arguments()
    subjects = subjects_of(arguments)
    rounds, turns = (QUICK_ROUNDS, QUICK_TURNS) if arguments.quick else (ROUNDS, TURNS)
    memory = footprint.memory_of_import(arguments.firmware)
    added = footprint.added_code(arguments.firmware, arguments.plain)
    timings, sizes = measure.run(subjects, rounds, turns, progress(rounds))
    limits = figures.limits(timings, memory, added)
    setting = describe(arguments, rounds, turns)
    show(setting, timings, sizes, memory, added, limits, [subject.name for subject in subjects[1:]])
    if arguments.json:
        write_json(arguments.json, setting, timings, sizes, memory, added, limits)
    if arguments.svg:
        arguments.svg.write_text(chart.draw(timings, f"mpickle on {setting['target']}"), encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--firmware", type=Path, required=True)
    parser.add_argument("--plain", type=Path, required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--heap", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--mpickle-py", type=Path)
    return parser.parse_args()


def subjects_of(arguments):
    """Return who is compared, mpickle first, in the order in which they are measured."""
    heap = ("-X", f"heapsize={arguments.heap}")
    ours = (str(arguments.firmware), *heap)
    environment = environment_with()
    subjects = [
        Subject(OURS, "pickle", ours, environment),
        Subject(CPYTHON, "pickle", (sys.executable, "-B"), environment),
        Subject(JSON, "json", ours, environment),
    ]
    if arguments.mpickle_py:
        # In the firmware without mpickle, since a module that is built in comes before one in a file.
        path = environment_with(MICROPYPATH=str(arguments.mpickle_py.resolve()))
        subjects.append(Subject(PURE, "pickle", (str(arguments.plain), *heap), path, may_fail=True))
    return subjects


def environment_with(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MICROPY", "PYTHON"))}
    return tuple(sorted((kept | more).items()))


def describe(arguments, rounds, turns):
    """Return what the figures depend on."""
    version = "import sys; print('.'.join(map(str, sys.implementation[1][:3])))"
    return {
        "target": arguments.target,
        "micropython": footprint.output_of([arguments.firmware, "-c", version]).strip(),
        "cpython": platform.python_version(),
        "processor": processor(),
        "rounds": rounds,
        "turns": turns,
        "protocol": 4,
    }


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def progress(rounds):
    def say(number, case):
        if sys.stderr.isatty():
            print(f"\r\033[Kround {number + 1} of {rounds}: {case.name}", end="", file=sys.stderr, flush=True)
            if number + 1 == rounds and case is CASES[-1]:
                print("\r\033[K", end="", file=sys.stderr, flush=True)

    return say


def show(setting, timings, sizes, memory, added, limits, others):
    print(
        f"{setting['target']}, MicroPython {setting['micropython']}, CPython {setting['cpython']}, protocol 4, "
        f"{setting['rounds']} rounds of {setting['turns']} turns, {setting['processor']}\n"
    )
    for lines in (
        report.speed(timings, sizes, others),
        report.legend(others) + report.errors(timings),
        report.footprint(memory, added),
        report.limits(limits),
    ):
        print("\n".join(lines), end="\n\n")


def write_json(path, setting, timings, sizes, memory, added, limits):
    document = {
        "setting": setting,
        "times": [
            {
                "case": timing.case,
                "operation": timing.operation,
                "pickle_bytes": sizes[timing.case],
                "microseconds": {subject: list(turns.values()) for subject, turns in timing.turns.items()},
                "errors": timing.errors,
            }
            for timing in timings
        ],
        "import_bytes": memory,
        "added_bytes": added,
        "limits": [
            {"what": limit.what, "value": limit.value, "limit": limit.limit, "aim": limit.aim, "met": limit.met}
            for limit in limits
        ],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(f"bench: {error}")
