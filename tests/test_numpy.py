"""mpickle_numpy: arrays from numpy 1.26 and 2, each protocol, and back to both."""

import functools
import re
from pathlib import Path

import pytest
from support import numpys, oracle

SUPPORT = Path(__file__).parent / "support"

# On the device. Modules are made anew, as after a soft reset, so that no other test sees what is registered here.
SETUP = """
import sys, binascii

def forget():
    for name in list(sys.modules):
        if name != "sample":
            del sys.modules[name]

def show(value):
    if hasattr(value, "tolist"):
        return describe((value.dtype.str, value.shape, value.tolist()))
    return describe(value) if isinstance(value, (bool, int, float, complex, str, bytes)) else ""

def hexed(data):
    return binascii.hexlify(bytes(data)).decode()

def again(numpy, data, protocol, out_of_band, *buffers):
    # What came: shown, and as it is dumped again, in and out of band as it came.
    apart = []
    value = mpickle.loads(bytes_of(data), allow=(), buffers=[bytearray(bytes_of(buffer)) for buffer in buffers])
    np.write_for(numpy)
    data = mpickle.dumps(value, protocol, buffer_callback=apart.append if out_of_band else None)
    return "|".join([show(value), hexed(data)] + [hexed(buffer) for buffer in apart])

def bytes_of(text):
    return binascii.unhexlify(text)

forget()
import mpickle
import mpickle_numpy as np
"""

# What only numpy 2 writes: a buffer with its dimensions in another order. The device and numpy 1 write a copy.
ONLY_IN_2 = ("transposed", 5)


def run(device, source):
    """What a program on the device prints."""
    return device.run(
        f"{SETUP}\ntry:\n" + "".join(f"    {line}\n" for line in source.splitlines()) + "finally:\n    forget()\n"
    )


def table(device, function, items, setup=""):
    """Answers of a function on the device, for each item."""
    try:
        return device.table(function, items, setup=SETUP + setup)
    finally:
        device.run(f"{SETUP}\nforget()")


@functools.cache
def answers(device, version):
    """What the device says of each row that a numpy wrote; it writes for the same numpy."""
    rows = [(int(version[0]), row.data, row.protocol, row.apart, *row.buffers) for row in numpys.written(version)]
    return table(device, "again", rows)


def rows(test):
    """Names of what numpy writes."""
    tables = {
        "test_numpy_to_device_and_back": ("arrays", "others"),
        "test_scalars": ("scalars",),
        "test_not_held": ("not-held",),
    }
    names = {(written.table, written.name): None for written in numpys.written("1.26") if written.table in tables[test]}
    return [(name, (table, name), ()) for table, name in names]


def of_row(device, row):
    """(version, what numpy wrote, what the device says) of both numpys and each protocol."""
    for version in numpys.VERSIONS:
        for written, answer in zip(numpys.written(version), answers(device, version), strict=True):
            if (written.table, written.name) == row:
                yield version, written, answer


def test_numpy_to_device_and_back(device, row):
    """An array comes with its items, dtype and shape, and goes back as numpy would write it itself."""
    for version, written, answer in of_row(device, row):
        where = f"{row} from numpy {version}, protocol {written.protocol}: "
        assert answer.error is None, where + str(answer)
        shown, again, *buffers = answer.text.split("|")
        assert shown == written.shown, where
        if version == "2" and (row[1], written.protocol) == ONLY_IN_2:
            continue
        if again != written.again:
            pytest.fail(where + oracle.side_by_side(bytes.fromhex(written.again), bytes.fromhex(again)))
        assert buffers == written.buffers_again


def test_numpys_load_what_the_device_writes(device):
    """What is written for numpy 1 both load, what is written for numpy 2 that one does, without a warning."""
    for version, readers in (("1.26", ("1.26", "2")), ("2", ("2",))):
        found = {}
        for written, answer in zip(numpys.written(version), answers(device, version), strict=True):
            if written.table in ("arrays", "others"):
                _, data, *buffers = answer.text.split("|")
                found[written.table, written.name, data, tuple(buffers)] = None
        assert len(found) > 300
        for reader in readers:
            assert numpys.complaints(reader, list(found)) == []


