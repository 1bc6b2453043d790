"""CPython's side of the tests of the machines.

    cpython.py cases    writes, for each value below, its name, what it is, and its pickle in protocols 0 to 5
    cpython.py loads    reads pickles and writes for each what it loads to, or the class of the exception
    cpython.py extras   writes the pickles that need more than pickle.dumps, each after its name
    cpython.py serve    answers as `loads` does, one pickle at a time, and refuses every global

Everything goes through stdin and stdout in fields: a length in eight bytes, and so many bytes. A case that does not
exist in a protocol is an empty field.
"""

import collections
import copyreg
import io
import pickle
import re
import resource
import struct
import sys
import types

# What the module `toy` has, in the toy interpreter as here.


class Plain:
    """State in a dict."""

    def __init__(self, **state):
        self.__dict__.update(state)


class Slotted:
    """State in slots."""

    __slots__ = ("a", "b")


class Stateful:
    """State of its own making."""

    def __init__(self, state):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class Given:
    """Made by __new__ with arguments."""

    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args

    def __getstate__(self):
        return None


class Named:
    """Made by __new__ with arguments, of which some have names."""

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.given = (args, kwargs)
        return self

    def __getnewargs_ex__(self):
        return self.given

    def __getstate__(self):
        return None


class Reduced:
    """Whatever it is told to be."""

    def __init__(self, args=(), state=None, items=(), pairs=(), setter=None):
        self.args, self.state, self.items, self.pairs, self.setter = args, state, [*items], [*pairs], setter

    def __reduce__(self):
        items = iter(self.items) if self.items else None
        pairs = iter(self.pairs) if self.pairs else None
        return make, self.args, self.state, items, pairs, self.setter

    def append(self, item):
        self.items.append(item)

    def __setitem__(self, key, value):
        self.pairs.append((key, value))

    def __setstate__(self, state):
        self.state = state


class Far:
    """Known by an id."""

    def __init__(self, id):
        self.id = id


class MyList(list):
    """A list with attributes."""


class MyDict(dict):
    """A dict with attributes."""


class MyInt(int):
    """An int with attributes."""


class MyStr(str):
    """A str with attributes."""


class Outer:
    class Inner:
        pass


class Known1:
    pass


class Known300:
    pass


class Known70000:
    pass


def make(*args):
    return Reduced(args)


def set_state(obj, state):
    obj.state, obj.setter = state, set_state


def install_toy():
    toy = sys.modules["toy"] = types.ModuleType("toy")
    for name, value in list(globals().items()):
        if getattr(value, "__module__", None) == __name__ and name != "install_toy":
            value.__module__ = "toy"
            setattr(toy, name, value)
    Outer.Inner.__module__ = "toy"
    for cls, code in (Known1, 1), (Known300, 300), (Known70000, 70000):
        copyreg.add_extension("toy", cls.__name__, code)


# The values.


def atoms():
    yield "none", None
    yield "true", True
    yield "false", False
    for bits in (0, 7, 8, 15, 16, 31, 32, 62, 63, 64, 127, 128, 2039, 2040, 14000):
        yield f"ints-{bits}", [2**bits - 1, 2**bits, -(2**bits), -(2**bits) - 1]
    yield "floats", [0.0, -0.0, 1.5, 0.1, 1e16, 1e-5, 5e-324, 1.7976931348623157e308]
    yield "floats-beyond", [float("inf"), -float("inf"), float("nan")]
    yield "complex", complex(1.5, -0.0)
    yield "range", range(3, 2**40, 7)
    yield "ellipsis", ...
    yield "not-implemented", NotImplemented
    yield "singleton-types", [type(None), type(...), type(NotImplemented), type(None)]


