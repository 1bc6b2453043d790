"""Everything in which mpickle is known to differ from CPython, each with its reason.

A test that meets one of these expects the difference: when it is gone, the test fails, and the row goes too.
"""

from dataclasses import dataclass
from fnmatch import fnmatch


@dataclass(frozen=True)
class Difference:
    """`check` is one of: loads, bytes, value, again. `case` is a pattern of table:name.

    The device loads what CPython wrote; writes CPython's bytes; writes what CPython loads; loads what it wrote itself.
    """

    check: str
    case: str
    reason: str
    protocols: tuple = tuple(range(6))
    targets: str = "*"


DIFFERENCES = [
    Difference(
        "bytes",
        "byreference:types-and-functions",
        "CPython has two strings 'builtins', for types and for functions; MicroPython interns, so it has one",
        protocols=(4, 5),
    ),
    Difference(
        "bytes",
        "collections:array-*",
        "CPython has two strings 'array', for the class and for the function; MicroPython interns, so it has one",
        protocols=(4, 5),
    ),
    Difference(
        "bytes",
        "names:bound-of-subclass",
        "MicroPython binds a built-in method to the built-in part of the object",
    ),
]


def difference(check, case, protocol, target):
    """The row for a check of a case, or None."""
    for row in DIFFERENCES:
        if (
            row.check == check
            and fnmatch(case.id, row.case)
            and protocol in row.protocols
            and fnmatch(target, row.targets)
        ):
            return row
    return None


# Rows of pickles/malformed.py that load from a stream: reading ahead to check them could read past STOP.
LOAD_FROM_STREAM = {
    "frame-cut": "how long a frame really is shows only when it has been read, and STOP may come before",
    "frame-huge": "how long a frame really is shows only when it has been read, and STOP may come before",
}


# Rows of pickles/malformed.py that are another from memory alone.
LOAD_FROM_MEMORY = {
    f"nothing-of-{name}-at-the-end": "from memory, CPython takes no bytes at the end of the input for cut"
    for name in ("SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8")
}


def mutation_difference(mutant):
    """Why a device takes a mutant otherwise than CPython, if it may; else None. Every reason must occur."""
    for reason, applies in MUTATIONS.items():
        if applies(mutant):
            return reason
    return None


def mutations_of(device, everything):
    """The reasons that must occur on a device: those of its own kind of numbers, and, if it gets all mutants, all."""
    own = {
        "a firmware's ints may end at 64 bits": bool(device.capabilities.int_bits),
        "a machine of 32 bits cannot address 2 GiB": device.capabilities.word_bits == 32,
    }
    return [reason for reason in MUTATIONS if own.get(reason, everything)]


def _from_stream(mutant):
    return mutant.options.get("stream") and b"\x95" in mutant.data


