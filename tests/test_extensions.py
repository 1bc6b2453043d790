"""The extension registry: numbers that stand for globals, as copyreg keeps them."""

from support import programs
from support.programs import Program

# Registers for the length of a program; `codes` are tried in turn.
_REGISTERED = """
class Registered:
    def __init__(self, *entries):
        self.entries = entries

    def __enter__(self):
        for entry in self.entries:
            copyreg.add_extension(*entry)

    def __exit__(self, *args):
        for entry in self.entries:
            copyreg.remove_extension(*entry)

codes = (1, 2, 127, 128, 255, 256, 257, 32768, 65535, 65536, 16777216, 2147483647)
"""

PROGRAMS = {
    "both-ways": """
for code in codes:
    with Registered(("sample", "Plain", code), ("sample", "pair", code - 1 or 99)):
        for protocol in range(6):
            for obj in (sample.Plain, [sample.Plain, sample.Plain], sample.pair, sample.Modern):
                data = P.dumps(obj, protocol)
                show(data)
                show(dumped(obj, protocol))
                say(P.loads(data) == obj, loading(data).load() == obj)
            data = P.dumps([sample.Plain(), sample.Plain()], protocol)
            show(data)
            say(describe(P.loads(data)))
""",
    "what-is-registered-need-not-exist": """
with Registered(("no_such_module", "name", 5), ("sample", "no_such_name", 6)):
    for protocol in (2, 4):
        show(P.dumps(sample.Plain, protocol))
    attempt(P.loads, b"\\x80\\x02\\x82\\x05.")
    attempt(P.loads, b"\\x80\\x02\\x82\\x06.")
""",
    "adding": """
add, remove = copyreg.add_extension, copyreg.remove_extension
add("m", "n", 1)
add("m", "n", 1)
attempt(add, "m", "n", 2)
attempt(add, "m", "other", 1)
for code in (0, -1, -5, 2147483648, 1 << 32, (1 << 32) + 1, 1 << 63):
    attempt(add, "m", "x", code)
attempt(remove, "m", "n", 2)
attempt(remove, "m", "x", 1)
attempt(remove, "x", "n", 1)
remove("m", "n", 1)
attempt(remove, "m", "n", 1)
add("m", "n", 2)
add("m", "other", 1)
remove("m", "n", 2)
remove("m", "other", 1)
attempt(add, "m", "n")
attempt(add)
attempt(add, "m", "n", None)
attempt(add, "m", "n", [])
""",
    "not-registered": """
for data in (b"\\x82\\x05.", b"\\x83\\x05\\x01.", b"\\x84\\x05\\x00\\x00\\x01.", b"\\x82\\x00.", b"\\x83\\x00\\x00.",
             b"\\x84\\x00\\x00\\x00\\x00.", b"\\x84\\x00\\x00\\x00\\x80.", b"\\x84\\xff\\xff\\xff\\xff.", b"\\x82",
             b"\\x83\\x05", b"\\x84\\x05\\x00\\x00"):
    attempt(P.loads, data)
with Registered(("sample", "pair", 5)):
    say(P.loads(b"\\x82\\x05.") is sample.pair, P.loads(b"\\x84\\x05\\x00\\x00\\x00.") is sample.pair)
attempt(P.loads, b"\\x82\\x05.")
""",
    "what-was-found-is-remembered": """
first, second = sample.pair, sample.give
with Registered(("sample", "pair", 5)):
    say(P.loads(b"\\x82\\x05.") is first)
    sample.pair = second
    try:
        say(P.loads(b"\\x82\\x05.") is first)
        copyreg.remove_extension("sample", "pair", 5)
        copyreg.add_extension("sample", "pair", 5)
        say(P.loads(b"\\x82\\x05.") is second)
    finally:
        sample.pair = first
    say(P.loads(b"\\x82\\x05.") is second)
with Registered(("sample", "pair", 5)):
    say(P.loads(b"\\x82\\x05.") is first)
""",
    "not-remembered-when-it-raises": """
with Registered(("sample", "late", 5)):
    attempt(P.loads, b"\\x82\\x05.")
    sample.late = 5
    say(P.loads(b"\\x82\\x05."))
    del sample.late
""",
    "find-class": """
class Unpickler(P.Unpickler):
    def find_class(self, module, name):
        say("asked for", module, name)
        return super().find_class(module, name)

with Registered(("sample", "pair", 5), ("sample", "Outer.Inner", 6), ("__builtin__", "xrange", 7)):
    for data in (b"\\x82\\x05.", b"\\x80\\x04\\x82\\x06.", b"\\x80\\x02\\x82\\x07."):
        found = attempt(loading(data, Unpickler).load)
        say(getattr(found, "__name__", found))
    say(loading(b"\\x82\\x07.").load() is range)
""",
    "reducers-name-extensions": """
with Registered(("sample", "Plain", 5), ("sample", "give", 70000)):
    class Pickler(P.Pickler):
        def reducer_override(self, obj):
            return "give" if obj is sample.give else NotImplemented

    for protocol in range(6):
        show(dumped([sample.give, sample.give, sample.Plain()], protocol, Pickler))
""",
}
_LONG_ANSWERS = {"both-ways": ("megabytes",)}
PROGRAMS = {name: Program(_REGISTERED + source, needs=_LONG_ANSWERS.get(name, ())) for name, source in PROGRAMS.items()}