def texts():
    yield "str", ["", "a", "line\nbreak \\ \x00\x1a\r", "\xe9\u20ac\U0001f600\ud800", "\\u0041"]
    yield "str-twice", ["twice two"] * 2
    for size in (255, 256, 65535, 65536):
        yield f"str-{size}", ["a" * size, None]
        yield f"str-wide-{size}", ["\xe9" * (size // 2), None]
        yield f"bytes-{size}", [b"a" * size, None]
        yield f"bytearray-{size}", [bytearray(b"a" * size), None]
    yield "bytes", [b"", b"a", bytes(range(256)), b"\n"]
    yield "bytes-twice", [b"twice two"] * 2
    yield "bytearray", [bytearray(), bytearray(b"a"), bytearray(range(256))]
    same = bytearray(b"same")
    yield "bytearray-twice", [same, same]


def containers():
    yield "tuples", [tuple(range(size)) for size in range(6)]
    yield "empty", [[], {}, (), set(), frozenset(), collections.OrderedDict()]
    yield "ordered", collections.OrderedDict([("b", 1), ("a", [2])])
    for size in (1, 2, 1000, 1001, 2000):
        yield f"list-{size}", [None] * size
        yield f"dict-{size}", dict.fromkeys(range(size))
        yield f"set-{size}", set(range(size))
        yield f"frozenset-{size}", frozenset(range(size))
        yield f"items-{size}", Reduced((), None, [None] * size)
        yield f"pairs-{size}", Reduced((), None, (), [(i, i) for i in range(size)])
        yield f"ordered-{size}", collections.OrderedDict.fromkeys(range(size))
    deep = []
    for level in range(150):
        deep = [deep] if level % 3 else {level: (deep, level)} if level % 2 else (deep,)
    yield "deep", deep
    yield (
        "keys",
        {1: "int", "1": "str", b"one": "bytes", (1, ("1",)): "tuple", frozenset([1]): "frozenset", None: "none"},
    )


def frames():
    """Frames end at the first object past 64 KiB, and one of less than four bytes has no header."""
    for size in range(65510, 65540):
        yield f"frame-{size}", [b"a" * size, 1, "b"]
    for size in (65535, 65536, 70000):
        yield f"payload-last-{size}", b"a" * size
        yield f"payload-between-{size}", [1, b"a" * size, 2, "b" * size, "c" * size]
        yield f"payload-pairs-{size}", {1: b"a" * size, 2: bytearray(b"a" * size)}
    yield "many-frames", [[f"text {number}", number, float(number)] for number in range(9000)]


def sharing():
    for size in (1, 2, 3, 4, 5):
        yield f"tuple-in-itself-{size}", cyclic_tuple(size)
        yield f"tuple-in-itself-inside-{size}", cyclic_tuple(size)[0]
    inside = []
    inside.append(inside)
    yield "list-in-itself", inside
    inside = {}
    inside[1] = inside
    yield "dict-in-itself", inside
    inside = Plain()
    inside.itself = inside
    yield "instance-in-itself", inside
    inside = Plain()
    inside.set = frozenset([inside, 1])
    yield "frozenset-in-itself", inside.set
    arguments = []
    inside = Reduced((arguments,))
    arguments.append(inside)
    yield "instance-in-its-arguments", inside
    shared, text = [1], "some text"
    yield "shared", [shared, (shared, shared), {"k": shared}, text, {text: text}, [text]]
    for count in (254, 255, 256, 257, 300):
        many = [[] for _ in range(count)]
        yield f"memo-{count}", many + many[-3:]
    many = [f"s{number}" for number in range(65540)]
    yield "memo-65540", many + many[:300:50] + many[-8:]


def cyclic_tuple(size):
    inside = []
    result = (inside,) * size
    inside.append(result)
    return result


def objects():
    yield "types", [int, range, ValueError, int]
    yield "function", [len, len]
    yield "classes", [Plain, Reduced, Plain]
    yield "class-elsewhere", collections.OrderedDict
    yield "nested-name", [Outer.Inner, Outer]
    yield "extensions", [Known1, Known300, Known70000]
    yield "plain", [Plain(), Plain(a=1, b=[2]), Plain(a=Plain(a=3))]
    yield "stateful", [Stateful(1), Stateful([2]), Stateful({"a": 1}), Stateful((None, {})), Stateful("text")]
    yield "reduced", [Reduced(), Reduced((1, [2])), Reduced((), {"a": 1}), Reduced((1,), None, [1], [("a", 1)])]
    yield "reduced-all", Reduced(([],), {"a": [1]}, [1, 2, 3], [("a", 1), ("b", 2)])
    yield "reduced-setter", Reduced((1,), ["state"], setter=set_state)
    yield "reduced-setter-all", Reduced((2,), 0, [1], [(1, 2)], set_state)

    yield "subclasses", [MyList(), MyDict(), MyInt(7), MyStr("text"), MyList([1, [2]]), MyDict(a=1, b=[2])]
    with_state = [MyList([1]), MyDict(a=1), MyInt(7), MyStr("text")]
    for instance in with_state:
        instance.itself = instance
    yield "subclasses-with-state", with_state


def new_objects():
    slotted = Slotted()
    slotted.a, slotted.b = 1, [2]
    yield "slotted", [slotted, slotted]
    yield "given", [Given(), Given(1), Given(1, [2], "three", 4)]
    yield "named", [Named(), Named(1, [2]), Named(1, a=2, b=[3])]


def cases():
    for table, protocols in [
        (atoms, range(6)),
        (texts, range(6)),
        (containers, range(6)),
        (frames, range(4, 6)),
        (sharing, range(6)),
        (objects, range(6)),
        (new_objects, range(2, 6)),
    ]:
        for name, value in table():
            yield name, value, protocols


# What a value is, as text that the toy interpreter writes too.


def show(value, seen):
    kind = type(value)
    if kind is type(None):
        return "None"
    if kind is bool:
        return repr(value)
    if kind is int:
        return format(value, "x")
    if kind is float:
        return "f" + struct.pack(">d", value).hex()
    if kind is str:
        return show_text(value.encode("utf-8", "surrogatepass"))
    if kind is bytes:
        return "b" + show_text(value)
    if value is ... or value is NotImplemented:
        return repr(value)
    if kind in (type, types.FunctionType, types.BuiltinFunctionType):
        single = {type(None): "None", type(...): "Ellipsis", type(NotImplemented): "NotImplemented"}.get(value)
        return f"type({single})" if single else f"{value.__module__}.{value.__qualname__}"
    if kind is tuple and not value:
        return "()"
    if id(value) in seen:
        return f"#{seen[id(value)]}"
    seen[id(value)] = len(seen)
    if kind is bytearray:
        return "ba" + show_text(bytes(value))
    if kind is memoryview:
        return "view" + show_text(bytes(value))
    if kind is tuple:
        return f"({show_all(value, seen)})"
    if kind is list:
        return f"[{show_all(value, seen)}]"
    if kind is dict:
        return f"{{{show_pairs(value.items(), seen)}}}"
    if kind in (set, frozenset):
        return f"{kind.__name__}{{{', '.join(sorted(show(item, seen) for item in value))}}}"
    if kind is collections.OrderedDict:
        return f"OrderedDict{{{show_pairs(value.items(), seen)}}}"
    if kind is complex:
        return f"complex({show_all((value.real, value.imag), seen)})"
    if kind is range:
        return f"range({show_all((value.start, value.stop, value.step), seen)})"
    if kind is Far:
        return f"far({show(value.id, seen)})"
    return show_reduction(value.__reduce_ex__(4), seen)


def show_all(items, seen):
    return ", ".join(show(item, seen) for item in items)


def show_pairs(pairs, seen):
    return ", ".join(f"{show(key, seen)}: {show(value, seen)}" for key, value in pairs)


def show_reduction(reduction, seen):
    function, args, state, items, pairs, setter = (*reduction, *[None] * 6)[:6]
    return (
        f"<{show(function, seen)}({show_all(args, seen)}) {show(state, seen)} [{show_all(items or (), seen)}] "
        f"{{{show_pairs(pairs or (), seen)}}} {show(setter, seen)}>"
    )


def show_text(data):
    return f"'{data.decode()}'" if re.fullmatch(b"[0-9A-Za-z_ ]*", data) else data.hex()


# Loading.


def refuse_globals(event, args):
    if event == "pickle.find_class":
        raise pickle.UnpicklingError(*args)


def outcome(data):
    try:
        return show(pickle.loads(data), {})
    except UnicodeError:
        return "!UnicodeError"
    except ImportError:
        return "!ImportError"
    except Exception as error:
        return f"!{type(error).__name__}"


# Pickles that need more than pickle.dumps.


class FarPickler(pickle.Pickler):
    def persistent_id(self, obj):
        return obj.id if type(obj) is Far else None


def extras():
    """Protocols 0 to 5 of: a persistent id; two dumps with one memo; the same without a memo."""
    for protocol in range(6):
        file = io.BytesIO()
        FarPickler(file, protocol).dump([Far("id"), Far("id"), Far("other")])
        yield f"far-{protocol}", file.getvalue()
        shared = ["text"]
        value = [shared, (shared, 1, 2, 3)]
        for fast in (False, True):
            file = io.BytesIO()
            pickler = pickle.Pickler(file, protocol)
            pickler.fast = fast
            for _ in range(2):
                pickler.dump(value)
            yield f"twice-{protocol}-{fast}", file.getvalue()
    data = [pickle.PickleBuffer(bytearray(b"text")), pickle.PickleBuffer(b"text"), pickle.PickleBuffer(bytes(300))]
    yield "buffers-in-band", pickle.dumps(data, 5)
    yield "buffers-out-of-band", pickle.dumps(data, 5, buffer_callback=[].append)


# The fields.


def read_fields():
    data, position = sys.stdin.buffer.read(), 0
    while position < len(data):
        end = position + 8 + int.from_bytes(data[position : position + 8], "little")
        yield data[position + 8 : end]
        position = end


def write_fields(*fields):
    for field in fields:
        data = field.encode() if isinstance(field, str) else field
        sys.stdout.buffer.write(len(data).to_bytes(8, "little") + data)


def main():
    install_toy()
    # A pickle may make CPython ask for all the memory of the machine.
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
    if sys.argv[1] == "cases":
        (longest,) = read_fields()
        for name, value, protocols in cases():
            pickles = [pickle.dumps(value, protocol) if protocol in protocols else b"" for protocol in range(6)]
            if max(map(len, pickles)) < int.from_bytes(longest, "little"):
                write_fields(name, show(value, {}), *pickles)
    elif sys.argv[1] == "loads":
        for data in read_fields():
            write_fields(outcome(data))
    elif sys.argv[1] == "serve":
        sys.addaudithook(refuse_globals)
        while length := sys.stdin.buffer.read(8):
            data = sys.stdin.buffer.read(int.from_bytes(length, "little"))
            write_fields(outcome(data))
            sys.stdout.buffer.flush()
    elif sys.argv[1] == "extras":
        for name, data in extras():
            write_fields(name, data)


main()
