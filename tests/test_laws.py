"""The laws of the design, one test or more for each; every one of them fails in a build that breaks its law."""

import functools
import hashlib
import pickle
import re
import struct
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from conftest import TARGETS, open_device, targets
from pickles import malformed
from support import oracle, portable
from support.case import PROTOCOLS, tables
from support.device import SUPPORT, DeviceDied

DEPTH = 100_000
STACK = 2048
SHIM = "rust/glue/shim.h"


# Law 1: no exception jumps over a Rust frame.

# What Python code can be reached from a dump or a load, each in a way that raises. The firmware unix-faults ends when
# an exception is about to jump over Rust.
RAISING_LOADS = [row for row in malformed.PICKLES if "raises" in row.name]


def test_exceptions_do_not_jump_over_rust(faulty):
    """Whatever raises while a pickle is read: the exception comes out, and Rust was left properly."""
    answers = faulty.table("load", [(row.data.hex(), row.options) for row in malformed.PICKLES])
    assert [
        (row.name, str(a)) for row, a in zip(malformed.PICKLES, answers, strict=True) if a.error == "DeviceDied"
    ] == []
    by_name = {row.name: answer for row, answer in zip(malformed.PICKLES, answers, strict=True)}
    assert {by_name[row.name].error for row in RAISING_LOADS} == {"KeyError"}


def test_streams_do_not_jump_over_rust(faulty):
    """Nor when a stream raises, at every write and every read."""
    output = faulty.run(
        """
value = [names(50), 'x' * 3000, list(range(100)), {1: (2,)}]
count = 0
for protocol in range(6):
    whole = Writer()
    mpickle.dump(value, whole, protocol)
    for fail in range(len(whole.pieces)):
        try:
            mpickle.dump(value, Writer(fail), protocol)
        except KeyError:
            count += 1
    data = whole.all()
    for end in range(1, len(data), 37):
        try:
            mpickle.load(Answering([data[:end]] + [KeyError("read")]))
        except (KeyError, ValueError):
            count += 1
print(count > 100)
"""
    )
    assert output == "True\n"


def test_the_guard_works(faulty):
    """The firmware does end when something jumps over what stands for a Rust frame."""
    with pytest.raises(DeviceDied, match="about to jump over Rust"):
        faulty.run("import faults\ndef fail():\n    raise KeyError\nfaults.careless(fail)")
    assert faulty.run("import faults\nprint(faults.careless(lambda: 5))") == "5\n"


def test_what_raises_is_called_through_the_gate(root):
    """Nothing that shim.h declares with MPK_RAISING is called by shim.rs itself."""
    raising = set(re.findall(r"^MPK_RAISING\((mpk_\w+)\);", (root / SHIM).read_text(), re.M))
    called = set(re.findall(r"call!\((\w+)", (root / "rust/mpickle/src/shim.rs").read_text()))
    assert len(raising) > 30
    assert len(called) > 30
    assert raising & called == set()


# Law 2: no panic can be reached.


def _symbols(path):
    """[(kind, name)] of an object file."""
    lines = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout.splitlines()
    return [tuple(line.split()[-2:]) for line in lines]


def _object(device):
    found = list(device.directory.glob("**/mpickle.o"))
    assert len(found) == 1, f"{device.directory} holds {len(found)} files mpickle.o"
    return found[0]


def test_no_panic_is_linked(device):
    """Neither a panic nor the handler of failed allocations is in the object, and nothing of it asks for one."""
    bad = re.compile(r"panic|unwrap_failed|expect_failed|alloc_error|bounds_check|slice_.*_fail|unwind|begin_unwind")
    assert [name for _, name in _symbols(_object(device)) if bad.search(name)] == []


def test_the_object_asks_for_the_shim_alone(device, root):
    """All that Rust calls is in the shim, which catches what is raised, or moves memory."""
    shim = set(re.findall(r"\bmpk_\w+", (root / SHIM).read_text()))
    outside = {name for kind, name in _symbols(_object(device)) if kind == "U"}
    memory = {"memcpy", "memmove", "memset", "memcmp", "bcmp"}
    assert outside - shim - memory - {"_GLOBAL_OFFSET_TABLE_"} == set()
    assert any(name in shim for name in outside)


