"""Runs on CPython and on the device alike: builders for the cases, and `describe`.

`describe(value)` is a text that is equal for two values exactly if they are the same graph: the same types, the
same contents, the same sharing. It tells -0.0 from 0.0, True from 1, a bytearray from bytes, one list twice from
two equal lists; NaN equals NaN. The order of a dict or a set does not count, that of an OrderedDict does. Nothing
here recurses, so depth is no limit.

What does not count is whether two equal small immutables are one object, since interpreters intern as they like:
ints, floats, short strings, bytes of up to one byte, empty tuples.
"""

import binascii
import struct
from collections import OrderedDict

try:
    from collections import deque
except ImportError:
    deque = None

try:
    from array import array
except ImportError:
    array = None

INTERNED = 16  # shorter strings may be one object in one interpreter and two in the other


# Builders: a case names these where plain source would leave sharing to the interpreter.


def double(digits):
    """The float of 16 hex digits: MicroPython reads decimal fractions less exactly than CPython."""
    return struct.unpack(">d", binascii.unhexlify(digits))[0]


def nest(kind, depth):
    """`depth` levels of one container, each the only item of the next."""
    value = kind()
    if kind is tuple:
        for _ in range(depth - 1):
            value = (value,)
    elif kind is list:
        for _ in range(depth - 1):
            value = [value]
    else:
        for _ in range(depth - 1):
            value = {0: value}
    return value


def nested(kind, value):
    """How many levels of one container `value` is, or a complaint: the counterpart of `nest`."""
    depth = 1
    while len(value):
        if type(value) is not kind or len(value) != 1:
            return "level %d is %r of %d items" % (depth, type(value), len(value))
        value = value[0]
        depth += 1
    return depth if type(value) is kind else "the innermost is %r" % type(value)


def twice(value):
    """A list that holds one object twice."""
    return [value, value]


def names(count, length=0):
    """Distinct strings of at least `length` characters."""
    return ["name%d" % i + "." * length for i in range(count)]


def cyclic_list():
    """[itself]"""
    a = []
    a.append(a)
    return a


def cyclic_dict():
    """{"self": itself}"""
    a = {}
    a["self"] = a
    return a


def cyclic_tuple(width):
    """A tuple of `width` items, the last of which is a list that holds the tuple."""
    a = []
    t = tuple([i for i in range(width - 1)] + [a])
    a.append(t)
    return t


def cyclic_through(*kinds):
    """Containers of several kinds, each in the one before, the first one in the last."""
    first = last = kinds[0]()
    for kind in kinds[1:]:
        new = kind()
        _put(last, new)
        last = new
    _put(last, first)
    return first


def _put(container, value):
    if isinstance(container, dict):
        container["next"] = value
    else:
        container.append(value)


def _singletons():
    found = {"None": None, "True": True, "False": False, "Ellipsis": Ellipsis}
    try:
        found["NotImplemented"] = NotImplemented
    except NameError:
        pass
    return found


def _globals():
    """Functions and types that have no `__name__` on MicroPython, or another one."""
    import builtins

    found = {}
    for name in (
        "abs all any bin bool bytearray bytes callable chr classmethod compile complex delattr dict dir "
        "divmod enumerate eval exec filter float frozenset getattr globals hasattr hash hex id input int "
        "isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print "
        "property range repr reversed round set setattr slice sorted staticmethod str sum super tuple type "
        "zip"
    ).split():
        if hasattr(builtins, name):
            found["builtins." + name] = getattr(builtins, name)
    for module, names_ in (
        ("math", "sin floor sqrt atan2"),
        ("cmath", "phase"),
        ("binascii", "hexlify unhexlify crc32"),
        ("json", "dumps loads"),
        ("time", "time sleep"),
        ("gc", "collect"),
        ("sys", "exit"),
        ("collections", "deque OrderedDict namedtuple"),
        ("io", "BytesIO StringIO"),
        ("os", "getcwd"),
    ):
        try:
            module_ = __import__(module)
        except ImportError:
            continue
        for name in names_.split():
            if hasattr(module_, name):
                found[module + "." + name] = getattr(module_, name)
    found["NoneType"] = type(None)
    found["ellipsis"] = type(Ellipsis)
    return found


_SINGLETONS = _singletons()
_GLOBALS = _globals()


def utf8(text):
    """A string's bytes, lone surrogates as three bytes each."""
    return text.encode("utf-8", "surrogatepass")


def _hex(data):
    return binascii.hexlify(data).decode()


def _data(data):
    """Short data in hex; long data by length, checksum and ends, so that descriptions stay readable."""
    if len(data) <= 64:
        return _hex(data)
    return "%d~%08x~%s~%s" % (len(data), binascii.crc32(data), _hex(data[:8]), _hex(data[-8:]))


def _float(value):
    if value != value:
        return "nan"
    return _hex(struct.pack(">d", value))


