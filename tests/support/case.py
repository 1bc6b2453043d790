"""The tables of cases: what a row is, and how the tables are read."""

import functools
import importlib
import pickle
import pkgutil
from collections import OrderedDict
from dataclasses import dataclass, field

from support import capabilities, oracle, portable

PROTOCOLS = range(6)


@dataclass(frozen=True)
class Case:
    """A value, as Python source that both interpreters evaluate.

    What a device must have for it is read from the value itself; `needs` adds what the source needs besides.
    """

    name: str
    source: str
    needs: tuple = ()
    protocols: tuple = tuple(PROTOCOLS)
    table: str = field(default="", compare=False)

    @functools.cached_property
    def value(self):
        """The value on CPython."""
        return self.make()

    def make(self):
        """The value on CPython, made anew."""
        return eval(self.source, oracle.NAMES)

    @functools.cached_property
    def shape(self):
        """The value's description, shortened if long."""
        return portable.digest(portable.describe(self.value))

    @functools.cached_property
    def all_needs(self):
        longest = max(len(pickle.dumps(self.value, protocol)) for protocol in self.protocols)
        return (*self.needs, *capabilities.needs(self.value), ("pickle", longest))

    @functools.cached_property
    def order(self):
        """Whose order a pickle of the value shows: see `order_of`."""
        return order_of(self.value)

    @property
    def id(self):
        return f"{self.table}:{self.name}"


def order_of(root):
    """What in a graph is in each interpreter's own order: "sets" of several items, or else "dicts", or "nothing"."""
    found = "nothing"
    seen = {}
    stack = [root]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if isinstance(value, (list, tuple, set, frozenset)):
            if isinstance(value, (set, frozenset)) and not _consecutive(value):
                return "sets"
            stack += value
        elif isinstance(value, dict):
            if not isinstance(value, OrderedDict) and len(value) > 1:
                found = "dicts"
            stack += value
            stack += value.values()
        if type(value).__module__ == "classes":
            text, contents = portable.anatomy(value)
            attributes = getattr(value, "__dict__", ())
            if text.count(":") - 2 > max(1, len(attributes)):
                return "sets"  # slots
            if len(attributes) > 1:
                found = "dicts"
            stack += contents
    return found


def _consecutive(value):
    """A set of 0, 1, 2... has its items in this order in both interpreters: small ints hash to themselves."""
    return len(value) <= 1 or list(value) == list(range(len(value)))


@functools.cache
def tables(package="cases"):
    """All cases of the modules in a package of tests, in order."""
    found = []
    names = set()
    for module in sorted(info.name for info in pkgutil.iter_modules(importlib.import_module(package).__path__)):
        for row in importlib.import_module(f"{package}.{module}").CASES:
            case = Case(row.name, row.source, row.needs, row.protocols, table=module)
            if case.id in names:
                raise ValueError(f"two cases are called {case.id}")
            names.add(case.id)
            found.append(case)
    return tuple(found)
