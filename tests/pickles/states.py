"""Pickles that ask for the state of an instance again after BUILD, which no pickler writes unless the state is shared.

The memo lets go of states (rust/core/src/unpickler/states.rs), which nothing that is loaded may show.
"""

from pickles import loads

_PLAIN = ("GLOBAL", "sample", "Plain")

# A plain instance as item 1 of the memo, and its state as item 2, both still on the stack; `x` is 5 in it.
_NEW = (_PLAIN, ("BINPUT", 0), "EMPTY_TUPLE", "NEWOBJ", ("BINPUT", 1))
_OPENED = (*_NEW, "EMPTY_DICT", ("BINPUT", 2))
_X = (("BINUNICODE", "x"), ("BININT1", 5), "SETITEM")
# What takes the memory of a state that was given back too early.
_MORE = (("BINFLOAT", 2.5), ("BINFLOAT", 3.5), "EMPTY_LIST", "EMPTY_DICT")
_BUILD = ("BUILD", *_MORE)
_BUILT = (*_OPENED, *_X, *_BUILD)
_STATE = ("BINGET", 2)
_OBJ = ("BINGET", 1)

_SET_X = (("BINUNICODE", "x"), ("BININT1", 6))


def _call(name, *args, module="builtins"):
    return (("GLOBAL", module, name), "MARK", *args, "TUPLE", "REDUCE")


def _another(first):
    """An instance with the memo's items `first` and `first + 1`, and with nothing but an attribute `y`."""
    state = ("EMPTY_DICT", ("BINPUT", first + 1), ("BINUNICODE", "y"), "NONE", "SETITEM")
    return (("BINGET", 0), "EMPTY_TUPLE", "NEWOBJ", ("BINPUT", first), *state, "BUILD")


# What comes between an instance and the state that is asked for at last; all of it becomes one tuple.
_BETWEEN = {
    "nothing": (),
    "the-state": (_STATE,),
    "the-instance": (_OBJ,),
    "a-copy-that-changes": (_STATE, *_SET_X, "SETITEM"),
    "another": _another(3),
    "a-shared-state": (("BINGET", 0), "EMPTY_TUPLE", "NEWOBJ", _STATE, "BUILD"),
    "more-attributes": (_OBJ, "EMPTY_DICT", ("BINPUT", 3), ("BINUNICODE", "y"), "NONE", "SETITEM", "BUILD"),
    "another-value": (_OBJ, "EMPTY_DICT", ("BINPUT", 3), *_SET_X, "SETITEM", "BUILD", ("BINGET", 3)),
    "slots": (_OBJ, "NONE", "EMPTY_DICT", *_SET_X, "SETITEM", "TUPLE2", "BUILD"),
    "setattr": _call("setattr", _OBJ, *_SET_X),
    "delattr": _call("delattr", _OBJ, ("BINUNICODE", "x")),
    "a-call": _call("touch", _OBJ, module="sample"),
    "append": (("GLOBAL", "sample", "Meddler"), "EMPTY_TUPLE", "NEWOBJ", _OBJ, "APPEND"),
    "extend": (("GLOBAL", "sample", "Meddlers"), "EMPTY_TUPLE", "NEWOBJ", "MARK", _OBJ, _OBJ, "APPENDS"),
    "setitem": (("GLOBAL", "sample", "Meddler"), "EMPTY_TUPLE", "NEWOBJ", _OBJ, "NONE", "SETITEM"),
    "setstate": (("GLOBAL", "sample", "SetsOthers"), "EMPTY_TUPLE", "NEWOBJ", _OBJ, "BUILD"),
    "new": (("GLOBAL", "sample", "NewMeddler"), _OBJ, "TUPLE1", "NEWOBJ"),
    "key": (
        *(("GLOBAL", "sample", "HashMeddler"), ("BINPUT", 3), "EMPTY_TUPLE", "NEWOBJ", ("BINPUT", 4)),
        *("EMPTY_DICT", ("BINPUT", 5), ("BINUNICODE", "other"), _OBJ, "SETITEM", "BUILD", "POP"),
        *("EMPTY_DICT", ("BINGET", 4), "NONE", "SETITEM"),
    ),
    "overwritten-instance": ("NONE", ("BINPUT", 1)),
    "overwritten-state": ("NONE", ("BINPUT", 2)),
    "the-state-again": (_STATE, ("BINPUT", 3), ("BINGET", 3)),
    "far-indexes": ("NONE", ("LONG_BINPUT", 100000), *_another(7), ("BINGET", 8)),
}

