"""Pickles cut off at every byte and with every bit flipped: as in CPython, the same value or the same exception.

The first target gets all of them. What becomes of a flipped bit is decided by code that all targets share, so the
others get every tenth: what may differ is how numbers, lengths and addresses are stored.
"""

import collections
import functools
import json
import pickle
import re
from contextlib import closing
from dataclasses import dataclass

import pytest
from conftest import TARGETS
from differences import mutation_difference, mutations_of
from support import corpus, oracle, portable
from support.capabilities import float_needs, int_needs
from support.case import PROTOCOLS

SAMPLE = (
    portable.cyclic_tuple(2),
    [
        None,
        [True, False],
        [7, 300, 70000, -5, 1 << 40, -(1 << 62)],
        [1.5, -0.25],
        ["text", "line\n\\ \u20ac"],
        [b"bytes", b"high\xff"],
        bytearray(b"xy"),
        [(1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        {"key": {}},
        [{3}, frozenset([4])],
        [portable.OrderedDict([("o", 1)]), range(3), complex(0.5, 1.5), len],
    ],
)


def prefixes(data):
    """All that is shorter."""
    return [data[:end] for end in range(len(data))]


def flips(data):
    """Each bit of each byte flipped, and each byte all ones or zeros."""
    found = []
    for place, byte in enumerate(data):
        for other in sorted({byte ^ (1 << bit) for bit in range(8)} | {0, 255}):
            if other != byte:
                found.append(data[:place] + bytes([other]) + data[place + 1 :])
    return found


@functools.cache
def mutants(protocol, kind):
    """The pickles to try."""
    return tuple({"prefixes": prefixes, "flips": flips}[kind](pickle.dumps(SAMPLE, protocol)))


def mutants_for(device, protocol, kind):
    """Those that a device gets. A byte has eight to ten flips, so the tenths go through all of the bits."""
    everything = mutants(protocol, kind)
    if not device.capabilities.has("megabytes"):  # nor has it much time
        return everything[protocol :: 60 if kind == "flips" else 6]
    return everything if kind == "prefixes" or device.name == TARGETS[0] else everything[protocol::10]


def _fits(device, text):
    """Whether the numbers in a description are ones that the device has."""
    needs = [int_needs(int(digits, 16)) for digits in re.findall(r"(?<![^ ])i(-?[0-9a-f]+)", text)]
    needs += [float_needs(digits) for digits in re.findall(r"(?<=[ f:,])([0-9a-f]{16})(?![^ ,])", text)]
    return not device.capabilities.lacks(needs)


@dataclass(frozen=True)
class Mutant:
    """A pickle with something wrong, what CPython makes of it, and what the device does."""

    data: bytes
    options: dict
    expected: oracle.Outcome
    answer: object


@functools.cache
def compare(device, kind, source, protocol):
    """What differs, see `judge`."""
    return judge(device, [(data, SOURCES[source]) for data in mutants_for(device, protocol, kind)])


def judge(device, items):
    """What differs for (pickle, options), as {(what CPython did, what mpickle did): [mutants]}; and how often for a
    reason that is known.
    """
    answers = device.table("load", [(data.hex(), options) for data, options in items])
    found = collections.defaultdict(list)
    known = collections.Counter()
    for (data, options), answer, expected in zip(items, answers, oracle.outcomes(items), strict=True):
        wanted = device.capabilities.exception(expected.mro) if expected.mro else None
        if answer.error == wanted and (wanted or answer.text == expected.text):
            continue
        if not wanted and not _fits(device, expected.text):
            continue
        mutant = Mutant(data, options, expected, answer)
        reason = mutation_difference(mutant)
        if reason:
            known[reason] += 1
        else:
            found[wanted or "a value", answer.error or "a value"].append(mutant)
    return found, known


SOURCES = {"memory": {}, "stream": {"stream": True}}
KINDS = ["prefixes", "flips"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", KINDS)
def test_mutants(device, kind, source, protocol):
    """The device does with each mutant what CPython does, and lives on."""
    found, _ = compare(device, kind, source, protocol)
    if not found:
        return
    title = f"{len(mutants_for(device, protocol, kind))} {kind} of protocol {protocol} from {source} on {device.name}"
    _fail(title, found, functools.partial(_place, protocol=protocol))


def _fail(title, found, shown):
    """Fails with an example of each kind of difference."""
    lines = [title]
    for (wanted, got), examples in sorted(found.items(), key=lambda entry: -len(entry[1])):
        mutant = min(examples, key=lambda example: len(example.data))
        lines.append(f"\n{len(examples)} times {got} where CPython has {wanted}; for example\n{shown(mutant)}")
        lines.append(f"CPython {mutant.expected}\nmpickle {mutant.answer}")
    pytest.fail("\n".join(lines), pytrace=False)


def _place(mutant, protocol):
    """Where a mutant differs from the whole pickle."""
    whole = pickle.dumps(SAMPLE, protocol)
    if len(mutant.data) < len(whole):
        return f"{len(mutant.data)} of {len(whole)} bytes: {mutant.data[-30:]!r}"
    place = next(i for i, (a, b) in enumerate(zip(whole, mutant.data, strict=True)) if a != b)
    around = slice(max(0, place - 10), place + 10)
    return f"at byte {place}: {whole[around]!r} -> {mutant.data[around]!r}"


LONGEST = 200  # of all pickles, five in six


@functools.cache
def compare_prefixes(device, source):
    """What differs, see `judge`, of each prefix of each pickle that the tests have, up to a length."""
    pickles = [data for data in corpus.pickles() if len(data) <= LONGEST]
    if device.name != TARGETS[0]:  # which decides by the same code
        pickles = pickles[:: 40 if device.capabilities.has("megabytes") else 400]
    options = SOURCES[source]
    items = [(data.hex(), options) for data in pickles]
    answers = device.table("prefixes", items, setup=f"install('classes', {oracle.PROGRAMS['classes']!r})")
    outcomes = oracle.outcomes([(data, options | {"prefixes": True}) for data in pickles])
    differ = {
        data[:end]
        for data, answer, outcome in zip(pickles, answers, outcomes, strict=True)
        for end, (ours, theirs) in enumerate(zip(_each(answer), _each_of_cpython(device, outcome), strict=True))
        if ours != theirs
    }
    return judge(device, [(data, options) for data in sorted(differ)])


@pytest.mark.parametrize("source", SOURCES)
def test_prefixes_of_all_pickles(device, source):
    """Cut anywhere, every pickle of the tests ends in CPython's class of exception."""
    found, _ = compare_prefixes(device, source)
    if found:
        _fail(f"prefixes of all pickles from {source} on {device.name}", found, lambda mutant: mutant.data)


def _each(answer):
    """The class of the exception for each prefix."""
    runs = (run.split("*") for run in answer.text.split(",") if run)
    return [name for name, count in runs for _ in range(int(count))]


def _each_of_cpython(device, outcome):
    runs = json.loads(outcome.text)
    return [device.capabilities.exception(mro) if mro else "a value" for mro, count in runs for _ in range(count)]


@pytest.mark.parametrize("source", SOURCES)
def test_fuzzed(device, source):
    """What fuzzing has found to go ways of its own: plain data as in CPython; nothing else kills the device."""
    pickles = corpus.fuzzed()
    plain = [data for data in pickles if corpus.names_nothing(data)]
    assert len(plain) > 50
    found, _ = judge(device, [(data, SOURCES[source]) for data in plain])
    if found:
        _fail(f"fuzzed pickles from {source} on {device.name}", found, lambda mutant: mutant.data)
    options = SOURCES[source] | {"allow": ()}
    answers = device.table("load", [(data.hex(), options) for data in pickles])
    assert "DeviceDied" not in {answer.error for answer in answers}


def test_known_differences_occur(device):
    """What differences.py says of mutants still happens."""
    compared = [
        compare(device, kind, source, protocol) for kind in KINDS for source in SOURCES for protocol in PROTOCOLS
    ]
    compared += [compare_prefixes(device, source) for source in SOURCES]
    known = sum((known for _, known in compared), collections.Counter())
    assert set(known) >= set(mutations_of(device, everything=device.name == TARGETS[0]))


def test_mutants_leave_nothing_behind(device):
    """Each of a sample of them, read again and again, leaves the heap as it was."""
    items = [(data.hex(), {}) for protocol in (0, 2, 5) for data in mutants(protocol, "flips")[::200]]
    with closing(device.with_heap("1M")) as small:  # which is collected sooner
        assert {str(answer) for answer in small.table("leak", items)} == {"0"}
