"""Objects to a board and back: CPython's pickle on this side, mpickle on the other, over mpremote.

    with Board() as board:
        board.put("settings", {"interval": 60})
        readings = board.get("readings")

The board is one with MicroPython and mpickle, at its prompt or running a program, which is interrupted. Needed is
mpremote (`pip install mpremote`). `scripts/mpx` is the same as a command.
"""

from __future__ import annotations

import binascii
import builtins
import contextlib
import importlib
import io
import pickle
import time
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Callable, Collection, Iterator
from typing import Any

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport
from serial.tools import list_ports

__all__ = ["SAFE", "Board", "BoardError", "Refused", "loads"]

Progress = Callable[[int, "int | None"], None]
Allow = "Collection[str] | Callable[[str, str], bool] | None"

# What of a pickle goes over at once. Boards without flow control keep about 256 characters that nobody has read yet.
CHUNK = 180

# What a pickle from a board may name, unless the caller says otherwise. None of it does anything but hold data.
SAFE = frozenset(
    """
    builtins.bytearray builtins.bytes builtins.complex builtins.frozenset builtins.int builtins.range builtins.set
    builtins.slice
    _codecs.encode
    array.array array._array_reconstructor
    collections.Counter collections.OrderedDict collections.defaultdict collections.deque
    datetime.date datetime.datetime datetime.time datetime.timedelta datetime.timezone
    decimal.Decimal fractions.Fraction uuid.UUID
    numpy.dtype numpy.ndarray
    numpy._core.multiarray._reconstruct numpy._core.multiarray.scalar numpy._core.numeric._frombuffer
    numpy.core.multiarray._reconstruct numpy.core.multiarray.scalar numpy.core.numeric._frombuffer
    """.split()
)

# On the board. Bytes cross as base64, so that no control character interrupts the program; what the program itself
# prints has no mark before it. Host to board: a length in four digits and so many characters, whenever the board asks.
DEVICE = """
class _mpx:
    import sys
    from binascii import a2b_base64, b2a_base64
    def __init__(self):
        self.chunk = b""
    def read(self, n):
        if not self.chunk:
            print("\\x11?")
            self.chunk = _mpx.a2b_base64(_mpx.sys.stdin.read(int(_mpx.sys.stdin.read(4))))
        piece = self.chunk[:n]
        self.chunk = self.chunk[n:]
        return piece
    def write(self, data):
        data = memoryview(data)
        for at in range(0, len(data), 180):
            print("\\x11" + _mpx.b2a_base64(data[at:at + 180]).decode().strip())
        return len(data)
    @staticmethod
    def copy(source, target):
        piece = source.read(180)
        while piece:
            target.write(piece)
            piece = source.read(180)
"""
# And what is left of all that goes.
FORGET = """
for _mpx in ("_mpx_file", "_mpx_path", "_mpx_module", "_mpx"):
    globals().pop(_mpx, None)
"""
MARK = b"\x11"
END = b"\x04"


class BoardError(Exception):
    """The board cannot be reached, or what was asked of it failed there."""

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback


