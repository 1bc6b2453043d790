"""Firmware of MicroPython's qemu port: a board behind the raw REPL."""

import ctypes
import functools
import os
import re
import signal
import time
from pathlib import Path

from support.device import SUPPORT, DeviceError, ProcessDevice, is_whole

HEAP = 140 << 10
READY = b"raw REPL; CTRL-B to exit\r\n>"
FAULT = b" exception caught:"  # what the port says before it hangs
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG

# _call(operation, address of its arguments): how a processor asks for semihosting.
CALL = {
    "arm": """
@micropython.asm_thumb
def _call(r0, r1):
    data(2, 0xbeab)
""",
    "riscv32": """
@micropython.asm_rv32
def _call(a0, a1):
    data(4, 0x01f01013, 0x00100073, 0x40705013)
""",
}


class QemuDevice(ProcessDevice):
    """A QEMU that runs build/TARGET/firmware.elf.

    Requests lie in files, which board.py reads; the raw REPL is told to look. Between them QEMU is stopped, since the
    firmware never sleeps.
    """

    batch_bytes = 4000
    tiny = "20k"
    long_literal = 500

    def __init__(self, name, binary, *, free=None):
        super().__init__(name, binary)
        self.free = free

    def with_heap(self, heap, *, stack=None):  # noqa: ARG002 (as the other devices have it)
        """A second device of the same firmware, of whose heap that much is left. The C stack is always of 10 kB."""
        size = self.parse_heap(heap)
        other = QemuDevice(f"{self.name} with a heap of {heap}", self.binary, free=size if size < HEAP else None)
        other._preludes = dict(self._preludes)
        other.capabilities = self.capabilities
        return other

    def _reset(self):
        self._running = False  # `_start` does a soft reset

    def _start(self):
        if self._process is None:
            self._spawn([self.binary], _die_with_parent)
            self._send(b"\r\x03\x03\x01", time.monotonic() + 30, "")
        else:
            os.kill(self._process.pid, signal.SIGCONT)
            self._send(b"\x04", time.monotonic() + 30, "")
        self._receive(time.monotonic() + 30, "", lambda output: output.endswith(READY))
        processor = "arm" if self.name.startswith("qemu-arm") else "riscv32"
        self._tell("import micropython" + CALL[processor] + (SUPPORT / "board.py").read_text())

    def _ready(self):
        begins = not self._running
        super()._ready()
        if begins and self.free:
            self._tell(f"fill({self.free})")

    def _exchange(self, mode, source, data, timeout):
        Path(self._scratch.name, "source").write_text(source)
        Path(self._scratch.name, "sent").write_bytes(data)
        return self._command(f"serve({mode!r})", timeout, source)

    def _tell(self, line):
        output, traceback = self._command(line, 30)
        if traceback:
            raise DeviceError(f"on {self.name}:\n{output}{traceback}")

    def _command(self, line, timeout, source=""):
        """What a command at the raw REPL prints, and the traceback."""
        deadline = time.monotonic() + timeout
        os.kill(self._process.pid, signal.SIGCONT)
        self._send(line.encode() + b"\x04", deadline, source)
        answer = self._receive(deadline, source, functools.partial(is_whole, last=b"\x04>"))
        os.kill(self._process.pid, signal.SIGSTOP)
        found = re.fullmatch(rb"OK(.*)\x04(.*)\x04>", answer, re.S)
        if not found:
            raise DeviceError(f"on {self.name}: not an answer of the raw REPL: {answer[-500:]!r}")
        output, traceback = (
            part.replace(b"\r\n", b"\n").decode("utf-8", "backslashreplace") for part in found.groups()
        )
        return output, traceback

    def _receive(self, deadline, source, is_whole):
        def whole_or_hung(output):
            tail = output[-1000:]
            if FAULT in tail and b"xPSR" in tail:
                self._process.kill()
                raise self._death(source, output=output)
            return is_whole(output)

        return super()._receive(deadline, source, whole_or_hung)

    def _stop(self):
        if self._process is not None:
            self._process.kill()
            self._reap()


def _die_with_parent():
    """QEMU does not notice that its standard input has ended."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
