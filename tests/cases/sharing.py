"""One object in several places, and cycles of every kind."""

from support.case import Case

CASES = (
    [Case(f"cyclic-tuple-{width}", f"cyclic_tuple({width})") for width in [1, 2, 3, 4, 5]]
    + [Case(f"cyclic-tuple-{width}-inside", f"cyclic_tuple({width})[-1]") for width in [1, 2, 3, 4, 5]]
    + [
        Case("cyclic-list", "cyclic_list()"),
        Case("cyclic-dict", "cyclic_dict()"),
        Case("cyclic-list-dict", "cyclic_through(list, dict)"),
        Case("cyclic-dict-list", "cyclic_through(dict, list)"),
        Case("cyclic-ordered", "cyclic_through(OrderedDict)"),
        Case("cyclic-ordered-list", "cyclic_through(OrderedDict, list, OrderedDict)"),
        Case("cyclic-lists", "cyclic_through(*[list] * 50)"),
        Case("two-cycles", "[cyclic_list(), cyclic_dict(), cyclic_list()]"),
        Case("cyclic-tuple-twice", "twice(cyclic_tuple(2))"),
        Case("cyclic-tuple-in-tuple", "(cyclic_tuple(1), cyclic_tuple(4))"),
        Case("list-twice", "twice([])"),
        Case("list-twice-full", "twice([1, 2])"),
        Case("dict-twice", "twice({})"),
        Case("dict-twice-full", "twice({'a': 1})"),
        Case("two-equal", "[[1], [1], {'a': 1}, {'a': 1}]"),
        Case("diamond", "(lambda d: [[d], [d], (d, d)])({'x': [1]})"),
        Case("nested-sharing", "(lambda a: (lambda b: [a, b, b, a])([a]))([0])"),
        Case("tuple-holds-list-twice", "(lambda a: (a, a, (a, a), [a]))([1])"),
        Case("doubled-30-times", "(lambda f: f(f, 30, []))(lambda f, n, a: a if n == 0 else f(f, n - 1, [a, a]))"),
        Case("same-list-1001", "[[]] * 1001"),
        # More than 256 objects in the memo, so that short and long forms of PUT and GET are both needed.
        Case("memo-255", "(lambda a: a + a)([[i] for i in range(254)])"),
        Case("memo-256", "(lambda a: a + a)([[i] for i in range(255)])"),
        Case("memo-257", "(lambda a: a + a)([[i] for i in range(256)])"),
        Case("memo-600", "(lambda a: a + a)([(i, [i]) for i in range(300)])"),
        Case("memo-5000", "(lambda a: a + a[-3:])([[] for i in range(5000)])"),
        Case("memo-strings", "(lambda a: a + a)(names(300))"),
        Case("memo-long-strings", "(lambda a: a + a)(names(300, 20))"),
    ]
)
