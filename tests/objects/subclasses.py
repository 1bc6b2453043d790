"""Instances of subclasses of built-in types, with attributes of their own, and exceptions."""

from support.case import Case

# name, class, arguments, what the firmware must have
_KINDS = [
    ("list", "List", "[1, 2]", ()),
    ("dict", "Dict", "", ()),
    ("tuple", "Tuple", "(1, [2])", ()),
    ("str", "Str", "'text'", ()),
    ("bytes", "Bytes", "b'data'", ()),
    ("int", "Int", "5", ()),
    ("int-negative", "Int", "-70000", ()),
    ("int-big", "Int", "1 << 70", ("bigint",)),
    ("float", "Float", "0.5", ("float",)),
    ("complex", "Complex", "0.5, 1.5", ("complex",)),
    ("complex-zero", "Complex", "double('8000000000000000'), 0.5", ("complex",)),
    ("set", "Set", "[1]", ("set",)),
    ("frozenset", "Frozenset", "[1]", ("frozenset",)),
    ("bytearray", "Bytearray", "b'data'", ("bytearray",)),
    ("bytearray-high", "Bytearray", "b'\\xe9\\xff\\x00'", ("bytearray",)),
    ("bytearray-empty", "Bytearray", "", ("bytearray",)),
    ("ordered", "Ordered", "[('b', 1), ('a', 2)]", ("collections.OrderedDict",)),
    ("deque", "Deque", "(1, 2), 5", ("collections.deque",)),
    ("array", "Array", "'h', [1, -2]", ("array.array",)),
    ("array-with-getstate", "StatefulArray", "'h', [1, -2]", ("array.array",)),
    ("point", "Place", "1, [2]", ("collections.namedtuple",)),
    ("list-of-two-bases", "MultipleList", "[1]", ()),
    ("list-with-state", "StateList", "[1]", ()),
    ("list-that-reduces", "ReducedList", "[1]", ()),
    ("exception", "Error", "'text', 5", ()),
    ("exception-without-arguments", "Error", "", ()),
    ("exception-with-init", "CodedError", "5, 'text'", ()),
    ("exception-with-short-init", "ShortError", "5", ()),
    ("exception-that-reduces", "FormattedError", "5, 'text'", ()),
    ("exception-with-getstate", "StatefulError", "5", ()),
    ("exception-of-oserror", "SystemFault", "5, 'text'", ()),
    ("exception-of-keyerror", "MissingKey", "'key'", ()),
]

_SHAPES = [
    ("", "given({kind}, {arguments})"),
    ("-with-attribute", "given({kind}, {arguments}, note=1)"),
    ("-twice", "twice(given({kind}, {arguments}, note=[1]))"),
    ("-cyclic", "cyclic(given({kind}, {arguments}))"),
]

_ITEMS = [
    ("list-of-both", "appended(List([1, 2]), 3)"),
    ("list-of-1001", "List(range(1001))"),
    ("dict-of-one", "stored(Dict(), ('a', 1))"),
    ("dict-of-three", "stored(Dict(), ('a', 1), ('b', 2), ('c', 3))"),
    ("dict-with-items", "stored(SortedDict(), ('b', 1), ('a', 2))"),
]

CASES = (
    [
        Case(name + shape, source.format(kind=kind, arguments=arguments).replace(", )", ")").replace(", ,", ","), needs)
        for name, kind, arguments, needs in _KINDS
        for shape, source in _SHAPES
    ]
    + [Case(*row) for row in _ITEMS]
    + [
        Case("ordered-in-itself", "stored(Ordered())", ("collections.OrderedDict",)),
        # CPython before protocol 2 copies them without end.
        Case("list-in-itself", "appended(List())", protocols=(2, 3, 4, 5)),
        Case("dict-in-itself", "stored(Dict())", protocols=(2, 3, 4, 5)),
        Case("tuple-empty", "Tuple()"),
        Case("tuple-in-itself", "(lambda a: (lambda t: (a.append(t), t)[1])(Tuple((a,))))([])"),
        Case("point-of-lists", "twice(Point([1], [2]))", ("collections.namedtuple",)),
        Case(
            "point-in-itself",
            "(lambda a: (lambda t: (a.append(t), t)[1])(Point(a, 1)))([])",
            ("collections.namedtuple",),
        ),
        Case("point-empty", "Empty()", ("collections.namedtuple",)),
        Case("str-empty", "Str('')"),
        Case("str-wide", "Str('\\u20ac')"),
        Case("frozenset-in-set", "set([Frozenset([1])])", ("set", "frozenset")),
    ]
)