TRIED = """
def tried(function):
    # The class of the exception that a call ends with.
    try:
        function()
    except Exception as error:
        return type(error).__name__
"""
# Programs that print the same with numpy and with mpickle_numpy.
PROGRAMS = {
    "indexing": """
a = np.array([[1, 2, 3], [4, 5, -6]], "int16")
print(a.shape, a.ndim, a.size, len(a), a.tolist(), a.tobytes(), a[1, 2], a[-2][-1], a[1].tolist())
print(a[()].tolist())
print(a[:, 1].tolist(), a[::-1].tolist(), a[:, ::2].tolist(), a[1, :-1].tolist(), a[1:5].tolist(), a[2:].shape)
print(a[:, 1].tobytes(), a[::-1, 0].copy().tolist(), [row.tolist() for row in a])
print([x for row in a for x in row])
for key in (2, -3, (0, 3), (0, 0, 0), (0, -4)):
    print(tried(lambda: a[key]))
cube = np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "uint8")
print(cube[1].tolist(), cube[:, 1].tolist(), cube[:, :, 0].tolist(), cube[1, 0, 1], cube[:, 0, ::-1].tobytes())
""",
    "views": """
a = np.array([[1, 2, 3], [4, 5, 6]], "int32")
row, column = a[1], a[:, 0]
row[0] = 40
column[0] = 10
a[0, 1] = 20
print(a.tolist(), row.tolist(), column.tolist())
b = a.copy()
b[0, 0] = 0
print(a[0, 0], b[0, 0])
""",
    "assignment": """
a = np.array([[0] * 3] * 2, "float32")
a[0] = 1.5
a[1] = [1, 2, 3]
a[:, 1] = [7, 8]
a[1, ::-2] = 9
print(a.tolist())
a[:] = [[1, 2, 3], [4, 5, 6]]
print(a.tolist())
""",
    "kinds": """
for dtype, items in (("bool", [True, False]), ("complex64", [1 + 2j, -3]), ("S3", [b"abc", b"a"]), ("U2", ["ab", "c"]),
                     ("float16", [1.5, -0.25]), ("uint64", [0, 2**62]), ("int8", [-128, 127]), ("object", ["a", None])):
    a = np.array(items, dtype)
    print(a.dtype.str, a.tolist(), a[0], a[1:].tolist(), a.copy().tolist(), len(a))
    b = np.array([a.tolist(), a.tolist()], dtype)
    print(b[:, 0].tolist(), b[:, 1].copy().tolist(), dtype == "object" or b[:, 1].tobytes())
""",
    "shapes": """
for items in (5, [], [[]], [[], []], [[[1]]]):
    a = np.array(items, "int16")
    print(a.shape, a.size, a.ndim, a.tolist(), a.tobytes())
print(np.array(5, "int16")[()], tried(lambda: len(np.array(5, "int16"))), tried(lambda: list(np.array(5, "int16"))))
a = np.ndarray((2, 3), "int16")
a[()] = 0
print(a.tolist(), np.ndarray(2, "uint8", b"ab").tolist(), np.ndarray((2, 2), "uint8", b"abcd", order="F").tolist())
print(tried(lambda: np.ndarray((-1,), "int16")))
""",
    "dtypes": """
names = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
for name in names + ["<i2", ">i2", "|u1", "S5", "U5", ">U5", "float", "int", "complex", "O"]:
    d = np.dtype(name)
    print(d.str, d.kind, d.itemsize, repr(d), d == name, d == np.dtype("int16"), d == np.dtype(d))
    print(hash(d) == hash(np.dtype(name)))
for name in ("foo", "int17", "i", "no2"):
    print(name == "i" or tried(lambda: np.dtype(name)))
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_like_numpy(device, name):
    """The ndarray of this module does what numpy's does, as far as it goes."""
    import numpy

    lines = []
    names = {
        "np": numpy,
        "print": lambda *values: lines.append(" ".join(str(value) for value in values)),
    }
    exec(TRIED + PROGRAMS[name], names)
    said = run(device, TRIED + PROGRAMS[name]).splitlines()
    assert said == "\n".join(lines).splitlines()


def test_scalars(device, row):
    """A single number becomes Python's own."""
    for version, written, answer in of_row(device, row):
        assert answer.error is None, f"{row} from numpy {version}: {answer}"
        assert answer.text.split("|")[0] == written.shown


def test_not_held(device, row):
    """The error names dtype and shape."""
    dtype, shape = {
        "longdouble": ("float128", (2, 3)),
        "clongdouble": ("complex256", (2,)),
        "void": ("V3", (4,)),
        "structured": ("V6", (2, 1)),
        "scalar-of-longdouble": ("float128", ()),
    }[row[1]]
    for _, _, answer in of_row(device, row):
        assert (answer.error, answer.message) == (
            "TypeError",
            f"cannot hold an array of dtype('{dtype}'), shape {shape}",
        )


# Programs of the device alone, and what they print.
OWN_PROGRAMS = {
    "printed": (
        """
print(np.array([[1, 2], [3, 4]], "int16"), np.array([1.5], "float32"), np.array(["a"], "U3"), np.array([], "bool"))
print(np.array(5, "uint8"), np.array(range(101), "uint8"), np.dtype("int16"), np.dtype("<U3"), np.dtype("int8").name)
""",
        "array([[1, 2], [3, 4]], dtype='int16') array([1.5], dtype='float32') array(['a'], dtype='<U3') "
        "array([], dtype='bool', shape=(0,))\n"
        "array(5, dtype='uint8') array(..., dtype='uint8', shape=(101,)) dtype('int16') dtype('<U3') int8",
    ),
    "what-does-not-fit-is-no-number-cut-off": (
        """
for items, dtype in (([128], "int8"), ([-1], "uint8"), ([1 << 32], "uint32"), ([1.5], "int16"), (["abc"], "U2"),
                     ([b"abc"], "S2"), (["a"], "S2"), ([b"a"], "U2"), ([[1], 2], "int8"), ([[1, 2], [3]], "int8"),
                     ([1], "longdouble"), ([1], "float128"), ([1], "f16"), ([1], "V4")):
    try:
        print(np.array(items, dtype))
    except Exception as error:
        print(type(error).__name__, error)
""",
        """OverflowError 128 is out of bounds for dtype('int8')
OverflowError -1 is out of bounds for dtype('uint8')
OverflowError 4294967296 is out of bounds for dtype('uint32')
TypeError 1.5 for dtype('int16')
ValueError 'abc' is too long for dtype('<U2')
ValueError b'abc' is too long for dtype('S2')
TypeError 'a' for dtype('S2')
TypeError b'a' for dtype('<U2')
ValueError 2 is not of shape (1,)
ValueError [3] is not of shape (2,)
TypeError data type 'longdouble' not understood
TypeError cannot hold an array of dtype('float128'), shape (1,)
TypeError cannot hold an array of dtype('float128'), shape (1,)
TypeError cannot hold an array of dtype('V4'), shape (1,)""",
    ),
    "a-buffer-is-not-copied": (
        """
import array
buffer = array.array("h", [1, 2, 3, 4])
a = np.ndarray((2, 2), "int16", buffer)
a[1, 0] = 30
buffer[0] = 10
print(a, list(a.data), type(a.data) is memoryview, a.data[2], list(a[1].data), buffer[2])
a[0].data[1] = 20
print(a)
buffer = bytearray(b"\\1\\0\\2\\0")
kept = []
data = mpickle.dumps(np.ndarray((2,), "int16", buffer), 5, buffer_callback=kept.append)
b = mpickle.loads(data, buffers=kept)
c = mpickle.loads(data, buffers=[buffer])
c[0] = 5
print(a.data is a.data, b, buffer[0], len(data) < 130)
""",
        """array([[10, 2], [30, 4]], dtype='int16') [10, 2, 30, 4] True 30 [30, 4] 30
array([[10, 20], [30, 4]], dtype='int16')
True array([5, 2], dtype='int16') 5 True""",
    ),
    "bytes-are-copied-when-they-are-written-to": (
        """
first, second = mpickle.loads(mpickle.dumps([np.array([[1, 2], [3, 4]], "uint8")] * 2, 4))
print(first is second)
row = first[1]
before = first.data
row[0] = 30
print(first, row, list(before))
first[0, 0] = 10
print(first, row)
# Here the bytes are shared, and stay as they are.
memory = bytes([1, 2])
state = (1, (2,), np.dtype("uint8"), False, memory)
class Made:
    def __reduce__(self):
        return np._reconstruct, (np.ndarray, (0,), b"b"), state
a, b, c = mpickle.loads(mpickle.dumps([Made(), Made(), memory]))
a[0] = 9
print(a, b, c)
a = np.ndarray((2,), "uint8", b"ab")
try:
    a[0] = 1
except TypeError:
    print("read-only", a)
""",
        """True
array([[1, 2], [30, 4]], dtype='uint8') array([30, 4], dtype='uint8') [1, 2, 3, 4]
array([[10, 2], [30, 4]], dtype='uint8') array([30, 4], dtype='uint8')
array([9, 2], dtype='uint8') array([1, 2], dtype='uint8') b'\\x01\\x02'
read-only array([97, 98], dtype='uint8')""",
    ),
    "a-buffer-that-lies-askew": (
        """
a = np.ndarray((2,), "int32", memoryview(bytearray(9))[1:])
a[0] = 5
print(a, np.ndarray((1,), "float64", memoryview(bytes(range(20)))[3:11]).tobytes())
""",
        "array([5, 0], dtype='int32') b'\\x03\\x04\\x05\\x06\\x07\\x08\\t\\n'",
    ),
    "broken": (
        """
def state(*state):
    class Made:
        def __reduce__(self):
            return np._reconstruct, (np.ndarray, (0,), b"b"), state
    return Made()
def buffer(*args):
    class Made:
        def __reduce__(self):
            return np._frombuffer, args
    return Made()
kind = np.dtype("int16")
broken = [
    state(1, (3,), kind, False, bytes(5)),
    state(1, (3,), kind, False, bytes(8)),
    state(1, (1 << 20, 1 << 20), kind, False, b""),
    state(1, (1 << 40, 1 << 60), kind, False, b""),
    buffer(bytearray(3), kind, (2,), "C"),
    state(1, (2, 0) + (1,) * 31, kind, False, b""),
    state(1, (-1, -2), kind, False, bytes(4)),
    state(1, (2,), kind, False, [1, 2]),
    state(1, (2,), np.dtype("O"), False, bytes(16)),
    state(1, (3,), np.dtype("O"), False, [1]),
    state(1, (2,), 5, False, b""),
    state(1, (2,)),
    state(),
    state(1, (None,), kind, False, b""),
    buffer(5, kind, (2,), "C"),
    buffer(b"abcd", kind, (2,), "C", (1,)),
    buffer(),
]
for made in broken:
    data = mpickle.dumps(made)
    try:
        print(mpickle.loads(data))
    except Exception as error:
        print(type(error).__name__, "dtype" in str(error) and "shape" in str(error))
class Matrix(np.ndarray):
    pass
try:
    np._reconstruct(Matrix, (0,), b"b")
except TypeError as error:
    print(error)
""",
        """ValueError True
ValueError True
ValueError True
ValueError True
ValueError True
TypeError True
ValueError True
TypeError False
TypeError True
ValueError True
TypeError False
ValueError False
ValueError False
TypeError False
TypeError False
IndexError False
TypeError False
<class 'Matrix'> is no array that can be held here""",
    ),
    "python-2": (
        """
data = (
    b"cnumpy.core.multiarray\\n_reconstruct\\n(cnumpy\\nndarray\\n(I0\\ntS'b'\\ntR(I1\\n(I2\\nt"
    b"cnumpy\\ndtype\\n(S'i2'\\nI0\\nI1\\ntR(I3\\nS'<'\\nNNNI-1\\nI-1\\nI0\\ntbI00\\nS'\\\\x01\\x00\\xff\\xff'\\ntb."
)
print(mpickle.loads(data, encoding="latin1"))
""",
        "array([1, -1], dtype='int16')",
    ),
}


@pytest.mark.parametrize("name", OWN_PROGRAMS)
def test_programs(device, name):
    """What there is to say of the device alone."""
    source, says = OWN_PROGRAMS[name]
    assert run(device, source).splitlines() == says.splitlines()


def test_names_of_numpy_2(device):
    """write_for(2) writes names that numpy 2 finds without a warning, and 1 brings those back that both know."""
    said = run(
        device,
        """
np.write_for(2)
data = mpickle.dumps([np.array([1], "int8"), np.dtype("int8")], 5)
np.write_for(1)
print(b"_core" in data, b"_core" in mpickle.dumps(np.array([1], "int8"), 5), mpickle.loads(data, allow=()))
""",
    )
    assert said == "True False [array([1], dtype='int8'), dtype('int8')]\n"


# On the device: ulab, or what stands in for it.
ULAB = f"""
try:
    from ulab import numpy as u
except ImportError:
    forget()
    import mpickle
    install("fakeulab", {(SUPPORT / "fakeulab.py").read_text()!r})
    u = sys.modules["fakeulab"]
    names = "int8 int16 uint8 uint16 bool float complex".split()
    for name, code in zip(names, "bhBH?dc"):
        setattr(u, name, code)
    class ulab:
        numpy = u
    sys.modules["ulab"] = ulab
    import mpickle_numpy as np
"""
# What is one of ulab's arrays then, where floats are doubles and arrays have two dimensions at most.
AS_ULAB = """
    bool int8 int16 uint8 uint16 float32 float64 complex64 complex128 empty empty-rows fortran every-third backwards
    column read-only hundred big-endian-int16 big-endian-float32 big-endian-float64 big-endian-complex fortran-complex
    fortran-row
"""


@pytest.mark.needs("double")
def test_numpy_to_ulab(device):
    """What ulab can hold becomes one of its arrays, and the rest is as without it."""
    rows = [row for version in numpys.VERSIONS for row in numpys.written(version) if row.table == "arrays"]
    said = table(
        device,
        "again_with_ulab",
        [(row.data, row.protocol, row.apart, *row.buffers) for row in rows],
        ULAB
        + """
def again_with_ulab(data, protocol, out_of_band, *buffers):
    value = mpickle.loads(bytes_of(data), allow=(), buffers=[bytearray(bytes_of(buffer)) for buffer in buffers])
    if type(value) is not u.ndarray:
        return show(value)
    apart = []
    again = mpickle.dumps(value, protocol, buffer_callback=apart.append if out_of_band else None)
    apart = [bytearray(buffer) for buffer in apart]
    back = mpickle.loads(again, buffers=apart)
    if type(back) is not u.ndarray or back.tolist() != value.tolist() or back.shape != value.shape:
        return "not the same again: %r" % back
    return "|".join([describe((value.shape, value.tolist())), hexed(again)] + [hexed(buffer) for buffer in apart])
""",
    )
    came = {True: set(), False: set()}
    to_numpy = {}
    for row, answer in zip(rows, said, strict=True):
        assert answer.error is None, f"{row}: {answer}"
        shown, *again = answer.text.split("|")
        came[bool(again)].add(row.name)
        if again:
            assert row.shown.endswith(shown.removeprefix("tuple2")), row
            if "32" not in row.name and row.name not in ("complex64", "empty", "column"):  # which are wider now
                to_numpy["arrays", row.name, again[0], tuple(again[1:])] = None
        else:
            assert shown == row.shown
    assert came[True] == set(AS_ULAB.split())
    assert came[False] == {row.name for row in rows} - came[True]
    for version in numpys.VERSIONS:
        assert numpys.complaints(version, list(to_numpy)) == []


def test_documentation(device, root):
    """The examples of docs/numpy.md run, and print what they say."""
    examples = re.findall(r"```python\n(.*?)```", (root / "docs" / "numpy.md").read_text(), re.DOTALL)
    assert len(examples) == 2
    assert run(device, "\n".join(examples)) == "array([[1, 2], [3, 4]], dtype='int16')\n"
