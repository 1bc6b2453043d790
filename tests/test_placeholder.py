"""Placeholder: a device carries what it does not know, and hands it back as it came."""

import collections
import datetime
import decimal
import fractions
import functools
import ipaddress
import operator
import pathlib
import pickle
import pickletools
import sys
import types
import uuid
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support import goods, oracle
from support.device import DeviceError

PROTOCOLS = range(6)

# Their module is none that a device could import.
sys.modules["goods"] = goods
for thing in list(vars(goods).values()):
    if getattr(thing, "__module__", None) == goods.__name__:
        thing.__module__ = "goods"
for outer in (goods.Outer.Inner, goods.Outer.Inner.Most):
    outer.__module__ = "goods"

_SETUP = """
def carry(data, protocol):
    return hexlify(mpickle.dumps(mpickle.loads(unhexlify(data), missing=mpickle.Placeholder), protocol)).decode()

def compare(data, other):
    one, same, other = [mpickle.loads(unhexlify(d), missing=mpickle.Placeholder) for d in (data, data, other)]
    try:
        equal = one == same and not one != same, one == other
    except RuntimeError:
        equal = "too deep"
    try:
        hashes = hash(one) == hash(same) and {one: 1}[one] == 1
    except TypeError:
        hashes = None
    return repr((equal, hashes))

def show(data):
    return repr(mpickle.loads(unhexlify(data), missing=mpickle.Placeholder))
"""


@dataclass(frozen=True, eq=False)
class Row:
    """`value` is made by CPython; `order` says that a dict in it has several keys, or a set several items; `same`
    compares what came back where equality does not."""

    name: str
    value: object
    shown: str = ""  # what the device prints for it, made with protocol 4
    order: bool = False
    same: Callable = operator.eq
    needs: tuple = ()
    protocols: range = PROTOCOLS
    alike: bool = True  # whether two of them are equal
    same_bytes: bool = True


def _cyclic(one, other):
    return type(one) is type(other) and other.to is other


def _ringed(one, other):
    return type(one) is type(other) and other.items == [other]


def _described(one, other):
    return (
        type(one) is type(other)
        and one.args == other.args
        and one.keywords == other.keywords
        and one.func == other.func
    )


def _graph():
    """Placeholders that share, hold and are held by each other."""
    first, second = goods.Node(), goods.Node()
    when = datetime.date(2025, 5, 1)
    first.links = [second, when, (first, when)]
    second.links = {when: first}
    return [first, second, when, [first]]


def _graph_same(one, other):
    first, second, when, [again] = other
    return (
        first.links[0] is second
        and first.links[1] is when
        and first.links[2] == (first, when)
        and list(second.links) == [when]
        and second.links[when] is first
        and again is first
        and when == one[2]
    )


_DATE = datetime.datetime(2025, 5, 1, 12, 30, 15, 250)
_UTC = datetime.UTC
_FIVE = datetime.timezone(datetime.timedelta(hours=5), "five")

# What CPython itself loses in protocols 0 and 1.
_NEW = range(2, 6)

