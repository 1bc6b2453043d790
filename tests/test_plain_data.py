"""Every case of the tables in every protocol, against CPython: read there, written there, byte by byte."""

import functools
import pickle
import pickletools

import pytest
from differences import difference
from support import oracle, portable
from support.case import tables


@functools.lru_cache(maxsize=None)
def written_by_cpython(case, protocol):
    return pickle.dumps(case.value, protocol)


def _pairs(device):
    return [
        (case, protocol)
        for case in tables()
        if not device.capabilities.lacks(case.all_needs)
        for protocol in case.protocols
    ]


# One batch for all cases of a device: the tests below look their own answer up.


@functools.lru_cache(maxsize=None)
def shapes(device):
    rows = list(dict.fromkeys(case for case, _ in _pairs(device)))
    return dict(zip(rows, device.table("shape", [(case.source,) for case in rows], timeout=300), strict=True))


@functools.lru_cache(maxsize=None)
def loaded(device):
    pairs = _pairs(device)
    items = [(written_by_cpython(case, protocol).hex(),) for case, protocol in pairs]
    return dict(zip(pairs, device.table("load", items, timeout=300), strict=True))


@functools.lru_cache(maxsize=None)
def dumped(device):
    pairs = _pairs(device)
    items = [(case.source, protocol) for case, protocol in pairs]
    return dict(zip(pairs, device.table("dump", items, timeout=300), strict=True))


def _verdict(device, check, case, protocol, fault):
    """Passes, fails, or checks that a known difference is still one."""
    known = difference(check, case, protocol, device.name)
    if known and fault:
        pytest.xfail(known.reason)
    if known:
        pytest.fail(f"this difference is gone, so take it out of differences.py: {known}")
    if fault:
        pytest.fail(f"{check} of {case.id}, protocol {protocol}, on {device.name}\n{case.source}\n{fault()}", pytrace=False)


def test_loads(device, case, protocol):
    """What CPython writes is on the device what it was."""
    answer = loaded(device)[case, protocol]
    here = shapes(device)[case]
    assert here.text == case.shape, "the case itself is not the same graph on both sides"

    def fault():
        data = written_by_cpython(case, protocol)
        return f"expected {case.shape}\nloaded   {answer}\n{oracle.disassemble(data)}"

    _verdict(device, "loads", case, protocol, fault if answer.text != case.shape else None)


def test_dumps_bytes(device, case, protocol):
    """The device writes CPython's bytes.

    A dict of several items is in the device's own order: what CPython reads of it, CPython writes again in that
    order. CPython cannot be made to write a set in another order than its own: there, the opcodes and their arguments
    are compared without regard to order.
    """
    answer = dumped(device)[case, protocol]
    fault = None
    if answer.error:
        fault = lambda: str(answer)  # noqa: E731
    else:
        actual = bytes.fromhex(answer.text)
        expected = written_by_cpython(case, protocol)
        if case.order == "dicts":
            expected = _rewritten(actual, protocol)
        same = _opcodes(actual) == _opcodes(expected) if case.order == "sets" else actual == expected
        if not same:
            fault = lambda: oracle.side_by_side(expected, actual)  # noqa: E731
    _verdict(device, "bytes", case, protocol, fault)


def _rewritten(data, protocol):
    try:
        return pickle.dumps(pickle.loads(data), protocol)
    except Exception:
        return b""


def _opcodes(data):
    """A pickle's opcodes and arguments, sorted, those of the memo without their index."""
    try:
        return sorted(
            (opcode.name, "" if "memo" in opcode.doc.lower() else repr(argument))
            for opcode, argument, _ in pickletools.genops(data)
        )
    except ValueError as error:
        return [("not a pickle", str(error))]


def test_dumps_value(device, case, protocol):
    """What the device writes is in CPython what it was."""
    answer = dumped(device)[case, protocol]
    fault = None
    if answer.error:
        fault = lambda: str(answer)  # noqa: E731
    else:
        data = bytes.fromhex(answer.text)
        try:
            text = portable.digest(portable.describe(pickle.loads(data)))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
        if text != case.shape:
            fault = lambda: f"expected {case.shape}\nwritten  {text}\n{oracle.disassemble(data)}"  # noqa: E731
    _verdict(device, "value", case, protocol, fault)


@functools.lru_cache(maxsize=None)
def streamed(device):
    pairs = _pairs(device)
    items = [(case.source, protocol) for case, protocol in pairs]
    return dict(zip(pairs, device.table("dump_to_stream", items, timeout=300), strict=True))


def test_dump_to_stream(device, case, protocol):
    """dump(obj, file) writes what dumps returns, but for frames, which it may leave out."""
    whole, stream = dumped(device)[case, protocol], streamed(device)[case, protocol]
    assert stream.error == whole.error
    if whole.error is None:
        expected, actual = bytes.fromhex(whole.text), bytes.fromhex(stream.text)
        assert oracle.without_frames(actual) == oracle.without_frames(expected)


@functools.lru_cache(maxsize=None)
def with_new_names(device):
    pairs = [(case, protocol) for case, protocol in _pairs(device) if protocol < 3 and case.table == "byreference"]
    items = [(case.source, protocol, {"fix_imports": False}) for case, protocol in pairs]
    return dict(zip(pairs, device.table("dump", items), strict=True))


def rows(test):
    """What test_fix_imports runs on."""
    assert test == "test_fix_imports"
    return [(case.id, case, case.all_needs) for case in tables() if case.table == "byreference"]


def test_fix_imports(device, row):
    """With fix_imports=False, protocols 0 to 2 have Python 3's names, too."""
    for protocol in range(3):
        actual = bytes.fromhex(with_new_names(device)[row, protocol].text or "")
        expected = pickle.dumps(row.value, protocol, fix_imports=False)
        assert actual == expected, oracle.side_by_side(expected, actual)
