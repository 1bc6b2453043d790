"""Tuples and lists: every length that has an opcode or a batch of its own."""

from support.case import Case

_LISTS = [0, 1, 2, 3, 999, 1000, 1001, 2000, 2001]

CASES = (
    [Case(f"tuple-{length}", f"tuple(range({length}))") for length in [0, 1, 2, 3, 4, 5, 256, 1001]]
    + [Case(f"tuple-of-lists-{length}", f"tuple([[] for i in range({length})])") for length in [1, 2, 3, 4, 5]]
    + [Case(f"list-{length}", f"list(range({length}))") for length in _LISTS]
    + [Case(f"list-of-none-{length}", f"[None] * {length}") for length in _LISTS[1:]]
    + [
        Case("list-of-strings-1001", "names(1001)"),
        Case("list-of-lists", "[[], [[]], [[[]], 1], 2]"),
        Case("list-of-lists-300", "[[i] for i in range(300)]"),
        Case("list-of-tuples-1001", "[(i, i + 1) for i in range(1001)]"),
        Case("tuple-in-tuple", "((), ((),), ([], ()), (((), []), (), ((), (), [])))"),
        Case("tuple-of-all", "(None, True, 1, 'a', b'bc', [2], {3: 4}, (5,))"),
        Case("tuple-empty-twice", "twice(())"),
        Case("tuple-twice", "twice((1, []))"),
        Case("tuple-4-twice", "twice((1, 2, 3, []))"),
        Case("nested-20", "nest(list, 20)"),
        Case("nested-tuple-20", "nest(tuple, 20)"),
        Case("range", "range(10)"),
        Case("range-steps", "[range(0), range(5, 1), range(1, 10, 3), range(10, -10, -7)]"),
        Case("range-twice", "twice(range(1, 9, 2))"),
    ]
)
