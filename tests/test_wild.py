"""Calls that no pickler writes: all that a pickle can name, called with all kinds of arguments.

Whatever comes of it is a value or an exception, and what CPython refuses is refused with the same class.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import TARGETS
from differences import WILD
from support import programs, wild
from support.programs import Program

SOURCE = (Path(__file__).parent / "support" / "wild.py").read_text()

NAMES = list(wild.things())
OURS = """
Placeholder missing member standin memo Pickler uninitialised Buffer inherited Partial Standin file view
""".split()
FEW = "none five text tuple dict Plain give".split()

# What CPython has as well.
SHARED = """
copyreg.__newobj__ copyreg.__newobj_ex__ copyreg._reconstructor _codecs.encode array._array_reconstructor
odd.partial odd.bound odd.bound.__setstate__ odd.bound.__reduce__ odd.partial.__setstate__
odd.PickleBuffer odd.buffer.raw odd.buffer.release
""".split()
OWN = """
mpickle.dump mpickle.dumps mpickle.load mpickle.loads odd.dis mpickle.register_pickle mpickle.add_extension
mpickle.remove_extension mpickle.inject_fake_module_func mpickle.revert_fake_module_func mpickle.__init__
mpickle.Placeholder odd.missing odd.member odd.standin odd.standin.append odd.standin.add odd.standin.__setstate__
odd.standin.__reduce_ex__ odd.Standin odd.Standin.append odd.Standin.add odd.Standin.__setstate__
odd.Standin.__reduce_ex__ odd.Partial odd.Partial.__setstate__ odd.Partial.__reduce__ odd.Buffer odd.Buffer.raw
odd.Buffer.release odd.Buffer.__reduce_ex__ odd.buffer.__reduce_ex__ mpickle.Pickler mpickle.Pickler.__init__
mpickle.Pickler.dump mpickle.Pickler.clear_memo mpickle.Pickler.persistent_id odd.Pickler odd.pickler.dump
odd.pickler.__init__ odd.pickler.clear_memo odd.pickler.memo.copy odd.pickler.memo.clear odd.uninitialised.dump
odd.uninitialised.__init__ mpickle.Unpickler mpickle.Unpickler.__init__ mpickle.Unpickler.load
mpickle.Unpickler.find_class mpickle.Unpickler.persistent_load odd.unpickler.load odd.unpickler.__init__
odd.unpickler.find_class odd.unpickler.memo.copy
""".split()

# Opcodes that call or fill what they find, and with how many arguments.
OPCODES = {
    "NEWOBJ": [0, 1, 2],
    "NEWOBJ_EX": [2],
    "OBJ": [0, 1, 2],
    "BUILD": [1],
    "APPENDS": [0, 1, 2],
    "SETITEMS": [2],
    "ADDITEMS": [0, 1, 2],
    "STACK_GLOBAL": [1],
    "READONLY_BUFFER": [0],
}


def items(callables, names, firsts, few=FEW):
    """What `wild.attempt` is called with, of each function."""
    split = (name.partition(".") for name in callables)
    return [
        ("REDUCE", f"{module} {name}", [0, 1, 2, 3, 4], " ".join(firsts), " ".join(names), " ".join(few))
        for module, _, name in split
    ]


def opcodes(objects, firsts, few=FEW):
    """The same of each opcode, for all that it can find."""
    return [
        (opcode, f"odd {name}", counts, " ".join(firsts), " ".join(few), " ".join(few))
        for opcode, counts in OPCODES.items()
        for name in objects
    ]


@dataclass(frozen=True)
class Call:
    """A call, and what comes of it in CPython and on the device."""

    form: str
    callable: str
    args: tuple
    theirs: str
    ours: str


@functools.cache
def _theirs(item):
    form, callable, counts, *rest = item
    return wild.attempt(form, callable, list(counts), *rest)


def differing(item, said):
    """The calls of which something else comes than in CPython."""
    form, callable, counts, firsts, names, few = item
    theirs = _theirs((form, callable, tuple(counts), firsts, names, few))
    rows = [row for first in firsts.split() for row in wild.rows(counts, first, names.split(), few.split())]
    assert len(said) == len(rows) == len(theirs), f"{form} {callable}: {said}"
    for row, here, there in zip(rows, theirs, said, strict=True):
        if here != there:
            yield Call(form, callable, row, here, there)


def answers(device, items):
    """What the device says to each of the items."""
    device.prelude("wild", f"attempt = install('wild', {SOURCE!r})['attempt']")
    found = device.table("attempt", items)
    for item, answer in zip(items, found, strict=True):
        assert not answer.error, f"{item[:2]}: {answer}"
    return [answer.text for answer in found]


def sizes(device):
    """The names that a device tries, and those that come first: one that is slow has fewer."""
    return (NAMES, NAMES) if device.name in TARGETS[:1] else (FEW, FEW)


@pytest.mark.needs("megabytes")  # of which the time that it takes is the reason: what has none is slow
def test_as_cpython(device):
    """Where CPython refuses, so does mpickle, with the same class of exception; differences have a reason."""
    names, firsts = sizes(device)
    tried = items(SHARED, names, firsts) + opcodes(NAMES, firsts)
    reasons, unknown = set(), []
    for item, said in zip(tried, answers(device, tried), strict=True):
        for call in differing(item, said):
            found = [reason for reason, applies in WILD.items() if applies(call)]
            reasons.update(found)
            unknown += [] if found else [call]
    assert unknown == [], "\n".join(map(str, unknown[:20]))
    assert device.name not in TARGETS[:1] or reasons == set(WILD), "these differences are gone"


@pytest.mark.needs("megabytes")
def test_values_and_exceptions(device):
    """Of what only mpickle has comes a value or an exception, too, and the interpreter goes on."""
    names, firsts = sizes(device)
    tried = items(OWN, names + OURS, firsts + OURS) + opcodes(OURS, firsts + OURS)
    for item, said in zip(tried, answers(device, tried), strict=True):
        assert set(said) <= {".", *wild.OUTCOMES.values()}, f"{item[:2]}: {said}"


def test_while_garbage_is_collected(faulty):
    """The same comes of them while allocations collect, and what is free is overwritten."""
    tried = items(SHARED + OWN, FEW, ["pair"], ["text"]) + opcodes(OURS, ["pair"], ["text"])
    tried += items(["copyreg.__newobj__", "copyreg._reconstructor", "odd.partial"], FEW, ["Items", "int", "give"])
    usual = answers(faulty, tried)
    faulty.prelude(
        "wild-collecting",
        "def load_collecting(data, buffers):\n    return collecting(lambda: mpickle.loads(data, buffers=buffers))\n"
        "def attempt_collecting(*item):\n    return attempt(*item, load=load_collecting)",
    )
    said = faulty.table("attempt_collecting", tried)
    assert [answer.text for answer in said] == usual


# What was found to crash, or might have. Of most CPython has no answer: it has no such class, or it crashes, too.
PROGRAMS = {
    "newobj-of-an-int": Program(r"""
