"""Runs programs on the firmware with a heap of a given size."""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

STEP = 512  # bytes to which the smallest heap is found
MOST = 512 << 20


@dataclass(frozen=True)
class Firmware:
    binary: Path

    def passes(self, source, heap, directory):
        """Whether a program ends well in a heap of so many bytes. Anything but running out of memory is an error."""
        done = self._run(source, heap, directory)
        if done.returncode == 0:
            return True
        # The interpreter may not even get as far as to say MemoryError.
        if b"MemoryError" in done.stderr or done.returncode < 0 or b"memory" in done.stderr:
            return False
        raise _failed(source, done)

    def says(self, source, directory, heap=MOST):
        """What a program prints."""
        done = self._run(source, heap, directory)
        if done.returncode:
            raise _failed(source, done)
        return done.stdout.decode()

    def instructions(self, source, directory, heap):
        """How many instructions a program takes, by valgrind."""
        counting = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
        done = self._run(source, heap, directory, counting)
        found = re.search(rb"I +refs: +([0-9,]+)", done.stderr)
        if done.returncode or not found:
            raise _failed(source, done)
        return int(found[1].replace(b",", b""))

    def _run(self, source, heap, directory, under=()):
        command = [*under, self.binary, "-X", f"heapsize={heap}", "-c", source]
        return subprocess.run(command, cwd=directory, capture_output=True)

    def smallest_heap(self, source, directory):
        """The smallest heap, in bytes, in which a program ends well."""
        high = 16 << 10
        while not self.passes(source, high, directory):
            high *= 2
            if high > MOST:
                raise SystemExit(f"memory: the program needs more than {MOST} bytes:\n{source}")
        low = high // 2 if high > 16 << 10 else 4 << 10
        while high - low > STEP:
            middle = (low + high) // 2
            if self.passes(source, middle, directory):
                high = middle
            else:
                low = middle
        return high


def _failed(source, done):
    return SystemExit(f"memory: the program failed:\n{source}\n{done.stderr.decode()}")


def scratch():
    """A directory for the pickles."""
    return tempfile.TemporaryDirectory(prefix="mpickle-memory-")
