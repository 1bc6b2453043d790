"""scripts/mpx and host/mpx.py, by mpremote with firmware in QEMU, whose serial port is a terminal of this machine."""

import io
import os
import pickle
import re
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "host"), str(ROOT / "scripts" / "lib")]

import mpx  # noqa: E402
import mpx_command  # noqa: E402

ON_A_CHIP = pytest.mark.needs("thumb")

# A file system of one directory in the heap.
FILES = """
import io, os
class Files:
    def __init__(self):
        self.all = {}
    def mount(self, *_):
        pass
    def open(self, path, mode):
        files = self.all
        if "r" in mode:
            if path not in files:
                raise OSError(2)
            return io.BytesIO(files[path])
        class Written:
            def __enter__(self):
                files[path] = b""
                return self
            def __exit__(self, *_):
                pass
            def write(self, data):
                files[path] += bytes(data)
        return Written()
    def remove(self, path):
        if path not in self.all:
            raise OSError(2)
        del self.all[path]
    def rename(self, old, new):
        self.all[new] = self.all.pop(old)
files = Files()
os.mount(files, "/ram")
"""


@pytest.fixture(scope="module")
def port(device):
    """The serial port of a QEMU."""
    command = (device.directory / "micropython").read_text().replace("stdio,id=uart,signal=off", "pty,id=uart")
    qemu = subprocess.Popen(
        ["sh", "-c", command, device.directory / "micropython"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield re.search(r"/dev/\S+", qemu.stdout.readline())[0]
    finally:
        qemu.kill()
        qemu.wait()
        qemu.stdout.close()


@pytest.fixture
def board(port):
    with mpx.Board(port, timeout=10) as board:
        yield board


VALUES = {
    "settings": {"interval": 60, "stations": {"roof", "cellar"}, "limits": (None, -1.5, 2**40)},
    "text": "Grüße, 世界 😀\n\x03\x04\x11?" * 20,
    "data": bytes(range(256)) * 4,
    "order": OrderedDict([("b", 1), ("a", [True, False])]),
}


@ON_A_CHIP
def test_there_and_back(board):
    """Also what looks like control characters, and in pieces; nothing of mpx is left behind."""
    for name, value in VALUES.items():
        told = []
        board.put(name, value, progress=lambda done, total, told=told: told.append((done, total)))
        size = len(pickle.dumps(value, 4))
        assert told[-1] == (size, size)
        assert len(told) == -(-size // mpx.CHUNK)
        assert board.get(name) == value
    assert pickle.loads(board.get_pickle("[len(data), settings['interval']]", protocol=0)) == [1024, 60]
    board._run(mpx.FORGET)
    names = board._transport.eval("list(globals())")
    assert "settings" in names
    assert not [name for name in names if name.startswith("_mpx")]


@ON_A_CHIP
def test_file(board):
    board._run(FILES)
    data = pickle.dumps(VALUES, 5)
    for content in (b"old", data):
        board.put_pickle(":/ram/values.pkl", content)
    assert board.get_pickle(":/ram/values.pkl") == data
    assert board.get(":/ram/values.pkl") == VALUES
    assert board.get("list(files.all)") == ["/values.pkl"]
    with pytest.raises(mpx.BoardError, match=r"OSError: .*ENOENT"):
        board.get(":/ram/nothing.pkl")


@ON_A_CHIP
def test_faults(board):
    """Each says what is wrong and where, and the board goes on working."""
    for match, call in {
        "NameError: name 'nothing' isn't defined": lambda: board.get("nothing"),
        "MemoryError.*soft-reset": lambda: board.get("bytes(200_000)"),
        "'1x' is no variable": lambda: board.put("1x", 1),
        r"'a\)' is no expression": lambda: board.get("a)"),
        "AttributeError: 'module' object has no attribute 'Fraction'|no module named 'fractions'": lambda: board.put(
            "x", __import__("fractions").Fraction(1, 2)
        ),
        "global 'builtins.print' is not allowed": lambda: board.put_pickle("x", pickle.dumps(print), data_only=True),
    }.items():
        with pytest.raises(mpx.BoardError, match=match):
            call()
    assert board.get("1 + 1") == 2


@ON_A_CHIP
def test_what_a_board_may_name(board):
    with pytest.raises(mpx.Refused, match=r"names builtins\.OSError") as caught:
        board.get("OSError(3)")
    assert caught.value.name == "builtins.OSError"
    for allow in ({"builtins.OSError"}, lambda _, name: name == "OSError", None):
        assert board.get("OSError(3)", allow=allow).args == (3,)


@ON_A_CHIP
def test_command(port, tmp_path, capsys):
    pickled = tmp_path / "value.pkl"
    command = [
        ROOT / "scripts" / "mpx",
        "--port",
        port,
        "put",
        "day",
        "-e",
        "math.floor(2.5), collections.OrderedDict(a=1)",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    mpx_command.main(["--port", port, "get", "day", str(pickled)])
    assert pickle.loads(pickled.read_bytes()) == (2, OrderedDict(a=1))
    mpx_command.main(["--port", port, "put", "again", str(pickled)])
    mpx_command.main(["--port", port, "get", "[again[0], bytearray(b'x')]"])
    assert capsys.readouterr() == ("[2, bytearray(b'x')]\n", "")
    with pytest.raises(SystemExit, match=r"names builtins\.OSError, .*--allow builtins\.OSError if you"):
        mpx_command.main(["--port", port, "get", "OSError(3)"])
    mpx_command.main(["--port", port, "get", "--allow", "builtins.OSError", "OSError(3)"])
    assert capsys.readouterr().out == "OSError(3)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "/dev/null/x", "get", "x"], "no board at /dev/null/x: "),
        (["--port", "/nothing", "put", "x", "-e", "1 / 0"], "no board at /nothing: "),
        (["put", "x"], "put wants either FILE or -e EXPRESSION"),
    ],
)
def test_command_without_a_board(arguments, message, capsys):
    with pytest.raises(SystemExit) as caught:
        mpx_command.main(arguments)
    assert message in str(caught.value.code) + capsys.readouterr().err


def test_no_prompt():
    """Nobody answers at the port, or no longer."""
    ours, theirs = os.openpty()
    try:
        with pytest.raises(mpx.BoardError, match=r"no MicroPython prompt at /dev/.*another program"):
            mpx.Board(os.ttyname(theirs), timeout=0.1)
        silent = mpx.Board.__new__(mpx.Board)
        silent.port, silent.timeout = "here", 0
        silent._transport = SimpleNamespace(serial=SimpleNamespace(read=lambda _: b""))
        with pytest.raises(mpx.BoardError, match="the board at here has been silent for 0 seconds"):
            silent._follow(b"", None)
    finally:
        os.close(ours)
        os.close(theirs)


def test_firmware_without_mpickle():
    error = mpx._error("Traceback:\n  ...\nImportError: no module named 'mpickle'\n")
    assert "firmware has no mpickle; docs/esp32.md" in str(error)


def test_expression():
    assert pickle.loads(mpx_command.evaluate("[math.floor(x) for x in (1.5, 2)]", 4)) == [1, 2]
    with pytest.raises(SystemExit, match="ZeroDivisionError"):
        mpx_command.evaluate("1 / 0", 4)


def test_bar():
    """It is drawn on a terminal, for what takes long, and ends at all of it."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    for out, total, drawn in ((Terminal(), 10_000, True), (Terminal(), 100, False), (io.StringIO(), 10_000, False)):
        bar = mpx_command.Bar("put", out)
        for done in (total // 2, total):
            bar(done, total)
        bar.end()
        assert ("100 % of 10.0 kB" in out.getvalue()) == drawn
        assert out.getvalue().endswith("\n") == drawn


def test_loads():
    """By default, only what holds data."""
    values = [VALUES, 1j, range(3), frozenset("a")]
    for protocol in range(6):
        assert mpx.loads(pickle.dumps(values, protocol)) == values
    with pytest.raises(mpx.Refused, match=r"names posix\.system|names nt\.system"):
        mpx.loads(pickle.dumps(os.system))