# Law 3: running out of memory raises MemoryError, and nothing is leaked or half done.

STARVED = [
    "[None, True, 5, 1 << 80, 1.5, 'text', 'x' * 300, b'bytes', bytearray(b'ab')]",
    "[(1,), (1, 2, 3, 4), [[]], {'k': 1, 'l': [2]}, {1, 2}, frozenset([3])]",
    "cyclic_tuple(2)",
    "(lambda a: a + a)([[i] for i in range(15)])",
    "[complex(1.5, 2.5), range(5), int, len, ValueError, OrderedDict([(1, 2)])]",
    "names(12)",
    "'y' * 5000",
]


@pytest.mark.parametrize("forever", [False, True], ids=["once", "for-ever"])
@pytest.mark.parametrize("function", ["starve_dumps", "starve_dump", "starve_loads", "starve_load"])
def test_every_allocation_fails_in_turn(faulty, function, forever):
    """MemoryError each time, no leak, and the next call works."""
    items = [(source, protocol) for source in STARVED for protocol in PROTOCOLS]
    if "load" in function:
        arguments = [(_pickle(source, protocol).hex(), forever) for source, protocol in items]
    else:
        arguments = [(source, protocol, forever) for source, protocol in items]
    answers = faulty.table(function, arguments, timeout=300)
    assert [(item, str(answer)) for item, answer in zip(items, answers, strict=True) if answer.text != ""] == []


@pytest.mark.parametrize("forever", [False, True], ids=["once", "for-ever"])
def test_allocations_fail_while_a_broken_pickle_is_read(faulty, forever):
    """The pickle's own exception or MemoryError, and nothing else."""
    rows = malformed.PICKLES
    answers = faulty.table("starve_broken", [(row.data.hex(), row.options, forever) for row in rows], timeout=300)
    wrong = [(row.name, str(answer)) for row, answer in zip(rows, answers, strict=True) if answer.text != ""]
    assert [entry for entry in wrong if entry[1] != "there was no allocation"] == []


def test_a_tiny_heap_ends_in_memory_errors(device):
    """Values grow until there is no room to dump or load them: MemoryError, no leak, and the next call works."""
    with closing(device.with_heap(device.tiny)) as small:
        output = small.run(
            """
def grow(make, use):
    size = 4
    while True:
        try:
            use(make(size))
        except MemoryError:
            return size
        size += size // 2

makers = (names, bytes, lambda size: [[i] for i in range(size)], lambda size: {str(i): i for i in range(size)})
users = (
    lambda value: mpickle.dumps(value, 0),
    lambda value: mpickle.loads(mpickle.dumps(value)),
    lambda value: mpickle.load(io.BytesIO(mpickle.dumps(value, 2))),
)
for make in makers:
    for use in users:
        used = [0] * 4
        for turn in range(4):
            size = grow(make, use)
            assert mpickle.loads(mpickle.dumps([1, (2, "x")])) == [1, (2, "x")]
            used[turn] = in_use()
        print(size, *used)
"""
        )
    found = [tuple(map(int, line.split())) for line in output.splitlines()]
    assert len(found) == 12
    assert min(size for size, *_ in found) > 50
    # What leaks, leaks in every turn. The collector takes what looks like an address for one, now and then.
    assert [used for _, *used in found if used == sorted(set(used))] == []


def _pickle(source, protocol):
    return pickle.dumps(eval(source, vars(portable)), protocol)


# Law 4: the collector may run at every allocation.


@functools.cache
def _light(device):
    """[(case, protocol)] of all tables whose pickles are not too long to collect garbage for each step of them."""
    return [
        (case, protocol)
        for case in tables()
        if not device.capabilities.lacks(case.all_needs)
        for protocol in case.protocols
        if protocol in (0, 2, 4) and len(pickle.dumps(case.value, protocol)) < 2000
    ]


