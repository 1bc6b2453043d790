"""What dis shows of a pickle is what pickletools.dis shows of it."""

import copy
import functools
import io
import pickletools
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from unittest import mock

import pytest
from differences import DIS
from pickles import malformed, opcodes
from support import pythons

FIXTURES = Path(__file__).parent / "fixtures" / "python27.txt"

# Not looked for: a listing keeps no memo, and ends with STOP.
UNNOTICED = re.compile("memo key|store into memo|in the memo|stack not empty after STOP")


class AsItStands(str):
    """An argument that is shown without quotes."""

    def __repr__(self):
        return str(self)


class Key(int):
    """A key of the memo, shown as it stands."""

    text = None

    def __repr__(self):
        return self.text


def _line(file):
    text = pickletools.read_stringnl(file, decode=False, stripquotes=False).decode("latin-1")
    return "".join(char if " " <= char <= "~" else f"\\x{ord(char):02x}" for char in text)


def _number_line(file):
    text = _line(file)
    text = {"00": "False", "01": "True"}.get(text, text.removesuffix("L"))
    try:
        number = Key(text)
    except ValueError:
        return AsItStands(text)
    number.text = text
    return number


def _text_line(file):
    return AsItStands(_line(file))


def _name_line(file):
    return pickletools.read_stringnl(file, decode=False, stripquotes=False).decode("latin-1")


READERS = {
    "decimalnl_short": _number_line,
    "decimalnl_long": _number_line,
    "floatnl": _text_line,
    "stringnl": _text_line,
    "stringnl_noescape": _name_line,
    "stringnl_noescape_pair": lambda file: f"{_name_line(file)} {_name_line(file)}",
}


@functools.cache
def patched(forms):
    """pickletools' opcodes, where arguments of these forms are shown as they stand."""
    found = dict(pickletools.code2op)
    for code, opcode in pickletools.code2op.items():
        if opcode.arg and opcode.arg.name in forms:
            found[code] = copy.copy(opcode)
            found[code].arg = copy.copy(opcode.arg)
            found[code].arg.reader = READERS[opcode.arg.name]
    return found


def expected(data, forms):
    """What pickletools shows of a pickle, and the message of the exception that it raises."""
    out = io.StringIO()
    with (
        mock.patch.object(pickletools, "repr", ascii, create=True),
        mock.patch.object(pickletools, "code2op", patched(forms)),
    ):
        try:
            pickletools.dis(data, out)
        except (ValueError, IndexError) as error:
            return out.getvalue(), str(error)
    return out.getvalue(), None


@functools.cache
def shown(device, pickles, stream=False):
    """What the device shows of each pickle, and the name of the exception that it raises."""
    answers = device.table("listing", [(data.hex(), stream) for data in pickles], timeout=300)
    assert not [answer for answer in answers if answer.error]
    parts = [bytes.fromhex(answer.text).decode().partition("\0") for answer in answers]
    return [(text, error or None) for text, _, error in parts]


def complaint(device, data, found, wanted):
    """What is wrong with a listing, if it does not agree with pickletools' up to a fault that both find."""
    (text, error), (listing, fault) = found, wanted
    if error == "OverflowError" and device.capabilities.int_bits:
        agrees = listing.startswith(text)
    elif fault is None:
        agrees = (text, error) == (listing, None)
    elif UNNOTICED.search(fault):
        agrees = text.startswith(listing)
    else:
        agrees = error == "ValueError" and listing.startswith(text)
    return None if agrees else f"{data!r}\n{text}{error}\npickletools:\n{listing}{fault}"


def test_written(device):
    """What CPython writes is listed as pickletools lists it, but for a float in a line, which stands there longer."""
    ours = subprocess.run([sys.executable, pythons.MAKE], capture_output=True, text=True, check=True).stdout
    entries = pythons.parse(FIXTURES.read_text() + ours)
    pickles = tuple(data for data in dict.fromkeys(data for _, _, _, data in entries) if len(data) <= 1000)
    for data, found in zip(pickles, shown(device, pickles), strict=True):
        wanted = expected(data, ("floatnl",))
        if wanted[1]:  # before Python 3.13, pickletools has no names but ASCII
            wanted = expected(data, tuple(READERS))
        assert complaint(device, data, found, wanted) is None


@pytest.mark.parametrize("table", [opcodes, malformed], ids=["opcodes", "malformed"])
def test_hand_made(device, table):
    """Every opcode is listed, and a fault ends the listing where it ends pickletools'."""
    rows = [row for row in table.PICKLES if len(row.data) <= 1000]
    answers = shown(device, tuple(row.data for row in rows))
    wrong = {}
    for row, found in zip(rows, answers, strict=True):
        text = complaint(device, row.data, found, expected(row.data, tuple(READERS)))
        if bool(text) != any(fnmatch(row.name, pattern) for pattern in DIS):
            wrong[row.name] = text or "this difference is gone, so take it out of differences.py"
    assert not wrong, "\n".join(f"{name}: {text}" for name, text in wrong.items())
    assert answers == shown(device, tuple(row.data for row in rows), stream=True)


def test_standard_output(device):
    """Without a stream the listing is printed, and of several pickles in one stream one is read."""
    source = """
import io, mpickle
file = io.BytesIO(b"\\x80\\x02K\\x01.\\x80\\x02N.")
mpickle.dis(file)
print(mpickle.load(file))
"""
    assert device.run(source) == expected(b"\x80\x02K\x01.", ())[0] + "None\n"


def test_arguments(device):
    """What is no pickle, or no stream to write to, is a TypeError; a buffer that may change is read as any other."""
    source = """
import mpickle
def attempt(*args):
    try:
        mpickle.dis(*args)
    except TypeError:
        return "TypeError"
print(attempt("N."), attempt(3), attempt(b"N.", 3), attempt(b"N.", [].append))
mpickle.dis(memoryview(bytearray(b"N.")))
"""
    assert device.run(source) == "TypeError " * 3 + "TypeError\n" + expected(b"N.", ())[0]
