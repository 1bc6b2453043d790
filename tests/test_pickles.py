"""Pickles put together by hand: every opcode in every form, and everything that can be wrong with one."""

import functools
import pickle
import pickletools
import re
from contextlib import closing

import pytest
from differences import LOAD_FROM_MEMORY, LOAD_FROM_STREAM
from pickles import malformed, opcodes, states
from support import capabilities, oracle
from support.assemble import assemble, names_in

TABLES = {"opcodes": opcodes.PICKLES + states.PICKLES, "malformed": malformed.PICKLES}

# A fault of one of these classes is the machine's own, unless a callback raised it: its message names the place.
PLACED = {"UnpicklingError", "EOFError", "OverflowError"}


def _needs(row):
    """What the device must have for the value, where CPython loads it."""
    try:
        value = pickle.loads(row.data, **{key: oracle.option(value) for key, value in row.options.items()})
    except Exception:
        return row.needs
    return row.needs + capabilities.needs(value)


@functools.cache
def _rows(table):
    names = [row.name for row in TABLES[table]]
    repeated = {name for name in names if names.count(name) > 1}
    assert not repeated, f"two rows of {table} have one name: {repeated}"
    return [(row, _needs(row)) for row in TABLES[table] if row.like is None] + [
        (row, row.needs) for row in TABLES[table] if row.like is not None
    ]


def rows(test):
    """The table of each test, for conftest."""
    table = "opcodes" if "opcode" in test else "malformed"
    return [(row.name, row, needs) for row, needs in _rows(table)]


@functools.cache
def _answers(device, table, stream):
    rows = [row for row, needs in _rows(table) if not device.capabilities.lacks(needs)]
    more = {"stream": True} if stream else {}
    answers = device.table("load", [(row.data.hex(), row.options | more) for row in rows])
    expected = oracle.outcomes([(assemble(*row.like) if row.like else row.data, row.options | more) for row in rows])
    return {row.name: pair for row, pair in zip(rows, zip(answers, expected, strict=True), strict=True)}


def _judge(device, table, row, stream=False):
    """Compares what the device and CPython make of a row; returns the device's answer and what to show with a fault."""
    answer, expected = _answers(device, table, stream)[row.name]
    if row.raises and not (stream and row.name in LOAD_FROM_MEMORY):
        wanted = row.raises
        assert expected.mro[:1] != (row.raises,), "CPython does the same: take the exception out of the table"
    else:
        wanted = device.capabilities.exception(expected.mro) if expected.mro else None
    if device.capabilities.word_bits == 32 and _beyond_32_bits(row):
        wanted = "OverflowError"  # as in CPython, where it has 32 bits
    shown = f"{table}:{row.name} on {device.name}\n{row.data[:200]!r} {row.options}\n{oracle.disassemble(row.data)}"
    if wanted != answer.error or (wanted is None and answer.text != expected.text):
        pytest.fail(f"{shown}expected {wanted or expected}   (CPython: {expected})\nmpickle  {answer}", pytrace=False)
    return answer, shown


def _beyond_32_bits(row):
    """Whether a broken pickle claims a length that a machine of 32 bits cannot even count."""
    claim = re.fullmatch(r"(\w+)-claims-(\d+)", row.name)
    return row.name == "frame-huge" or (claim is not None and int(claim[2]) > 0x7FFFFFFF)


def _check_place(row, answer, shown):
    """The message of a fault that the machine itself found names the opcode and its offset."""
    if answer.error not in PLACED:
        return
    name, offset = oracle.fault(row.data, **{key: oracle.option(value) for key, value in row.options.items()})
    if answer.error == "EOFError":
        name, offset = None, len(row.data)
    elif offset is None:
        name, offset = "[A-Z_0-9]+", "[0-9]+"
    if not re.search(rf"\b{offset}\b", answer.message) or (name and not re.search(rf"\b{name}\b", answer.message)):
        pytest.fail(f"{shown}no {name} and {offset} in the message: {answer.message}", pytrace=False)


def test_opcode(device, row):
    """Loads to what CPython loads, or to CPython's class of exception."""
    _judge(device, "opcodes", row)


def test_opcode_from_stream(device, row):
    """So it does from a stream."""
    _judge(device, "opcodes", row, stream=True)


def test_malformed(device, row):
    """Ends in CPython's class of exception, and the message says at which opcode and byte."""
    answer, shown = _judge(device, "malformed", row)
    _check_place(row, answer, shown)


def test_malformed_from_stream(device, row):
    """So it does from a stream."""
    if row.name in LOAD_FROM_STREAM and not (device.capabilities.word_bits == 32 and _beyond_32_bits(row)):
        answer, _ = _answers(device, "malformed", True)[row.name]
        assert answer.error is None, "this difference is gone, so take it out of differences.py"
        pytest.xfail(LOAD_FROM_STREAM[row.name])
    answer, shown = _judge(device, "malformed", row, stream=True)
    _check_place(row, answer, shown)


def test_every_opcode_is_read():
    """The table leaves no opcode out."""
    covered = set().union(*(names_in(row.data) for row in opcodes.PICKLES))
    assert covered == {opcode.name for opcode in pickletools.opcodes}
    assert len(covered) == 68


def test_malformed_in_a_small_heap(device):
    """What a length field claims is never allocated: with a heap of 256 kB the outcome is the same."""
    rows = [row for row, needs in _rows("malformed") if not device.capabilities.lacks(needs)]
    with closing(device.with_heap("256k")) as small:
        for stream in ({}, {"stream": True}):
            answers = small.table("load", [(row.data.hex(), row.options | stream) for row in rows])
            usual = [_answers(device, "malformed", bool(stream))[row.name][0] for row in rows]
            assert [(row.name, answer.error) for row, answer in zip(rows, answers, strict=True)] == [
                (row.name, answer.error) for row, answer in zip(rows, usual, strict=True)
            ]


def test_malformed_leaves_nothing_behind(device):
    """Each broken pickle, read again and again, leaves the heap as it was."""
    rows = [row for row, needs in _rows("malformed")[::2] if not device.capabilities.lacks(needs)]
    with closing(device.with_heap("1M")) as small:  # which is collected sooner
        answers = small.table("leak", [(row.data.hex(), row.options) for row in rows])
    assert [(row.name, str(answer)) for row, answer in zip(rows, answers, strict=True) if answer.text != "0"] == []
