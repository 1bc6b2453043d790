"""Programs that run on the device and on CPython; what they say there and here is compared."""

import functools
import itertools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import oracle, twin

SOURCE = (Path(__file__).parent / "twin.py").read_text()


@dataclass(frozen=True)
class Program:
    """Source in which `P` is the pickle module, with the tools of `twin.py`.

    What it is to say is what it says on CPython; or `says`, where CPython has no answer or, for a `reason`, another.
    """

    source: str
    says: str | None = None
    reason: str = ""
    needs: tuple = ()


def rows_of(programs):
    """The function `rows` of a test module whose tests run a table of {name: Program}."""
    return lambda _test: [(name, program, program.needs) for name, program in programs.items()]


def check(device, program, how=""):
    """Runs a program on the device; fails where it says anything else than it is to say.

    `how` names a function on the device that calls it.
    """
    device.prelude("twin", SOURCE)
    said = device.run(f"for line in perform({program.source!r}, {how or None}):\n    print(line)").strip().split("\n")
    expected = _expected(program)
    if program.reason:
        assert expected != _said_by_another(program.source), "CPython says the same: there is no difference any more"
    if [_comparable(line) for line in said] != [_comparable(line) for line in expected]:
        pytest.fail(_parting(expected, said), pytrace=False)


def _expected(program):
    if program.says is not None:
        return program.says.strip().split("\n")
    return _said_by_cpython(program.source)


@functools.cache
def _said_by_cpython(source):
    return "\n".join(twin.perform(source)).strip().split("\n")


@functools.cache
def _said_by_another(source):
    """The same of a CPython of its own, which may crash."""
    code = "import sys; from support import oracle, twin; print(*twin.perform(sys.stdin.read()), sep=chr(10))"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], input=source, capture_output=True, text=True, env=environment)
    return done.stdout.strip().split("\n")


def _parting(expected, said):
    """Where the two part."""
    pairs = list(itertools.zip_longest(expected, said, fillvalue="(nothing more)"))
    at = next(i for i, (one, other) in enumerate(pairs) if _comparable(one) != _comparable(other))
    here, there = pairs[at]
    if here.startswith("pickle:") and there.startswith("pickle:"):
        return f"line {at + 1}: " + oracle.side_by_side(bytes.fromhex(here[7:]), bytes.fromhex(there[7:]))
    before = "\n".join(said[max(0, at - 5) : at])
    return f"line {at + 1}, after\n{before}\nexpected: {here}\nsaid:     {there}"


def _comparable(line):
    """Pickles in words and without frames: to a stream mpickle writes shorter ones."""
    if not line.startswith("pickle:"):
        return line
    rest = bytes.fromhex(line[7:])
    words = []
    while rest:
        data = oracle.one_pickle(rest)
        rest = rest[len(data) :]
        words.append(oracle.without_frames(data).hex())
    return "pickles " + " ".join(words)
