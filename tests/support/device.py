"""Devices: ways to run code on firmware and to get at what it prints.

`Device` is what the tests see. `UnixDevice` is a process of the unix port; another kind (qemu.py has a board behind the
raw REPL) implements `_start`, `_exchange` and `_stop`.
"""

import contextlib
import json
import os
import resource
import selectors
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SUPPORT = Path(__file__).parent
END = b"\x04"
TIMEOUT = 60


class DeviceError(Exception):
    """The code raised on the device: the message is the device's traceback."""

    @property
    def exception(self):
        """The last line of the traceback: class and message."""
        lines = str(self).strip().splitlines()
        return lines[-1] if lines else ""


class DeviceDied(DeviceError):
    """The firmware itself ended: a crash, an exit, or no answer in time."""


@dataclass(frozen=True)
class Answer:
    """What a function on the device returned for one item (`text`), or the exception that it raised."""

    text: str | None
    error: str | None = None  # the name of the exception's class
    message: str = ""

    def __str__(self):
        return self.text if self.error is None else f"{self.error}: {self.message}"


class Device:
    """Firmware that runs Python source."""

    batch_bytes = 400_000  # as much as one request may have
    tiny = "256k"  # for `with_heap`: a heap that has room for the tests and little else
    long_literal = 2_000  # in longer ones, MicroPython's lexer spends its time on growing its buffer

    def __init__(self, name):
        self.name = name
        self._preludes = {}
        self._kept = frozenset()
        self._file = None
        self._running = False

    # What the tests use.

    def prelude(self, name, source):
        """Runs source whose names every later `run` sees, now and after every restart; once for each name."""
        if name not in self._preludes:
            self._preludes[name] = source
            if self._running:
                self._request("P", source, TIMEOUT)

    def keep(self):
        """All preludes so far are wanted by every test."""
        self._kept = frozenset(self._preludes)

    def begin(self, file):
        """The tests of a file begin: what those of another have imported, registered and kept goes."""
        if file != self._file:
            self._preludes = {name: source for name, source in self._preludes.items() if name in self._kept}
            self._reset()
        self._file = file

    def run(self, source, *, data=b"", timeout=TIMEOUT):
        """Runs source in a fresh namespace; returns what it printed; DeviceError with the traceback if it raised.

        The source sees the data as `sent`.
        """
        self._ready()
        return self._request("R", source, timeout, data)

    def value(self, expression, *, timeout=TIMEOUT):
        """The value of an expression that JSON can carry."""
        return json.loads(self.run(f"import json\nprint(json.dumps({expression}))", timeout=timeout))

    def table(self, function, items, *, setup="", timeout=TIMEOUT):
        """Calls a function on the device with each item, a tuple of plain values; returns an Answer for each.

        All go over in a few round trips. Where the firmware dies on the way, or has no memory for the request, the
        batch is cut in halves until the guilty item stands alone: its answer has the error "DeviceDied" or
        "MemoryError", and the others have their own.
        """
        answers = []
        batch, size = [], 0
        for item in map(tuple, items):
            length = len(repr(item))
            if batch and size + length > self.batch_bytes:
                answers += self._batch(function, batch, setup, timeout)
                batch, size = [], 0
            batch.append(item)
            size += length
        if batch:
            answers += self._batch(function, batch, setup, timeout)
        return answers

    def restart(self):
        """Ends the firmware; the next call starts it anew."""
        if self._running:
            self._running = False
            self._stop()

    close = restart

    # What a kind of device implements.

    def _start(self):
        raise NotImplementedError

    def _exchange(self, mode, source, data, timeout):
        """Sends one request; returns (output, traceback) as str; DeviceDied if the firmware ended."""
        raise NotImplementedError

    def _stop(self):
        raise NotImplementedError

    def _reset(self):
        """The next call finds a fresh interpreter."""
        self.restart()

    # How the above fit together.

    def _ready(self):
        if not self._running:
            self._start()
            self._running = True
            for source in self._preludes.values():
                self._request("P", source, TIMEOUT)

    def _request(self, mode, source, timeout, data=b""):
        try:
            output, traceback = self._exchange(mode, source, data, timeout)
        except DeviceDied:
            self.restart()
            raise
        if traceback:
            raise DeviceError(f"on {self.name}:\n{output}{traceback}")
        return output

    def _batch(self, function, batch, setup, timeout):
        data = bytearray()
        items = [self._literal(item, data) for item in batch]
        source = f"{setup}\n_answer({function}, [{','.join(items)},])"
        try:
            lines = self.run(source, data=bytes(data), timeout=timeout).splitlines()
        except DeviceError as error:
            died = isinstance(error, DeviceDied)
            if not died and not error.exception.startswith("MemoryError"):
                raise
            if len(batch) == 1:
                return [Answer(None, "DeviceDied" if died else "MemoryError", str(error))]
            middle = len(batch) // 2
            return self._batch(function, batch[:middle], setup, timeout) + self._batch(
                function, batch[middle:], setup, timeout
            )
        if len(lines) != len(batch):
            raise DeviceError(f"on {self.name}: {len(batch)} items, but {len(lines)} answers: {lines[:3]}")
        return [_parse(line) for line in lines]

    def _literal(self, item, data):
        """The source of a tuple; what is long in it goes to the data."""
        parts = []
        for part in item:
            if isinstance(part, str) and len(part) > self.long_literal and part.isascii():
                start = len(data)
                data += part.encode()
                parts.append(f"sent[{start}:{len(data)}].decode()")
            else:
                parts.append(repr(part))
        return f"({','.join(parts)},)" if parts else "()"


