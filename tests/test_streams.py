"""dump to streams and load from them: several pickles in one, short reads, small pieces, streams that misbehave."""

import io
import pickle
from contextlib import closing

import pytest
from support import oracle, portable
from support.case import PROTOCOLS, tables
from support.device import DeviceError

# Something of each kind, and all that is larger than one piece.
SOURCES = [
    "None",
    "[1, 2, 'three', b'four', 5.5, (6,), {7: 8}]",
    "names(300)",
    "'x' * 7000",
    "[b'y' * 600, 'z' * 600] * 3",
    "[bytearray(3000)]",
    "list(range(3000))",
    "nest(list, 200)",
    "cyclic_list()",
]

# The same for a heap of 140 kB.
LITTLE = [
    *SOURCES[:2],
    "names(30)",
    "'x' * 700",
    "[b'y' * 60, 'z' * 60] * 3",
    "[bytearray(300)]",
    "list(range(300))",
    "nest(list, 20)",
    "cyclic_list()",
]


def _sources(device):
    return SOURCES if device.capabilities.has("megabytes") else LITTLE


FROM = {
    "BytesIO": "native_reader('BytesIO', data)",
    "file": "native_reader('file', data)",
    "read": "Reader(data)",
    "read-1": "Reader(data, 1)",
    "read-3": "Reader(data, 3)",
    "read-700": "Reader(data, 700)",
    "readinto": "IntoReader(data)",
    "readinto-1": "IntoReader(data, 1)",
    "IOBase": "io_reader(data)",
    "IOBase-5": "io_reader(data, 5)",
}


def rows(_test):
    """Where pickles are read from."""
    return [(kind, source, ("files",) if kind == "file" else ()) for kind, source in FROM.items()]


def test_several_pickles_in_one_stream(device, row):
    """Each load reads its own pickle, and the one after the last is an EOFError."""
    sources = _sources(device)
    value = [eval(source, vars(portable)) for source in sources]
    data = b"".join(pickle.dumps(item, protocol) for item in value for protocol in PROTOCOLS)
    output = device.run(
        f"""
data = bytes(sent)
stream = {row}
if hasattr(stream, "asked"):
    stream.asked = Counting()
count = 0
for source in {sources!r}:
    expected = describe(eval(source))
    for protocol in range(6):
        assert describe(mpickle.load(stream)) == expected, (source, protocol)
        count += 1
for again in range(2):
    try:
        mpickle.load(stream)
    except EOFError as error:
        count += 1
print(count)
""",
        data=data,
    )
    assert int(output) == len(sources) * 6 + 2


def test_nothing_is_read_past_stop(device):
    """What follows a pickle stays in the stream, whatever kind of value was the last."""
    cases = [case for case in tables() if not device.capabilities.lacks(case.all_needs)]
    items = [(pickle.dumps(case.value, protocol).hex(),) for case in cases[::4] for protocol in case.protocols]
    answers = device.table(
        "left_in_stream",
        items,
        setup="""
def left_in_stream(data):
    data = unhexlify(data)
    stream = Reader(data + b"tail")
    stream.asked = Counting()
    mpickle.load(stream)
    assert stream.asked.largest <= 1 << 20, stream.asked.largest
    return "%d" % (stream.position - len(data))
""",
        timeout=120,
    )
    assert {str(answer) for answer in answers} == {"0"}


# Large values, and by how many bytes at a time a stream gives them.
LARGE = [(kind, 70_000, most) for kind in ("bytes", "str") for most in (1, 1000, 4096)]
LARGE += [("bytes", 1 << 18, 1), ("bytes", 1 << 20, 4096)]


