"""PickleBuffer and buffers out of band (PEP 574): the same bytes as CPython's, no copies, and every way to go wrong."""

import builtins
import pickle
import sys
import types
from array import array

import pytest
from support import oracle
from support.device import DeviceError

# What a PickleBuffer can be over, for both interpreters.
SOURCES = {
    "empty": "b''",
    "bytes": "b'abc'",
    "bytes-255": "bytes(255)",
    "bytes-256": "bytes(range(256))",
    "bytes-long": "b'0123456789' * 10000",
    "bytearray": "bytearray(b'abc')",
    "bytearray-empty": "bytearray()",
    "bytearray-long": "bytearray(70000)",
    "array": "array('h', [1, -2, 3])",
    "slice": "memoryview(bytearray(b'0123456789'))[2:7]",
    "slice-of-bytes": "memoryview(b'0123456789')[2:7]",
    "slice-of-array": "memoryview(array('h', [1, 2, 3, 4]))[1:3]",
    "buffer": "PickleBuffer(bytearray(b'abc'))",
}

# What `buffer_callback` may answer.
ANSWERS = ["None", "False", "0", "[]", "''", "True", "1", "[0]", "'x'"]

_SETUP = """
from array import array
import binascii
import mpickle
from mpickle import PickleBuffer, dumps, loads

def hexed(data):
    return binascii.hexlify(data).decode()
"""

_MODULE = '''
class Samples:
    """Keeps its data out of pickles of protocol 5."""

    def __init__(self, data):
        self.data = data

    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            return type(self), (PickleBuffer(self.data),)
        return type(self), (bytes(self.data),)
'''


@pytest.fixture(scope="session")
def samples(device):
    """The device's module `samples` and CPython's: a class that pickles itself through PickleBuffer."""
    source = "from {} import PickleBuffer\n" + _MODULE
    device.prelude("samples", f"install('samples', {source.format('mpickle')!r})")
    module = types.ModuleType("samples")
    exec(source.format("pickle"), vars(module))
    sys.modules["samples"] = module
    yield module
    del sys.modules["samples"]


def run(device, program):
    """What a program prints."""
    return device.run(_SETUP + program).strip()


def raises(device, program, error, message=""):
    """Fails unless a program raises an exception of this class, with this in its message."""
    with pytest.raises(DeviceError) as raised:
        run(device, program)
    name, _, text = raised.value.exception.partition(": ")
    assert (name, message in text) == (error, True), raised.value


def rows(test):
    """The sources, and for the answers of a callback those."""
    table = ANSWERS if "answer" in test else SOURCES
    needs = {name: ("array",) for name, source in SOURCES.items() if "array" in source}
    needs |= {"bytes-long": ("megabytes",), "bytearray-long": ("megabytes",)}
    return [(name, name, needs.get(name, ())) for name in table]


def _value(source):
    return eval(source, {"array": array, "PickleBuffer": pickle.PickleBuffer})


def test_in_band(device, row):
    """Without a callback the bytes stand in the pickle, and a buffer that comes twice is written once."""
    for wrap in ["PickleBuffer({})", "[PickleBuffer({}), 1]", "(lambda b: [b, b])(PickleBuffer({}))"]:
        expression = wrap.format(SOURCES[row])
        expected = pickle.dumps(_value(expression), 5)
        actual = bytes.fromhex(run(device, f"print(hexed(dumps({expression}, 5)))"))
        assert actual == expected, oracle.side_by_side(expected, actual)
        assert bytes.fromhex(run(device, f"print(hexed(dumps(loads({actual!r}), 5)))")) == (
            pickle.dumps(pickle.loads(expected), 5)
        )


def test_out_of_band(device, row):
    """With a callback only the places of the buffers do; what the callback got are the buffers themselves."""
    expression = f"(lambda b: [b, 'text', b, PickleBuffer(b'x')])(PickleBuffer({SOURCES[row]}))"
    buffers = []
    expected = pickle.dumps(_value(expression), 5, buffer_callback=buffers.append)
    printed = run(
        device,
        f"""
buffers = []
print(hexed(dumps({expression}, 5, buffer_callback=buffers.append)))
print(all(type(buffer) is PickleBuffer for buffer in buffers), *[hexed(buffer.raw()) for buffer in buffers])
""",
    ).splitlines()
    assert bytes.fromhex(printed[0]) == expected
    assert printed[1].split(" ") == ["True", *[bytes(buffer.raw()).hex() for buffer in buffers]]