def is_whole(output, last=END):
    """Whether an answer has ended. Megabytes come in small pieces, so only few of them are counted."""
    return output.endswith(last) and output.count(END) >= 2


def _parse(line):
    if line.startswith("!"):
        error, _, message = line[1:].partition(" ")
        return Answer(None, error, bytes.fromhex(message).decode("utf-8", "replace"))
    return Answer(line[1:])


class ProcessDevice(Device):
    """Firmware that is a process, or an emulator's: requests go to its standard input, answers come from its output."""

    def __init__(self, name, binary):
        super().__init__(name)
        self.binary = Path(binary)
        self.directory = self.binary.parent
        self._process = None
        self._scratch = None

    @staticmethod
    def parse_heap(heap):
        """The bytes of "256k" or "1M"."""
        return int(heap[:-1]) * {"k": 1 << 10, "M": 1 << 20}[heap[-1]]

    def _spawn(self, command, preexec):
        """Starts the process in a scratch directory."""
        self._scratch = tempfile.TemporaryDirectory(prefix="mpickle-test-")
        self._stderr = open(os.path.join(self._scratch.name, "stderr"), "w+b")  # noqa: SIM115 (closed in _reap)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MICROPY")}
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                cwd=self._scratch.name,
                env=environment,
                preexec_fn=preexec,
            )
        except OSError as error:
            raise DeviceDied(f"{self.name}: cannot start {self.binary}: {error}") from error

    def _send(self, data, deadline, source):
        # The firmware reads its whole request before it writes: no deadlock. A pipe that is ready takes 4096 bytes.
        pipe = self._process.stdin.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_WRITE)
            while data:
                if not selector.select(deadline - time.monotonic()):
                    raise self._death(source, late=True)
                try:
                    data = data[os.write(pipe, data[:4096]) :]
                except BrokenPipeError:
                    raise self._death(source) from None

    def _receive(self, deadline, source, is_whole):
        """All that comes until `is_whole(output)`."""
        pipe = self._process.stdout.fileno()
        output = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while not is_whole(output):
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise self._death(source, late=True, output=output)
                chunk = os.read(pipe, 1 << 20)
                if not chunk:
                    raise self._death(source, output=output)
                output += chunk
        return bytes(output)

    def _death(self, source, *, late=False, output=b""):
        if late:
            self._process.kill()
            what = "gave no answer in time"
        status = self._process.wait()
        if not late:
            what = f"ended with {signal.Signals(-status).name}" if status < 0 else f"exited with status {status}"
        self._stderr.seek(0)
        stderr = self._stderr.read()[-2000:].decode("utf-8", "replace")
        tail = output[-500:].decode("utf-8", "replace")
        shown = source if len(source) < 1500 else source[:700] + "\n[...]\n" + source[-700:]
        return DeviceDied(
            f"the firmware {self.name} {what}\n-- last output:\n{tail}\n-- stderr:\n{stderr}\n"
            f"-- while running:\n{shown}"
        )

    def _reap(self):
        """Waits for the end of the process, which is near."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process = None
        self._stderr.close()
        self._scratch.cleanup()


class UnixDevice(ProcessDevice):
    """A process of MicroPython's unix port that runs `server.py`."""

    def __init__(self, name, binary, *, heap="32M", stack=None):
        super().__init__(name, binary)
        self.heap = heap
        self.stack = stack

    def with_heap(self, heap, *, stack=None):
        """A second device of the same firmware: another heap size ("256k"), or a C stack of `stack` bytes."""
        other = UnixDevice(f"{self.name} with a heap of {heap}", self.binary, heap=heap, stack=stack)
        other._preludes = dict(self._preludes)
        other.capabilities = self.capabilities
        other.batch_bytes = min(self.batch_bytes, self.parse_heap(heap) // 50)
        return other

    def _start(self):
        command = [self.binary, "-X", f"heapsize={self.heap}", "-c", (SUPPORT / "server.py").read_text()]
        self._spawn(command, self._limits)

    def _limits(self):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if self.stack:
            resource.setrlimit(resource.RLIMIT_STACK, (self.stack, self.stack))

    def _exchange(self, mode, source, data, timeout):
        code = source.encode()
        deadline = time.monotonic() + timeout
        self._send(b"%s%08x%08x" % (mode.encode(), len(code), len(data)) + code + data, deadline, source)
        answer = self._receive(deadline, source, is_whole)
        output, traceback, rest = answer.split(END, 2)
        if rest:
            raise DeviceError(f"on {self.name}: output after the end: {rest[:200]!r}")
        return output.decode("utf-8", "backslashreplace"), traceback.decode("utf-8", "backslashreplace")

    def _stop(self):
        self._reap()