ROWS = [
    Row("date", datetime.date(2025, 5, 1), r"<datetime.date(b'\x07\xe9\x05\x01')>"),
    Row("time", datetime.time(12, 30, 15, 250)),
    Row("time-fold", datetime.time(1, 30, fold=1)),
    Row("datetime", _DATE),
    Row("datetime-utc", _DATE.replace(tzinfo=_UTC)),
    Row("datetime-zone", [_DATE.replace(tzinfo=_FIVE), _FIVE]),
    Row("timedelta", datetime.timedelta(1, 2, 3), "<datetime.timedelta(1, 2, 3)>"),
    Row("timezone-utc", _UTC, "<datetime.timezone(<datetime.timedelta(0, 0, 0)>)>"),
    Row("timezone", _FIVE),
    Row("zoneinfo", zoneinfo.ZoneInfo("UTC"), "<zoneinfo.ZoneInfo._unpickle('UTC', 1)>", same=lambda a, b: a is b),
    Row("decimal", decimal.Decimal("1.5"), "<decimal.Decimal('1.5')>"),
    Row("decimals", [decimal.Decimal("1.5"), decimal.Decimal("-Infinity"), decimal.Decimal("1E+400")]),
    Row("decimal-shared", (lambda d: [d, {d: d}, (d,)])(decimal.Decimal("0.1"))),
    Row("fraction", fractions.Fraction(3, 4)),
    Row(
        "uuid",
        uuid.UUID(int=2**127 + 1),
        "<uuid.UUID() state={'int': 170141183460469231731687303715884105729}>",
        needs=("bigint",),
    ),
    Row("uuid-small", uuid.UUID(int=5), "<uuid.UUID() state={'int': 5}>"),
    Row("path", pathlib.PurePosixPath("/usr/lib/x"), "<pathlib.PurePosixPath('/', 'usr', 'lib', 'x')>"),
    Row("windows-path", pathlib.PureWindowsPath("c:/x")),
    Row("ip-address", ipaddress.ip_address("10.0.0.1")),
    Row("ip-network", ipaddress.ip_network("10.0.0.0/8")),
    Row("counter", collections.Counter("a"), "<collections.Counter({'a': 1})>"),
    Row("counter-many", collections.Counter("abracadabra"), order=True),
    Row("defaultdict", collections.defaultdict(list, a=[1])),
    Row("defaultdict-many", collections.defaultdict(int, {str(i): i for i in range(1100)}), needs=("megabytes",)),
    Row("defaultdict-empty", collections.defaultdict(None)),
    Row("chain-map", collections.ChainMap({"a": 1}, {"b": 2}), order=True),
    Row("user-dict", collections.UserDict({"a": 1})),
    Row("user-list", collections.UserList([1, 2])),
    Row("namespace", types.SimpleNamespace(a=1)),
    Row("itemgetter", operator.itemgetter(1, 2), same=lambda a, b: a("xyz") == b("xyz")),
    Row("enum", goods.Color.RED, same=operator.is_),
    Row("enum-members", [goods.Color.RED, goods.Shade.RED, goods.Color.name_, goods.Color.MIXED, goods.Color.RED]),
    Row("enum-class", [goods.Color, goods.Color.RED]),
    Row("int-enum", [goods.Level.LOW, goods.Level.HIGH]),
    Row("flag", [goods.Perm.READ, goods.Perm.READ | goods.Perm.EXEC, goods.Perm(0)]),
    Row("dataclass", goods.Point(1), order=True),
    Row("dataclass-nested", goods.Point(goods.Point(1, "x"), [goods.Point(2)]), order=True),
    Row("dataclass-frozen", goods.FrozenPoint((1, "x")), "<goods.FrozenPoint() state={'x': (1, 'x')}>"),
    Row("dataclass-slots", goods.SlotPoint(1, "x"), order=True, protocols=_NEW),
    Row("dataclass-frozen-slots", goods.FrozenSlotPoint([1])),
    Row("instance", goods.Node(), same=lambda a, b: type(a) is type(b) and vars(b) == {}),
    Row("list-subclass", goods.row(1, 2, unit="m"), "<goods.Row() [1, 2] state={'unit': 'm'}>"),
    Row("list-subclass-long", goods.row(*range(2500)), needs=("megabytes",)),
    Row("dict-subclass", goods.table({"a": 1}, unit="m"), "<goods.Table() {'a': 1} state={'unit': 'm'}>"),
    Row("set-subclass", goods.Tags({1})),
    Row("str-subclass", goods.Word("abc"), "<goods.Word('abc')>"),
    Row("int-subclass", goods.Number(5)),
    Row("namedtuple", goods.Pair(1, [2]), "<goods.Pair(1, [2])>"),
    Row("new-with-arguments", goods.Sized(3)),
    Row("new-with-keywords", goods.Money(5, unit="EUR"), "<goods.Money(5, unit='EUR')>", protocols=_NEW),
    Row(
        "new-with-keywords-twice",
        [goods.Money(5, unit="EUR"), goods.Money(6, unit="EUR"), goods.Coin(1, unit="c")],
        protocols=_NEW,
    ),
    Row("state-tuple", goods.Odd((1, 2))),
    Row("state-list", goods.Odd([1, 2]), "<goods.Odd() state=[1, 2]>"),
    Row("state-number", goods.Odd(5)),
    Row("state-empty", goods.Odd({}), protocols=_NEW),
    Row("state-false", goods.Odd(False), protocols=_NEW),
    Row("items-and-pairs", goods.Appender(1, "x"), "<goods.Appender() [1, 'x'] {'key': 'value', 'other': 1}>"),
    Row("state-setter", goods.Set([1]), "<goods.Set() state={'value': [1]}>"),
    Row("nested-class", goods.Outer.Inner, same=operator.is_),
    Row("nested-classes", [goods.Outer.Inner, goods.Outer, goods.Outer.Inner.Most, goods.Outer.Inner.Most.ONE]),
    Row("nested-instances", [goods.Outer.Inner(1), goods.Outer.Inner(2)]),
    Row("class-method", goods.Outer.make),
    Row("made-by-class-method", goods.Made(1)),
    Row("bound-method", collections.Counter("a").most_common, same=lambda a, b: a() == b()),
    Row("function", goods.loop, "<goods.loop>", same=operator.is_),
    Row("single", [goods.SINGLE, goods.SINGLE], same=lambda a, b: a[0] is b[0] is b[1]),
    Row("exception", goods.problem(1, "x", where="here")),
    Row("partial", functools.partial(int, "11", base=2), same=_described, alike=False),
    Row("partial-of-missing", functools.partial(goods.Point, 1, y=2), same=_described, alike=False),
    Row("loop", goods.loop(), "<goods.Node() state={'to': <goods.Node ...>}>", same=_cyclic),
    Row("ring", goods.ring(), same=_ringed, same_bytes=False),
    Row("graph", _graph(), same=_graph_same),
    Row("mixed", {"when": _DATE, "prices": [decimal.Decimal("1.5"), None], "at": goods.Pair(1.5, b"x")}, order=True),
]


