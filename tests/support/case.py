"""The tables of cases: what a row is, and how the tables are read."""

import functools
import importlib
import pkgutil
from dataclasses import dataclass, field

from support import capabilities, portable

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
        return eval(self.source, vars(portable))

    @functools.cached_property
    def shape(self):
        """The value's description, shortened if long."""
        return portable.digest(portable.describe(self.value))

    @functools.cached_property
    def all_needs(self):
        return self.needs + capabilities.needs(self.value)

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
    seen = set()
    stack = [root]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, (list, tuple, set, frozenset)):
            if isinstance(value, (set, frozenset)) and not _consecutive(value):
                return "sets"
            stack += value
        elif isinstance(value, dict):
            if type(value) is dict and len(value) > 1:
                found = "dicts"
            stack += value
            stack += value.values()
    return found


def _consecutive(value):
    """A set of 0, 1, 2... has its items in this order in both interpreters: small ints hash to themselves."""
    return len(value) <= 1 or list(value) == list(range(len(value)))


@functools.cache
def tables():
    """All cases of the modules in tests/cases, in order."""
    import cases

    found = []
    names = set()
    for module in sorted(info.name for info in pkgutil.iter_modules(cases.__path__)):
        for row in importlib.import_module(f"cases.{module}").CASES:
            case = Case(row.name, row.source, row.needs, row.protocols, table=module)
            if case.id in names:
                raise ValueError(f"two cases are called {case.id}")
            names.add(case.id)
            found.append(case)
    return tuple(found)
