"""Pickles with something wrong. CPython's class of exception is what is expected, with the opcode and its offset."""

from support.assemble import Short

from pickles import broken

_HUGE4 = 0x7FFFFFFF
_HUGE8 = 0x7FFFFFFFFFFFFFFF

_NEEDS_ONE = (
    "POP DUP TUPLE1 BINPERSID BUILD APPEND SETITEM REDUCE NEWOBJ NEWOBJ_EX STACK_GLOBAL MEMOIZE READONLY_BUFFER".split()
)
_NEEDS_TWO = "TUPLE2 APPEND SETITEM REDUCE NEWOBJ NEWOBJ_EX BUILD STACK_GLOBAL".split()
_NEEDS_THREE = "TUPLE3 SETITEM NEWOBJ_EX".split()
_NEEDS_MARK = "LIST TUPLE DICT FROZENSET APPENDS SETITEMS ADDITEMS POP_MARK OBJ".split()

_FITS = 1 << 20

# The lengths that the opcodes claim; there are three bytes. _FITS would be had of most heaps.
_COUNTED = {
    "BINSTRING": [-1, -(2**31), 10, _FITS, _HUGE4],
    "SHORT_BINSTRING": [10, 255],
    "BINBYTES": [10, _FITS],
    "SHORT_BINBYTES": [10, 255],
    "BINBYTES8": [10, _FITS, _HUGE8 + 1, (1 << 64) - 1],
    "BINUNICODE": [10, _FITS, _HUGE4, 0xFFFFFFFF],
    "SHORT_BINUNICODE": [10, 255],
    "BINUNICODE8": [10, _FITS, 1 << 31, 1 << 40, _HUGE8, _HUGE8 + 1, (1 << 64) - 1],
    "BYTEARRAY8": [10, _FITS, _HUGE8 + 1, (1 << 64) - 1],
    "LONG1": [10, 255],
    "LONG4": [10, _FITS, _HUGE4, -1, -(2**31)],
}

_BAD_INTS = [
    "",
    "-",
    "+",
    "x",
    "1x",
    "08",
    "0_8",
    "1__0",
    "_1",
    "1_",
    "12L",
    "0x",
    "0xg",
    "1.5",
    "1 2",
    "--1",
    "\u0967",
    "0b2",
]
_BAD_LONGS = ["", "L", "010L", "x", "5LL", "5l", "1.5L", "-L", "1 2L", "08L"]
_BAD_FLOATS = [
    "",
    "x",
    "1.5x",
    " 1.5",
    "1.5 ",
    "1_0.0",
    "0x1p3",
    "1e",
    "e5",
    ".",
    "-",
    "infx",
    "nan(1)",
    "1e400",
    "-1e400",
    "1,5",
]
_BAD_MEMO = ["", "x", "-1", "1x", "0x1", "1.0"]

_BAD_UTF8 = {
    "continuation": b"\x80",
    "cut": b"ab\xe2\x82",
    "overlong": b"\xc0\x80",
    "overlong-3": b"\xe0\x80\x80",
    "overlong-4": b"\xf0\x80\x80\x80",
    "beyond": b"\xf4\x90\x80\x80",
    "five-bytes": b"\xf8\x88\x80\x80\x80",
    "ff": b"\xff",
    "cut-inside": b"\xe2\x82b",
}

_BAD_ESCAPES = {
    "unquoted": b"abc",
    "nothing": b"",
    "one-quote": b"'",
    "open": b"'abc",
    "other-quote": b"'abc\"",
    "space-after": b"'abc' ",
    "hex-short": rb"'\x4'",
    "hex-none": rb"'\x'",
    "hex-bad": rb"'\xzz'",
    "backslash-last": b"'abc\\'",
}

_BAD_RAW = {
    "u-short": rb"\u12",
    "u-none": rb"\u",
    "u-bad": rb"\u12gh",
    "U-short": rb"\U0001f6",
    "U-beyond": rb"\U00110000",
    "U-bad": rb"\U0000zzzz",
}

_MAY_BE_VIEWED = "CPython does not let grow what something has a view of, and MicroPython cannot know"
_CUT_OF_NOTHING = "to CPython, no bytes at the very end of the input are cut; the pickle then ends without STOP"
_OVERFLOWS_FIRST = "CPython finds that a float is too large before it finds that it is none"
_NO_UNDERSCORES = "MicroPython reads an int with underscores if 64 bits hold it"
_HEADER_COUNTS = "CPython counts in what its own bytes objects begin with"
_LARGER_THAN_MEMORY = "CPython allocates what the length field claims before it reads"
_UNEQUAL = ("GLOBAL", "sample", "Unequal")

