"""Types and functions, which a pickle names: module and name as CPython has them, old names before protocol 3."""

from support.case import Case

_TYPES = """
    int str bytes bytearray list dict tuple set frozenset bool float complex object type range slice memoryview map zip
    filter enumerate reversed property super staticmethod classmethod
""".split()

_FUNCTIONS = """
    abs all any bin callable chr dir divmod eval exec getattr globals hasattr hash hex id isinstance issubclass iter len
    locals max min next oct ord pow print repr round setattr sorted sum delattr compile
""".split()

_EXCEPTIONS = """
    BaseException Exception ArithmeticError AssertionError AttributeError EOFError GeneratorExit ImportError
    IndentationError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError
    OverflowError RuntimeError StopIteration SyntaxError SystemExit TypeError UnicodeError ValueError ZeroDivisionError
""".split()

# module, names: what CPython writes under the same module's name.
_MEMBERS = [
    ("math", ["sin", "sqrt", "floor", "atan2"]),
    ("binascii", ["hexlify", "unhexlify", "crc32"]),
    ("collections", ["OrderedDict", "deque", "namedtuple"]),
    ("json", ["dumps", "loads"]),
    ("time", ["sleep", "time"]),
    ("gc", ["collect"]),
    ("sys", ["exit"]),
]

CASES = (
    [Case(name, name, needs=(name,)) for name in _TYPES + _FUNCTIONS + _EXCEPTIONS]
    + [
        Case(f"{module}.{name}", f"__import__('{module}').{name}", needs=(f"{module}.{name}",))
        for module, names in _MEMBERS
        for name in names
    ]
    + [
        Case("NoneType", "type(None)"),
        Case("ellipsis-type", "type(Ellipsis)"),
        Case("types-in-list", "[int, str, int]"),
        Case("functions-in-list", "[len, abs, len]"),
        Case("types-and-functions", "[int, len]"),
        Case("in-dict", "{'kind': int}"),
        Case("as-key", "{int: 'integer'}"),
        Case("twice", "twice(ValueError)"),
        Case("types-of-singletons", "[type(None), None, type(None), Ellipsis]"),
    ]
)
