"""Ints: both sides of every boundary of the format."""

from support.case import Case

_PLAIN = """
    0 1 -1 2 9 10 -10 99 127 128 -127 -128 -129 255 256 257 -255 -256 -257 32767 32768 -32768 -32769 65535 65536 65537
    -65535 -65536 -65537
""".split()

# Around a power of two, where an opcode, a byte of LONG1 or a machine's own ints end.
_POWERS = [
    23,
    24,
    29,
    30,
    31,
    32,
    39,
    47,
    48,
    61,
    62,
    63,
    64,
    65,
    71,
    72,
    127,
    128,
    255,
    256,
    1023,
    2000,
    2039,
    2040,
    2047,
]

CASES = (
    [Case(text, text) for text in _PLAIN]
    + [
        Case(f"{sign}2**{power}{offset}", f"{sign}(1 << {power}){offset}")
        for power in _POWERS
        for sign in ("", "-")
        for offset in ("-1", "", "+1")
    ]
    + [
        Case("all-bytes-differ", "0x0123456789abcdef0123456789abcdef"),
        Case("minus-all-bytes-differ", "-0xfedcba9876543210fedcba9876543210"),
        Case("zeros-inside", "0x8000000000000000000000000000000000000001"),
        Case("ten-to-the-600", "10 ** 600"),
        Case("long4-of-3000-bytes", "(1 << 24000) - 12345", protocols=(2, 3, 4, 5)),  # 7225 digits in text
        Case("4300-digits", "1 - 10 ** 4300"),
        Case("long4-of-1000-bytes", "(1 << 8000) - 12345"),
        Case("seventeen-digits", "12345678901234567"),
        Case("not-merged", "[5, 5, 70000, 70000, 1 << 40, 1 << 40]"),
    ]
)