MUTATIONS = {
    "CPython runs out of memory, for it allocates what a memo index says": (
        lambda mutant: mutant.expected.mro[:1] == ("MemoryError",)
    ),
    "a number in text that is not even UTF-8 is in CPython a UnicodeDecodeError, which is a kind of ValueError": (
        lambda mutant: (
            "UnicodeDecodeError" in mutant.expected.mro
            and mutant.answer.error == "ValueError"
            and "invalid literal" in mutant.answer.message
        )
    ),
    "of the module _codecs there is only encode": (
        lambda mutant: mutant.expected.mro[:1] == ("AttributeError",) and "'_codecs'" in mutant.answer.message
    ),
    "CPython knows more encodings": lambda mutant: mutant.answer.error and "unknown encoding" in mutant.answer.message,
    "a firmware's ints may end at 64 bits": (
        lambda mutant: mutant.answer.error == "OverflowError" and "int too large" in mutant.answer.message
    ),
    "a machine of 32 bits cannot address 2 GiB": (
        lambda mutant: mutant.answer.error == "OverflowError" and "can address" in mutant.answer.message
    ),
    "how long a frame of a stream really is shows only when it has been read, and STOP may come before": (
        lambda mutant: (
            _from_stream(mutant)
            and mutant.answer.error != "EOFError"
            and mutant.expected.message == "pickle data was truncated"
        )
    ),
    "MicroPython reads an int with underscores if 64 bits hold it": (
        lambda mutant: mutant.answer.error == "ValueError" and "invalid syntax for integer" in mutant.answer.message
    ),
    "a view of a bytearray or an array may exist, so a pickle does not change it": (
        lambda mutant: mutant.answer.error == "TypeError" and "cannot change a bytearray" in mutant.answer.message
    ),
    "what a class has outlasts the load, so a pickle does not set it": (
        lambda mutant: mutant.answer.error == "TypeError" and "attributes of a class" in mutant.answer.message
    ),
    "a firmware lacks modules, and of copyreg there is only what pickles need": (
        lambda mutant: mutant.answer.message in ("no module named 'functools'", "no module named 'copyreg'")
    ),
    "MicroPython's slice has no constructor": (
        lambda mutant: mutant.answer.error == "TypeError" and "create 'slice'" in mutant.answer.message
    ),
    "bytes of length 0 at the very end of the input are complete": (
        lambda mutant: (
            mutant.answer.error == "EOFError"
            and mutant.expected.message == "pickle data was truncated"
            and not mutant.options.get("stream")
        )
    ),
    "a FLOAT that is both too large and no number": (
        lambda mutant: mutant.answer.error == "ValueError" and mutant.expected.message.startswith("value too large")
    ),
    "CPython adds the header of its bytes object to a length": (
        lambda mutant: (
            mutant.answer.message.startswith("pickle data was truncated")
            and mutant.expected.message == "byte string is too large"
        )
    ),
    "CPython loses bytes where an argument straddles the end of a frame of a stream": (
        lambda mutant: _from_stream(mutant) and mutant.expected.mro and not mutant.answer.error
    ),
}

# Why a call of test_wild.py ends otherwise than in CPython, if it may. Every reason must occur.
WILD = {
    "a view of a bytearray or an array may exist, so a pickle does not change it": (
        lambda call: (
            call.form in ("APPENDS", "SETITEMS")
            and call.callable in ("odd bytearray", "odd emptied", "odd array")
            and call.ours == "T"
        )
    ),
    "what a class has outlasts the load, so a pickle does not set it": (
        lambda call: call.form == "BUILD" and call.callable.split()[1] in _CLASSES and call.ours == "T"
    ),
    "there is no __dict__ to ask for: what can have no attributes refuses when it is to have one": (
        lambda call: call.form == "BUILD" and call.theirs == "A" and call.args[0] in ("dict", "numbered")
    ),
    "functions have no attributes": (
        lambda call: call.form == "BUILD" and call.callable == "odd give" and call.ours in "AT"
    ),
    "a Pickler and an Unpickler have attributes, as instances of their subclasses have": (
        lambda call: call.form == "BUILD" and call.callable in ("odd pickler", "odd unpickler") and call.ours == "."
    ),
    "MicroPython's int takes no digits from a bytearray": (
        lambda call: call.callable == "odd int" and call.args[0] in ("bytearray", "emptied") and call.ours == "T"
    ),
    "MicroPython's array looks at the first character of a typecode": (
        lambda call: "Array" in call.callable + call.args[0] and call.theirs == "T" and call.ours in "V."
    ),
    "MicroPython's classes without an __init__ are called with anything": (
        lambda call: call.form == "OBJ" and call.callable == "odd Plain" and call.theirs == "T" and call.ours == "."
    ),
    "arguments are a tuple": (
        lambda call: call.callable == "copyreg __newobj_ex__" and call.args[1] == "dict" and call.ours == "T"
    ),
    "PickleBuffer.raw takes a typecode": (
        lambda call: call.callable == "odd buffer.raw" and len(call.args) == 1 and call.ours in "V."
    ),
}
_CLASSES = ("object", "int", "Array", "Plain", "Items", "partial", "PickleBuffer")

# Rows of pickles/*.py in which pickletools takes a mark for an object and goes on, as no load does: dis stops there.
DIS = ["mark-alone", "mark-under-stop", "*-over-mark", "dup-mark"]
DIS += [f"only-mark-for-{name}" for name in ("BINPERSID", "DUP", "READONLY_BUFFER", "TUPLE1")]
