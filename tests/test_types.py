"""Other types that people send, from CPython through a device to CPython: mpickle_types, and Placeholder."""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import pathlib
import pickle
import re
import uuid
import zoneinfo
from pathlib import Path

import pytest
from support import numpys, oracle

FRAMES = Path(__file__).parent / "fixtures" / "frames.py"

SETUP = """
import sys, binascii

def forget():
    for name in list(sys.modules):
        if name != "sample":
            del sys.modules[name]

def pass_on(data, protocol, missing):
    # What came, printed, and as it is dumped again.
    options = {"missing": mpickle.Placeholder} if missing else {"allow": ()}
    value = mpickle.loads(binascii.unhexlify(data), **options)
    return "%s|%s" % (binascii.hexlify(mpickle.dumps(value, protocol)).decode(), value)

forget()
import mpickle
import mpickle_types, mpickle_numpy
"""


class Color(enum.Enum):
    """Only CPython has it."""

    RED = 1


class Level(enum.IntFlag):
    """Likewise."""

    LOW = 1
    HIGH = 2


@dataclasses.dataclass
class Order:
    """Likewise."""

    number: int
    price: decimal.Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    """Likewise."""

    number: int


Point = collections.namedtuple("Point", "x y")

HALF = datetime.timezone(datetime.timedelta(hours=2, minutes=30))
EST = datetime.timezone(-datetime.timedelta(hours=5), "EST")
DAY = (2025, 5, 1)
# What mpickle_types knows: `allow=()` admits it, and its str is CPython's.
KNOWN = {
    "date": datetime.date(*DAY),
    "date-first": datetime.date.min,
    "date-last": datetime.date.max,
    "time": datetime.time(6, 30),
    "time-of-zone": datetime.time(6, 30, 1, 5, HALF),
    "datetime": datetime.datetime(*DAY, 6, 30, 15, 123456),
    "datetime-first": datetime.datetime.min,
    "datetime-last": datetime.datetime.max,
    "datetime-utc": datetime.datetime(*DAY, tzinfo=datetime.UTC),
    "datetime-of-zone": datetime.datetime(*DAY, 23, 59, 59, 999999, EST),
    "timedelta": datetime.timedelta(3, 5, 7),
    "timedelta-day": datetime.timedelta(1),
    "timedelta-negative": datetime.timedelta(-1, 5, 7),
    "timezone": HALF,
    "timezone-named": EST,
    "timezone-seconds": datetime.timezone(-datetime.timedelta(hours=1, seconds=1)),
    "utc": datetime.UTC,
    "uuid": uuid.UUID("12345678-1234-5678-9234-567812345678"),
    "uuid-zero": uuid.UUID(int=0),
    "same-twice": [datetime.date(*DAY)] * 2,
}
# Of these the str says less.
ALSO_KNOWN = {
    "fold": datetime.datetime(*DAY, 2, 30, fold=1),
    "fold-of-time": datetime.time(2, 30, fold=1),
    "Counter": collections.Counter("aaa"),
    "Counter-empty": collections.Counter(),
    "defaultdict": collections.defaultdict(list, {"a": [1, 2]}),
    "defaultdict-plain": collections.defaultdict(None, {1: 2}),
}
# What is carried by Placeholder.
CARRIED = {
    "Decimal": decimal.Decimal("1.50"),
    "Decimal-NaN": decimal.Decimal("NaN"),
    "Fraction": fractions.Fraction(3, 4),
    "path": pathlib.PurePosixPath("/var/log/x"),
    "enum": Color.RED,
    "flags": Level.LOW | Level.HIGH,
    "dataclass": Order(5, decimal.Decimal("9.95")),
    "dataclass-frozen": Frozen(5),
    "namedtuple": Point(1, 2.5),
    "zone": datetime.datetime(*DAY, tzinfo=zoneinfo.ZoneInfo("UTC")),
    "ChainMap": collections.ChainMap({"a": 1}, {"b": 2}),
    "uuid-made-here": uuid.uuid1(),
    "keys": {decimal.Decimal(1): 1},
}
BIG = ("uuid", "uuid-zero", "uuid-made-here")  # ints of 128 bits
# Pickled with a name in two places, of which MicroPython makes one object: 'datetime' is a class and its module.
INTERNED = ("datetime", "fold")


def rows(test):
    """Names of the tables' values."""
    table = {"test_known": KNOWN | ALSO_KNOWN, "test_carried": CARRIED}[test]
    return [(name, name, ("bigint",) if name in BIG else ()) for name in table]


def passed_on(device, sent):
    """What the device answers to pickle, protocol and whether it may use Placeholder."""
    try:
        return device.table("pass_on", sent, setup=SETUP)
    finally:
        device.run(f"{SETUP}\nforget()")


def through(device, value, missing):
    """(protocol, what the device printed, what CPython loads of what it dumped, both pickles) for each protocol."""
    sent = [(pickle.dumps(value, protocol).hex(), protocol, missing) for protocol in range(6)]
    for (data, protocol, _), answer in zip(sent, passed_on(device, sent), strict=True):
        assert answer.error is None, f"protocol {protocol}: {answer}"
        again, printed = answer.text.split("|", 1)
        yield protocol, printed, pickle.loads(bytes.fromhex(again)), bytes.fromhex(data), bytes.fromhex(again)


def test_known(device, row):
    """Prints as on CPython, and comes back equal, of the same class, and in the same bytes."""
    value = (KNOWN | ALSO_KNOWN)[row]
    for protocol, printed, back, data, again in through(device, value, False):
        expected = pickle.loads(data)
        assert (back, type(back), repr(back)) == (expected, type(expected), repr(expected))
        if row in KNOWN and row != "same-twice":
            assert printed == str(value)
        if not (protocol >= 4 and row.startswith(INTERNED)):
            assert again == data, oracle.side_by_side(data, again)


def test_carried(device, row):
    """Says what it is, and comes back the same."""
    value = CARRIED[row]
    for _, printed, back, _, _ in through(device, value, True):
        assert (back, type(back)) == (value, type(value)) or (row == "Decimal-NaN" and str(back) == "NaN")
        assert "object at" not in printed


@pytest.mark.needs("words of 64 bits")
def test_pandas(device):
    """A data frame is refused where nothing stands in for it; a Placeholder shows its columns and comes back equal."""
    sent = numpys.ask(FRAMES, "2", None)
    refused = passed_on(device, [(data, protocol, False) for _, protocol, data in sent])
    assert {answer.error for answer in refused} == {"UnpicklingError"}
    carried = passed_on(device, [(data, protocol, True) for _, protocol, data in sent])
    returned = []
    for (name, protocol, _), answer in zip(sent, carried, strict=True):
        assert answer.error is None, f"{name}, protocol {protocol}: {answer}"
        again, printed = answer.text.split("|", 1)
        assert printed.startswith("<pandas.core.")
        if name == "frame":
            assert "array([[20.5, 21.25, nan]], dtype='float64')" in printed
            assert "array([['a', 'b', None]], dtype='object')" in printed
        returned.append((name, again))
    assert numpys.ask(FRAMES, "2", returned) == [""] * len(returned)


def test_documentation(device, root):
    """The example of docs/types.md runs, and prints what it says."""
    (example,) = re.findall(r"```python\n(.*?)```", (root / "docs" / "types.md").read_text(), re.DOTALL)
    try:
        assert device.run(SETUP + example) == "2025-05-01 06:30:00\n"
    finally:
        device.run(f"{SETUP}\nforget()")
