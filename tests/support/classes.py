# The module `classes` of both interpreters: every kind of class that a pickle can hold an instance of.
#
# Builders that the cases use are at the end. Nothing here may need what MicroPython lacks at import; classes on types
# that a firmware may lack are made under `try`.


class Plain:
    """Attributes and nothing else."""

    def method(self):
        return ["Plain.method"]


class Derived(Plain):
    """Single inheritance."""


class Mixin:
    """A second base."""

    def mixed(self):
        return "mixed"


class Multiple(Derived, Mixin):
    """Multiple inheritance."""


class Initialised:
    """Has an __init__ with arguments, which loading does not call."""

    def __init__(self, x):
        self.x = x


class Outer:
    """Nested classes, and functions of every kind."""

    class Inner:
        """Its name alone is that of a class of the module."""

        class Innermost:
            """Two levels down."""

            def method(self):
                return "innermost"

        @staticmethod
        def static():
            return "inner static"

    class Only:
        """No class of the module has its name."""

    def method(self):
        return "outer"

    @staticmethod
    def static():
        return "static"

    @classmethod
    def made(cls):
        return cls.__name__


class Inner:
    """Is not Outer.Inner."""


def function():
    """A function of the module."""
    return "function"


# Slots.


class Slots:
    __slots__ = ("a", "b")


class OneSlot:
    __slots__ = "only"


class MoreSlots(Slots):
    __slots__ = ["c"]


class SlotsAndDict(Slots):
    """Without __slots__ of its own it has a dict, too."""


class MixedSlots(Mixin, Slots):
    """The slots are those of the second base."""


class DictSlot:
    __slots__ = ("a", "__dict__")


class SlotsWithState:
    """Gives its slots itself, so that protocols 0 and 1 take it."""

    __slots__ = ("a",)

    def __getstate__(self):
        return {"a": self.a}

    def __setstate__(self, state):
        self.a = state["a"]


# Arguments of __new__.


class NewArgs:
    def __new__(cls, *args):
        made = super().__new__(cls)
        made.args = args
        return made

    def __getnewargs__(self):
        return self.args


class NewRequired:
    """__new__ wants what nothing gives it again."""

    def __new__(cls, x):
        return super().__new__(cls)


class NewKeywords:
    def __new__(cls, *args, **kwargs):
        made = super().__new__(cls)
        made.given = (args, kwargs)
        return made

    def __getnewargs_ex__(self):
        return self.given


class NewBoth(NewKeywords):
    """__getnewargs_ex__ comes first."""

    def __getnewargs__(self):
        return ("never",)


class AnyNewArgs:
    """Returns what it was told from the method that it was told of."""

    def __new__(cls, *args):
        return super().__new__(cls)

    def __getnewargs__(self):
        return self.args


class AnyNewArgsEx:
    def __getnewargs_ex__(self):
        return self.args


# State.


class State:
    """Keeps any state."""

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class GetState:
    """Gives any state; it is set by default."""

    def __getstate__(self):
        return self.state


class SetState:
    """Its attributes arrive at __setstate__."""

    def __setstate__(self, state):
        self.got = state


class Tricky:
    """Answers for every attribute that it does not have."""

    def __getattr__(self, name):
        if name[:2] == "__":
            raise AttributeError(name)
        return name


class Asked:
    """Counts what is asked of its __getattr__: CPython finds __reduce_ex__ and __getstate__ in object."""

    def __getattr__(self, name):
        if name in ("__reduce_ex__", "__reduce__", "__getstate__"):
            return lambda *args: "nonsense"
        raise AttributeError(name)


class Guarded:
    """Refuses attributes; loading goes past that."""

    def __setattr__(self, name, value):
        raise TypeError("read-only")


class GuardedState(Guarded):
    def __getstate__(self):
        return {"x": 1}


class OldStyle:
    """__getinitargs__ is of Python 2's old classes: it does not count, unless INST or OBJ makes the instance."""

    def __init__(self, *args):
        self.args = args

    def __getinitargs__(self):
        return self.args


# Reductions.


class Reduced:
    """Returns the reduction that it was told."""

    def __reduce__(self):
        return self.reduction


class Reducing:
    """Makes its reduction when it is asked for it."""

    def __init__(self, make):
        self.make = make

    def __reduce__(self):
        return self.make()


class Raising:
    def __getstate__(self):
        raise KeyError("getstate")


class Versioned:
    """Knows the protocol."""

    def __init__(self, protocol=None):
        self.protocol = protocol

    def __reduce_ex__(self, protocol):
        return Versioned, (protocol,)

    def __reduce__(self):
        return Versioned, ("never",)


class Basket:
    """List items, dict items and a state, through the methods that unpickling uses."""

    def __init__(self, *args):
        self.args = args
        self.items = []
        self.pairs = []

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items += items

    def __setitem__(self, key, value):
        self.pairs.append((key, value))

    def __reduce__(self):
        return Basket, self.args, None, iter(self.items), iter(self.pairs)


class Default(dict):
    """Shaped as collections.defaultdict: a factory, then dict items."""

    def __init__(self, factory=None):
        super().__init__()
        self.factory = factory

    def __missing__(self, key):
        return self.factory()

    def __reduce__(self):
        return Default, (self.factory,), None, None, iter(self.items())