def rows(test):
    """The rows for each test, for conftest."""
    which = {"test_repr": "shown", "test_equality": "alike", "test_same_bytes": "same_bytes"}.get(test, "name")
    return [(row.name, row, row.needs) for row in ROWS if getattr(row, which)]


def _ready(device):
    device.prelude("placeholders", _SETUP)
    return device


@functools.cache
def written(row, protocol):
    """The row's pickle."""
    return pickle.dumps(row.value, protocol)


@functools.cache
def carried(device, row):
    """{(from protocol, to protocol): Answer}"""
    pairs = [(one, other) for one in row.protocols for other in PROTOCOLS]
    answers = _ready(device).table("carry", [(written(row, one).hex(), other) for one, other in pairs])
    return dict(zip(pairs, answers, strict=True))


def _opcodes(data):
    """Opcodes and arguments without their order, those of the memo without their index."""
    return sorted(
        (opcode.name, "" if "memo" in opcode.doc.lower() else repr(argument))
        for opcode, argument, _ in pickletools.genops(data)
    )


def test_same_bytes(device, row):
    """In the protocol in which it came, an object leaves as the same bytes."""
    for protocol in row.protocols:
        answer = carried(device, row)[protocol, protocol]
        assert answer.error is None, f"protocol {protocol}: {answer}"
        expected, actual = written(row, protocol), bytes.fromhex(answer.text)
        same = _opcodes(actual) == _opcodes(expected) if row.order else actual == expected
        assert same, f"protocol {protocol}: {oracle.side_by_side(expected, actual)}"


def test_same_object(device, row):
    """From any protocol to any other it stays what it was."""
    for (one, other), answer in carried(device, row).items():
        assert answer.error is None, f"from {one} to {other}: {answer}"
        data = bytes.fromhex(answer.text)
        try:
            back = pickle.loads(data)
        except Exception as error:
            pytest.fail(f"from {one} to {other}: {error!r}\n{oracle.disassemble(data)}")
        assert row.same(row.value, back), f"from {one} to {other}: {back!r}\n{oracle.disassemble(data)}"


def test_repr(device, row):
    """It prints what it stands for."""
    (answer,) = _ready(device).table("show", [(written(row, 4).hex(),)])
    assert str(answer) == row.shown


def test_equality(device, row):
    """Equal with itself read again, also in another protocol, and with nothing else; the hash too."""
    other = written(next(other for other in reversed(ROWS[: ROWS.index(row)] or ROWS) if not other.needs), 4)
    items = [(written(row, protocol).hex(), other.hex()) for protocol in row.protocols]
    for answer in _ready(device).table("compare", items):
        assert str(answer) in (
            "((True, False), True)",
            "((True, False), None)",
            *(["('too deep', True)", "('too deep', None)"] if row.name in ("loop", "ring", "graph") else []),
        )


# ---------------------------------------------------------------------------------------------------------------------
# What the tables do not show.


def run(device, program):
    """What a program prints, line by line."""
    return _ready(device).run("from mpickle import Placeholder, dumps, loads\n" + program).splitlines()


def raises(device, program, error, message):
    """Fails unless a program raises this."""
    with pytest.raises(DeviceError) as raised:
        run(device, program)
    name, _, text = raised.value.exception.partition(": ")
    assert (name, message in text) == (error, True), raised.value