def describe(root):
    """The graph of `root` as text; see the module's doc."""
    parts = []
    add = parts.append
    seen = {}
    kept = []  # what anatomy made must stay, or another object could have its id
    stack = [root]
    while stack:
        value = stack.pop()
        kind = type(value)
        if kind is int:
            add("i%x" % value)
            continue
        elif kind is str:
            data = utf8(value)
            if len(value) < INTERNED:
                add("s:" + _hex(data))
                continue
            text = "s:" + _data(data)
        elif kind is float:
            add("f" + _float(value))
            continue
        elif value is None or kind is bool or value is Ellipsis or value is _SINGLETONS.get("NotImplemented", None):
            for name in _SINGLETONS:
                if _SINGLETONS[name] is value:
                    add(name)
            continue
        elif kind is bytes:
            text = "b:" + _data(value)
            if len(value) <= 1:
                add(text)
                continue
        elif kind is tuple and not value:
            add("tuple0")
            continue
        else:
            text = None
        key = id(value)
        if key in seen:
            add("=%d" % seen[key])
            continue
        seen[key] = len(seen)
        if text is not None:
            add(text)
        elif kind is list or kind is tuple:
            add("%s%d" % ("list" if kind is list else "tuple", len(value)))
            stack.extend(reversed(value))
        elif kind is dict:
            add("dict%d" % len(value))
            for item in _sorted(value):
                stack.append(value[item])
                stack.append(item)
        elif kind is OrderedDict:
            add("OrderedDict%d" % len(value))
            pairs = list(value.items())
            while pairs:
                item, content = pairs.pop()
                stack.append(content)
                stack.append(item)
        elif kind is bytearray:
            add("bytearray:" + _data(bytes(value)))
        elif kind is set or kind is frozenset:
            add("%s%d" % ("set" if kind is set else "frozenset", len(value)))
            stack.extend(_sorted(value))
        elif kind is complex:
            add("complex:%s,%s" % (_float(value.real), _float(value.imag)))
        elif kind is range:
            add("range:%d,%d,%d" % (value.start, value.stop, value.step))
        elif kind is memoryview:
            add("memoryview:" + _data(bytes(value)))
        else:
            text, contents = anatomy(value)
            add(text)
            kept.append(contents)
            stack.extend(reversed(contents))
    return " ".join(parts)


def _sorted(items):
    """Dict keys or set items in an order that depends on nothing but their contents, last one first."""
    items = list(items)
    kinds = set([type(item) for item in items])
    if len(kinds) == 1 and (int in kinds or str in kinds):
        items.sort(reverse=True)
    elif len(items) > 1:
        items = [(describe(item), index, item) for index, item in enumerate(items)]
        items.sort(reverse=True, key=lambda entry: entry[0])
        items = [entry[2] for entry in items]
    return items


def anatomy(value):
    """What an object is that has no rule of its own in `describe`: a text, and the objects that it holds."""
    kind = type(value)
    for name in _GLOBALS:
        if _GLOBALS[name] is value:
            return "global:" + name, []
    if kind is type:
        return "type:" + value.__name__, []
    if kind is object:
        return "object", []
    attributes = _attributes(value)
    if callable(value) and hasattr(value, "__name__") and kind.__name__ != "builtin_function_or_method":
        return "function:" + value.__name__, []
    if callable(value) and not attributes:
        return "callable", []
    contents = _built_in_part(value)
    text = "instance:%s:%d" % (kind.__name__, len(contents))
    for name in _sorted(attributes)[::-1]:
        text += ":%s" % (name,)
        contents.append(attributes[name])
    return text, contents


def _attributes(value):
    """All attributes of an instance, those in slots included: MicroPython has them in its `__dict__`."""
    found = dict(getattr(value, "__dict__", {}))
    for base in getattr(type(value), "__mro__", ()):
        slots = base.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            if name != "__dict__" and hasattr(value, name):
                found[name] = getattr(value, name)
    return found


def _built_in_part(value):
    """What an object holds of a built-in type, as a list that tells its type, too."""
    if isinstance(value, dict):
        return [dict] + [part for key in _sorted(value)[::-1] for part in (key, value[key])]
    for kind in (tuple, list, set, frozenset, deque):
        if kind and isinstance(value, kind):
            items = list(value)
            return [kind] + (_sorted(items)[::-1] if kind in (set, frozenset) else items)
    if array and isinstance(value, array):
        return [array, repr(value).split("'")[1]] + list(value)
    if isinstance(value, str):
        return [str, value + ""]
    if isinstance(value, (bytes, bytearray)):
        return [bytes, bytes(value)]
    for kind in (int, float, complex):
        if kind and isinstance(value, kind):
            return [kind, value * 1]
    return [BaseException] + list(value.args) if isinstance(value, BaseException) else []


def digest(text):
    """A description as it is, or, if it is long, what tells it from others."""
    if len(text) <= 4000:
        return text
    return "%d~%08x~%s~%s" % (len(text), binascii.crc32(text.encode()), text[:1000], text[-200:])