PROGRAMS |= {
    "allow": Program(
        _REGISTERED
        + """
with Registered(("sample", "pair", 5), ("builtins", "set", 6)):
    data = b"\\x82\\x05."
    say(P.loads(data) is sample.pair)
    attempt(P.loads, data, allow=())
    attempt(loading(data, allow=()).load)
    say(P.loads(data, allow={"sample.pair"}) is sample.pair)
    say(P.loads(data, allow=lambda module, name: say(module, name) or True) is sample.pair)
    say(P.loads(b"\\x82\\x06.", allow=()) is set)
    attempt(P.loads, data, allow=())
with Registered(("sample", "fail", 5)):
    attempt(P.loads, b"\\x82\\x05.", allow={"sample.pair"})
    say(P.loads(b"\\x82\\x05.", missing=lambda module, name: 0) is sample.fail)
with Registered(("no_such_module", "fail", 5)):
    say(P.loads(b"\\x82\\x05.", missing=lambda module, name: (module, name)))
    attempt(P.loads, b"\\x82\\x05.")
""",
        says="True\nraised UnpicklingError\nraised UnpicklingError\nTrue\nsample pair\nTrue\nTrue\n"
        "raised UnpicklingError\nraised UnpicklingError\nTrue\n('no_such_module', 'fail')\nraised ImportError",
        reason="CPython has no allow and no missing",
    ),
    "find-class-is-asked-each-time": Program(
        _REGISTERED
        + """
class Unpickler(P.Unpickler):
    def find_class(self, module, name):
        raise P.UnpicklingError("no")

with Registered(("sample", "pair", 5)):
    attempt(loading(b"\\x82\\x05.", Unpickler).load)
    say(P.loads(b"\\x82\\x05.") is sample.pair)
    attempt(loading(b"\\x82\\x05.", Unpickler).load)
""",
        says="raised UnpicklingError\nTrue\nraised UnpicklingError",
        reason="CPython hands out what it remembers without asking",
    ),
    "names-are-str": Program(
        """
for names in ((1, "n"), ("m", 1), (b"m", "n"), (None, None)):
    attempt(copyreg.add_extension, *names, 5)
    attempt(copyreg.remove_extension, *names, 5)
for code in ("5", 5.5, True, False):
    attempt(copyreg.add_extension, "m", "n", code)
""",
        says="raised TypeError\n" * 12,
        reason="CPython takes anything, and finds out when it pickles or loads; codes it makes ints of",
    ),
}

rows = programs.rows_of(PROGRAMS)


def test_program(device, row):
    """A program says the same on the device and on CPython."""
    programs.check(device, row)
