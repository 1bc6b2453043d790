"""What a device can represent, read from the device itself; and what a value needs."""

import functools
import math
import struct
import types
from collections import OrderedDict, deque

from support import portable

# How much heap the tests take for each byte of a pickle: it is there in hex, as text and as bytes, and what it holds is
# there as itself and in a description.
HEAP_FOR_A_BYTE = 24

_PROBE = """
import json
def probe():
    found = {}
    import sys
    found["version"] = ".".join(str(part) for part in sys.implementation[1][:3])
    import builtins
    found["builtins"] = dir(builtins)
    found["int_bits"] = 64
    try:
        large = 1
        for _ in range(70):
            large *= 2
        if str(large) == "1180591620717411303424":
            found["int_bits"] = 0
    except OverflowError:
        pass
    bits = -1
    if "float" in found["builtins"]:
        step = 1.0
        while 1.0 + step != 1.0:
            step *= 0.5
            bits += 1
    found["float_bits"] = bits
    found["word_bits"] = 32 if sys.maxsize < 1 << 32 else 64
    modules = {}
    for name in "array binascii cmath collections gc hashlib io json math os re struct sys time deflate".split():
        try:
            modules[name] = dir(__import__(name))
        except ImportError:
            pass
    found["modules"] = modules
    found["subclasses_io"] = "IOBase" in modules.get("io", ())
    try:
        open("probe", "w").close()
        found["files"] = True
    except OSError:
        found["files"] = False
    found["command"] = bool(sys.argv)
    try:
        exec("import micropython\\n@micropython.asm_thumb\\ndef nothing(): pass", {})
        found["thumb"] = True
    except (SyntaxError, ImportError):
        found["thumb"] = False
    import gc
    found["heap"] = gc.mem_alloc() + gc.mem_free()
    return found
print(json.dumps(probe()))
"""


class Capabilities:
    """What one device has. `lacks(value)` tells why it cannot hold a value."""

    def __init__(self, device):
        import json

        found = json.loads(device.run(_PROBE))
        self.version = found["version"]
        self.builtins = frozenset(found["builtins"])
        self.int_bits = found["int_bits"]  # 0: without limit
        self.word_bits = found["word_bits"]
        self.float_bits = found["float_bits"]  # of the mantissa without its hidden bit; -1: no floats
        self.heap = found["heap"]
        self._others = {name: found[name] for name in ("files", "command", "thumb")}
        self._others["megabytes"] = found["heap"] > 1 << 20
        self.modules = {name: frozenset(names) for name, names in found["modules"].items()}

    def has(self, name):
        """Whether there is a built-in `name`, or `module.name`, or a module `name`, or one of the words below."""
        if name == "bigint":
            return not self.int_bits
        if name == "words of 64 bits":
            return self.word_bits == 64
        if name == "double":
            return self.float_bits >= 52
        if name in self._others:
            return self._others[name]
        if name in self.builtins or name in self.modules:
            return True
        module, _, member = name.rpartition(".")
        return member in self.modules.get(module, ())

    def lacks(self, needs):
        """The first of what is needed that is not there, in words; None if all is."""
        for need in needs:
            if isinstance(need, tuple):
                reason = self._lacks_heap(need[1]) if need[0] == "pickle" else self._lacks_number(*need)
                if reason:
                    return reason
            elif not self.has(need):
                return f"has no {_WORDS.get(need, need)}"
        return None

    def _lacks_heap(self, size):
        return f"has a heap of {self.heap >> 10} kB" if size * HEAP_FOR_A_BYTE > self.heap else None

    def _lacks_number(self, kind, size):
        if kind == "int" and self.int_bits and size > self.int_bits:
            return f"ints end at {self.int_bits} bits"
        if kind == "float":
            bits, exponent = size
            if self.float_bits < 0:
                return "has no floats"
            if bits > self.float_bits or (self.float_bits < 52 and not -125 <= exponent <= 128):
                return f"floats have {self.float_bits} bits"
        return None

    def exception(self, mro):
        """The class that the device raises where CPython raises one with these bases: the first it has."""
        for name in mro:
            if name in self.builtins or name in ("PickleError", "PicklingError", "UnpicklingError"):
                return name
        raise LookupError(f"the device has none of {mro}")


_WORDS = {
    "bigint": "ints of more than 64 bits",
    "command": "command line",
    "double": "floats of 64 bits",
    "thumb": "machine code of Cortex-M",
    "megabytes": "room for megabytes",
}


def needs(root):
    """What a device must have to hold `root`: names, and sizes of the widest numbers."""
    found = set()
    seen = {}  # by id; the objects are kept, or another could have the same id
    stack = [root]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        kind = type(value)
        if kind is int:
            found.add(("int", _int_bits(value)))
        elif kind is float:
            found.add(("float", _float_size(value)))
        elif kind is complex:
            found.add("complex")
            stack += [value.real, value.imag]
        elif kind in (list, tuple):
            stack += value
        elif kind in (set, frozenset):
            found.add(kind.__name__)
            stack += value
        elif isinstance(value, dict):
            if kind is OrderedDict:
                found.add("collections.OrderedDict")
            stack += value
            stack += value.values()
        elif kind is bytearray:
            found.add("bytearray")
        elif kind is range:
            found.add("range")
        elif kind is memoryview:
            found.add("memoryview")
        elif kind is deque:
            found.add("collections.deque")
            stack += value
        elif value is Ellipsis:
            found.add("Ellipsis")
        elif value is NotImplemented:
            found.add("NotImplemented")
        elif isinstance(value, type) or callable(value):
            module = getattr(value, "__module__", "builtins")
            owner = getattr(value, "__self__", None)
            if not hasattr(value, "__name__"):
                stack += portable.anatomy(value)[1]
            elif owner is not None and not isinstance(owner, types.ModuleType):
                stack.append(owner)
            elif module == "builtins":
                if getattr(__builtins__, value.__name__, None) is value or (
                    isinstance(__builtins__, dict) and __builtins__.get(value.__name__) is value
                ):
                    found.add(value.__name__)
            elif module not in ("sample", "classes"):
                found.add(f"{module.lstrip('_')}.{value.__name__}")
        else:
            stack += portable.anatomy(value)[1]
    widest = {}
    for need in found:
        if isinstance(need, tuple):
            kind, size = need
            widest.setdefault(kind, set()).add(size)
    plain = sorted(need for need in found if not isinstance(need, tuple))
    sizes = [("int", max(widest["int"]))] if "int" in widest else []
    sizes += [("float", size) for size in sorted(widest.get("float", ()))]
    return tuple(plain + sizes)


def _int_bits(value):
    return (value if value >= 0 else ~value).bit_length() + 1


def int_needs(value):
    """What one int needs."""
    return ("int", _int_bits(value))


def float_needs(digits):
    """What the float of 16 hex digits needs."""
    return ("float", _float_size(struct.unpack(">d", bytes.fromhex(digits))[0]))


@functools.lru_cache(maxsize=10_000)
def _float_size(value):
    """(bits of the mantissa without the hidden one, binary exponent) of a finite float."""
    if value == 0 or math.isinf(value) or math.isnan(value):
        return (0, 0)
    mantissa, exponent = math.frexp(value)
    digits = int(mantissa * (1 << 53))
    return (52 - ((digits & -digits).bit_length() - 1), exponent)