PICKLES = (
    [
        broken("empty"),
        broken("stop-alone", "STOP"),
        broken("mark-alone", "MARK", "STOP"),
        broken("mark-under-stop", "NONE", "MARK", "STOP"),
        broken("no-stop", "NONE"),
        broken("proto-alone", ("PROTO", 4)),
        broken("proto-cut", b"\x80"),
        broken("proto-6", ("PROTO", 6), "NONE", "STOP"),
        broken("proto-255", ("PROTO", 255), "NONE", "STOP"),
        broken("tuple2-over-mark", "NONE", "MARK", ("BININT1", 1), "TUPLE2", "STOP"),
        broken("append-over-mark", "EMPTY_LIST", "MARK", "APPEND", "STOP"),
        broken("dup-mark", "NONE", "MARK", "DUP", "STOP"),
        broken("binput-mark", "MARK", ("BINPUT", 0), "STOP"),
        broken("build-over-mark", "NONE", "MARK", "EMPTY_DICT", "BUILD", "STOP"),
        broken("appends-under-mark", "MARK", "APPENDS", "STOP"),
        broken("setitems-under-mark", "MARK", "NONE", "NONE", "SETITEMS", "STOP"),
        broken("additems-under-mark", "MARK", "NONE", "ADDITEMS", "STOP"),
        broken("dict-odd", "MARK", "NONE", "DICT", "STOP"),
        broken("setitems-odd", "EMPTY_DICT", "MARK", "NONE", "SETITEMS", "STOP"),
        broken("dict-unhashable", "MARK", "EMPTY_LIST", "NONE", "DICT", "STOP"),
        broken("setitem-unhashable", "EMPTY_DICT", "EMPTY_DICT", "NONE", "SETITEM", "STOP"),
        broken("setitem-unhashable-tuple", "EMPTY_DICT", "EMPTY_LIST", "TUPLE1", "NONE", "SETITEM", "STOP"),
        broken("additems-unhashable", "EMPTY_SET", "MARK", "EMPTY_LIST", "ADDITEMS", "STOP"),
        broken("frozenset-unhashable", "MARK", "EMPTY_LIST", "FROZENSET", "STOP"),
        broken("append-to-none", "NONE", "NONE", "APPEND", "STOP"),
        broken("append-to-tuple", "EMPTY_TUPLE", "NONE", "APPEND", "STOP"),
        broken("append-to-dict", "EMPTY_DICT", "NONE", "APPEND", "STOP"),
        broken("appends-to-int", ("BININT1", 1), "MARK", "NONE", "NONE", "APPENDS", "STOP"),
        broken("setitem-of-none", "NONE", "NONE", "NONE", "SETITEM", "STOP"),
        broken("setitem-of-empty-list", "EMPTY_LIST", ("BININT1", 0), "NONE", "SETITEM", "STOP"),
        broken("setitem-of-tuple", "NONE", "TUPLE1", ("BININT1", 0), "NONE", "SETITEM", "STOP"),
        broken("additems-to-list", "EMPTY_LIST", "MARK", "NONE", "ADDITEMS", "STOP"),
        broken("additems-to-none", "NONE", "MARK", "NONE", "ADDITEMS", "STOP"),
        broken("build-none", "NONE", "EMPTY_DICT", ("BINUNICODE", "x"), "NONE", "SETITEM", "BUILD", "STOP"),
        broken("build-state-int", ("GLOBAL", "sample", "Plain"), b")\x81", ("BININT1", 1), "BUILD", "STOP"),
        broken("build-state-list", ("GLOBAL", "sample", "Plain"), b")\x81", "EMPTY_LIST", "BUILD", "STOP"),
        broken("build-slots-int", ("GLOBAL", "sample", "Plain"), b")\x81", b"NK\x01\x86", "BUILD", "STOP"),
        broken("reduce-not-a-tuple", ("GLOBAL", "sample", "give"), "EMPTY_LIST", "REDUCE", "STOP"),
        broken("reduce-int", ("GLOBAL", "sample", "give"), ("BININT1", 1), "REDUCE", "STOP"),
        broken("reduce-none", "NONE", "EMPTY_TUPLE", "REDUCE", "STOP"),
        broken("reduce-wrong-count", ("GLOBAL", "sample", "pair"), "EMPTY_TUPLE", "REDUCE", "STOP"),
        broken("reduce-raises", ("GLOBAL", "sample", "fail"), "EMPTY_TUPLE", "REDUCE", "STOP"),
        broken("newobj-none", "NONE", "EMPTY_TUPLE", "NEWOBJ", "STOP"),
        broken("global-surrogate-in-module", b"csample\xed\xbf\xbf\npair\n", "STOP"),
        broken("global-surrogate-in-name", b"csample\npair\xed\xa0\x80\n", "STOP"),
        broken("inst-surrogate", b"(isample\npair\xed\xa0\x80\n", "STOP"),
        broken("newobj-function", ("GLOBAL", "sample", "pair"), "EMPTY_TUPLE", "NEWOBJ", "STOP"),
        broken("newobj-not-a-tuple", ("GLOBAL", "sample", "Plain"), "EMPTY_LIST", "NEWOBJ", "STOP"),
        broken("newobj-ex-none", "NONE", "EMPTY_TUPLE", "EMPTY_DICT", "NEWOBJ_EX", "STOP"),
        broken("newobj-ex-no-dict", ("GLOBAL", "sample", "Plain"), "EMPTY_TUPLE", "EMPTY_LIST", "NEWOBJ_EX", "STOP"),
        broken("newobj-ex-no-tuple", ("GLOBAL", "sample", "Plain"), "NONE", "EMPTY_DICT", "NEWOBJ_EX", "STOP"),
        broken("newobj-arguments", ("GLOBAL", "sample", "Plain"), ("BININT1", 1), "TUPLE1", "NEWOBJ", "STOP"),
        broken(
            "reconstructor-other-base",
            ("GLOBAL", "copy_reg", "_reconstructor"),
            ("GLOBAL", "sample", "Plain"),
            ("GLOBAL", "__builtin__", "list"),
            b"]\x87R.",
        ),
        broken(
            "reconstructor-function",
            ("GLOBAL", "copy_reg", "_reconstructor"),
            ("GLOBAL", "sample", "pair"),
            ("GLOBAL", "__builtin__", "object"),
            b"N\x87R.",
        ),
        broken("inst-no-mark", ("INST", "sample", "Plain"), "STOP"),
        broken("inst-one-line", "MARK", b"isample\n"),
        broken("inst-no-module", "MARK", ("INST", "no_such_module", "x"), "STOP"),
        broken("inst-no-name", "MARK", ("INST", "sample", "no_such_name"), "STOP"),
        broken("obj-nothing", "MARK", "OBJ", "STOP"),
        broken("obj-none", "MARK", "NONE", "OBJ", "STOP"),
        broken("global-no-module", ("GLOBAL", "no_such_module", "x"), "STOP"),
        broken("global-no-package", ("GLOBAL", "no_such.module.at_all", "x"), "STOP"),
        broken("global-no-name", ("GLOBAL", "sample", "no_such_name"), "STOP"),
        broken("global-empty-name", ("GLOBAL", "sample", ""), "STOP"),
        broken("global-empty-module", ("GLOBAL", "", "x"), "STOP"),
        broken("global-one-line", b"csample\n"),
        broken("global-no-line", b"csample"),
        broken("global-dotted-before-4", ("GLOBAL", "sample", "Outer.Inner"), "STOP"),
        broken("global-bad-utf-8", ("GLOBAL", b"\xff", b"x"), "STOP"),
        broken("stack-global-ints", ("BININT1", 1), ("BININT1", 2), "STACK_GLOBAL", "STOP"),
        broken(
            "stack-global-bytes", ("SHORT_BINBYTES", b"sample"), ("SHORT_BINBYTES", b"Plain"), "STACK_GLOBAL", "STOP"
        ),
        broken(
            "stack-global-no-module", ("SHORT_BINUNICODE", "no_such"), ("SHORT_BINUNICODE", "x"), "STACK_GLOBAL", "STOP"
        ),
        broken(
            "stack-global-no-inner",
            ("PROTO", 4),
            ("SHORT_BINUNICODE", "sample"),
            ("SHORT_BINUNICODE", "Outer.Nothing"),
            "STACK_GLOBAL",
            "STOP",
        ),
        broken("get-nothing", ("GET", "0"), "STOP"),
        broken("get-negative", ("GET", "-1"), "STOP"),
        broken("get-huge", ("GET", "99999999999999999999"), "STOP"),
        broken("binget-nothing", ("BINGET", 0), "STOP"),
        broken("long-binget-nothing", ("LONG_BINGET", 0xFFFFFFFF), "STOP"),
        broken("binget-other", "NONE", ("BINPUT", 1), ("BINGET", 0), "STOP"),
        broken("put-empty-stack", ("PUT", "0"), "STOP"),
        broken("binput-empty-stack", ("BINPUT", 0), "STOP"),
        broken("long-binput-empty-stack", ("LONG_BINPUT", 0), "STOP"),
        broken("put-huge", "NONE", ("PUT", "99999999999999999999"), "STOP"),
        broken("ext1-zero", ("EXT1", 0), "STOP"),
        broken("ext4-negative", ("EXT4", -1), "STOP"),
        broken("ext1-unknown", ("EXT1", 1), "STOP"),
        broken("persid-no-hook", ("PERSID", "x"), "STOP"),
        broken("persid-not-ascii", ("PERSID", b"\xff"), "STOP"),
        broken("persid-no-line", b"Px"),
        broken("frame-cut", ("FRAME", 10), "NONE", "STOP"),
        broken("frame-huge", ("FRAME", _HUGE8), "NONE", "STOP"),
        broken("frame-too-huge", ("FRAME", (1 << 64) - 1), "NONE", "STOP"),
        broken("frame-length-cut", b"\x95\x05\0\0"),
        broken("next-buffer-none", "NEXT_BUFFER", "STOP"),
        broken("next-buffer-too-many", "NEXT_BUFFER", "NEXT_BUFFER", "STOP", buffers="=[b'a']"),
        broken("next-buffer-empty", "NEXT_BUFFER", "STOP", buffers="=[]"),
        broken("readonly-buffer-of-none", "NONE", "READONLY_BUFFER", "STOP"),
        broken("readonly-buffer-of-str", ("BINUNICODE", "text"), "READONLY_BUFFER", "STOP"),
        broken("encoding-unknown", ("SHORT_BINSTRING", b"\xe9"), "STOP", encoding="no-such-encoding"),
        broken("errors-unknown", ("SHORT_BINSTRING", b"\xe9"), "STOP", errors="no-such-handler"),
        broken("raises-in-setstate", ("GLOBAL", "sample", "Angry"), b")\x81}b."),
        broken("raises-in-append", ("GLOBAL", "sample", "Angry"), b")\x81Na."),
        broken("state-of-class", ("GLOBAL", "sample", "Plain"), b"}U\x01xK\x05sb."),
        broken(
            "slots-of-class",
            ("GLOBAL", "sample", "Plain"),
            b"N}U\x01xK\x05s\x86b.",
            raises="TypeError",
            why="what is admitted to make instances would be changed for good",
        ),
        broken("raises-in-extend", ("GLOBAL", "sample", "Angry"), b")\x81(NNe."),
        broken("raises-in-add", ("GLOBAL", "sample", "Angry"), b")\x81(NN\x90."),
        broken("raises-in-setitem", ("GLOBAL", "sample", "Angry"), b")\x81NNs."),
        broken("raises-in-hash", b"}", ("GLOBAL", "sample", "Angry"), b")\x81Ns."),
        broken("raises-in-hash-of-set", b"\x8f(", ("GLOBAL", "sample", "Angry"), b")\x81\x90."),
        broken("raises-in-hash-of-frozenset", b"(", ("GLOBAL", "sample", "Angry"), b")\x81\x91."),
        broken("raises-in-eq", b"}", _UNEQUAL, b")\x81Ns", _UNEQUAL, b")\x81Ns."),
        broken("raises-in-eq-of-dict", b"(", _UNEQUAL, b")\x81N", _UNEQUAL, b")\x81Nd."),
        broken("raises-in-eq-of-set", b"\x8f(", _UNEQUAL, b")\x81", _UNEQUAL, b")\x81\x90."),
        broken("raises-in-eq-of-frozenset", b"(", _UNEQUAL, b")\x81", _UNEQUAL, b")\x81\x91."),
    ]
    + [broken(f"nothing-for-{name}", name, "STOP") for name in _NEEDS_ONE]
    + [broken(f"one-for-{name}", "NONE", name, "STOP") for name in _NEEDS_TWO]
    + [broken(f"two-for-{name}", "NONE", "NONE", name, "STOP") for name in _NEEDS_THREE]
    + [broken(f"only-mark-for-{name}", "MARK", name, "STOP") for name in sorted({*_NEEDS_ONE, *_NEEDS_TWO, "TUPLE3"})]
    + [broken(f"no-mark-for-{name}", "NONE", "NONE", name, "STOP") for name in _NEEDS_MARK]
    + [broken(f"no-mark-and-nothing-for-{name}", name, "STOP") for name in _NEEDS_MARK]
    + [
        broken(f"{name}-claims-{length}", (name, Short(length, b"abc")), "STOP")
        for name, lengths in _COUNTED.items()
        for length in lengths
    ]
    + [
        broken(
            f"{name}-claims-{length}",
            (name, Short(length, b"abc")),
            "STOP",
            raises="UnpicklingError",
            why=_LARGER_THAN_MEMORY,
        )
        for name, length in [
            ("BINBYTES", _HUGE4),
            ("BINBYTES", 0xFFFFFFFF),
            ("BINBYTES8", 1 << 30),
            ("BINBYTES8", 1 << 40),
            ("BINBYTES8", _HUGE8),
            ("BYTEARRAY8", 1 << 30),
            ("BYTEARRAY8", 1 << 40),
            ("BYTEARRAY8", _HUGE8),
        ]
    ]
    + [
        broken(f"{what}-of-{name}", *data, *parts, "STOP", raises="TypeError", why=_MAY_BE_VIEWED)
        for name, data in [
            ("bytearray", [("BYTEARRAY8", b"abc")]),
            ("array", [b"carray\narray\n(U\x01B]K\x01atR"]),
        ]
        for what, parts in [
            ("append", [("BININT1", 1), "APPEND"]),
            ("appends", ["MARK", ("BININT1", 1), "APPENDS"]),
            ("setitem", [("BININT1", 0), ("BININT1", 1), "SETITEM"]),
            ("setitems", ["MARK", ("BININT1", 0), ("BININT1", 1), "SETITEMS"]),
            ("setitem-of-slice", [b"c__builtin__\nslice\nK\x00K\x00\x86R", *data, "SETITEM"]),
        ]
    ]
    # What fuzzing found, each with CPython's reason for another exception.
    + [
        broken(f"nothing-of-{name}-at-the-end", (name, b""), raises="EOFError", why=_CUT_OF_NOTHING)
        for name in ("SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8")
    ]
    + [
        broken("int-4301-digits", ("INT", "7" * 4301), "STOP"),
        broken("long-4301-digits", ("LONG", "-" + "7" * 4301 + "L"), "STOP"),
        broken("get-4301-digits", ("GET", "7" * 4301), "STOP"),
        broken(
            "long-and-underscores",
            ("LONG", "_".join("7" * 30) + "L"),
            "STOP",
            raises="ValueError",
            why=_NO_UNDERSCORES,
            needs=("bigint",),
        ),
        broken("float-too-large-and-wrong", ("FLOAT", "1e999x"), "STOP", raises="ValueError", why=_OVERFLOWS_FIRST),
        broken(
            "BINBYTES8-as-long-as-can-be",
            ("BINBYTES8", Short((1 << 63) - 8, b"abc")),
            "STOP",
            raises="UnpicklingError",
            why=_HEADER_COUNTS,
            needs=("words of 64 bits",),
        ),
    ]
    + [broken(f"int-{text}", ("INT", text), "STOP") for text in _BAD_INTS]
    + [broken(f"long-{text}", ("LONG", text), "STOP") for text in _BAD_LONGS]
    + [broken(f"float-{text}", ("FLOAT", text), "STOP") for text in _BAD_FLOATS]
    + [broken(f"get-{text}", "NONE", ("GET", text), "STOP") for text in _BAD_MEMO]
    + [broken(f"put-{text}", "NONE", ("PUT", text), "STOP") for text in _BAD_MEMO]
    + [broken(f"binunicode-{name}", ("BINUNICODE", data), "STOP") for name, data in _BAD_UTF8.items()]
    + [broken(f"short-binunicode-{name}", ("SHORT_BINUNICODE", data), "STOP") for name, data in _BAD_UTF8.items()]
    + [broken(f"binunicode8-{name}", ("BINUNICODE8", data), "STOP") for name, data in _BAD_UTF8.items()]
    + [broken(f"string-{name}", ("STRING", text), "STOP") for name, text in _BAD_ESCAPES.items()]
    + [broken(f"unicode-{name}", ("UNICODE", text), "STOP") for name, text in _BAD_RAW.items()]
    + [broken(f"line-without-end-{code}", code.encode() + b"1") for code in "ILFSVgpP"]
    + [
        broken(f"opcode-{code:02x}", bytes([code]), "STOP")
        for code in [0x00, 0x01, 0x0A, 0x20, 0x21, 0x3F, 0x41, 0x5A, 0x7E, 0x7F, 0x81 + 0x18, 0xA0, 0xC0, 0xFE, 0xFF]
    ]
)