def test_made_on_the_device(device):
    """A device makes objects that only CPython knows: by calling, with keywords, by filling what it has made."""
    program = """
decimal, goods = Placeholder("decimal", "Decimal"), lambda name: Placeholder("goods", name)
point, row, table = goods("Point")(1, y=decimal("1.5")), goods("Row")(), goods("Table")()
row.append(1)
table["key"] = row
row.__setstate__({"unit": "m"})
for protocol in range(6):
    print(hexlify(dumps([decimal("1.5"), point, table, row, goods("Outer.Inner")(5)], protocol)).decode())
"""
    row = goods.row(1, unit="m")
    expected = [decimal.Decimal("1.5"), goods.Point(1, decimal.Decimal("1.5")), goods.table({"key": row}), row]
    for line in run(device, program):
        *found, inner = pickle.loads(bytes.fromhex(line))
        assert found == expected
        assert found[2]["key"] is found[3]
        assert inner == goods.Outer.Inner(5)


def test_attributes(device):
    """What a stand-in was made of can be read."""
    data = pickle.dumps([goods.row(1, 2, unit="m"), goods.table({"a": 1}), goods.Money(5, unit="EUR"), goods.Color.RED])
    program = f"""
row, table, money, red = loads({data!r}, missing=Placeholder)
print(row.module, row.name, row.args, row.kwargs, row.items, row.pairs, row.state)
print(table.pairs, money.args, money.kwargs, red.module, red.name, red.args, red.state)
try:
    row.nothing
except AttributeError as error:
    print(error)
"""
    enum_by_value = "(1,)" if "getattr" not in str(goods.Color.RED.__reduce_ex__(4)) else "()"
    color = "Color" if enum_by_value == "(1,)" else "Color.RED"
    assert run(device, program) == [
        "goods Row () None [1, 2] None {'unit': 'm'}",
        f"[('a', 1)] (5,) {{'unit': 'EUR'}} goods {color} {enum_by_value} None",
        "'Placeholder' object has no attribute 'nothing'",
    ]


def test_keys(device):
    """Stand-ins are keys and members, found by content."""
    keys = [decimal.Decimal("1.5"), _DATE, goods.FrozenPoint(1), goods.Color.RED]
    others = [decimal.Decimal("2.5"), _DATE.date(), goods.FrozenPoint(2), goods.Color.MIXED]
    program = f"""
def load(data):
    return loads(data, missing=Placeholder)
table = load({pickle.dumps(dict(zip(keys, "abcd", strict=True)))!r})
print([table[key] for key in load({pickle.dumps(keys)!r})])
print([key in table for key in load({pickle.dumps(others)!r})])
print(len(set(load({pickle.dumps(keys)!r}) + load({pickle.dumps(keys)!r}))))
"""
    assert run(device, program) == ["['a', 'b', 'c', 'd']", "[False, False, False, False]", "4"]


def test_policy_is_asked_first(device):
    """What is refused never becomes a stand-in, nor does `missing` hear of it."""
    data = pickle.dumps([decimal.Decimal("1.5"), fractions.Fraction(1, 2)])
    program = f"""
asked = []
def missing(module, name):
    asked.append(module)
    return Placeholder(module, name)
for allow in (), {{"decimal.Decimal"}}, (lambda module, name: module == "decimal"), {{"fractions.Fraction"}}:
    try:
        loads({data!r}, allow=allow, missing=missing)
    except mpickle.UnpicklingError as error:
        print(error, asked)
    asked.clear()
print(loads({data!r}, allow={{"decimal.Decimal", "fractions.Fraction"}}, missing=missing), asked)
"""
    refused = "global '{}' is not allowed; name it in allow= if you trust it {}"
    fraction = str(list(fractions.Fraction(1, 2).__reduce__()[1]))[1:-1]
    assert run(device, program) == [
        refused.format("decimal.Decimal", "[]"),
        refused.format("fractions.Fraction", "['decimal']"),
        refused.format("fractions.Fraction", "['decimal']"),
        refused.format("decimal.Decimal", "[]"),
        f"[<decimal.Decimal('1.5')>, <fractions.Fraction({fraction})>] ['decimal', 'fractions']",
    ]


def test_what_exists_is_no_stand_in(device):
    """`missing` is for what is missing: a module, or a name in a module that exists."""
    data = pickle.dumps([len, collections.OrderedDict, collections.Counter, functools.reduce])
    program = f"print(loads({data!r}, missing=lambda module, name: module + '.' + name)[2:])"
    assert run(device, program) == ["['collections.Counter', '_functools.reduce']"]
    raises(device, f"loads({data!r})", "AttributeError", "Counter")
    raises(device, f"loads({pickle.dumps(_DATE)!r})", "ImportError", "datetime")


