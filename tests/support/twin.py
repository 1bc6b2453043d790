# Runs on both interpreters: programs whose outputs are compared, line by line.
#
# A program sees the names below. `P` is the pickle module, and `copyreg` has what CPython keeps there.
import gc
import io
import sys

import sample

try:
    import mpickle as P

    copyreg = P
    MICRO = True
except ImportError:
    import copyreg
    import pickle as P

    from support.portable import _hex, describe

    MICRO = False

# Where an exception's class is not there on the device, its parent is what both sides name.
_KNOWN = (
    "ArithmeticError AttributeError EOFError ImportError IndexError KeyError LookupError MemoryError NameError "
    "NotImplementedError OSError OverflowError PicklingError RuntimeError StopIteration TypeError UnicodeError "
    "UnpicklingError ValueError ZeroDivisionError"
).split()


def error_name(error):
    """The class of an exception, or the first of its bases that both interpreters have."""
    kind = type(error)
    for base in getattr(kind, "__mro__", (kind,)):
        if base.__name__ in _KNOWN:
            return base.__name__
    return kind.__name__


class _Names:
    """A module of the names of a program, present and to come."""

    def __init__(self, names):
        self.names = names

    def __getattr__(self, name):
        if name in self.names:
            return self.names[name]
        raise AttributeError(name)


def loading(data, cls=P.Unpickler, **options):
    """An Unpickler of a pickle."""
    return cls(io.BytesIO(data), **options)


def dumped(obj, protocol=4, cls=P.Pickler, **options):
    """What a Pickler writes."""
    file = io.BytesIO()
    cls(file, protocol, **options).dump(obj)
    return file.getvalue()


def perform(source, around=None):
    """The lines that a program says, the exception that ends it included. `around(function, *args)` calls what is
    watched."""
    lines = []

    def say(*things):
        lines.append(" ".join([str(thing) for thing in things]))

    def show(data):
        """Says a pickle, or several in a row."""
        say("pickle:" + _hex(bytes(data)))

    def attempt(function, *args, **options):
        """What a call returns; or it raises, and that is said."""
        try:
            return function(*args, **options)
        except Exception as error:
            say("raised", error_name(error))

    names = {"__name__": "program", "say": say, "show": show, "attempt": attempt}
    names.update(_TOOLS)
    sys.modules["program"] = _Names(names)
    try:
        (around or _call)(exec, source, names)
    except Exception as error:
        lines.append("ended by " + error_name(error) + ": " + str(error))
    finally:
        del sys.modules["program"]
    return lines


def _call(function, *args):
    return function(*args)


_TOOLS = {
    "MICRO": MICRO,
    "P": P,
    "copyreg": copyreg,
    "describe": describe,
    "dumped": dumped,
    "error_name": error_name,
    "gc": gc,
    "io": io,
    "loading": loading,
    "sample": sample,
    "sys": sys,
}