@pytest.mark.needs("megabytes")
@pytest.mark.parametrize(("kind", "size", "most"), LARGE)
def test_large_values_in_small_pieces(device, kind, size, most):
    """A stream is asked no oftener than it must be, and what was read is not copied again for each piece."""
    value = bytes(range(256)) * (size // 256) if kind == "bytes" else "0123456789" * (size // 10)
    with closing(device.with_heap("512M")) as large:  # so that nothing need be collected
        for protocol in (0, 2, 5) if size < 100_000 else (5,):
            data = pickle.dumps(value, protocol)
            output = large.run(
                f"""
stream = Reader(sent, {most})
stream.asked = Counting()
gc.collect()
gc.disable()
before = gc.mem_alloc()
value = mpickle.load(stream)
used = gc.mem_alloc() - before
print(digest(describe(value)), stream.asked.count, used)
""",
                data=data,
            )
            text, count, used = output.split()
            assert text == portable.digest(portable.describe(value))
            # A line of text ends where it ends: it is read byte by byte.
            assert int(count) <= len(data) // (most if protocol else 1) + 50
            assert int(used) <= 4 * len(data) + 300 * int(count)


def test_a_length_field_asks_for_little(device):
    """A stream whose pickle claims two gigabytes is never asked for much more than it has given."""
    output = device.run(
        """
two_gigabytes = b"\\xff\\xff\\xff\\x7f"
eight = two_gigabytes + bytes(4)
for code in [b"B", b"\\x8e", b"X", b"T", b"\\x96", b"\\x8b", b"\\x95" + eight + b"B"]:
    stream = Reader(code + (eight if code in b"\\x8e\\x96" else two_gigabytes) + b"x" * 5000)
    try:
        mpickle.load(stream)
        print("loaded", code)
    except mpickle.UnpicklingError:
        print(max(stream.asked))
"""
    )
    assert max(int(line) for line in output.split()) <= 16384


# What goes wrong with a stream -> the call, and what comes of it.
MISBEHAVIOUR = {
    "read-none": ("load(Answering([None]))", "TypeError"),
    "read-str": ("load(Answering(['N.']))", "TypeError"),
    "read-int": ("load(Answering([5]))", "TypeError"),
    "read-list": ("load(Answering([[78, 46]]))", "TypeError"),
    "read-too-much": ("load(Answering([lambda size: b'N' * (size + 1)]))", "ValueError"),
    "read-much-too-much": ("load(Answering([lambda size: b'N' * 30000]))", "ValueError"),
    "read-nothing": ("load(Answering([]))", "EOFError"),
    "read-nothing-after-some": ("load(Answering([b'(']))", "EOFError"),
    "read-raises": ("load(Answering([OSError(5)]))", "OSError"),
    "read-raises-after-some": ("load(Answering([b'(', KeyError('x')]))", "KeyError"),
    "read-raises-stop-iteration": ("load(Answering([StopIteration()]))", "StopIteration"),
    "read-raises-memory-error": ("load(Answering([MemoryError()]))", "MemoryError"),
    "readinto-none": ("load(AnsweringInto(None))", "TypeError"),
    "readinto-str": ("load(AnsweringInto('1'))", "TypeError"),
    "readinto-negative": ("load(AnsweringInto(-1))", "ValueError"),
    "readinto-too-much": ("load(AnsweringInto(lambda buffer: len(buffer) + 1))", "ValueError"),
    "readinto-huge": ("load(AnsweringInto(1 << 30))", "ValueError"),
    "readinto-nothing": ("load(AnsweringInto(0))", "EOFError"),
    "readinto-raises": ("load(AnsweringInto(OSError(5)))", "OSError"),
    # A write that says it wrote nothing is an error, not an endless loop; one that says anything else is believed.
    "write-nothing": ("dump([1, 2, 3], Writer(says=lambda data: 0))", "OSError"),
    "write-negative": ("dump([1, 2, 3], Writer(says=lambda data: -1))", "OSError"),
    "write-too-much": ("dump([1, 2, 3], Writer(says=lambda data: len(data) + 1))", "ok"),
    "write-str": ("dump([1, 2, 3], Writer(says=str))", "ok"),
}


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_stream_misbehaves(device, name):
    """What makes no sense ends in a clear exception, and the next call works."""
    call, expected = MISBEHAVIOUR[name]
    output = device.run(
        f"""
try:
    mpickle.{call}
    print("ok")
except Exception as error:
    print(error_class(error))
assert mpickle.loads(mpickle.dumps([1, 2])) == [1, 2]
"""
    )
    assert output.strip() == expected


NO_SOURCES = {
    "none": "None",
    "int": "5",
    "str": "'N.'",
    "list": "[]",
    "text-stream": "__import__('io').StringIO('N.')",
    "object-without-read": "Writer()",
}


@pytest.mark.parametrize("name", NO_SOURCES)
def test_no_stream_at_all(device, name):
    """What cannot be read from is a TypeError, for load and for loads."""
    output = device.run(
        f"""
for function in (mpickle.load, mpickle.loads):
    try:
        print("loaded", function({NO_SOURCES[name]}))
    except TypeError as error:
        print("TypeError")
"""
    )
    assert output.split() == ["TypeError", "TypeError"]


def test_loads_takes_no_stream(device):
    """loads is for buffers."""
    with pytest.raises(DeviceError, match="TypeError"):
        device.run("mpickle.loads(Reader(b'N.'))")


SOURCES_OF_BYTES = {
    "bytes": "data",
    "bytearray": "bytearray(data)",
    "memoryview": "memoryview(data)",
    "memoryview-inside": "memoryview(b'..' + data + b'..')[2:-2]",
    "memoryview-of-bytearray": "memoryview(bytearray(data))",
    "array": "__import__('array').array('B', data)",
    "with-tail": "data + b'and more'",
}


@pytest.mark.parametrize("name", SOURCES_OF_BYTES)
def test_buffers(device, name):
    """load and loads take every buffer, and what comes after the pickle is ignored."""
    value = [1, "text", b"bytes" * 200, {"k": [None]}]
    output = device.run(
        f"""
for data in {[pickle.dumps(value, protocol) for protocol in PROTOCOLS]!r}:
    for function in (mpickle.load, mpickle.loads):
        assert function({SOURCES_OF_BYTES[name]}) == {value!r}
print("ok")
"""
    )
    assert output == "ok\n"


def test_buffer_changes_while_it_is_read(device):
    """A pickle in a bytearray that a callback empties, fills or lengthens meanwhile: an exception or a value."""
    device.run(
        """
data = mpickle.dumps
head = b"\\x80\\x02csample\\ngive\\n)R"        # calls give(), which the test replaces
tail = b"0" + b"K\\x05" * 50 + b"0" * 49 + b"X\\x05\\0\\0\\0hello\\x86."
def shorten(): buffer[:] = b""
def lengthen(): buffer.extend(b"N" * 100000)
def fill():
    for i in range(len(buffer)): buffer[i] = 0xff
sample = sys.modules["sample"]
kept = sample.give
try:
    for action in (fill, lengthen, shorten):
        sample.give = action
        buffer = bytearray(head + tail)
        try:
            mpickle.loads(buffer)
        except Exception as error:
            pass
        gc.collect()
finally:
    sample.give = kept
assert mpickle.loads(mpickle.dumps([1, 2])) == [1, 2]
"""
    )


TO = {
    "write": ("Writer()", "stream.all()"),
    "write-says-none": ("Writer(says=lambda data: None)", "stream.all()"),
    "BytesIO": ("__import__('io').BytesIO()", "stream.getvalue()"),
    "IOBase": ("io_writer()", "b''.join(stream[1])"),
}


@pytest.mark.parametrize("kind", TO)
def test_dump_to_streams(device, kind):
    """What reaches the stream is the pickle, whole, several one after another."""
    stream, content = TO[kind]
    output = device.run(
        f"""
stream = {stream}
for source in {_sources(device)!r}:
    for protocol in range(6):
        mpickle.dump(eval(source), stream[0] if type(stream) is tuple else stream, protocol)
print(hexlify({content}).decode())
"""
    )
    _check_several(bytes.fromhex(output.strip()), _sources(device))


@pytest.mark.needs("files")
def test_dump_to_file(device):
    """A file opened with 'wb', read again with 'rb'."""
    output = device.run(
        f"""
with open("dumped.bin", "wb") as file:
    for source in {SOURCES!r}:
        for protocol in range(6):
            mpickle.dump(eval(source), file, protocol)
with open("dumped.bin", "rb") as file:
    for source in {SOURCES!r}:
        for protocol in range(6):
            assert describe(mpickle.load(file)) == describe(eval(source))
with open("dumped.bin", "rb") as file:
    print(hexlify(file.read()).decode())
"""
    )
    _check_several(bytes.fromhex(output.strip()), SOURCES)


def _check_several(data, sources):
    file = io.BytesIO(data)
    for source in sources:
        for protocol in PROTOCOLS:
            start = file.tell()
            value = pickle.load(file)
            expected = eval(source, vars(portable))
            assert portable.describe(value) == portable.describe(expected)
            written = oracle.without_frames(data[start : file.tell()])
            assert written == oracle.without_frames(pickle.dumps(expected, protocol))
    assert file.read() == b""


@pytest.mark.needs("megabytes")
def test_dump_writes_small_pieces(device):
    """No piece is large, but for a single bytes or str that is: that may go out as it lies in memory."""
    output = device.run(
        """
pairs = dict([(i, str(i)) for i in range(3000)])
for value in (list(range(20000)), names(3000), [0.5] * 20000, pairs, [b"x" * 100] * 2):
    for protocol in range(6):
        stream = Writer()
        mpickle.dump(value, stream, protocol)
        print(max(len(piece) for piece in stream.pieces))
"""
    )
    assert max(int(line) for line in output.split()) <= 4096


def test_dump_needs_no_room_for_the_pickle(device):
    """An object that fills most of the heap can be dumped to a stream, though not to bytes."""
    with closing(device.with_heap("256k")) as small:
        output = small.run(
            """
class Sink:
    length = 0
    def write(self, data):
        self.length += len(data)
sink = Sink()
gc.collect()
value, count = None, gc.mem_free() // (16 if sys.maxsize >> 32 else 12)    # nine bytes each in a pickle
while value is None:
    # What is free need not be in one piece.
    try:
        value = [0.5] * count
    except MemoryError:
        count = count * 7 // 8
try:
    mpickle.dumps(value)
    print("dumps had room")
except MemoryError:
    pass
mpickle.dump(value, sink)
assert sink.length > 9 * len(value)
print("ok")
"""
        )
    assert output == "ok\n"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_write_raises(device, protocol):
    """Whichever write raises, the exception comes out as it is, and the next dump works."""
    output = device.run(
        f"""
value = [names(200), 'x' * 3000, list(range(500)), cyclic_list()]
whole = Writer()
mpickle.dump(value, whole, {protocol})
count = 0
for fail in range(len(whole.pieces)):
    stream = Writer(fail)
    try:
        mpickle.dump(value, stream, {protocol})
    except KeyError as error:
        assert error.args == ("write %d" % fail,)
        count += 1
    assert len(stream.pieces) == fail
again = Writer()
mpickle.dump(value, again, {protocol})
assert again.all() == whole.all()
print(count == len(whole.pieces) > 1)
"""
    )
    assert output == "True\n"


def test_short_writes(device):
    """A write that takes part of a piece gets the rest."""
    output = device.run(
        """
class Short:
    def __init__(self, most):
        self.most = most
        self.data = b""
    def write(self, piece):
        piece = bytes(piece)[:self.most]
        self.data += piece
        return len(piece)
value = [names(100), 'x' * 2000]
for protocol in range(6):
    whole = Writer()
    mpickle.dump(value, whole, protocol)
    for most in (1, 7, 100):
        stream = Short(most)
        mpickle.dump(value, stream, protocol)
        assert stream.data == whole.all(), (protocol, most)
print("ok")
"""
    )
    assert output == "ok\n"


@pytest.mark.parametrize("file", ["5", "'name'", "[]", "Reader(b'')", "b''", "__import__('io').StringIO()"])
def test_dump_to_what_is_no_stream(device, file):
    """TypeError."""
    with pytest.raises(DeviceError, match="TypeError"):
        device.run(f"mpickle.dump([1], {file})")


@pytest.mark.needs("files")
def test_closed_file(device):
    """An error of the operating system comes out as OSError or ValueError, and nothing breaks."""
    output = device.run(
        """
file = open("closed.bin", "wb")
file.close()
for function in (lambda: mpickle.dump([1], file), lambda: mpickle.load(file)):
    try:
        function()
        print("no error")
    except (OSError, ValueError):
        print("ok")
"""
    )
    assert output.split() == ["ok", "ok"]