class Refused(pickle.UnpicklingError):
    """The pickle names something that is not allowed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the pickle names {name}, which is not allowed")
        self.name = name


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, allow: Any) -> None:
        super().__init__(io.BytesIO(data))
        self._allow = allow

    def find_class(self, module: str, name: str) -> Any:
        # A pickle of protocol 0 to 2 has Python 2's names.
        module, name = NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name))
        full = f"{module}.{name}"
        allowed = self._allow(module, name) if callable(self._allow) else full in self._allow
        if not allowed:
            raise Refused(full)
        return super().find_class(module, name)


def loads(data: bytes, allow: Collection[str] | Callable[[str, str], bool] | None = SAFE) -> Any:
    """The object of a pickle that names nothing but what is allowed; with `None`, of any pickle.

    A pickle can have any function called that it may name, so do not load one with `None` that came from elsewhere.
    """
    return pickle.loads(data) if allow is None else _Unpickler(data, allow).load()


class Board:
    """A board behind a serial port.

    `port` is what pyserial takes: a device, or a URL such as `socket://host:port` or `rfc2217://host:port`; without it,
    the only board on USB is taken. `timeout` is how many seconds the board may be silent.
    """

    def __init__(self, port: str | None = None, *, baudrate: int = 115200, timeout: float = 30) -> None:
        self.port = port or _only_port()
        self.timeout = timeout
        try:
            self._transport = SerialTransport(self.port, baudrate=baudrate, timeout=1)
        except (TransportError, OSError, ValueError) as error:
            raise BoardError(f"no board at {self.port}: {error}; {_ports()}") from error
        self._mpickle = False
        try:
            self._begin()
        except BaseException:
            self._transport.close()
            raise

    def _begin(self) -> None:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # where mpremote shows what it got instead
                self._transport.enter_raw_repl(soft_reset=False, timeout_overall=min(5, self.timeout))
        except (TransportError, OSError) as error:
            raise BoardError(
                f"no MicroPython prompt at {self.port}: is it a board with MicroPython, does another "
                "program use the port, does the board's own catch KeyboardInterrupt?"
            ) from error
        self._run(DEVICE)

    def __enter__(self) -> Board:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leaves the board at its prompt, with all variables that it has."""
        try:
            self._run(FORGET)
            self._transport.exit_raw_repl()
        except (BoardError, OSError):
            pass  # it is gone, or hangs; whoever asked has been told
        finally:
            self._transport.close()

    def put(self, target: str, value: object, *, protocol: int = 4, progress: Progress | None = None) -> None:
        """Makes `value` the variable `target` on the board; a target ":PATH" is a file there, which gets the pickle."""
        self.put_pickle(target, pickle.dumps(value, protocol), progress=progress)

    def put_pickle(
        self, target: str, data: bytes, *, data_only: bool = False, progress: Progress | None = None
    ) -> None:
        """The same with what a pickle holds; with `data_only`, one that names a global is refused by the board."""
        if target.startswith(":"):
            path = target[1:]
            # A transfer that breaks off leaves the file as it was.
            code = (
                f"import os as _mpx_module\n_mpx_path = {path!r}\nwith open(_mpx_path + '~', 'wb') as _mpx_file:\n"
                " _mpx.copy(_mpx(), _mpx_file)\n"
                "try:\n _mpx_module.remove(_mpx_path)\nexcept OSError:\n pass\n"
                "_mpx_module.rename(_mpx_path + '~', _mpx_path)"
            )
        else:
            _check_source(f"{target} = 0", "exec", f"{target!r} is no variable")
            self._need_mpickle()
            code = f"import mpickle as _mpx_module\n{target} = _mpx_module.load(_mpx(){', allow=()' * data_only})"
        self._run(code, data=data, progress=progress)

    def get(
        self,
        source: str,
        *,
        allow: Collection[str] | Callable[[str, str], bool] | None = SAFE,
        protocol: int = 4,
        progress: Progress | None = None,
    ) -> Any:
        """The value of an expression on the board, or of the pickle in its file ":PATH", loaded with `loads`."""
        return loads(self.get_pickle(source, protocol=protocol, progress=progress), allow)

    def get_pickle(self, source: str, *, protocol: int = 4, progress: Progress | None = None) -> bytes:
        """The same as a pickle, which is not loaded."""
        if source.startswith(":"):
            code = f"with open({source[1:]!r}, 'rb') as _mpx_file:\n _mpx.copy(_mpx_file, _mpx())"
        else:
            _check_source(source, "eval", f"{source!r} is no expression")
            self._need_mpickle()
            code = f"import mpickle as _mpx_module\n_mpx_module.dump(({source}), _mpx(), {protocol})"
        return self._run(code, progress=progress)

    def _need_mpickle(self) -> None:
        if not self._mpickle:
            self._run("import mpickle as _mpx_module")
            self._mpickle = True

    def _run(self, code: str, *, data: bytes = b"", progress: Progress | None = None) -> bytes:
        """Runs code that reads the data, and returns what it writes."""
        try:
            self._transport.exec_raw_no_follow(code)
            return self._follow(data, progress)
        except (TransportError, OSError) as error:
            raise BoardError(
                f"the board at {self.port} does not answer as MicroPython's prompt does: {error}"
            ) from error

    def _follow(self, data: bytes, progress: Progress | None) -> bytes:
        sent = 0
        received = bytearray()
        for line in self._lines():
            if not line.startswith(MARK):
                continue
            if line == MARK + b"?":
                chunk = binascii.b2a_base64(data[sent : sent + CHUNK], newline=False)
                self._transport.serial.write(b"%04d" % len(chunk) + chunk)
                sent = min(sent + CHUNK, len(data))
                if progress:
                    progress(sent, len(data))
            else:
                received += binascii.a2b_base64(line[1:])
                if progress:
                    progress(len(received), None)
        traceback = b"".join(self._characters()).decode("utf-8", "replace").replace("\r\n", "\n")
        if traceback:
            raise _error(traceback)
        return bytes(received)

    def _lines(self) -> Iterator[bytes]:
        """What the board prints, line by line."""
        line = bytearray()
        for character in self._characters():
            if character == b"\n":
                yield bytes(line.rstrip(b"\r"))
                line.clear()
            else:
                line += character

    def _characters(self) -> Iterator[bytes]:
        """What comes up to the next END, one by one: behind it is mpremote's."""
        last = time.monotonic()
        while True:
            character = self._transport.serial.read(1)
            if character == END:
                return
            if character:
                last = time.monotonic()
                yield character
            elif time.monotonic() > last + self.timeout:
                raise BoardError(f"the board at {self.port} has been silent for {self.timeout:g} seconds")


REMEDIES = {
    "MemoryError": "the board's heap has no room: `mpremote soft-reset` empties it, and a file, ':PATH', needs none",
    "ImportError: no module named 'mpickle'": "the board's firmware has no mpickle; docs/esp32.md and docs/ports.md "
    "say how to build one that has",
}


def _error(traceback: str) -> BoardError:
    last = traceback.strip().splitlines()[-1]
    remedy = next((remedy for start, remedy in REMEDIES.items() if last.startswith(start)), None)
    return BoardError(f"on the board: {last}" + (f" ({remedy})" if remedy else ""), traceback)


def _check_source(source: str, mode: str, message: str) -> None:
    try:
        compile(source, "", mode)
    except (SyntaxError, ValueError) as error:
        raise BoardError(message) from error


def _found() -> list[str]:
    """Serial ports of USB devices."""
    return [port.device for port in list_ports.comports() if port.vid is not None]


def _ports() -> str:
    return f"ports of USB devices: {', '.join(_found()) or 'none'}"


def _only_port() -> str:
    found = _found()
    if len(found) != 1:
        raise BoardError(f"which board? Name its port; {_ports()}")
    return found[0]


class Names(dict[str, Any]):
    """What an expression on the command line sees: built-in names, and modules, imported when they are named."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            return getattr(builtins, name)
        try:
            return importlib.import_module(name)
        except ImportError:
            raise KeyError(name) from None
