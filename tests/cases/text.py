"""Strings: every width of character, everything that protocol 0 escapes, both sides of every length field."""

from support.case import Case

_LENGTHS = [1, 2, 254, 255, 256, 257, 65534, 65535, 65536, 70000]

_STRINGS = {
    "empty": "''",
    "ascii": "'hello world'",
    "nul": "'a\\0b'",
    "nul-alone": "'\\0'",
    "newline": "'two\\nlines\\n'",
    "carriage-return": "'a\\rb\\r\\n'",
    "backslash": "'a\\\\b'",
    "backslash-u": "'\\\\u0041'",
    "backslash-n": "'\\\\n'",
    "backslash-last": "'abc\\\\'",
    "control-z": "'a\\x1ab'",
    "controls": "''.join([chr(i) for i in range(32)]) + chr(127)",
    "quotes": "'\\'\"'",
    "latin-1": "'caf\\xe9 \\xff\\x80\\xa0'",
    "all-latin-1": "''.join([chr(i) for i in range(256)])",
    "u-0100": "'\\u0100\\u07ff\\u0800'",
    "bmp": "'\\u4f60\\u597d \\u20ac \\uffff'",
    "astral": "'\\U0001f600\\U00010000\\U0010ffff'",
    "mixed": "'a\\xe9\\u20ac\\U0001f600\\n\\\\'",
    "line-separators": "'\\x0b\\x0c\\x1c\\x1d\\x1e\\x85\\u2028\\u2029'",
    "bom": "'\\ufeffx'",
    "lone-surrogate": "'\\ud800'",
    "lone-low-surrogate": "'\\udc80'",
    "surrogate-inside": "'a\\udfffb'",
    "surrogates-apart": "'\\udc00\\ud800'",
    "digits": "'12345'",
    "name": "'name'",
    "dotted": "'a.b.c'",
}

# Characters of one, two, three and four bytes, repeated so that the bytes reach the length field's boundary.
_WIDE = {
    "latin-1-of-254-bytes": "'\\xe9' * 127",
    "latin-1-of-256-bytes": "'\\xe9' * 128",
    "bmp-of-255-bytes": "'\\u20ac' * 85",
    "bmp-of-258-bytes": "'\\u20ac' * 86",
    "astral-of-256-bytes": "'\\U0001f600' * 64",
    "bmp-of-65535-bytes": "'\\u20ac' * 21845",
    "bmp-of-65538-bytes": "'\\u20ac' * 21846",
    "escapes-70000": "'\\\\\\n\\u20ac\\xe9' * 17500",
}

CASES = (
    [Case(name, source) for name, source in _STRINGS.items()]
    + [Case(f"ascii-{length}", f"'x' * {length}") for length in _LENGTHS]
    + [Case(name, source) for name, source in _WIDE.items()]
    + [
        Case("many", "names(300)"),
        Case("many-over-a-frame", "names(3000, 30)"),
        Case("one-short-twice", "(lambda s: [s, s, (s,), {s: s}])('key')"),
        Case("one-long-twice", "twice('=' * 100)"),
        Case("two-long-equal", "[c * 100 for c in ['-', '-']]"),
        Case("long-between-short", "['a', 'x' * 70000, 'b', 'y' * 65536, 'c', 'z' * 65535, 'd']"),
    ]
)
