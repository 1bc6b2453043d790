"""Pickles cut off at every byte and with every bit flipped: as in CPython, the same value or the same exception.

The first target gets all of them. What becomes of a flipped bit is decided by code that all targets share, so the
others get every tenth: what may differ is how numbers, lengths and addresses are stored.
"""

import collections
import functools
import pickle
import re
from contextlib import closing
from dataclasses import dataclass

import pytest
from conftest import TARGETS
from differences import mutation_difference, mutations_of
from support import oracle, portable
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
    """What differs, as {(what CPython did, what mpickle did): [mutants]}; and how often for a reason that is known."""
    options = {"stream": True} if source == "stream" else {}
    items = [(data, options) for data in mutants_for(device, protocol, kind)]
    answers = device.table("load", [(data.hex(), options) for data, options in items])
    found = collections.defaultdict(list)
    known = collections.Counter()
    for (data, _), answer, expected in zip(items, answers, oracle.outcomes(items), strict=True):
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


KINDS = ["prefixes", "flips"]
INPUTS = ["memory", "stream"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("source", INPUTS)
@pytest.mark.parametrize("kind", KINDS)
def test_mutants(device, kind, source, protocol):
    """The device does with each mutant what CPython does, and lives on."""
    found, _ = compare(device, kind, source, protocol)
    if not found:
        return
    lines = [f"{len(mutants_for(device, protocol, kind))} {kind} of protocol {protocol} from {source} on {device.name}"]
    for (wanted, got), examples in sorted(found.items(), key=lambda entry: -len(entry[1])):
        mutant = min(examples, key=lambda example: len(example.data))
        lines.append(
            f"\n{len(examples)} times {got} where CPython has {wanted}; for example\n{_place(mutant, protocol)}"
        )
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


def test_known_differences_occur(device):
    """What differences.py says of mutants still happens."""
    known = sum(
        (compare(device, kind, source, protocol)[1] for kind in KINDS for source in INPUTS for protocol in PROTOCOLS),
        collections.Counter(),
    )
    assert set(known) >= set(mutations_of(device, everything=device.name == TARGETS[0]))


def test_mutants_leave_nothing_behind(device):
    """Each of a sample of them, read again and again, leaves the heap as it was."""
    items = [(data.hex(), {}) for protocol in (0, 2, 5) for data in mutants(protocol, "flips")[::200]]
    with closing(device.with_heap("1M")) as small:  # which is collected sooner
        assert {str(answer) for answer in small.table("leak", items)} == {"0"}
