"""A log on flash, one pickle after another, that outlives a power cut. Runs on MicroPython.

A write that is cut off leaves the beginning of a pickle at the end of the file. It is never taken for a record, since a
pickle ends with an opcode of its own; and it is removed before anything is appended, which nobody could read behind it.
"""

import os

import mpickle


class Log:
    """Records in a file, which are plain data."""

    def __init__(self, path):
        self.path = path
        self._torn = _exists(path)  # for all that is known yet

    def append(self, record):
        if self._torn:
            self._mend()
        self._torn = True  # if the write fails half-way: the flash may be full
        with open(self.path, "ab") as file:
            mpickle.dump(record, file)
        self._torn = False

    def __iter__(self):
        if _exists(self.path):
            with open(self.path, "rb") as file:
                yield from _records(file)

    def _mend(self):
        """Keep the whole records. A file cannot be cut here, so they are copied; the old one is there till the end."""
        end = 0
        with open(self.path, "rb") as file:
            for _ in _records(file):
                end = file.tell()
            if file.seek(0, 2) == end:
                return
            file.seek(0)
            with open(self.path + ".new", "wb") as new:
                while end:
                    end -= new.write(file.read(min(end, 512)))
        os.rename(self.path + ".new", self.path)


def _records(file):
    """Each record, up to the end of the file or to where a write was cut off."""
    while True:
        try:
            record = mpickle.load(file, allow=())
        except (MemoryError, OSError):
            raise  # which says nothing about the record
        except Exception:  # the end, or whatever half a record and the flash behind it make
            return
        yield record


def _exists(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True