# States that lie elsewhere, too, before BUILD comes.
_BEFORE = {
    "twice-in-the-memo": (*_OPENED, ("BINPUT", 3), *_X, *_BUILD, ("BINGET", 3)),
    "twice-in-the-memo-later": (*_OPENED, *_X, ("BINPUT", 3), *_BUILD, ("BINGET", 3)),
    "once-more-far-away": (*_OPENED, *_X, ("BINPUT", 50), *_BUILD, ("BINGET", 50)),
    "in-itself": (*_OPENED, ("BINUNICODE", "me"), _STATE, "SETITEM", *_BUILD),
    "instance-in-it": (*_OPENED, ("BINUNICODE", "me"), _OBJ, "SETITEM", *_BUILD),
    "on-the-stack-twice": (*_OPENED, *_X, "DUP", ("BINPUT", 3), "TUPLE1", ("BINPUT", 4), "POP", "POP", _STATE, *_BUILD),
    "below-its-instance": ("EMPTY_DICT", ("BINPUT", 2), *_X, *_NEW, _STATE, *_BUILD),
    "of-another-dict": (*_NEW, "EMPTY_DICT", "POP", "EMPTY_DICT", ("BINPUT", 2), *_X, *_BUILD),
    "fetched-and-put-again": (
        *("EMPTY_DICT", ("BINPUT", 9), *_X),
        *_NEW,
        *("EMPTY_DICT", "POP", ("BINGET", 9), ("BINPUT", 2), *_BUILD, ("BINGET", 9)),
    ),
    "a-dict-of-marks": (*_NEW, "EMPTY_DICT", "POP", "MARK", *_X[:2], "DICT", ("BINPUT", 2), *_BUILD),
    "popped": (*_OPENED, "POP", "MARK", *_X[:2], "DICT", *_BUILD),
    "a-pair": (*_NEW, "EMPTY_DICT", *_X, "NONE", "TUPLE2", ("BINPUT", 2), *_BUILD),
    "of-a-list": (*_OPENED, ("BINUNICODE", "x"), "EMPTY_LIST", ("BINUNICODE", "data"), "APPEND", "SETITEM", *_BUILD),
    "of-many": (
        *(*_OPENED, "MARK", ("BINUNICODE", "x"), ("BINPUT", 3), ("BINUNICODE", "y"), ("BINPUT", 4)),
        *(("BINUNICODE", "z"), ("BINPUT", 5), ("BINGET", 4), "SETITEMS", *_BUILD),
        *(("BINGET", 3), ("BINGET", 4), ("BINGET", 5), ("BINUNICODE", "x")),
    ),
    "of-odd-names": (*_OPENED, "MARK", ("BININT1", 1), "NONE", ("BINUNICODE", "é x"), "NONE", "SETITEMS", *_BUILD),
    "empty": (*_OPENED, *_BUILD),
    "empty-and-filled-later": (*_OPENED, *_BUILD, _STATE, *_SET_X, "SETITEM"),
    "of-a-state": (*_OPENED, ("BINUNICODE", "x"), *_another(3), "SETITEM", *_BUILD, ("BINGET", 4)),
    "under-an-index-of-its-own": (
        *_NEW,
        "EMPTY_DICT",
        ("LONG_BINPUT", 70000),
        *_X,
        *_BUILD,
        ("LONG_BINGET", 70000),
        ("BINPUT", 2),
    ),
    "not-in-the-memo": (*_NEW, "EMPTY_DICT", *_X, *_BUILD, "NONE", ("BINPUT", 2)),
}

PICKLES = [
    *(
        loads(f"state-after-{name}", "MARK", *_BUILT, *between, _STATE, _OBJ, "TUPLE")
        for name, between in _BETWEEN.items()
    ),
    *(loads(f"state-{name}", "MARK", *before, _STATE, _OBJ, "TUPLE") for name, before in _BEFORE.items()),
]
