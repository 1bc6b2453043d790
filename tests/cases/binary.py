"""bytes and bytearray: both sides of every length field, and what protocols 0 to 2 make of them."""

from support.case import Case

_LENGTHS = [1, 2, 254, 255, 256, 257, 65534, 65535, 65536, 70000]

_SHARED = [
    ("empty", "b''"),
    ("ascii", "b'hello'"),
    ("nul", "b'a\\0b'"),
    ("newline", "b'two\\nlines\\r\\n'"),
    ("backslash", "b'a\\\\b'"),
    ("quotes", "b'\\'\"'"),
    ("high", "b'\\x80\\xff\\xe9'"),
    ("all", "bytes(range(256))"),
    ("all-but-nul", "bytes(range(1, 256))"),
    ("utf-8", "b'caf\\xc3\\xa9'"),
    ("pickle", "b'\\x80\\x04K\\x01.'"),
] + [(f"length-{length}", f"b'x' * {length}") for length in _LENGTHS]

CASES = (
    [Case(f"bytes-{name}", source) for name, source in _SHARED]
    + [Case(f"bytearray-{name}", f"bytearray({source})") for name, source in _SHARED]
    + [
        Case("bytes-high-70000", "bytes(range(128, 256)) * 550"),
        Case("bytearray-high-70000", "bytearray(bytes(range(128, 256)) * 550)"),
        Case("bytes-twice", "twice(b'some bytes')"),
        Case("bytearray-twice", "twice(bytearray(b'some bytes'))"),
        Case("bytearray-empty-twice", "twice(bytearray())"),
        Case("bytes-two", "[b'some bytes', b'other bytes']"),
        Case("bytearray-two-equal", "[bytearray(b'ab'), bytearray(b'ab')]"),
        Case("bytearray-of-its-bytes", "(lambda b: [b, bytearray(b), b])(b'some bytes')"),
        Case("long-between-short", "[b'a1', b'x' * 70000, b'b2', b'y' * 65536, b'c3', b'z' * 65535, b'd4']"),
        Case("bytearrays-long-between-short", "[b'a1', bytearray(70000), b'b2', bytearray(65536), b'c3']"),
        Case("as-key", "{b'key': b'value'}"),
    ]
)