@pytest.mark.parametrize(
    ("pickled", "message"),
    [
        (b"cgoods\nNode\n}b.", "the stand-in of a global takes neither state nor items"),
        (b"cgoods\nNode\nNa.", "the stand-in of a global takes neither state nor items"),
        (b"cgoods\nNode\nNNs.", "the stand-in of a global takes neither state nor items"),
        (b"cgoods\nNode\n)\x81}b}b.", "a stand-in takes one state only"),
        (b"cgoods\nNode\n)\x81Na(K\x01\x90.", "items of one kind only"),
        (b"]\x94cgoods\nsetter\nh\x00}\x86R0.", "the state setter of an object is missing"),
    ],
)
def test_nothing_is_lost_without_a_word(device, pickled, message):
    """What a stand-in could not write again is refused when it is read."""
    raises(device, f"loads({pickled!r}, missing=Placeholder)", "UnpicklingError", message)
    # That which is dropped otherwise is nobody's state.
    dropped = b"]cgoods\nsetter\n]}\x86R0."
    assert run(device, f"print(loads({dropped!r}, missing=Placeholder))") == ["[]"]


def test_added_items(device):
    """What ADDITEMS adds is added again; older protocols have no opcode for it."""
    pickled = b"\x80\x04cgoods\nTags\n)\x81\x94(K\x01\x90."
    program = f"""
tags = loads({pickled!r}, missing=Placeholder)
print(tags, hexlify(dumps(tags)).decode())
for protocol in range(4):
    try:
        dumps(tags, protocol)
    except mpickle.PicklingError as error:
        print(error)
"""
    shown, *errors = run(device, program)
    name, _, data = shown.rpartition(" ")
    assert name == "<goods.Tags() {1}>"
    assert pickle.loads(bytes.fromhex(data)) == goods.Tags({1})
    assert errors == ["items that are added to an object can only be pickled with protocol >= 4"] * 4


@pytest.mark.needs("megabytes")
def test_depth(device):
    """Nested without end, stand-ins are carried; to print, compare and hash them raises where the C stack ends."""
    depth = 20000
    arguments = b"cgoods\nPair\n\x94" + b"h\x00" * depth + b"N" + b"\x85R" * depth + b"."
    state = b"cgoods\nNode\n\x94" + b"h\x00)\x81" * depth + b"N" + b"b" * depth + b"."
    program = f"""
for data in ({arguments!r}, {state!r}):
    one, other = loads(data, missing=Placeholder), loads(data, missing=Placeholder)
    print(loads(dumps(one, 2), missing=Placeholder).args is not None)
    for function in repr, hash, lambda one: one == other:
        try:
            print(type(function(one)).__name__)
        except RuntimeError as error:
            print(error)
"""
    limit = "maximum recursion depth exceeded"
    assert run(device, program) == ["True", limit, limit, limit, "True", limit, "int", limit]


def test_make_new(device):
    """Module and name are str."""
    for arguments in ("1, 'x'", "'x', b'y'", "'x'", "'x', 'y', 'z'"):
        with pytest.raises(DeviceError, match="TypeError"):
            run(device, f"Placeholder({arguments})")


_HEAVY = ["decimal-shared", "uuid-small", "items-and-pairs", "state-setter", "new-with-keywords-twice", "graph"]


def _carrying(faulty, program):
    """What a program makes of `data` and `protocol` for a choice of rows."""
    _ready(faulty)
    for row in ROWS:
        for protocol in (2, 4) if row.name in _HEAVY else ():
            yield (
                row,
                protocol,
                run(faulty, f"data, protocol = {written(row, protocol).hex()!r}, {protocol}\n" + program),
            )


def test_while_garbage_is_collected(faulty):
    """Stand-ins are carried as ever where every allocation collects."""
    for row, protocol, printed in _carrying(faulty, "print(collecting(carry, data, protocol), collecting(show, data))"):
        back, _, shown = printed[0].partition(" ")
        assert bytes.fromhex(back) == written(row, protocol), row.name
        assert not row.shown or protocol < 4 or shown == row.shown


@pytest.mark.parametrize("forever", [False, True], ids=["once", "for-ever"])
def test_every_allocation_fails_in_turn(faulty, forever):
    """MemoryError each time, no leak, and the next call works."""
    program = f"print(starve(lambda: carry(data, protocol), {forever}), starve(lambda: show(data), {forever}), '.')"
    for row, protocol, printed in _carrying(faulty, program):
        assert printed == ["  ."], (row.name, protocol)