for protocol in (b"", b"\x80\x04"):
    for data in (b"ccopyreg\n__newobj__\nK\x05\x85R.", b"ccopyreg\n__newobj_ex__\nK\x05)}\x87R.", b"K\x05)\x81."):
        attempt(P.loads, protocol + data)
"""),
    "array-of-an-empty-bytearray": Program(r"""
attempt(P.loads, b"carray\n_array_reconstructor\n(carray\narray\nX\x01\0\0\0iK\x08cbuiltins\nbytearray\n)RtR.")
"""),
    "newobj-of-a-list-with-arguments": Program(r"""
say(P.loads(b"csample\nItems\n](K\x01e\x85\x81."), P.loads(b"csample\nItems\nK\x05\x85\x81."))
"""),
    "a-deque-that-is-too-long": Program(
        r"""
from collections import deque

class Deque(deque):
    pass

sys.modules["program"].names["Deque"] = Deque
for name in (b"ccollections\ndeque\n", b"cprogram\nDeque\n"):
    for number in (29, 30, 31, 60, 61, 62):
        for length in (1 << number, (1 << number) - 1):
            length = P.dumps(length, 0)[:-1]
            for data in (
                name + b"()" + length + b"tR.",
                name + b"()" + length + b"I0\ntR.",
                name + b"()" + length + b"t\x81.",
                name + b"()" + length + b"t}\x92.",
                b"(" + name + b")" + length + b"o.",
                b"ccopyreg\n__newobj__\n(" + name + b")" + length + b"tR.",
            ):
                try:
                    P.loads(data, allow=("program.Deque",))
                    say("there is room")
                except (MemoryError, OverflowError):
                    pass
