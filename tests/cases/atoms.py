"""None, bools and the other singletons."""

from support.case import Case

CASES = [
    Case("none", "None"),
    Case("true", "True"),
    Case("false", "False"),
    Case("ellipsis", "Ellipsis"),
    Case("not-implemented", "NotImplemented", needs=("NotImplemented",)),
    Case("several", "[None, True, False, None, True, False]"),
    Case("ellipsis-twice", "[Ellipsis, Ellipsis]"),
]
