"""Pickles cut off at every byte and with every bit flipped: as in CPython, the same value or the same exception."""

import collections
import functools
import pickle
import re

import pytest
from differences import mutation_difference
from support import oracle, portable
from support.case import PROTOCOLS

SAMPLE = portable.cyclic_tuple(2), [
    None,
    [True, False],
    [7, 300, 70000, -5, 1 << 40, 1 << 70],
    [1.5, -0.25],
    ["text", "line\n\\ \u20ac"],
    [b"bytes", b"high\xff"],
    bytearray(b"xy"),
    [(1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    {"key": {}},
    [{3}, frozenset([4])],
    [portable.OrderedDict([("o", 1)]), range(3), complex(0.5, 1.5), len],
]


def prefixes(data):
    """All that is shorter."""
    return [data[:end] for end in range(len(data))]


def flips(data):
    """Each bit of each byte flipped, and each byte all ones or zeros."""
    found = []
    for place, byte in enumerate(data):
        for other in {byte ^ (1 << bit) for bit in range(8)} | {0, 255}:
            if other != byte:
                found.append(data[:place] + bytes([other]) + data[place + 1 :])
    return found


@functools.lru_cache(maxsize=None)
def mutants(protocol, kind):
    """The pickles to try."""
    return tuple({"prefixes": prefixes, "flips": flips}[kind](pickle.dumps(SAMPLE, protocol)))


def _fits(device, text):
    """Whether the numbers in a description are ones that the device has."""
    from support.capabilities import float_needs, int_needs

    needs = [int_needs(int(digits, 16)) for digits in re.findall(r"(?<![^ ])i(-?[0-9a-f]+)", text)]
    needs += [float_needs(digits) for digits in re.findall(r"(?<=[ f:,])([0-9a-f]{16})(?![^ ,])", text)]
    return not device.capabilities.lacks(needs)


def compare(device, items):
    """What differs, as {(what CPython did, what mpickle did): [(pickle, both)]}; and how many could not be compared."""
    answers = device.table("load", [(data.hex(), options) for data, options in items])
    expected = oracle.outcomes(items)
    found = collections.defaultdict(list)
    apart = collections.Counter()
    for (data, options), answer, outcome in zip(items, answers, expected, strict=True):
        wanted = device.capabilities.exception(outcome.mro) if outcome.mro else None
        if answer.error == wanted and (wanted or answer.text == outcome.text):
            continue
        if not wanted and not _fits(device, outcome.text):
            apart["numbers that the device has not"] += 1
            continue
        reason = mutation_difference(device, data, outcome, answer)
        if reason:
            apart[reason] += 1
            continue
        found[wanted or "a value", answer.error or "a value"].append((data, options, outcome, answer))
    return found, apart


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("source", ["memory", "stream"])
@pytest.mark.parametrize("kind", ["prefixes", "flips"])
def test_mutants(device, kind, source, protocol, record_property):
    """The device does with each mutant what CPython does, and lives on."""
    options = {"stream": True} if source == "stream" else {}
    found, apart = compare(device, [(data, options) for data in mutants(protocol, kind)])
    for reason, count in apart.items():
        record_property(reason, count)
    if found:
        lines = [f"{len(mutants(protocol, kind))} {kind} of protocol {protocol} from {source} on {device.name}"]
        for (wanted, got), examples in sorted(found.items(), key=lambda entry: -len(entry[1])):
            data, options, outcome, answer = min(examples, key=lambda example: len(example[0]))
            lines.append(f"\n{len(examples)} times {got} where CPython has {wanted}; for example\n{data!r} {options}")
            lines.append(f"CPython {outcome}\nmpickle {answer}\n{oracle.disassemble(data, 3000)}")
        pytest.fail("\n".join(lines), pytrace=False)


def test_mutants_leave_nothing_behind(device):
    """After all of them the heap is as large as before."""
    source = "\n".join(
        [
            "def all_of_them(mutants):",
            "    for data in mutants:",
            "        quietly(mpickle.loads, data)",
            "    return in_use()",
            f"mutants = {[data for protocol in (0, 2, 5) for data in mutants(protocol, 'flips')[::7]]!r}",
            "all_of_them(mutants)",
            "first = all_of_them(mutants)",
            "print(all_of_them(mutants) - first)",
        ]
    )
    assert int(device.run(source)) <= 0
