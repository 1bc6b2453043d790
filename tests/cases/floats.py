"""Floats. The ones whose digits matter are given in hex: MicroPython's own parser is less exact than CPython's,
and its compiler makes one constant of 0.0 and -0.0."""

from support.case import Case

# Exact in 20 bits of mantissa, so that every float there is can hold them.
_SHORT = """
    0.0 -0.0 0.5 1.0 -1.0 1.5 -2.0 2.5 100.0 -1000.0 65536.0 1e5 0.125 0.0009765625 3.0 10.0 1048575.0 1048576.0
    -262143.5 0.0625
""".split()

# What repr and the exponent's form depend on: protocol 0 writes the shortest text that reads back.
_DOUBLES = """
    0.1 0.2 0.3 1e16 1e15 1e17 123456789012345680.0 9999999999999998.0 1e22 1e23 1e-4 1e-5 0.00012345 1.1e-5 1e300
    -1e300 1e-300 5e-324 2.2250738585072014e-308 2.2250738585072011e-308 1.7976931348623157e308 3.141592653589793
    2.718281828459045 1.0000000000000002 0.30000000000000004 4.35 9007199254740993.0 1e100 12345.678 -0.1 123456.7
    1234567890123456.7 6.02214076e23 1.6e-19
""".split()


def _hex(text):
    import struct

    return struct.pack(">d", float(text)).hex()


CASES = (
    [Case(text, text) for text in _SHORT]
    + [Case(text, f"double('{_hex(text)}')") for text in _DOUBLES]
    + [
        Case("inf", "float('inf')"),
        Case("-inf", "float('-inf')"),
        Case("nan", "float('nan')"),
        Case("2**100", "2.0 ** 100"),
        Case("2**-100", "2.0 ** -100"),
        Case("2**-126", "2.0 ** -126"),
        Case("2**127", "2.0 ** 127"),
        Case("not-merged", "[0.5, 0.5, 1.5, 1.5]"),
        Case("in-containers", "([0.5], (1.5, -0.0), {0: 0.25})"),
        Case("complex", "complex(1.5, -2.5)"),
        Case("complex-zeros", "complex(0.0, 0.0)"),
        Case("complex-minus-zeros", "-complex(0.0, 0.0)"),
        Case("complex-inf", "complex(float('inf'), 0.5)"),
        Case("complex-twice", "twice(complex(0.5, 1.5))"),
        Case("complex-two", "[complex(0.5, 1.5), complex(2.5, 1.5)]"),
        Case("complex-double", "complex(double('3fb999999999999a'), double('bfd3333333333333'))"),
    ]
)
