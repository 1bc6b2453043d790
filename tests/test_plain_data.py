"""Every case of the tables in every protocol, against CPython: read there, written there, byte by byte."""

import functools
import pickle
import pickletools

import pytest
from conftest import rows_for
from differences import difference
from support import oracle, portable
from support.case import tables


def rows(test):
    """Which cases the tests below run on."""
    return [
        (case.id, case, case.all_needs)
        for case in tables()
        if test != "test_fix_imports" or case.table == "byreference"
    ]


@functools.cache
def written_by_cpython(case, protocol):
    return pickle.dumps(case.value, protocol)


def _fitting(device, test="test_loads"):
    chosen = rows_for(device, __name__, rows(test))
    return [case for _, case, needs in chosen if not device.capabilities.lacks(needs)]


def _batch(device, function, cases, item):
    """Calls a function on the device for all cases and protocols at once: {(case, protocol): Answer}."""
    pairs = [(case, protocol) for case in cases for protocol in case.protocols]
    answers = device.table(function, [item(case, protocol) for case, protocol in pairs], timeout=300)
    return dict(zip(pairs, answers, strict=True))


# One batch for each test and device: the tests look up the answers for their case.


@functools.cache
def shapes(device):
    cases = _fitting(device)
    return dict(zip(cases, device.table("shape", [(case.source,) for case in cases], timeout=300), strict=True))


@functools.cache
def loaded(device):
    return _batch(device, "load", _fitting(device), lambda case, n: (written_by_cpython(case, n).hex(),))


@functools.cache
def dumped(device):
    return _batch(device, "dump", _fitting(device), lambda case, n: (case.source, n))


@functools.cache
def streamed(device):
    return _batch(device, "dump_to_stream", _fitting(device), lambda case, n: (case.source, n))


@functools.cache
def with_new_names(device):
    cases = _fitting(device, "test_fix_imports")
    return _batch(device, "dump", cases, lambda case, n: (case.source, n, {"fix_imports": False}))


def _judge(device, check, case, fault):
    """Fails with what `fault(protocol)` says of any protocol, unless it is a known difference, which must be there."""
    wrong, known = [], None
    for protocol in case.protocols:
        text = fault(protocol)
        row = difference(check, case, protocol, device.name)
        if row and not text:
            wrong.append(f"protocol {protocol}: this difference is gone, so take it out of differences.py: {row}")
        elif row:
            known = row
        elif text:
            wrong.append(f"protocol {protocol}: {text}")
    if wrong:
        more = f"\n... and {len(wrong) - 2} more protocols" if len(wrong) > 2 else ""
        head = f"{check} of {case.id} on {device.name}\n{case.source}\n"
        pytest.fail(head + "\n".join(wrong[:2]) + more, pytrace=False)
    if known:
        pytest.xfail(known.reason)


def test_loads(device, row):
    """What CPython writes is on the device what it was."""
    assert shapes(device)[row].text == row.shape, "the case itself is not the same graph on both sides"

    def fault(protocol):
        answer = loaded(device)[row, protocol]
        if answer.text == row.shape:
            return None
        data = written_by_cpython(row, protocol)
        return f"expected {row.shape}\nloaded   {answer}\n{oracle.disassemble(data)}"

    _judge(device, "loads", row, fault)


def test_dumps_bytes(device, row):
    """The device writes CPython's bytes.

    A dict of several items is in the device's own order: what CPython reads of it, CPython writes again in that
    order. CPython cannot be made to write a set in another order than its own: there, the opcodes and their arguments
    are compared without regard to order.
    """

    def fault(protocol):
        answer = dumped(device)[row, protocol]
        if answer.error:
            return str(answer)
        actual = bytes.fromhex(answer.text)
        expected = rewritten(actual, protocol) if row.order == "dicts" else written_by_cpython(row, protocol)
        same = opcodes(actual) == opcodes(expected) if row.order == "sets" else actual == expected
        return None if same else oracle.side_by_side(expected, actual)

    _judge(device, "bytes", row, fault)


def rewritten(data, protocol):
    try:
        return pickle.dumps(pickle.loads(data), protocol)
    except Exception:
        return b""


def opcodes(data):
    """A pickle's opcodes and arguments, sorted, those of the memo without their index."""
    try:
        return sorted(
            (opcode.name, "" if "memo" in opcode.doc.lower() else repr(argument))
            for opcode, argument, _ in pickletools.genops(data)
        )
    except ValueError as error:
        return [("not a pickle", str(error))]


def test_dumps_value(device, row):
    """What the device writes is in CPython what it was."""

    def fault(protocol):
        answer = dumped(device)[row, protocol]
        if answer.error:
            return str(answer)
        data = bytes.fromhex(answer.text)
        try:
            text = portable.digest(portable.describe(pickle.loads(data)))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
        if text == row.shape:
            return None
        return f"expected {row.shape}\nwritten  {text}\n{oracle.disassemble(data)}"

    _judge(device, "value", row, fault)


def test_dump_to_stream(device, row):
    """dump(obj, file) writes what dumps returns, but for frames, which it may leave out."""

    def fault(protocol):
        whole, stream = dumped(device)[row, protocol], streamed(device)[row, protocol]
        if whole.error or stream.error:
            return None if whole.error == stream.error else f"dumps: {whole}\ndump: {stream}"
        expected, actual = (oracle.without_frames(bytes.fromhex(answer.text)) for answer in (whole, stream))
        return None if actual == expected else oracle.side_by_side(expected, actual)

    _judge(device, "stream", row, fault)


def test_fix_imports(device, row):
    """With fix_imports=False, protocols 0 to 2 have Python 3's names, too."""

    def fault(protocol):
        if protocol > 2:
            return None
        answer = with_new_names(device)[row, protocol]
        expected = pickle.dumps(row.value, protocol, fix_imports=False)
        actual = bytes.fromhex(answer.text or "")
        return None if actual == expected else f"{answer}\n{oracle.side_by_side(expected, actual)}"

    _judge(device, "fix_imports", row, fault)