def test_dumps_while_garbage_is_collected(faulty):
    """The same bytes as without."""
    pairs = _light(faulty)
    answers = faulty.table("dump_collecting", [(case.source, protocol) for case, protocol in pairs], timeout=300)
    usual = faulty.table("dump", [(case.source, protocol) for case, protocol in pairs])
    wrong = []
    for (case, protocol), answer, plain in zip(pairs, answers, usual, strict=True):
        if answer.error or plain.error:
            if answer.error != plain.error:
                wrong.append((case.id, protocol, str(answer)))
            continue
        data, stream = (bytes.fromhex(text) for text in answer.text.split())
        if data.hex() != plain.text or oracle.without_frames(stream) != oracle.without_frames(data):
            wrong.append((case.id, protocol, "other bytes"))
    assert wrong == []


def test_loads_while_garbage_is_collected(faulty):
    """The same values as without."""
    pairs = _light(faulty)
    items = [(pickle.dumps(case.value, protocol).hex(),) for case, protocol in pairs]
    answers = faulty.table("load_collecting", items, timeout=300)
    usual = faulty.table("load", items)
    wrong = [
        (case.id, protocol, str(answer))
        for (case, protocol), answer, plain in zip(pairs, answers, usual, strict=True)
        if str(answer) != str(plain)
    ]
    assert wrong == []


# Law 5: nothing recurses with the data.


@pytest.mark.needs("megabytes")
@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
def test_depth(device, kind):
    """100 000 levels in every protocol, both ways, with 256 kB of C stack."""
    with closing(device.with_heap("160M", stack=256 << 10)) as deep:
        output = deep.run(
            f"""
value = nest({kind}, {DEPTH})
for protocol in range(6):
    data = mpickle.dumps(value, protocol)
    print(hexlify(__import__("hashlib").sha256(data).digest()).decode(), nested({kind}, mpickle.loads(data)))
    data = None
    gc.collect()
""",
            timeout=300,
        )
    lines = [line.split() for line in output.splitlines()]
    assert [int(line[1]) for line in lines] == [DEPTH] * 6
    assert [line[0] for line in lines] == list(_nested_hashes(kind))


@pytest.mark.needs("thumb")
def test_c_stack(device):
    """No value of the tables and no broken pickle takes more than 2 kB of it."""
    device.prelude("stack", (SUPPORT / "stack.py").read_text())
    cases = [case for case in tables() if not device.capabilities.lacks(case.all_needs)]
    pairs = [(case, protocol) for case in cases for protocol in (0, 2, 4) if protocol in case.protocols]
    dumps = [(case.source, protocol) for case, protocol in pairs]
    loads = [(pickle.dumps(case.value, protocol).hex(),) for case, protocol in pairs]
    loads += [(row.data.hex(), row.options) for row in malformed.PICKLES]
    taken = {
        item: int(answer.text)
        for function, items in (("stack_of_dump", dumps), ("stack_of_load", loads))
        for item, answer in zip(map(repr, items), device.table(function, items), strict=True)
    }
    most = max(taken, key=taken.get)
    print(f"{taken[most]} bytes of C stack for {most} on {device.name}")
    assert {item: size for item, size in taken.items() if size > STACK} == {}


@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
def test_depth_ends_with_the_heap(device, kind):
    """The deeper, until there is no memory; a chip has 10 kB of C stack then, too."""
    output = device.run(
        f"""
depth = 250
try:
    while depth < 64000:
        value = nest({kind}, depth)
        data = mpickle.dumps(value, 2)
        value = None
        value = mpickle.loads(data)
        assert nested({kind}, value) == depth
        value = data = None
        depth *= 2
except MemoryError:
    value = data = None
print(depth)
"""
    )
    assert int(output) >= (64000 if device.capabilities.has("megabytes") else 1000)


@functools.cache
def _nested_hashes(kind):
    """The hashes of what CPython writes."""
    return [hashlib.sha256(_nested_pickle(kind, protocol)).hexdigest() for protocol in PROTOCOLS]


def _nested_pickle(kind, protocol):
    """CPython's pickle of nest(kind, DEPTH), from a thread with a stack for so many levels: its C pickler recurses."""
    found = []

    def dump():
        sys.setrecursionlimit(DEPTH * 10)
        found.append(pickle.dumps(portable.nest(eval(kind), DEPTH), protocol))

    old = threading.stack_size(1 << 30)
    limit = sys.getrecursionlimit()
    try:
        thread = threading.Thread(target=dump)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old)
        sys.setrecursionlimit(limit)
    return found[0]


