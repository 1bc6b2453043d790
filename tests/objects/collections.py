"""deque, array and exceptions as they are."""

from support.case import Case

CASES = [
    Case(f"array-{name}", f"[array(code, {items}) for code in '{codes}']", ("array.array", *needs))
    for name, codes, items, needs in [
        ("ints", "bBhHiIqQ", "[0, 1, 2, 100]", ()),
        ("negative", "bhiq", "[-1, -128]", ()),
        ("long", "lL", "[0, 1, 2, 100]", ("words of 64 bits",)),
        ("floats", "fd", "[0.5, -1.5, 0]", ("float",)),
        ("empty", "bBhHiIqQfd", "()", ()),
    ]
] + [
    Case("array-largest", "array('Q', [(1 << 64) - 1, 1 << 63])", ("array.array", "bigint")),
    Case("array-twice", "twice(array('H', [1, 65535]))", ("array.array",)),
    Case("array-of-5000", "array('i', range(5000))", ("array.array",)),
    Case("deque", "deque([1, [2]], 5)", ("collections.deque",)),
    Case("deque-empty", "deque([], 3)", ("collections.deque",)),
    Case("deque-full", "deque([1, 2, 3], 3)", ("collections.deque",)),
    Case("deque-twice", "twice(deque([1, 2], 3))", ("collections.deque",)),
    Case("deque-in-itself", "appended(deque([], 3))", ("collections.deque",)),
    Case("exception", "ValueError('text', 5)"),
    Case("exception-bare", "ValueError()"),
    Case("exception-twice", "twice(KeyError('key'))"),
    Case("exception-in-itself", "(lambda a: (lambda e: (a.append(e), e)[1])(ValueError(a)))([])"),
    Case("exception-oserror", "OSError(9999)"),
    Case("exception-oserror-text", "OSError(9999, 'text')"),
    Case("exception-stop", "StopIteration(5)"),
    Case("exception-exit", "SystemExit(1)"),
    Case("exception-base", "BaseException('text')"),
    Case("exception-import", "ImportError('text')"),
    Case("exception-index", "[IndexError(1), KeyError(1), TypeError('a'), ZeroDivisionError()]"),
]
