"""Objects that are pickled by reduction, in every protocol, against CPython: read, written, and byte by byte."""

import array
import errno
import functools
import pickle
from contextlib import closing

import pytest
from differences import difference
from pickles.failures import FAILURES
from support import oracle, portable
from support.case import tables
from test_plain_data import opcodes, rewritten

CHECKS = ("loads", "again", "value", "bytes")


def _ready(device):
    """The device with the classes of the tables."""
    device.prelude("classes", f"NAMES.update(install('classes', {oracle.PROGRAMS['classes']!r}))")
    return device


def rows(test):
    """The tables of the tests below, for conftest."""
    if test == "test_failure":
        return [(row.name, row, row.needs) for row in FAILURES]
    return [(case.id, case, case.all_needs) for case in tables("objects")]


@functools.cache
def _written(case, protocol):
    """CPython's pickle of a case, and what CPython loads of it; both texts, the second a description."""
    data = pickle.dumps(case.make(), protocol)
    return data, _described(data)


def _described(data):
    try:
        return portable.digest(portable.describe(pickle.loads(data)))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@functools.cache
def _answers(device):
    """{(check, case, protocol): Answer} for all that the device can hold, in three batches."""
    pairs = [
        (case, protocol)
        for _, case, needs in rows("test_instance")
        if not device.capabilities.lacks(needs)
        for protocol in case.protocols
    ]
    batches = {
        "load": [(_written(case, protocol)[0].hex(),) for case, protocol in pairs],
        "dump": [(case.source, protocol) for case, protocol in pairs],
        "again": [(case.source, protocol) for case, protocol in pairs],
    }
    return {
        (check, case, protocol): answer
        for check, items in batches.items()
        for (case, protocol), answer in zip(pairs, _ready(device).table(check, items, timeout=300), strict=True)
    }


def test_instance(device, row):
    """The device loads what CPython loads, and so does CPython of what the device dumps, and the bytes are the same."""
    faults, known = {}, None
    for protocol in row.protocols:
        found = dict(_faults(device, row, protocol))
        for check in CHECKS:
            expected = difference(check, row, protocol, device.name)
            known = expected or known
            if expected and check not in found:
                faults[check, protocol] = f"this difference is gone, so take it out of differences.py: {expected}"
            elif check in found and not expected:
                faults[check, protocol] = found[check]
    if known and not faults:
        pytest.xfail(known.reason)
    if faults:
        shown = "\n".join(
            f"{check}, protocol {protocol}: {fault}" for (check, protocol), fault in [*faults.items()][:2]
        )
        pytest.fail(
            f"{row.id} on {device.name}, {len(faults)} faults: {[*faults]}\n{row.source}\n{shown}", pytrace=False
        )


def _faults(device, case, protocol):
    data, expected = _written(case, protocol)
    answers = {check: _answers(device)[check, case, protocol] for check in ("load", "dump", "again")}
    if answers["load"].text != expected:
        yield "loads", f"CPython {expected}\nmpickle {answers['load']}\n{oracle.disassemble(data)}"
    if answers["again"].text != expected:
        yield "again", f"CPython {expected}\nmpickle {answers['again']}"
    if answers["dump"].error:
        yield "value", str(answers["dump"])
        return
    actual = bytes.fromhex(answers["dump"].text)
    if _described(actual) != expected:
        yield "value", f"CPython {expected}\nfrom mpickle's {_described(actual)}\n{oracle.disassemble(actual)}"
    elif not _same_bytes(case, protocol, data, actual):
        yield "bytes", oracle.side_by_side(data, actual)


def _same_bytes(case, protocol, expected, actual):
    """Whether the bytes are the same, but for the order that dicts and attributes have on the device."""
    if case.order == "sets":
        return opcodes(actual) == opcodes(expected)
    return actual == (rewritten(actual, protocol) if case.order == "dicts" else expected)


@functools.cache
def _failures(device):
    pairs = [
        (row, protocol) for row in FAILURES if not device.capabilities.lacks(row.needs) for protocol in row.protocols
    ]
    answers = _ready(device).table("dump", [(row.source, protocol) for row, protocol in pairs])
    return dict(zip(pairs, answers, strict=True))


def test_failure(device, row):
    """What cannot be pickled raises CPython's exception, and the message says why."""
    wrong = []
    for protocol in row.protocols:
        with pytest.raises(Exception) as caught:  # noqa: PT011 (which one is for CPython to say)
            pickle.dumps(eval(row.source, oracle.NAMES), protocol)
        expected = device.capabilities.exception([kind.__name__ for kind in caught.type.__mro__])
        assert row.raises != expected, "CPython does the same: take the exception out of the table"
        answer = _failures(device)[row, protocol]
        if answer.error != (row.raises or expected) or row.message not in answer.message:
            wrong.append(f"protocol {protocol}: CPython {caught.type.__name__}: {caught.value}\nmpickle {answer}")
    if wrong:
        pytest.fail(f"{row.name} on {device.name}\n{row.source}\n" + "\n".join(wrong[:2]), pytrace=False)


FORMATS = range(-1, 23)  # of Modules/arraymodule.c; 18 to 21 are text, for which MicroPython has no typecode
FLOATS = range(14, 18)
TEXT = range(18, 22)
BYTES = bytes(range(0x3D, 0x4D))