# Law 6, hostile input, is test_pickles.py and test_mutations.py; law 7, streams, test_streams.py; law 8, same bytes,
# test_plain_data.py.


def test_hostile_memory_is_bounded(device):
    """What a length or an index of the memo claims is never allocated: a heap of 256 kB has room for all of them."""
    pickles = [row.data for row in malformed.PICKLES if "claims" in row.name]
    pickles += [b"Nr" + (1 << 20).to_bytes(4, "little") + b".", b"Np%d\n." % (1 << 20)]
    items = [(data.hex(), {"stream": True} if stream else {}) for data in pickles for stream in (False, True)]
    with closing(device.with_heap("256k")) as small:
        answers = small.table("load", items)
    assert [item for item, answer in zip(items, answers, strict=True) if answer.error == "MemoryError"] == []
    assert [answer.text for answer in answers[-4:]] == ["None"] * 4


def test_memory_of_a_sparse_memo(device):
    """A thousand indexes up to a million take what a thousand take: far less than an array of a million would."""
    places = [place * 1_000_003 % 1_000_000 for place in range(0, 1_000_000, 1000)]
    puts = b"".join(b"Nr" + place.to_bytes(4, "little") + b"0" for place in places)
    data = puts + b"j" + places[-1].to_bytes(4, "little") + b"."
    with closing(device.with_heap("256k")) as small:
        assert small.table("load", [(data.hex(), {})])[0].text == "None"


@pytest.mark.needs("megabytes")
def test_memory_of_a_million_memoized(device):
    """Nobody can tell which of them are wanted again: each takes a word, and another while the vector moves."""
    with closing(device.with_heap("24M")) as small:
        output = small.run(
            r"""
piece = b"N\x940" * 1000
frame = b"\x95" + len(piece).to_bytes(8, "little") + piece

class Million:
    left = 1000
    data = b""
    def read(self, size):
        if not self.data:
            self.left -= 1
            self.data = frame if self.left >= 0 else b"h\x05."
        data, self.data = self.data[:size], self.data[size:]
        return data

print(mpickle.load(Million()))
"""
        )
    assert output == "None\n"


# Law 9: configuration is read, not assumed.


def test_targets_differ(request):
    """The targets of a whole run have the three object representations, both sizes of float, and both kinds of int."""
    chosen = targets(request.config)
    if not set(TARGETS) <= set(chosen):
        pytest.skip("only some of the targets were chosen with --target")
    devices = [open_device(name, binary) for name, binary in chosen.items()]
    assert {device.capabilities.float_bits < 52 for device in devices} == {True, False}
    assert {device.capabilities.int_bits for device in devices} == {0, 64}
    assert {device.capabilities.word_bits for device in devices} == {32, 64}
    assert len({device.capabilities.version for device in devices}) == 2


def test_ints_end_where_the_device_ends(device):
    """Where ints have 64 bits, a longer one is an OverflowError, in every form it is written in."""
    pickles = [pickle.dumps(value, protocol) for value in (1 << 64, -(1 << 70), 1 << 2100) for protocol in PROTOCOLS]
    answers = device.table("load", [(data.hex(),) for data in pickles])
    expected = {"OverflowError"} if device.capabilities.int_bits else {None}
    assert {answer.error for answer in answers} == expected


def test_floats_are_rounded_to_what_the_device_has(device):
    """A float with more digits than the device keeps is the nearest one, or next to it."""
    values = [0.1, 1 / 3, 3.141592653589793, 1e-30, 1e30, 123456.789]
    for protocol in PROTOCOLS:
        output = device.run(
            "import struct\n"
            f"for x in mpickle.loads({pickle.dumps(values, protocol)!r}):\n"
            "    print(hexlify(struct.pack('>d', x)))"
        )
        found = [struct.unpack(">d", bytes.fromhex(text))[0] for text in re.findall(r"b'(\w{16})'", output)]
        margin = 2.0 ** -min(device.capabilities.float_bits, 51)
        assert found == [pytest.approx(value, rel=margin, abs=0) for value in values]