class Singleton:
    """Reduces to its own name."""

    def __reduce__(self):
        return "the_singleton"


the_singleton = Singleton()
Alias = Plain


class Holder:
    """The arguments of its reduction hold it again, through a list."""

    def __init__(self, items):
        self.items = items

    def __reduce__(self):
        return Holder, (self.items,)


class Countdown:
    """An iterator of its own: numbers, or pairs of them."""

    def __init__(self, count, pairs=False):
        self.count = count
        self.pairs = pairs

    def __iter__(self):
        return self

    def __next__(self):
        if self.count == 0:
            raise StopIteration
        self.count -= 1
        return (self.count, -self.count) if self.pairs else self.count


def set_x(obj, state):
    """A state setter."""
    obj.x = ("set", state)


def __newobj__(cls, *args):
    """Named so, it is written as NEWOBJ."""
    return object.__new__(cls)


def __newobj_ex__(cls, args, kwargs):
    """Named so, it is written as NEWOBJ_EX."""
    return cls.__new__(cls, *args, **kwargs)


# Subclasses of built-in types.


class List(list):
    pass


class Dict(dict):
    pass


class Tuple(tuple):
    pass


class Str(str):
    pass


class Bytes(bytes):
    pass


class Int(int):
    pass


class Bytearray(bytearray):
    pass


class MultipleList(Mixin, List):
    """The built-in base is not the first."""


class SlotList(list):
    __slots__ = ("a",)


class StateList(List):
    def __getstate__(self):
        return ("state", len(self))

    def __setstate__(self, state):
        self.state = state


class ReducedList(list):
    """Reduces by itself, so that its items come once."""

    def __reduce__(self):
        return ReducedList, (list(self),)


class SortedDict(dict):
    """Its items() is its own."""

    def items(self):
        return iter([(key, self[key]) for key in sorted(self)])


# Exceptions.


class Error(Exception):
    pass


class CodedError(Error):
    """Its __init__ takes what its args keep."""

    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code


class ShortError(Exception):
    """Gives Exception nothing, which keeps the arguments all the same."""

    def __init__(self, code):
        self.code = code


class FormattedError(ValueError):
    """Its args are not those of __init__: it reduces by itself."""

    def __init__(self, code, text):
        super().__init__("%d: %s" % (code, text))
        self.given = (code, text)

    def __reduce__(self):
        return FormattedError, self.given


class StatefulError(Exception):
    """Exceptions take no notice of __getstate__: their attributes are the state."""

    def __getstate__(self):
        return {"code": "of __getstate__"}


class SystemFault(OSError):
    pass


class MissingKey(KeyError):
    pass


# What a firmware may lack.

try:

    class Float(float):
        pass

except NameError:
    pass

try:

    class Complex(complex):
        pass

except NameError:
    pass

try:

    class Set(set):
        pass

except NameError:
    pass

try:

    class Frozenset(frozenset):
        pass

except NameError:
    pass

try:
    from collections import namedtuple

    Point = namedtuple("Point", ("x", "y"))
    Empty = namedtuple("Empty", ())

    class Place(Point):
        """Has attributes beside its fields."""

        def sum(self):
            return self.x + self.y

except ImportError:
    pass

try:
    from collections import OrderedDict

    class Ordered(OrderedDict):
        pass

except ImportError:
    pass

try:
    from collections import deque

    class Deque(deque):
        pass

except ImportError:
    pass

try:
    from array import array

    class Array(array):
        pass

    class StatefulArray(array):
        """An array takes no notice of __getstate__ either."""

        def __getstate__(self):
            return {"note": "of __getstate__"}

except ImportError:
    pass


# Builders.


def given(kind, *args, **attributes):
    """An instance of `kind` made of args, with attributes of its own."""
    made = kind(*args)
    for name in attributes:
        setattr(made, name, attributes[name])
    return made


def local():
    """An instance of a class that no name leads to."""

    class Local:
        pass

    return Local()


def set_attribute(made, x):
    """`made` with the attribute x."""
    made.x = x
    return made


def local_function():
    """A function that no name leads to."""

    def inner():
        pass

    return inner


def cyclic(made):
    """`made`, which is its own attribute `self`."""
    made.self = made
    return made


def appended(made, *items):
    """`made` with items; without any, with itself."""
    for item in items or (made,):
        made.append(item)
    return made


def stored(made, *pairs):
    """`made` with dict items; without any, with itself."""
    for key, value in pairs or (("self", made),):
        made[key] = value
    return made


def reduced(make):
    """Reduces to what make(itself) gives."""
    made = Reduced()
    made.reduction = make(made)
    return made


def cyclic_holder():
    """A Holder in its own arguments."""
    items = []
    holder = Holder(items)
    items.append(holder)
    return holder


def cyclic_state():
    """Its state is a list that holds it."""
    made = State()
    made.state = [made]
    return made


def ring(count):
    """So many instances, each the `next` of the one before, the first of the last."""
    first = last = Plain()
    for _ in range(count - 1):
        last.next = Plain()
        last = last.next
    last.next = first
    return first
