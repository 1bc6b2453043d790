"""Sets and frozensets. The ones of 0, 1, 2… are in the same order everywhere, so that their bytes compare exactly."""

from support.case import Case

_LENGTHS = [0, 1, 2, 3, 4, 10, 1000, 1001, 2001]

CASES = (
    [Case(f"{kind}-{length}", f"{kind}(range({length}))") for kind in ("set", "frozenset") for length in _LENGTHS]
    + [
        Case(f"{kind}-{name}", f"{kind}({source})")
        for kind in ("set", "frozenset")
        for name, source in [
            ("one-string", "['member']"),
            ("one-tuple", "[(1, 'a')]"),
            ("one-none", "[None]"),
            ("strings", "['red', 'green', 'blue', 'white', 'black']"),
            ("mixed", "[1, 'a', b'bc', None, (1, 2), 0.5, -7, 1 << 70]"),
            ("of-frozenset", "[frozenset([1])]"),
            ("of-frozensets", "[frozenset([1]), frozenset([2, 3]), frozenset()]"),
            ("strings-1001", "names(1001)"),
        ]
    ]
    + [
        Case("set-twice", "twice(set([1]))"),
        Case("frozenset-twice", "twice(frozenset([1]))"),
        Case("two-sets", "[set([1]), set([1])]"),
        Case("frozenset-as-key", "{frozenset([0, 1]): 'v'}"),
        Case("frozenset-shared", "(lambda f: [f, {f: 1}, set([f])])(frozenset([0, 1]))"),
        Case("frozenset-sharing-inside", "(lambda t: [t, frozenset([t])])((1, 'x'))"),
        Case("frozenset-in-frozenset-twice", "(lambda f: [frozenset([f]), f])(frozenset([0]))"),
    ]
)
