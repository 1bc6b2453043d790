"""Dicts and OrderedDicts. A plain dict has no order on a device: bytes are compared in the order it writes."""

from collections import OrderedDict  # noqa: F401 (what the sources below mean)

from support.case import Case

_LENGTHS = [0, 1, 2, 3, 1000, 1001, 2001]
_ORDERED = "OrderedDict([(i, str(i)) for i in range(%d)])"

CASES = (
    [Case(f"dict-{length}", f"dict([(i, i + 1) for i in range({length})])") for length in _LENGTHS]
    + [Case(f"dict-of-strings-{length}", f"dict([(n, n + '!') for n in names({length})])") for length in _LENGTHS[1:]]
    + [Case(f"ordered-{length}", _ORDERED % length, needs=("collections.OrderedDict",)) for length in _LENGTHS]
    + [
        Case("one-of-each-key", "[{None: 1}, {True: 2}, {0: 3}, {'a': 4}, {b'bc': 5}, {(): 6}, {(1, 'x'): 7}]"),
        Case("keys-of-all-types", "{None: 1, 'a': 2, b'bc': 3, (1, 2): 4, 5: 6, 0.5: 7, frozenset([1]): 8, -1: 9}"),
        Case("key-big", "{1 << 70: 'big', -(1 << 70): 'small'}"),
        Case("values", "{'l': [1], 't': (2,), 'd': {'x': None}, 'n': None}"),
        Case("nested", "{'a': {'b': {'c': {}}}}"),
        Case("nested-20", "nest(dict, 20)"),
        Case("shared-value", "(lambda v: [{'a': v}, {'b': v}])([1])"),
        Case("shared-key", "(lambda k: [{k: 1}, {k: 2}, k])((1, 'a'))"),
        Case("records", "[dict([('id', i), ('name', 'n%d' % i), ('on', i % 2 == 0)]) for i in range(40)]"),
        Case("ordered-reversed", "OrderedDict([('z', 1), ('a', 2), ('m', 3)])"),
        Case("ordered-twice", "twice(OrderedDict([('b', 1), ('a', [2])]))"),
        Case("ordered-two", "[OrderedDict([('b', 1)]), OrderedDict([('a', 1)])]"),
        Case("ordered-in-dict", "{'o': OrderedDict([(3, None), (1, OrderedDict())])}"),
    ]
)