def test_answer_of_the_callback(device, row):
    """A false answer takes the buffer out of the pickle, a true one leaves it in."""
    expression = "[PickleBuffer(bytearray(b'abc')), PickleBuffer(b'abc')]"
    expected = pickle.dumps(_value(expression), 5, buffer_callback=lambda _: eval(row))
    printed = run(device, f"print(hexed(dumps({expression}, 5, buffer_callback=lambda buffer: {row})))")
    assert bytes.fromhex(printed) == expected


def test_view(device, row):
    """raw() and the buffer protocol give the very bytes, as unsigned ones, writable where the source is."""
    source = SOURCES[row]
    printed = run(
        device,
        f"""
import gc
buffer = PickleBuffer({source})
view = buffer.raw()
print(type(view) is memoryview, len(view), hexed(view), hexed(memoryview(buffer)))
try:
    if len(view):
        view[0] = 0x2a
        print("written", hexed(buffer)[:2])
except TypeError:
    print("readonly")
buffer.release()
buffer = None
gc.collect()
filler = [bytearray(64) for _ in range(100)]
print("still", hexed(bytes(view)[1:]))
""",
    ).splitlines()
    raw = pickle.PickleBuffer(_value(source)).raw()
    assert printed[0] == f"True {len(raw)} {bytes(raw).hex()} {bytes(raw).hex()}"
    if len(raw):
        assert printed[1] == ("readonly" if raw.readonly else "written 2a")
    assert printed[-1] == f"still {bytes(raw)[1:].hex()}".strip()


def test_typed_view(device):
    """raw() with a typecode gives the same memory as items of it, also where it begins inside other memory."""
    printed = run(
        device,
        """
import gc
memory = bytearray(b"\\0\\0\\0\\0\\1\\0\\2\\0\\xff\\xff\\xff\\xff")
view = PickleBuffer(memory).raw("h")
view[0] = 5
print(list(view), memory[0], list(PickleBuffer(memoryview(memory)[4:]).raw("I")), list(PickleBuffer(view[2:4]).raw()))
print(list(PickleBuffer(array("f", [1.5])).raw("H")), list(PickleBuffer(b"").raw("d")))
memory = None
gc.collect()
filler = [bytearray(12) for _ in range(100)]
print(view[3])
try:
    PickleBuffer(bytes(4)).raw("i")[0] = 1
except TypeError:
    print("readonly")
strange = [(bytes(8), typecode) for typecode in ("O", "P", "e", "", "hh")]
for source, typecode in [(bytes(3), "h"), (memoryview(bytes(8))[1:5], "i")] + strange:
    try:
        print(PickleBuffer(source).raw(typecode))
    except ValueError as error:
        print(error)
""",
    ).splitlines()
    parts = "the bytes are not whole items of this typecode, or not aligned"
    assert printed == [
        "[5, 0, 1, 2, -1, -1] 5 [131073, 4294967295] [1, 0, 2, 0]",
        "[0, 16320] []",
        "2",
        "readonly",
        *[parts] * 2,
        *["bad typecode"] * 5,
    ]


def test_released(device):
    """After release() nothing works any more but release()."""
    released = "b = PickleBuffer(bytearray(b'abc'))\nb.release()\nb.release()\n"
    for expression in ["b.raw()", "PickleBuffer(b)", "dumps(b, 5)", "dumps(b, 5, buffer_callback=print)"]:
        raises(device, released + expression, "ValueError", "operation forbidden on released PickleBuffer object")
    callback = "b = PickleBuffer(bytearray(3))\ndumps(b, 5, buffer_callback=lambda b: b.release() or 1)"
    raises(device, callback, "ValueError", "operation forbidden on released PickleBuffer object")


def test_callback_changes_the_buffer(device):
    """What is written is what is there after the callback."""
    program = """
data = bytearray(b'abc')
def callback(buffer):
    data[:] = b'de' if len(data) == 3 else b'abc'
    return True
print(hexed(dumps(PickleBuffer(data), 5, buffer_callback=callback))[-8:])
print(loads(dumps(PickleBuffer(data), 5, buffer_callback=callback)))
"""
    assert run(device, program).splitlines() == [b"de\x94.".hex(), "bytearray(b'abc')"]


@pytest.mark.parametrize("value", ["1", "'text'", "None", "[]", "len"])
def test_no_buffer(device, value):
    """Anything without bytes is refused, as in CPython."""
    raises(device, f"PickleBuffer({value})", "TypeError")
    with pytest.raises(TypeError):
        pickle.PickleBuffer(eval(value))


