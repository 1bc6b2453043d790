"""Every opcode, in every form that CPython's unpickler takes; what CPython loads is what is expected."""

from support.assemble import Short

from pickles import loads

_INTS = """
    0 1 -1 +5 7 00 01 000 001 002 0x10 -0x10 0X1f 010 -010 0777 0o17 0b101 1_000 0x_10 0x1_0 2147483647 2147483648
    -2147483648 4294967296 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
    123456789012345678901234567890 0xffffffffffffffffffff -0b1111 0o777_777
""".split()

_LONGS = """
    0L 1L -1L 5 -5 0x10L 0x10 1_0L 123456789012345678901234567890L -123456789012345678901234567890L 0b11L 2147483648L
    +7L -0L
""".split()

_FLOATS = """
    1.5 -1.5 0 0.0 -0.0 5 5. .5 1e5 1E5 1e+5 1e-5 nan NaN -nan +nan inf -inf +inf Infinity -INFINITY iNf 0.1
    3.14159265358979323846264338327950288 9007199254740993 9007199254740992.99999999999999999999999

    2.2250738585072011e-308 0.500000000000000166533453693773481063544750213623046875 5e-324
    2.4703282292062327208e-324 2.4703282292062328e-324
    1e-400 1.7976931348623157e308 17976931348623157e292 0.000000000000000000001e21 000123.5 1e0000005
    123456789012345678901234567890 8.5 0.0e999999 1.00000000000000011102230246251565404236316680908203125
    1.00000000000000011102230246251565404236316680908203124 1.00000000000000011102230246251565404236316680908203126
""".split()

_ESCAPES = {
    "plain": b"'abc'",
    "double-quotes": b'"abc"',
    "empty": b"''",
    "quote-inside": b"'it\"s'",
    "escaped-quotes": rb"'\'\"'",
    "letters": rb"'\a\b\f\n\r\t\v\\'",
    "hex": rb"'\x41\x7f\x00'",
    "octal": rb"'\101\0\07\1234'",
    "unknown": rb"'\q\u0041\N\8\X41'",
    "same-quote-bare": b"'it's'",
    "tab": b"'a\tb'",
    "carriage-return": b"'a\r'",
}

_HIGH = {"escaped": rb"'caf\xe9'", "raw": b"'caf\xe9'", "utf-8": b"'caf\xc3\xa9 \xe2\x82\xac'"}

_RAW_UNICODE = {
    "ascii": b"abc",
    "empty": b"",
    "latin-1": b"caf\xe9",
    "u": rb"\u20ac\u0041\u000a",
    "U": rb"\U0001f600\U00000041\U0010ffff",
    "two-backslashes": rb"\\u0041",
    "three-backslashes": rb"\\\u0041",
    "four-backslashes": rb"\\\\u0041",
    "other-escapes": rb"\n\x41\q",
    "backslash-last": b"abc\\",
    "surrogates": rb"\ud83d\ude00",
    "lone-surrogate": rb"\ud800",
    "carriage-return": b"a\r",
}

_ENCODINGS = ["ASCII", "ascii", "latin1", "latin-1", "iso-8859-1", "utf-8", "UTF-8", "utf8", "bytes"]


def _strings():
    for name, text in _ESCAPES.items():
        for encoding in ["ASCII", "latin1", "bytes"]:
            yield loads(f"string-{name}-{encoding}", ("STRING", text), encoding=encoding)
    for encoding in _ENCODINGS:
        for name, text in _HIGH.items():
            yield loads(f"string-high-{name}-{encoding}", ("STRING", text), encoding=encoding)
        for name, data in [
            ("ascii", b"abc"),
            ("high", b"\xe9"),
            ("utf-8", b"\xc3\xa9"),
            ("empty", b""),
            ("nul", b"a\0b"),
        ]:
            yield loads(f"binstring-{name}-{encoding}", ("BINSTRING", data), encoding=encoding)
            yield loads(f"short-binstring-{name}-{encoding}", ("SHORT_BINSTRING", data), encoding=encoding)
    for errors in ["strict", "ignore", "replace"]:
        for encoding in ["ASCII", "utf-8", "latin1"]:
            for name, data in [
                ("one", b"a\xe9b"),
                ("cut", b"ab\xe2\x82"),
                ("cut-inside", b"a\xe2\x82b"),
                ("cut-by-another", b"\xf0\x9f\x98\xc3\xa9"),
                ("overlong", b"\xc0\x80"),
                ("surrogate", b"\xed\xa0\x80"),
                ("beyond", b"\xf4\x90\x80\x80"),
                ("several", b"\xff\xfe\x80x\x80"),
                ("good", b"good"),
            ]:
                yield loads(
                    f"short-binstring-{name}-{encoding}-{errors}",
                    ("SHORT_BINSTRING", data),
                    encoding=encoding,
                    errors=errors,
                )


