"""Classes that only CPython has: what a device carries as placeholders."""

import collections
import enum
import functools
from dataclasses import dataclass


class Color(enum.Enum):
    RED = 1
    name_ = "args"
    MIXED = (1, 2)


class Shade(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 10


class Perm(enum.Flag):
    READ = 1
    WRITE = 2
    EXEC = 4


@dataclass
class Point:
    x: object
    y: object = None


@dataclass(slots=True)
class SlotPoint:
    x: object
    y: object = None


@dataclass(frozen=True)
class FrozenPoint:
    x: object


@dataclass(frozen=True, slots=True)
class FrozenSlotPoint:
    x: object


class Attributes:
    """Equal when the attributes are."""

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None


class Node(Attributes):
    """Has links to others, and to itself."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __init__(self, **links):
        vars(self).update(links)


class Row(list, Attributes):
    """A list with attributes."""

    def __eq__(self, other):
        return list.__eq__(self, other) and Attributes.__eq__(self, other)


class Table(dict, Attributes):
    """A dict with attributes."""

    def __eq__(self, other):
        return dict.__eq__(self, other) and Attributes.__eq__(self, other)


class Tags(set):
    """A set."""


class Word(str):
    """A str."""

    __slots__ = ()


class Number(int):
    """An int."""


Pair = collections.namedtuple("Pair", "first second")


class Money(Attributes):
    """Made with keywords."""

    def __new__(cls, amount, *, unit):
        self = super().__new__(cls)
        self.amount = amount
        self.unit = unit
        return self

    def __getnewargs_ex__(self):
        return (self.amount,), {"unit": self.unit}

    def __getstate__(self):
        return None


class Coin(Money):
    """Made by what it inherits, and with a state."""

    def __getstate__(self):
        return {"unit": self.unit}


class Sized(Attributes):
    """Made with arguments."""

    def __new__(cls, size):
        self = super().__new__(cls)
        self.size = size
        return self

    def __getnewargs__(self):
        return (self.size,)


class Odd(Attributes):
    """Has a state that is no dict."""

    def __init__(self, state):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class Appender(Attributes):
    """Is no list, and appended to."""

    def __init__(self, *items):
        self.log = list(items)

    def append(self, item):
        self.log.append(item)

    def __setitem__(self, key, value):
        self.log.append((key, value))

    def __reduce__(self):
        return type(self), (), None, iter(self.log), iter([("key", "value"), ("other", self.log[0])])

    def __eq__(self, other):
        return type(self) is type(other)


class Set:
    """Sets the state from outside."""

    def __init__(self, value=None):
        self.value = value

    def __reduce__(self):
        return type(self), (), {"value": self.value}, None, None, set_value

    def __eq__(self, other):
        return type(self) is type(other) and self.value == other.value

    __hash__ = None


def set_value(obj, state):
    """The state setter of Set."""
    obj.value = state["value"]


class Outer:
    """Holds classes."""

    class Inner(Attributes):
        """One of them."""

        def __init__(self, x):
            self.x = x

        class Most(enum.Enum):
            """And one in that."""

            ONE = 1

    @classmethod
    def make(cls, x):
        """Called by name."""
        return cls.Inner(x)


class Made(Attributes):
    """Made by a class method."""

    def __init__(self, x):
        self.x = x

    @classmethod
    def of(cls, x):
        """Called by name."""
        return cls(x)

    def __reduce__(self):
        return type(self).of, (self.x,)


class Single:
    """There is one."""

    def __reduce__(self):
        return "SINGLE"


SINGLE = Single()


class Problem(Exception):
    """Has arguments and attributes."""

    def __eq__(self, other):
        return type(self) is type(other) and self.args == other.args and vars(self) == vars(other)

    __hash__ = None


class Ring:
    """Holds itself in its own arguments."""

    def __init__(self, items):
        self.items = items

    def __reduce__(self):
        return type(self), (self.items,)


def problem(*args, **attributes):
    """A Problem with attributes."""
    made = Problem(*args)
    vars(made).update(attributes)
    return made


def row(*items, **attributes):
    """A Row with attributes."""
    made = Row(items)
    vars(made).update(attributes)
    return made


def table(items, **attributes):
    """A Table with attributes."""
    made = Table(items)
    vars(made).update(attributes)
    return made


def loop():
    """A node whose only link is to itself."""
    node = Node()
    node.to = node
    return node


def ring():
    """A Ring that is an item of its own argument."""
    items = []
    made = Ring(items)
    items.append(made)
    return made


def partial(*args, **keywords):
    """functools.partial"""
    return functools.partial(*args, **keywords)
