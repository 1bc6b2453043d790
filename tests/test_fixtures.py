"""What every CPython on this machine writes is read as Python 3 reads it, and what the device writes, each reads."""

import functools
import pickle
import runpy
from pathlib import Path

import pytest
from support import capabilities, oracle, pythons

COMMITTED = Path(__file__).parent / "fixtures" / "python27.txt"
ENCODINGS = ["ASCII", "latin1", "utf-8", "bytes"]


def _options(version):
    """How the pickles of a version are loaded: Python 2's in every way there is."""
    if version.startswith("2"):
        return [{"encoding": encoding} for encoding in ENCODINGS] + [{"encoding": "ASCII", "errors": "ignore"}]
    return [{}]


@functools.cache
def _pickles(version):
    if version == "committed":
        return pythons.parse(COMMITTED.read_text())
    return pythons.pickles(version)


@functools.cache
def _by_name(version):
    """{name: [(protocol, module, data)]}"""
    found = {}
    for name, protocol, module, data in _pickles(version):
        found.setdefault(name, []).append((protocol, module, data))
    return found


def rows(test):
    """The tables of the tests below, for conftest."""
    if test == "test_read":
        return [
            (f"{version}-{name}", (version, name), _needs(entries[0][2]))
            for version in ["committed", *pythons.installed()]
            for name, entries in _by_name(version).items()
        ]
    return [(version, version, ()) for version in pythons.installed()]


def _needs(data):
    return capabilities.needs(pickle.loads(data, encoding="latin1"))


def _kind(version):
    return "2.7" if version == "committed" else version


@functools.cache
def _answers(device, version):
    items = []
    for entries in (
        entries for entries in _by_name(version).values() if not device.capabilities.lacks(_needs(entries[0][2]))
    ):
        items += [(data, options) for _, _, data in entries for options in _options(_kind(version))]
    items = list({(data, tuple(options.items())): (data, options) for data, options in items}.values())
    answers = device.table("load", [(data.hex(), options) for data, options in items])
    expected = oracle.outcomes(items)
    return {
        (data, tuple(options.items())): pair
        for (data, options), pair in zip(items, zip(answers, expected, strict=True), strict=True)
    }


def test_read(device, row):
    """A value that one version wrote, in each protocol and by each of its pickle modules, loads to what it was."""
    version, name = row
    answers = _answers(device, version)
    wrong = []
    for protocol, module, data in _by_name(version)[name]:
        for options in _options(_kind(version)):
            answer, expected = answers[data, tuple(options.items())]
            error = device.capabilities.exception(expected.mro) if expected.mro else None
            if answer.error != error or (error is None and answer.text != expected.text):
                wrong.append(
                    f"protocol {protocol} of {module}, {options}\nCPython {expected}\nmpickle {answer}\n"
                    + oracle.disassemble(data)
                )
    if wrong:
        pytest.fail(
            f"{name} by Python {version} on {device.name}: {len(wrong)} differ\n" + "\n".join(wrong[:3]), pytrace=False
        )


def test_written(device, row):
    """Each version reads what the device wrote, in every protocol that the version knows."""
    version = row
    highest = {"2.7": 2, "3.6": 4, "3.7": 4}.get(version, 5)
    names = [
        name
        for name, value in _values().items()
        if not device.capabilities.lacks(capabilities.needs(value)) and name not in _NOT_IN.get(version, ())
    ]
    items = [(name, protocol) for name in names for protocol in range(highest + 1)]
    answers = device.table("rewrite", [(pickle.dumps(_values()[name]).hex(), protocol) for name, protocol in items])
    errors = [f"{item}: {answer}" for item, answer in zip(items, answers, strict=True) if answer.error]
    assert not errors
    pairs = [(name, bytes.fromhex(answer.text)) for (name, _), answer in zip(items, answers, strict=True)]
    assert pythons.complaints(version, pairs) == ""


# Python 2.7 has no such singletons, and its old-style classes are not made as Python 3 writes it.
_NOT_IN = {"2.7": ("singletons", "type-of-none", "instance", "instance-state")}


@functools.cache
def _values():
    """{name: value} of make.py, made here."""
    return runpy.run_path(str(pythons.MAKE))["values"]()


@pytest.mark.skipif("2.7" not in pythons.installed(), reason="Python 2.7 is not installed: nothing to compare with")
def test_committed_fixtures_are_fresh():
    """tests/fixtures/python27.txt is what Python 2.7 writes: the pickles of up to 200 bytes."""
    written = {(name, protocol, data) for name, protocol, _, data in pythons.pickles("2.7") if len(data) <= 200}
    committed = {(name, protocol, data) for name, protocol, _, data in pythons.parse(COMMITTED.read_text())}
    assert committed == written
