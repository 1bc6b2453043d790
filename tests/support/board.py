# Runs on firmware under QEMU, at the raw REPL: answers requests that lie in files of the machine that QEMU runs on. The
# serial line takes ten thousand bytes a second; the files come by semihosting, in no time. qemu.py defines `_call`.
import array
import gc

import uctypes

# Garbage that is collected only when the heap is full leaves what lives scattered over all of it.
gc.threshold(16 << 10)

_base = {"__name__": "__main__"}
_OPEN, _CLOSE, _READ, _SIZE = 0x01, 0x02, 0x06, 0x0C
_BINARY = 1  # to be read


def _host(operation, *arguments):
    block = array.array("i", arguments)
    return _call(operation, uctypes.addressof(block))


def _file(name):
    path = name.encode() + b"\0"
    handle = _host(_OPEN, uctypes.addressof(path), _BINARY, len(name))
    content = bytearray(_host(_SIZE, handle))
    if content:
        _host(_READ, handle, uctypes.addressof(content), len(content))
    _host(_CLOSE, handle)
    return content


def serve(mode):
    """Runs the source in the base namespace, where it stays ("P"), or in a copy of it ("R")."""
    gc.collect()
    _base["sent"] = _file("sent")
    names = _base if mode == "P" else _base.copy()
    try:
        exec(_file("source"), names)
    except SystemExit:
        raise RuntimeError("SystemExit") from None  # or the firmware would begin anew
    finally:
        _base["sent"] = None


def fill(left):
    """Takes all of the heap but so many bytes, a little at a time."""
    pieces = _base["_ballast"] = []
    gc.collect()
    while gc.mem_free() > left:
        pieces.append(bytearray(256))