_CLASS = ("GLOBAL", "sample", "Plain")
_SPARSE = "CPython allocates as many slots as the index says"
_STATE = ["MARK", ("BINUNICODE", "x"), ("BININT1", 5), "DICT"]

PICKLES = (
    [loads(f"int-{text}", ("INT", text)) for text in _INTS]
    + [loads(f"long-{text}", ("LONG", text)) for text in _LONGS]
    + [loads(f"float-{text}", ("FLOAT", text)) for text in _FLOATS]
    + [loads(f"unicode-{name}", ("UNICODE", text)) for name, text in _RAW_UNICODE.items()]
    + list(_strings())
    + [
        loads("int-4300-digits", ("INT", "-" + "7" * 4300)),
        loads("long-4300-digits", ("LONG", "7" * 4300 + "L")),
        loads("long-hexadecimal-digits", ("LONG", "0x" + "7" * 5000)),
        loads("int-space-before", ("INT", " 12")),
        loads("int-carriage-return", ("INT", "12\r")),
        loads("int-space-after", ("INT", "12 ")),
        loads("long-space-before", ("LONG", " 12L")),
        loads("none", "NONE"),
        loads("newtrue", "NEWTRUE"),
        loads("newfalse", "NEWFALSE"),
        loads("binint", ("BININT", 70000)),
        loads("binint-negative", ("BININT", -1)),
        loads("binint-ends", ("BININT", -(2**31)), ("BININT", 2**31 - 1), "TUPLE2"),
        loads("binint1", ("BININT1", 255)),
        loads("binint2", ("BININT2", 65535)),
        loads("long1-empty", ("LONG1", b"")),
        loads("long1-one", ("LONG1", b"\x7f")),
        loads("long1-minus-one", ("LONG1", b"\xff")),
        loads("long1-redundant", ("LONG1", b"\x01\0\0\0\0\0\0\0\0\0\0")),
        loads("long1-redundant-sign", ("LONG1", b"\xff" * 20)),
        loads("long1-eight-bytes", ("LONG1", b"\xff" * 7 + b"\x7f")),
        loads("long1-eight-bytes-negative", ("LONG1", b"\0" * 7 + b"\x80")),
        loads("long1-nine-bytes", ("LONG1", b"\0" * 7 + b"\x80\0")),
        loads("long1-255-bytes", ("LONG1", bytes(range(1, 256)))),
        loads("long4-empty", ("LONG4", b"")),
        loads("long4-two", ("LONG4", b"\x00\x80")),
        loads("long4-300-bytes", ("LONG4", b"\xaa" * 300)),
        loads("binfloat", ("BINFLOAT", 1.5)),
        loads("binfloat-nan", ("BINFLOAT", float("nan"))),
        loads("binfloat-zero", ("BINFLOAT", -0.0)),
        loads("binfloat-0.1", ("BINFLOAT", 0.1)),
        loads("binbytes", ("BINBYTES", b"a\0\xff")),
        loads("short-binbytes", ("SHORT_BINBYTES", b"a\0\xff")),
        loads("binbytes8", ("BINBYTES8", b"a\0\xff")),
        loads("bytearray8", ("BYTEARRAY8", b"a\0\xff")),
        loads("bytearray8-empty", ("BYTEARRAY8", b"")),
        loads("binunicode", ("BINUNICODE", "caf\xe9 \u20ac \U0001f600")),
        loads("binunicode-surrogate", ("BINUNICODE", "a\ud800\udfff")),
        loads("short-binunicode", ("SHORT_BINUNICODE", "caf\xe9")),
        loads("binunicode8", ("BINUNICODE8", "caf\xe9")),
        loads("empty-list", "EMPTY_LIST"),
        loads("list", "MARK", "NONE", "NEWTRUE", "LIST"),
        loads("append", "EMPTY_LIST", ("BININT1", 1), "APPEND", ("BININT1", 2), "APPEND"),
        loads("appends", "EMPTY_LIST", "MARK", ("BININT1", 1), ("BININT1", 2), "APPENDS", "MARK", "APPENDS"),
        loads("empty-tuple", "EMPTY_TUPLE"),
        loads("tuple", "MARK", "NONE", ("BININT1", 1), ("BININT1", 2), ("BININT1", 3), "TUPLE"),
        loads("tuple-of-none", "MARK", "TUPLE"),
        loads("tuple1", "NONE", "TUPLE1"),
        loads("tuple2", "NONE", ("BININT1", 1), "TUPLE2"),
        loads("tuple3", "NONE", ("BININT1", 1), ("BININT1", 2), "TUPLE3"),
        loads("empty-dict", "EMPTY_DICT"),
        loads("dict", "MARK", ("BININT1", 1), "NONE", ("BININT1", 2), "NEWTRUE", "DICT"),
        loads("dict-same-key", "MARK", ("BININT1", 1), "NONE", ("BININT1", 1), "NEWTRUE", "DICT"),
        loads("setitem", "EMPTY_DICT", ("BININT1", 1), "NONE", "SETITEM"),
        loads("setitem-in-list", "EMPTY_LIST", "NONE", "APPEND", ("BININT1", 0), "NEWTRUE", "SETITEM"),
        loads("setitems", "EMPTY_DICT", "MARK", ("BININT1", 1), "NONE", ("BININT1", 2), "EMPTY_LIST", "SETITEMS"),
        loads("empty-set", "EMPTY_SET"),
        loads("additems", "EMPTY_SET", "MARK", ("BININT1", 1), ("BININT1", 2), ("BININT1", 1), "ADDITEMS"),
        loads("frozenset", "MARK", ("BININT1", 1), ("BININT1", 2), "FROZENSET"),
        loads("frozenset-empty", "MARK", "FROZENSET"),
        loads("pop", "NONE", ("BININT1", 1), "POP"),
        loads("pop-mark-itself", "NONE", "MARK", "POP"),
        loads("pop-mark", "NONE", "MARK", ("BININT1", 1), ("BININT1", 2), "POP_MARK"),
        loads("pop-mark-nested", "NONE", "MARK", ("BININT1", 1), "MARK", ("BININT1", 2), "POP_MARK", "POP_MARK"),
        loads("dup", "EMPTY_LIST", "DUP", "TUPLE2"),
        loads("stop-with-more-on-the-stack", "NONE", ("BININT1", 1)),
        loads("bytes-after-stop", "NONE", "STOP", b"anything"),
        loads("put-get", "EMPTY_LIST", ("PUT", "0"), ("GET", "0"), "TUPLE2"),
        loads("put-get-spaces", "EMPTY_LIST", ("PUT", " 7 "), ("GET", "7"), "TUPLE2"),
        loads("put-large", "EMPTY_LIST", ("PUT", "100000"), ("GET", "100000"), "TUPLE2"),
        loads("binput-binget", "EMPTY_LIST", ("BINPUT", 255), ("BINGET", 255), "TUPLE2"),
        loads("long-binput", "EMPTY_LIST", ("LONG_BINPUT", 100000), ("LONG_BINGET", 100000), "TUPLE2"),
        loads("put-again", "NONE", ("BINPUT", 0), "EMPTY_LIST", ("BINPUT", 0), ("BINGET", 0), "TUPLE3"),
        loads("memoize", "EMPTY_LIST", "MEMOIZE", "EMPTY_DICT", "MEMOIZE", ("BINGET", 0), ("BINGET", 1), b"\x86\x87"),
        loads("memoize-after-put", "NONE", ("BINPUT", 5), "EMPTY_LIST", "MEMOIZE", ("BINGET", 1), "TUPLE2"),
        loads("get-all-ways", "EMPTY_LIST", ("PUT", "3"), ("BINGET", 3), ("LONG_BINGET", 3), "TUPLE3"),
        loads("proto-2", ("PROTO", 2), "NONE"),
        loads("proto-0", ("PROTO", 0), "NONE"),
        loads("proto-5", ("PROTO", 5), "NONE"),
        loads("proto-later", "NONE", ("PROTO", 3)),
        loads("frame", ("PROTO", 4), ("FRAME", 2), "NONE"),
        loads("frame-two", ("PROTO", 4), ("FRAME", 1), "EMPTY_LIST", ("FRAME", 3), "NONE", "APPEND"),
        loads("frame-empty", ("FRAME", 0), "NONE"),
        loads("frame-cuts-opcode", ("FRAME", 1), ("BININT", 5)),
        loads("frame-not-to-the-end", ("FRAME", 1), "NONE"),
        loads("global", ("GLOBAL", "builtins", "len")),
        loads("global-python-2", ("GLOBAL", "__builtin__", "xrange")),
        loads("global-python-2-exception", ("GLOBAL", "exceptions", "ValueError")),
        loads("global-dotted-4", ("PROTO", 4), ("GLOBAL", "sample", "Outer.Inner")),
        loads("stack-global", ("SHORT_BINUNICODE", "builtins"), ("SHORT_BINUNICODE", "len"), "STACK_GLOBAL"),
        loads(
            "stack-global-dotted",
            ("PROTO", 4),
            ("SHORT_BINUNICODE", "sample"),
            ("SHORT_BINUNICODE", "Outer.Inner"),
            "STACK_GLOBAL",
        ),
        loads("reduce", ("GLOBAL", "sample", "pair"), ("BININT1", 1), ("BININT1", 2), "TUPLE2", "REDUCE"),
        loads("reduce-complex", ("GLOBAL", "__builtin__", "complex"), ("BINFLOAT", 0.5), ("BINFLOAT", 1.5), b"\x86R"),
        loads("reduce-range", ("GLOBAL", "__builtin__", "xrange"), ("BININT1", 1), ("BININT1", 9), b"\x86R"),
        loads("reduce-set", ("GLOBAL", "__builtin__", "set"), "MARK", ("BININT1", 1), "LIST", "TUPLE1", "REDUCE"),
        loads(
            "reduce-ordered", ("GLOBAL", "collections", "OrderedDict"), "EMPTY_TUPLE", "REDUCE", ("BININT1", 1), b"Ns"
        ),
        loads(
            "reduce-ordered-of-python-2",
            ("GLOBAL", "collections", "OrderedDict"),
            b"(lp0\n(lp1\nI1\naNaa",
            "TUPLE1",
            "REDUCE",
        ),
        loads(
            "reduce-encode",
            ("GLOBAL", "_codecs", "encode"),
            ("UNICODE", "caf\xe9".encode("latin1")),
            ("UNICODE", "latin1"),
            b"\x86R",
        ),
        loads("reduce-bytes", ("GLOBAL", "__builtin__", "bytes"), "EMPTY_TUPLE", "REDUCE"),
        loads(
            "reduce-bytearray", ("GLOBAL", "__builtin__", "bytearray"), ("SHORT_BINBYTES", b"ab"), "TUPLE1", "REDUCE"
        ),
        loads(
            "reduce-bytearray-of-python-2",
            ("GLOBAL", "__builtin__", "bytearray"),
            ("UNICODE", b"a\xe9"),
            ("STRING", "'latin-1'"),
            b"\x86R",
        ),
        loads(
            "reduce-getattr",
            ("GLOBAL", "__builtin__", "getattr"),
            ("GLOBAL", "sample", "Outer"),
            ("UNICODE", "Inner"),
            b"\x86R",
        ),
        loads(
            "reduce-reconstructor",
            ("GLOBAL", "copy_reg", "_reconstructor"),
            _CLASS,
            ("GLOBAL", "__builtin__", "object"),
            b"N\x87R",
        ),
        loads(
            "reduce-reconstructor-3",
            ("GLOBAL", "copyreg", "_reconstructor"),
            _CLASS,
            ("GLOBAL", "builtins", "object"),
            b"N\x87R",
        ),
        loads(
            "reduce-reconstructor-list",
            ("GLOBAL", "copy_reg", "_reconstructor"),
            ("GLOBAL", "sample", "Items"),
            ("GLOBAL", "__builtin__", "list"),
            b"]K\x01a\x87R",
        ),
        loads("reduce-newobj", ("GLOBAL", "copy_reg", "__newobj__"), _CLASS, "TUPLE1", "REDUCE"),
        loads("reduce-type", ("GLOBAL", "__builtin__", "type"), "NONE", "TUPLE1", "REDUCE"),
        loads("build", _CLASS, "EMPTY_TUPLE", "NEWOBJ", *_STATE, "BUILD"),
        loads("build-slots", _CLASS, "EMPTY_TUPLE", "NEWOBJ", "NONE", *_STATE, "TUPLE2", "BUILD"),
        loads(
            "build-both",
            _CLASS,
            "EMPTY_TUPLE",
            "NEWOBJ",
            *_STATE,
            "MARK",
            ("BINUNICODE", "y"),
            "NONE",
            b"d\x86",
            "BUILD",
        ),
        loads("build-none", _CLASS, "EMPTY_TUPLE", "NEWOBJ", "NONE", "BUILD"),
        loads("build-empty", _CLASS, "EMPTY_TUPLE", "NEWOBJ", "EMPTY_DICT", "BUILD"),
        loads("build-setstate", ("GLOBAL", "sample", "Stateful"), "EMPTY_TUPLE", "NEWOBJ", ("BININT1", 9), "BUILD"),
        loads("build-setstate-none", ("GLOBAL", "sample", "Stateful"), "EMPTY_TUPLE", "NEWOBJ", "NONE", "BUILD"),
        loads(
            "build-twice", _CLASS, "EMPTY_TUPLE", "NEWOBJ", *_STATE, "BUILD", "MARK", ("BINUNICODE", "y"), "NONE", b"db"
        ),
        loads("inst", "MARK", ("INST", "sample", "Plain")),
        loads("inst-arguments", "MARK", ("BININT1", 1), ("BININT1", 2), ("INST", "sample", "Counted")),
        loads("inst-no-arguments", "MARK", ("INST", "sample", "Counted")),
        loads("inst-build", "MARK", ("INST", "sample", "Plain"), *_STATE, "BUILD"),
        loads("inst-getinitargs", "MARK", ("INST", "sample", "Initial")),
        loads("inst-getinitargs-arguments", "MARK", ("BININT1", 1), ("INST", "sample", "Initial")),
        loads("inst-of-list", "MARK", ("INST", "sample", "Items"), ("BININT1", 1), "APPEND"),
        loads("inst-nested-state", "MARK", "MARK", ("INST", "sample", "Plain"), ("INST", "sample", "Counted")),
        loads("obj-getinitargs", "MARK", ("GLOBAL", "sample", "Initial"), "OBJ"),
        loads("obj-getinitargs-arguments", "MARK", ("GLOBAL", "sample", "Initial"), ("BININT1", 1), "OBJ"),
        loads("obj-of-list", "MARK", ("GLOBAL", "sample", "Items"), ("BININT1", 1), "TUPLE1", "OBJ"),
        loads("obj", "MARK", _CLASS, "OBJ"),
        loads("obj-arguments", "MARK", ("GLOBAL", "sample", "Counted"), ("BININT1", 1), "OBJ"),
        loads("obj-no-arguments", "MARK", ("GLOBAL", "sample", "Counted"), "OBJ"),
        loads("obj-function", "MARK", ("GLOBAL", "sample", "pair"), ("BININT1", 1), "NONE", "OBJ"),
        loads("newobj", ("GLOBAL", "sample", "Counted"), "EMPTY_TUPLE", "NEWOBJ"),
        loads("newobj-arguments", ("GLOBAL", "sample", "Counted"), ("BININT1", 1), "TUPLE1", "NEWOBJ"),
        loads("newobj-list", ("GLOBAL", "builtins", "list"), "EMPTY_TUPLE", "NEWOBJ"),
        loads(
            "newobj-dict", ("GLOBAL", "builtins", "dict"), "EMPTY_TUPLE", "NEWOBJ", ("BININT1", 1), "NONE", "SETITEM"
        ),
        loads("newobj-int", ("GLOBAL", "builtins", "int"), ("BININT1", 5), "TUPLE1", "NEWOBJ"),
        loads("newobj-ex", ("GLOBAL", "sample", "Counted"), "EMPTY_TUPLE", "EMPTY_DICT", "NEWOBJ_EX"),
        loads("append-to-other", ("GLOBAL", "sample", "Basket"), "EMPTY_TUPLE", "REDUCE", ("BININT1", 1), "APPEND"),
        loads(
            "appends-to-other", ("GLOBAL", "sample", "Basket"), "EMPTY_TUPLE", "REDUCE", "MARK", ("BININT1", 1), b"Ne"
        ),
        loads(
            "appends-one-by-one", ("GLOBAL", "sample", "Slowly"), "EMPTY_TUPLE", "REDUCE", "MARK", ("BININT1", 1), b"Ne"
        ),
        loads("setitem-of-other", ("GLOBAL", "sample", "Basket"), "EMPTY_TUPLE", "REDUCE", ("BININT1", 1), b"Ns"),
        loads(
            "setitems-of-other", ("GLOBAL", "sample", "Basket"), "EMPTY_TUPLE", "REDUCE", "MARK", ("BININT1", 1), b"Nu"
        ),
        loads(
            "additems-to-other",
            ("GLOBAL", "sample", "Basket"),
            "EMPTY_TUPLE",
            "REDUCE",
            "MARK",
            ("BININT1", 1),
            b"N\x90",
        ),
        loads("next-buffer", "NEXT_BUFFER", buffers="=[bytearray(b'abc')]"),
        loads("next-buffer-readonly", "NEXT_BUFFER", "READONLY_BUFFER", buffers="=[bytearray(b'abc')]"),
        loads("next-buffer-bytes", "NEXT_BUFFER", "READONLY_BUFFER", buffers="=[b'abc']"),
        loads("next-buffers", "NEXT_BUFFER", "NEXT_BUFFER", "TUPLE2", buffers="=iter([b'abc', bytearray(b'de')])"),
        loads(
            "put-4-billion",
            "EMPTY_LIST",
            ("LONG_BINPUT", 0xFFFFFFFF),
            ("LONG_BINGET", 0xFFFFFFFF),
            "TUPLE2",
            like=("EMPTY_LIST", ("BINPUT", 1), ("BINGET", 1), "TUPLE2", "STOP"),
            why=_SPARSE,
        ),
        loads(
            "put-line-4-billion",
            "EMPTY_LIST",
            ("PUT", "4294967295"),
            ("GET", "4294967295"),
            "TUPLE2",
            like=("EMPTY_LIST", ("BINPUT", 1), ("BINGET", 1), "TUPLE2", "STOP"),
            why=_SPARSE,
        ),
        # Forms whose outcome is an exception in CPython, too, for want of a hook or a registration.
        loads("persid", ("PERSID", "id")),
        loads("binpersid", "NONE", "BINPERSID"),
        loads("ext1", ("EXT1", 250)),
        loads("ext2", ("EXT2", 5000)),
        loads("ext4", ("EXT4", 500000)),
        loads("counted-by-hand", ("BINBYTES", Short(2, b"ab"))),
    ]
)
