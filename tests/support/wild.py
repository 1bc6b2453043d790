# Runs on both interpreters: calls that no pickler writes. What a pickle can name, the module `odd` has as attributes:
# arguments of all kinds, new ones for each group of calls.
import io
import sys
from array import array

import sample

try:
    import mpickle as P  # noqa: N812

    MICRO = True
except ImportError:
    import functools
    import pickle as P  # noqa: N812

    MICRO = False


def things():
    """What a function can be called with, by name; on the device more than in CPython."""
    partial = P.loads(b"cfunctools\npartial\n.") if MICRO else functools.partial
    found = {
        "none": None,
        "true": True,
        "minus": -1,
        "five": 5,
        "huge": 1 << 62,
        "float": 1.5,
        "str": "",
        "text": "text",
        "latin1": "latin1",
        "i": "i",
        "bytes": b"",
        "pickle": b"N.",
        "bytearray": bytearray(b"ab"),
        "emptied": bytearray(b""),
        "tuple": (),
        "pair": (1, "x"),
        "list": [],
        "items": [1, [2]],
        "dict": {},
        "named": {"a": 1},
        "numbered": {5: 6},
        "object": object,
        "int": int,
        "Array": array,
        "array": array("i", [1, 2]),
        "Plain": sample.Plain,
        "Items": sample.Items,
        "plain": sample.Plain(),
        "angry": sample.Angry(),
        "give": sample.give,
        "len": len,
        "partial": partial,
        "PickleBuffer": P.PickleBuffer,
        "bound": partial(sample.give, 1),
        "buffer": P.PickleBuffer(b"ab"),
        "pickler": P.Pickler(io.BytesIO()),
        "unpickler": P.Unpickler(io.BytesIO(b"N.")),
    }
    if MICRO:
        found.update(_ours(partial))
    return found


def _ours(partial):
    class Buffer(P.PickleBuffer):
        pass

    class Partial(partial):
        pass

    class Standin(P.Placeholder):
        pass

    class Pickler(P.Pickler):
        pass

    missing = P.Placeholder("no", "Such")
    member = P.loads(b"\x80\x04cno\nSuch\n.", missing=P.Placeholder)
    return {
        "Placeholder": P.Placeholder,
        "missing": missing,
        "member": member,
        "standin": missing(1, x=2),
        "memo": P.Pickler(io.BytesIO()).memo,
        "Pickler": Pickler,
        "uninitialised": object.__new__(Pickler),
        "Buffer": Buffer,
        "inherited": Buffer(b"ab"),
        "Partial": Partial,
        "Standin": Standin,
        "file": io.BytesIO(b"N."),
        "dis": _dis,
        "view": memoryview(b"N."),
    }


def _dis(pickle, out=None):
    """Not to the terminal."""
    P.dis(pickle, out or io.StringIO())


def renew():
    """Other things, which are in the module `odd`, too."""
    if "odd" not in sys.modules:
        if MICRO:  # which crashes where something is imported from what is no module
            P.inject_fake_module_func("odd", "give", sample.give)
        else:
            sys.modules["odd"] = type(sys)("odd")
    odd = sys.modules["odd"]
    made = things()
    for name in made:
        setattr(odd, name, made[name])
    return made


# What is done with a callable and so many arguments. They are buffers to the pickle: each is the next thing of a list.
FORMS = {
    "REDUCE": lambda count: b"(" + b"\x97" * count + b"tR",
    "NEWOBJ": lambda count: b"(" + b"\x97" * count + b"t\x81",
    "NEWOBJ_EX": lambda count: b"\x97" * count + b"\x92",
    "OBJ": lambda count: b"\x97" * count + b"o",
    "BUILD": lambda count: b"\x97" * count + b"b",
    "APPENDS": lambda count: b"(" + b"\x97" * count + b"e",
    "SETITEMS": lambda count: b"(" + b"\x97" * count + b"u",
    "ADDITEMS": lambda count: b"(" + b"\x97" * count + b"\x90",
    "STACK_GLOBAL": lambda count: b"\x97" * count + b"\x93",
    "READONLY_BUFFER": lambda count: b"\x97" * count + b"\x98",
}

# What comes of a call, in a letter: a value, or the class of an exception or the first of its bases that is here.
OUTCOMES = {
    "TypeError": "T",
    "AttributeError": "A",
    "ValueError": "V",
    "UnpicklingError": "U",
    "PicklingError": "P",
    "KeyError": "K",
    "IndexError": "I",
    "LookupError": "L",
    "OverflowError": "O",
    "ImportError": "M",
    "EOFError": "E",
    "OSError": "S",
    "RuntimeError": "R",
    "NotImplementedError": "N",
}


def _quietly(function, value):
    try:
        function(value)
    except Exception:
        return None


def outcome(load, data, row):
    """What comes of a call. A value is looked at, and dumped again, if that can be done."""
    try:
        value = load(data, buffers=row)
    except Exception as error:
        kind = type(error)
        for base in getattr(kind, "__mro__", (kind,)):
            if base.__name__ in OUTCOMES:
                return OUTCOMES[base.__name__]
        return "<" + kind.__name__ + ">"
    if MICRO and len(row) < 2:
        for look in (repr, P.dumps):
            _quietly(look, value)
    return "."


def rows(counts, first, names, few):
    """The arguments that begin with `first`: it alone, with any other, and if it is one of a few with two of those."""
    found = []
    for count in counts:
        if count < 2:
            found.append((first,)[:count])
        elif count == 2:
            found += [(first, other) for other in (names if first in few else few)]
        elif first in few:
            found += [(first, one, other) + (one,) * (count - 3) for one in few for other in few]
    return found


def attempt(form, callable, counts, firsts, names, few, load=P.loads):
    """What comes of all these calls, a letter for each; afterwards all works as before."""
    modules = list(sys.modules)
    words = b"\x80\x04" + (b"(" if form == "OBJ" else b"") + b"c" + callable.replace(" ", "\n").encode() + b"\n"
    said = ""
    for first in firsts.split():
        made = renew()
        for row in rows(counts, first, names.split(), few.split()):
            said += outcome(load, words + FORMS[form](len(row)) + b".", [made[name] for name in row])
    if MICRO:
        _tidy(modules)
    value = [{"all": (1, "works")}, sample.Plain, b"as before"]
    if P.loads(P.dumps(value)) != value:
        return "afterwards nothing works"
    return said


def _tidy(modules):
    """Forgets what was registered and injected."""
    for name in list(sys.modules):
        if name not in modules and name != "odd":
            del sys.modules[name]
    P.__init__()