@pytest.mark.needs("array.array", "double", "bigint")
def test_arrays_of_other_machines(device):
    """An array of every format and typecode is what CPython makes of it, whatever size this machine's long has."""
    calls = [
        (array.array, code, number, data) for number in FORMATS for code in "bBhHiIlLqQfdz" for data in [BYTES, b""]
    ]
    calls += [(array.array, "h", 4, b"abc"), (array.array, "h", 4, [1])]
    pickles = [pickle.dumps(_Call(array._array_reconstructor, arguments)) for arguments in calls]
    answers = device.table("load", [(data.hex(),) for data in pickles])
    for (_, code, number, data), pickled, answer in zip(calls, pickles, answers, strict=True):
        outcome = oracle.outcome(pickled)
        if number in TEXT:
            same = answer.error == "ValueError" and "array of text" in answer.message
        elif outcome.mro:
            same = answer.error == device.capabilities.exception(outcome.mro)
        else:
            bits = 64 if number in FLOATS else device.capabilities.word_bits
            same = _sized(answer.text, bits) == _sized(outcome.text, 64)
        assert same, f"format {number} as {code!r}, {data}: CPython {outcome}, {device.name} {answer}"


class _Call:
    """Pickled as a call."""

    def __init__(self, *reduction):
        self.reduction = reduction

    def __reduce__(self):
        return self.reduction


def _sized(text, bits):
    """A description of an array with i or q for its typecode l."""
    for long, int32, int64 in ["liq", "LIQ"]:
        text = text and f"{text} ".replace(f" s:{ord(long):x} ", f" s:{ord(int64 if bits == 64 else int32):x} ")
    return text


def test_kinds_of_oserror_come_back(device):
    """MicroPython has OSError alone: CPython makes the same kind of it again."""
    errors = [OSError(number, "text") for number in errno.errorcode]
    pairs = [(error, protocol) for error in [*errors, ModuleNotFoundError("text")] for protocol in range(6)]
    answers = device.table("rewrite", [(pickle.dumps(error, protocol).hex(), protocol) for error, protocol in pairs])
    assert len({type(error) for error in errors}) > 12
    for (error, protocol), answer in zip(pairs, answers, strict=True):
        assert answer.text, f"{error!r} in protocol {protocol}: {answer}"
        back = pickle.loads(bytes.fromhex(answer.text))
        assert back.args == error.args
        assert type(back) is type(error) or type(back) is ImportError, f"{error!r} in protocol {protocol}: {answer}"


# An expression, and what to ask of the object that has been dumped and loaded: what `describe` does not tell.
ASKED = [
    ("Plain().method", "it()"),
    ("given(Multiple, x=1)", "[it.method(), it.mixed(), it.x]"),
    ("Outer.Inner.Innermost.method", "it(None)"),
    ("Outer.made", "it()"),
    ("Outer.static", "it()"),
    ("Outer.Inner.static", "it()"),
    ("Outer.Inner", "[it is Outer.Inner, it is Inner]"),
    ("given(Outer.Inner)", "[isinstance(it, Outer.Inner), isinstance(it, Inner)]"),
    ("'text'.upper", "it()"),
    ("[3, 4].index", "it(4)"),
    ("{'a': 1}.get", "it('a')"),
    ("deque([1, 2], 2)", "(it.append(3), list(it))[1]"),
    ("deque([], 3)", "([it.append(i) for i in range(5)], list(it))[1]"),
    ("Point(1, [2])", "[it.x, it.y, len(it), it == (1, [2])]"),
    ("given(Place, 3, 4, note=1)", "[it.sum(), it.note]"),
    ("Int(5)", "[it + 1, it == 5]"),
    ("Str('text')", "[it + '!', len(it)]"),
    ("Bytearray(b'data')", "(it.append(1), len(it))[1]"),
    ("CodedError(5, 'text')", "[it.code, list(it.args), isinstance(it, Error)]"),
    ("StopIteration(5)", "it.value"),
    ("OSError(9999, 'text')", "it.errno"),
    ("given(Tricky, x=1)", "[it.x, it.other]"),
    ("stored(Default(list), ('a', [1]))", "[it['a'], it.factory()]"),
    ("OrderedDict([('b', 1), ('a', 2)])", "list(it.items())"),
]


def test_what_was_loaded_works(device):
    """Methods, fields and limits of what was dumped and loaded on the device."""
    setup = (
        "def ask(source, question, protocol):\n"
        "    NAMES['it'] = mpickle.loads(mpickle.dumps(eval(source, NAMES), protocol))\n"
        "    return repr(eval(question, NAMES))\n"
    )
    items = [(source, question, protocol) for source, question in ASKED for protocol in range(6)]
    for (source, question, protocol), answer in zip(
        items, _ready(device).table("ask", items, setup=setup), strict=True
    ):
        it = pickle.loads(pickle.dumps(eval(source, oracle.NAMES), protocol))
        expected = repr(eval(question, oracle.NAMES | {"it": it}))
        assert answer.text == expected, f"{source} in protocol {protocol}: {question} is {answer}"


@pytest.mark.needs("command")  # no chip's own matter, and it would take long
@pytest.mark.parametrize("protocol", [2, 4])
def test_dump_keeps_no_attributes(device, protocol):
    """What was written of an instance is given back: there is no room for the attributes of all of them at once."""
    with closing(device.with_heap("256k")) as small:
        output = small.run(
            f"""
import sample
class Sink:
    def write(self, data):
        pass
def wide():
    it = sample.Plain()
    for number in range(40):
        setattr(it, "attribute%d" % number, number)
    return it
gc.collect()
least, values = gc.mem_free() * 2 // 5, []
while gc.mem_free() > least:
    while gc.mem_free() > least:
        values.append(wide())
    gc.collect()
mpickle.dump(values, Sink(), {protocol})
print("ok")
"""
        )
    assert output == "ok\n"
