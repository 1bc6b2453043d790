# The module `sample` of both interpreters: classes and functions that the tests' pickles name.


class Plain:
    """Attributes and nothing else."""


class Modern(object):  # noqa: UP004 (Python 2 runs this, too)
    """A class of the kind that Python 2 calls new."""


class Counted:
    """Tells whether __init__ was called, and with what."""

    def __init__(self, *args, **kwargs):
        self.args = args
        self.kwargs = kwargs


class Stateful:
    """Keeps what __setstate__ was given, and gives it again."""

    def __getstate__(self):
        return self.given

    def __setstate__(self, state):
        self.given = state


class Initial(Counted):
    """Is called even without arguments, where Python 2's old classes are made."""

    def __getinitargs__(self):
        return self.args


class Items(list):
    """A list."""


class Outer:
    """Holds a class, to be found by a dotted name."""

    class Inner:
        """Found as Outer.Inner."""


class Basket:
    """Has append, extend, add and item assignment, and is no container."""

    def __init__(self):
        self.log = []

    def append(self, item):
        self.log.append(("append", item))

    def extend(self, items):
        self.log.append(("extend", list(items)))

    def add(self, item):
        self.log.append(("add", item))

    def __setitem__(self, key, value):
        self.log.append(("set", key, value))


class Slowly:
    """Has append alone."""

    def __init__(self):
        self.log = []

    def append(self, item):
        self.log.append(item)


class Angry:
    """Raises at whatever is done to it."""

    def __setstate__(self, state):
        raise KeyError("setstate")

    def append(self, item):
        raise KeyError("append")

    def extend(self, items):
        raise KeyError("extend")

    def add(self, item):
        raise KeyError("add")

    def __setitem__(self, key, value):
        raise KeyError("setitem")

    def __hash__(self):
        raise KeyError("hash")


class Unequal:
    """Hashes like the others of its class, and raises when compared."""

    def __hash__(self):
        return 7

    def __eq__(self, other):
        raise KeyError("eq")


def touch(obj):
    """Changes an instance."""
    obj.x = "touched"


class Meddler:
    """Changes each instance that it is given."""

    def append(self, item):
        touch(item)

    def __setitem__(self, key, value):
        touch(key)


class Meddlers:
    """Likewise, many at once."""

    def extend(self, items):
        for item in items:
            touch(item)


class NewMeddler(object):  # noqa: UP004
    """Changes what it is made of."""

    def __new__(cls, obj):
        touch(obj)
        return object.__new__(cls)


class SetsOthers:
    """Changes what is given to it as its state."""

    def __setstate__(self, state):
        touch(state)


class HashMeddler:
    """Changes another instance when it becomes a key."""

    def __hash__(self):
        touch(self.other)
        return 7


def pair(a, b):
    """A tuple of two."""
    return (a, b)


def give(*args):
    """Its arguments."""
    return args


def fail(*args):
    """Raises KeyError."""
    raise KeyError("fail")