""",
        says="",
    ),
    "a-partial-calls-itself": Program(
        r"""
partial = P.loads(b"cfunctools\npartial\n(csample\ngive\ntR.")
partial.__setstate__((partial, (), {}, None))
attempt(partial)
attempt(P.loads, b"cfunctools\npartial\n(csample\ngive\ntRq\0(h\0)}Ntbh\0)R.")
""",
        says="raised RuntimeError\n" * 2,
    ),
    "newobj-calls-itself": Program(r"""
class Ring:
    __new__ = P.loads(b"ccopyreg\n__newobj__\n.")

sys.modules["program"].names["Ring"] = Ring
attempt(P.loads, b"cprogram\nRing\n)\x81.")
"""),
    "a-load-in-a-load": Program(r"""
data = b"cprogram\nagain\n)R."

def again():
    return P.loads(data)

attempt(P.loads, data)
"""),
    "a-load-in-a-load-and-nothing-else": Program(
        r"""
again = P.loads(b"cfunctools\npartial\n(cmpickle\nloads\nC\x12cprogram\nagain\n)R.tR.")
attempt(again)
""",
        says="raised RuntimeError",
    ),
    "a-buffer-of-itself": Program(
        r"""
class Buffer(P.PickleBuffer):
    def again(self):
        super().__init__(self)

buffer = Buffer(b"ab")
for _ in range(3):
    buffer.again()
    buffer = Buffer(buffer)
say(bytes(buffer), P.loads(P.dumps(P.PickleBuffer(buffer), 5)))
buffer.release()
attempt(Buffer, buffer)
""",
        says="b'ab' b'ab'\nraised ValueError",
    ),
    "pairs-that-are-none": Program(
        r"""
thing = P.Placeholder("no", "Such")(1)
thing[2] = 3
thing.pairs.append(4)
thing.pairs.append((5,))
say(thing)
attempt(P.dumps, thing)
""",
        says="<no.Such(1) {2: 3, 4, (5,)}>\nraised TypeError",
    ),
    "slots-that-change-attributes": Program(
        r"""
class Slots:
    def __contains__(self, name):
        for number in range(9):
            setattr(obj, "more%d" % number, number)
        return False

class Changing:
    __slots__ = Slots()

for count in range(9):
    obj = Changing()
    for number in range(count):
        setattr(obj, "x%d" % number, number)
    say(len(P.dumps(obj)) > 0)
""",
        says="True\n" * 9,
    ),
    "the-memo-of-numbers": Program(
        r"""
pickler = P.Pickler(io.BytesIO())
for thing in (5, -1, 1.5, "text", (1,)):
    try:
        pickler.memo = {1: (0, thing)}
        found = pickler.memo.copy()
        say(found is not None and len(repr(found)) > 0)
    except TypeError:
        say(thing in (5, -1, 1.5))
""",
        says="True\n" * 5,
    ),
    "a-pickler-made-anew-while-it-dumps": Program(
        r"""
class Pickler(P.Pickler):
    def persistent_id(self, obj):
        super(P.Pickler, self).__init__()
        gc.collect()
        kept.append([b"\xff" * size for size in range(16, 400, 8)])

kept = []
file = io.BytesIO()
pickler = Pickler(file)
shared = ["shared"]
pickler.dump([shared, (1, shared)])
say(P.loads(file.getvalue()))
attempt(pickler.dump, 1)
""",
        says="[['shared'], (1, ['shared'])]\nraised PicklingError",
        needs=("megabytes",),
    ),
}

rows = programs.rows_of(PROGRAMS)


def test_program(device, row):
    """A program says what it is to say."""
    programs.check(device, row)