def test_needs_protocol_5(device):
    """Older protocols know no buffers."""
    for protocol in range(5):
        raises(device, f"dumps(PickleBuffer(b'x'), {protocol})", "PicklingError", "protocol >= 5")
        with pytest.raises(pickle.PicklingError):
            pickle.dumps(pickle.PickleBuffer(b"x"), protocol)
        for call in ["dumps(1, {}, buffer_callback=print)", "mpickle.dump(1, None, {}, buffer_callback=print)"]:
            raises(device, call.format(protocol), "ValueError", "buffer_callback needs protocol >= 5")
        with pytest.raises(ValueError, match="buffer_callback needs protocol >= 5"):
            pickle.dumps(1, protocol, buffer_callback=print)


TWO_OUT = pickle.dumps(
    [pickle.PickleBuffer(bytearray(b"abc")), pickle.PickleBuffer(b"abc")], 5, buffer_callback=lambda _: None
)


@pytest.mark.parametrize(
    ("buffers", "error"),
    [
        ("None", "UnpicklingError"),
        ("[]", "UnpicklingError"),
        ("[b'abc']", "UnpicklingError"),
        ("1", "TypeError"),
        ("[b'abc', 1]", "TypeError"),
        ("(1 // 0 for _ in '12')", "ZeroDivisionError"),
    ],
)
def test_buffers_missing(device, buffers, error):
    """Missing buffers, too few of them and what is none end in CPython's exception."""
    raises(device, f"loads({TWO_OUT!r}, buffers={buffers})", error)
    with pytest.raises(getattr(pickle, error, None) or getattr(builtins, error)):
        pickle.loads(TWO_OUT, buffers=eval(buffers))


@pytest.mark.parametrize("form", ["[a, b]", "(a, b)", "iter([a, b])", "(x for x in (a, b))"])
def test_buffers_are_any_iterable(device, form):
    """The objects themselves are handed out: a writable one as it is, where a read-only one was, a view of it."""
    program = f"""
import io
data = {TWO_OUT!r}
for loading in (lambda **options: loads(data, **options), lambda **options: mpickle.load(io.BytesIO(data), **options)):
    a, b = bytearray(b'abc'), bytearray(b'def')
    x, y = loading(buffers={form})
    a[0] = b[0] = 0x2a
    print(x is a, y is b, type(y) is memoryview, bytes(x), bytes(y))
    try:
        y[0] = 1
    except TypeError:
        print("readonly")
    a, b = b'abc', memoryview(b'def')
    x, y = loading(buffers={form})
    print(x is a, y is b)
    a, b = b'abc', PickleBuffer(bytearray(b'def'))
    x, y = loading(buffers={form})
    print(x is a, type(y) is memoryview, bytes(y))
"""
    once = ["True False True b'*bc' b'*ef'", "readonly", "True True", "True True b'def'"]
    assert run(device, program).splitlines() == once * 2


def test_class_both_ways(device, samples):
    """A class that gives its data as a PickleBuffer goes from CPython to the device and back, in band and out."""
    for data in (b"0123456789", bytearray(b"0123456789")):
        buffers = []
        outside = pickle.dumps([samples.Samples(data)] * 2, 5, buffer_callback=buffers.append)
        for written, given in ((outside, f"[{data!r}]"), (pickle.dumps([samples.Samples(data)] * 2, 5), "None")):
            printed = run(
                device,
                f"""
from samples import Samples
given = {given}
one, other = loads({written!r}, buffers=given)
print(one is other, type(one) is Samples, given is None or one.data is given[0] or type(one.data) is memoryview)
buffers = []
print(hexed(dumps([one, one], 5, buffer_callback=buffers.append)), hexed(buffers[0]), len(buffers))
print(hexed(dumps([one, one], 5)))
""",
            ).splitlines()
            assert printed[0] == "True True True"
            back, raw, count = printed[1].split()
            assert (bytes.fromhex(back), bytes.fromhex(raw), count) == (outside, bytes(data), "1")
            one, other = pickle.loads(bytes.fromhex(back), buffers=[data])
            assert one is other
            assert bytes(one.data) == data
            assert bytes.fromhex(printed[2]) == pickle.dumps([samples.Samples(data)] * 2, 5)


@pytest.mark.needs("megabytes")
def test_nothing_is_copied(device):
    """A large buffer goes out of band and back in a few hundred bytes of heap."""
    program = """
import gc
data = bytearray(200000)
def round_trip():
    buffers = []
    pickled = dumps(PickleBuffer(data), 5, buffer_callback=buffers.append)
    return loads(pickled, buffers=[buffers[0].raw()])
round_trip()
gc.collect()
before = gc.mem_alloc()
view = round_trip()
print(gc.mem_alloc() - before < 4096)
data[7] = 42
print(view[7])
"""
    assert run(device, program).splitlines() == ["True", "42"]
