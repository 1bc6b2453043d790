"""Pickler and Unpickler as classes: their memo, hooks and attributes, and what subclasses make of them."""

from support import programs
from support.programs import Program

# Objects in which what is written first is referred to later, for several dumps with one memo.
_SEVERAL = """
shared = ["shared", 12345678901, 1.5]
text = "a text of some length"
several = [
    shared, [shared, text], (text, shared), {"key": shared}, text, sample.Plain, [sample.pair, sample.Plain],
    (shared,), bytearray(b"abc"), b"some bytes", sample.Plain(),
]
"""

PROGRAMS = {
    # The memo.
    "several-dumps": _SEVERAL
    + """
for protocol in range(6):
    file = io.BytesIO()
    pickler = P.Pickler(file, protocol)
    for obj in several:
        say(pickler.dump(obj))
    show(file.getvalue())
    unpickler = loading(file.getvalue())
    back = [unpickler.load() for _ in several]
    say(describe(back))
    attempt(unpickler.load)
""",
    "several-dumps-of-one-object": """
for protocol in range(6):
    for obj in ([], [1, 2], {}, {1: 2}, (1,), (1, 2, 3, 4), "text", b"bytes", bytearray(b"x"), {1}, 1 << 40, len):
        file = io.BytesIO()
        pickler = P.Pickler(file, protocol)
        for _ in range(3):
            pickler.dump(obj)
        show(file.getvalue())
""",
    "clear_memo": _SEVERAL
    + """
for protocol in range(6):
    for way in ("clear_memo", "memo.clear", "new memo", "__init__"):
        file = io.BytesIO()
        pickler = P.Pickler(file, protocol)
        for obj in several:
            pickler.dump(obj)
            if way == "clear_memo":
                say(pickler.clear_memo())
            elif way == "memo.clear":
                say(pickler.memo.clear())
            elif way == "new memo":
                pickler.memo = P.Pickler(io.BytesIO()).memo
            else:
                say(pickler.__init__(file, protocol))
        show(file.getvalue())
""",
    "memo-of-a-pickler": _SEVERAL
    + """
for protocol in range(6):
    pickler = P.Pickler(io.BytesIO(), protocol)
    say(len(pickler.memo.copy()))
    pickler.dump([shared, shared])
    entries = pickler.memo.copy()
    say(type(entries) is dict, len(entries), all(
        id(entry[1]) == key for key, entry in entries.items() if type(entry[1]) is list
    ))
    say(sorted([entry[0] for entry in entries.values()]))
    say([entry[0] for entry in entries.values() if entry[1] is shared])
    for memo in (pickler.memo, entries, pickler.memo.copy(), {}):
        other = P.Pickler(io.BytesIO(), protocol)
        other.memo = memo
        say(len(other.memo.copy()))
        file = io.BytesIO()
        other.__init__(file, protocol)
        other.memo = memo
        other.dump([shared, text])
        pickler.clear_memo()
        show(file.getvalue())
        pickler.memo = entries
for wrong in (None, 1, [], [(1, 2)], {1: 2}, {1: (1,)}, {1: ("x", 1)}, {1: (0, 1, 2)}):
    pickler = P.Pickler(io.BytesIO())
    try:
        pickler.memo = wrong
        say("taken")
    except (TypeError, ValueError):
        say("refused")
    say(len(pickler.memo.copy()))
""",
    "memo-with-the-state-of-instances": """
one, two, three = sample.Plain(), sample.Plain(), sample.Plain()
one.x, two.x, three.x = [1], "two", 3
for protocol in range(6):
    file = io.BytesIO()
    pickler = P.Pickler(file, protocol)
    pickler.dump([one, two])
    entries = pickler.memo.copy()
    say(sorted([entry[0] for entry in entries.values()]))
    for memo in (pickler.memo, entries):
        other = P.Pickler(file, protocol)
        other.memo = memo
        say(len(other.memo.copy()))
        other.dump((two, one, one.x, three))
    show(file.getvalue())
""",
    "memo-of-an-unpickler": _SEVERAL
    + """
for protocol in range(6):
    file = io.BytesIO()
    pickler = P.Pickler(file, protocol)
    pickler.dump(shared)
    first = file.getvalue()
    pickler.dump([shared, shared])
    second = file.getvalue()[len(first):]
    attempt(loading(second).load)
    unpickler = loading(first)
    say(unpickler.memo.copy())
    one = unpickler.load()
    memo = unpickler.memo.copy()
    say(type(memo) is dict, sorted(memo), describe([memo[index] for index in sorted(memo)]))
    other = loading(second)
    other.memo = unpickler.memo
    if protocol < 4 or MICRO:
        two = other.load()
        say(two[0] is one, two[1] is one)
    else:
        say(True, True)  # CPython 3.11 counts wrong after this
    other.memo.clear()
    say(other.memo.copy())
for wrong in (None, 1, [], {"x": 1}, {-1: 1}):
    unpickler = loading(b"N.")
    try:
        unpickler.memo = wrong
        say("taken")
    except (TypeError, ValueError):
        say("refused")
""",
    "fast": _SEVERAL
    + """
for protocol in range(6):
    for obj in several + [[shared, shared], {1: (2, 3)}, {4: {5}}, [[[]]]]:
        file = io.BytesIO()
        pickler = P.Pickler(file, protocol)
        say(bool(pickler.fast))
        pickler.fast = True
        say(bool(pickler.fast))
        pickler.dump(obj)
        pickler.dump(obj)
        say(len(pickler.memo.copy()))
        show(file.getvalue())
        pickler.fast = False
        pickler.dump(obj)
        say(len(pickler.memo.copy()))
""",
    "fast-with-a-memo": """
for protocol in range(6):
    file = io.BytesIO()
    pickler = P.Pickler(file, protocol)
    first = [1, 2]
    pickler.dump(first)
    pickler.fast = 1
    pickler.dump([first, [3]])
    show(file.getvalue())
""",
    # Loading several times.
    "several-loads": """
for protocol in range(6):
    objects = [1, "text", [1, [2]], {"a": 1.5}, None, (1, 2), b"x" * 2000, list(range(700)), "y" * 600]
    stream = io.BytesIO(b"".join([P.dumps(obj, protocol) for obj in objects]) + b"rest")
    for obj in objects:
        say(P.Unpickler(stream).load() == obj)
    say(stream.read())
    unpickler = loading(b"".join([P.dumps(obj, protocol) for obj in objects]))
    for obj in objects:
        say(unpickler.load() == obj)
    attempt(unpickler.load)
    attempt(unpickler.load)
""",
    "several-loads-with-one-memo": """
file = io.BytesIO()
pickler = P.Pickler(file, 4)
a = ["a"]
pickler.dump(a)
pickler.dump([a, a])
pickler.clear_memo()
pickler.dump([a])
unpickler = loading(file.getvalue())
first, second = unpickler.load(), unpickler.load()
say(first is second[0], second)
unpickler.memo.clear()
third = unpickler.load()
say(third == [a], third[0] is first)
""",
    # Persistent ids.
    "persistent-id": """
class Kept:
    def __init__(self, id):
        self.id = id

class Pickler(P.Pickler):
    def persistent_id(self, obj):
        return obj.id if isinstance(obj, Kept) else None

class Unpickler(P.Unpickler):
    def persistent_load(self, id):
        asked.append(id)
        return ("kept", id)

for protocol in range(6):
    for id in (5, "text", ("a", 1), 0, "", (), True, ["list"], 1 << 40):
        asked = []
        kept = Kept(id)
        data = attempt(dumped, [kept, 1, kept, [kept]], protocol, Pickler)
        show(data)
        say(describe(loading(data, Unpickler).load()), describe(asked))
        attempt(loading(data).load)
        attempt(P.loads, data)
""",
    "persistent-id-of-everything": """
class Pickler(P.Pickler):
    def persistent_id(self, obj):
        seen.append("function" if obj is not sample.Plain and callable(obj) else type(obj).__name__)

for protocol in range(6):
    for obj in (None, True, 5, 1.5, "s", b"b", (1, "x"), [1, [2]], {"k": "v"}, {1}, frozenset([2]), bytearray(b"x"),
                sample.pair, sample.Plain, sample.Plain(), range(3), 1 << 40, [[5]], ((),)):
        seen = []
        data = dumped(obj, protocol, Pickler)
        show(data)
        say(data == dumped(obj, protocol), len(seen), seen)
""",
    "persistent-id-in-text": """
class Pickler(P.Pickler):
    def persistent_id(self, obj):
        return id

for id in ("plain", 5, (1, "a"), 1.5, "", "caf\\xe9", "\\u20ac", b"bytes"):
    data = attempt(dumped, None, 0, Pickler)
    if data is not None:
        show(data)
        class Unpickler(P.Unpickler):
            def persistent_load(self, id):
                return id
        say(describe(loading(data, Unpickler).load()))
""",
    "persistent-id-of-the-id": """
class Pickler(P.Pickler):
    def persistent_id(self, obj):
        asked.append(obj)
        return ["id"] if obj == "named" else ("one",) if obj == "tuple" else None

for protocol in range(1, 6):
    asked = []
    show(dumped(["named", "other", "named", "tuple"], protocol, Pickler))
    say(asked)
""",
    "hooks-as-attributes": """
class Pickler(P.Pickler):
    pass

class Unpickler(P.Unpickler):
    pass

for protocol in range(6):
    file = io.BytesIO()
    pickler = Pickler(file, protocol)
    pickler.persistent_id = lambda obj: "five" if obj == 5 else None
    pickler.reducer_override = lambda obj: (sample.pair, (1, 2)) if type(obj) is sample.Plain else NotImplemented
    pickler.dump([5, 6, sample.Plain(), sample.Modern()])
    show(file.getvalue())
    unpickler = loading(file.getvalue(), Unpickler)
    unpickler.persistent_load = lambda id: id * 2
    unpickler.find_class = lambda module, name: say(module, name) or getattr(sample, name, None) or sample.give
    say(type(attempt(unpickler.load)).__name__)
""",
    # reducer_override.
    "reducer-override": """
class Pickler(P.Pickler):
    def reducer_override(self, obj):
        seen.append(getattr(obj, "__name__", type(obj).__name__) if obj in named else "other")
        if obj is sample.pair:
            return "give"
        if obj is sample.fail:
            return sample.give, ("a function",)
        if obj is sample.Modern:
            return sample.give, ("a class", sample.Plain)
        if type(obj) is sample.Counted:
            return type(obj), (1, 2), {"state": [obj]}, iter([]), iter([])
        if type(obj) is sample.Basket:
            return type(obj), (), None, iter([1, 2]), iter([("k", 3)])
        if type(obj) is sample.Stateful:
            return sample.Stateful, (), {"a": 1}, None, None, sample.give
        return NotImplemented

named = (sample.pair, sample.fail, sample.give, sample.Modern, sample.Plain, object, range, complex)

def try_it(obj, protocol):
    global seen
    seen = []
    data = attempt(dumped, obj, protocol, Pickler)
    say(sorted(seen))
    if data is not None:
        show(data)

for protocol in range(6):
    try_it([sample.fail, sample.fail], protocol)
    try_it([sample.Modern, sample.Plain, sample.Modern], protocol)
    try_it(sample.Modern(), protocol)
    try_it(sample.Counted(), protocol)
    try_it(sample.Basket(), protocol)
    try_it(sample.Stateful(), protocol)
    try_it([1, "x", (1,), {1: 2}, b"", None, bytearray(b"x"), 1.5], protocol)
    try_it([range(3), 1j], protocol)
""",
    "reducer-override-answers": """
class Pickler(P.Pickler):
    def reducer_override(self, obj):
        return answer

for protocol in (0, 2, 4):
    for answer in (None, 1, [], (), (len,), (len, 1), (1, ()), (len, (), None, None, None, None, None),
                   (len, (), None, None, None, 5), "missing", "no.such", b"pair", (sample.give, [1])):
        attempt(dumped, sample.Plain(), protocol, Pickler)
        attempt(dumped, sample.pair, protocol, Pickler)
""",
    # dispatch_table.
    "own-dispatch-table": """
def reduce(obj):
    return sample.give, ("reduced", type(obj).__name__)

class Mapping:
    def __init__(self, table):
        self.table = table

    def __getitem__(self, key):
        asked.append(key.__name__)
        return self.table[key]

class ByClass(P.Pickler):
    dispatch_table = {sample.Plain: reduce}

class Other(P.Pickler):
    pass

obj = [sample.Plain(), sample.Modern(), sample.Plain]
for protocol in range(6):
    asked = []
    show(dumped(obj, protocol, ByClass))
    file = io.BytesIO()
    for pickler in (P.Pickler(file, protocol), Other(file, protocol)):
        for table in ({sample.Modern: reduce}, {}, Mapping({sample.Modern: reduce})):
            pickler.dispatch_table = table
            pickler.clear_memo()
            pickler.dump(obj)
    show(file.getvalue())
    say(asked)
""",
    "dispatch-table-answers": """
class Angry:
    def __getitem__(self, key):
        raise error

for error in (KeyError("x"), IndexError("x"), ValueError("x"), AttributeError("x")):
    pickler = P.Pickler(io.BytesIO())
    pickler.dispatch_table = Angry()
    attempt(pickler.dump, sample.Plain())
for answer in (None, 1, "missing", (), (1, ()), (sample.give, 1)):
    pickler = P.Pickler(io.BytesIO())
    pickler.dispatch_table = {sample.Plain: lambda obj: answer}
    attempt(pickler.dump, sample.Plain())
for table in (5, [], "x"):
    pickler = P.Pickler(io.BytesIO())
    pickler.dispatch_table = table
    attempt(pickler.dump, sample.Plain())
    attempt(pickler.dump, [1, "x"])
""",
    "module-dispatch-table": """
table = copyreg.dispatch_table
say(type(table) is dict, copyreg.dispatch_table is table)
table[sample.Plain] = lambda obj: (sample.give, (1,))
try:
    for protocol in range(6):
        show(P.dumps([sample.Plain(), sample.Modern(), sample.Plain], protocol))
        show(dumped(sample.Plain(), protocol))
        pickler = P.Pickler(io.BytesIO(), protocol)
        pickler.dispatch_table = {}
        pickler.dump(sample.Plain())
        say(sorted([entry[0] for entry in pickler.memo.copy().values()]))
    table[sample.Plain] = lambda obj: 1 // 0
    attempt(P.dumps, sample.Plain())
finally:
    del table[sample.Plain]
show(P.dumps(sample.Plain(), 2))
""",
    "reducers-in-turn": """
class Both(P.Pickler):
    dispatch_table = {sample.Plain: lambda obj: (sample.give, ("table",))}

    def reducer_override(self, obj):
        return (sample.give, ("override",)) if obj is one else NotImplemented

    def persistent_id(self, obj):
        return "persistent" if obj is two else None

one, two, three = sample.Plain(), sample.Plain(), sample.Plain()
for protocol in range(6):
    show(dumped([one, two, three, one, two, three], protocol, Both))
""",
    # find_class.
    "find-class-gets-names": """
class Unpickler(P.Unpickler):
    def find_class(self, module, name):
        say(type(module) is str, type(name) is str, module, name)
        return super().find_class(module, name)

class Blind(P.Unpickler):
    def find_class(self, module, name):
        say(module, name)
        return sample.give

for protocol in range(6):
    for fix_imports in (True, False):
        for obj in (sample.Plain, sample.Plain(), range(3), len, {1}, bytearray(b"x"), b"bytes", 1j):
            data = P.dumps(obj, protocol, fix_imports=fix_imports)
            attempt(loading(data, Blind, fix_imports=fix_imports).load)
            say(type(loading(data, Unpickler, fix_imports=fix_imports).load()) is type(obj))
for data in (b"c__builtin__\\nxrange\\n.", b"\\x80\\x02c__builtin__\\nrange\\n.", b"(i__builtin__\\nlist\\n.",
             b"\\x80\\x04cos\\nno.such\\n.", b"csample\\nOuter.Inner\\n.", b"\\x80\\x04csample\\nOuter.Inner\\n.",
             b"cno_such_module\\nname\\n.", b"csample\\nno_such_name\\n."):
    found = attempt(loading(data, Unpickler).load)
    say(getattr(found, "__name__", found))
""",
    "find-class-called": """
unpickler = loading(P.dumps(sample.Outer, 4))
say(unpickler.find_class("sample", "pair") is sample.pair, unpickler.find_class("__builtin__", "xrange") is range)
for names in (("sample", "Outer.Inner"), ("sample", "no"), ("no_such_module", "x"), (1, "x"), ("sample", 1),
              (b"sample", "pair")):
    found = attempt(unpickler.find_class, *names)
    say(getattr(found, "__name__", found))
say(unpickler.load() is sample.Outer)
say(unpickler.find_class("sample", "Outer.Inner") is sample.Outer.Inner)
attempt(unpickler.find_class, "sample")
attempt(unpickler.find_class)
unpickler = loading(b"N.", fix_imports=False)
attempt(unpickler.find_class, "copy_reg", "__newobj__")
""",
    "find-class-raises": """
class Unpickler(P.Unpickler):
    def find_class(self, module, name):
        raise P.UnpicklingError("not " + name)

for protocol in range(6):
    unpickler = loading(P.dumps(sample.pair, protocol) + P.dumps([1], protocol), Unpickler)
    attempt(unpickler.load)
    attempt(P.Unpickler(io.BytesIO(P.dumps(sample.pair, protocol)), encoding="bytes").load)
""",
    "find-class-gives-anything": """
class Unpickler(P.Unpickler):
    def find_class(self, module, name):
        return answer

for protocol in range(6):
    for answer in (None, 5, "text", [1]):
        say(loading(P.dumps([sample.pair, sample.pair], protocol), Unpickler).load())
        attempt(loading(P.dumps(sample.Plain(), protocol), Unpickler).load)
""",
    # __init__.
    "init-not-called": """
class Pickler(P.Pickler):
    def __init__(self, *args):
        self.args = args

class Unpickler(P.Unpickler):
    def __init__(self, *args):
        self.args = args

for make in (Pickler, lambda: Pickler(1, 2)):
    pickler = make()
    attempt(pickler.dump, 1)
    say(isinstance(pickler, P.Pickler), isinstance(pickler, P.Unpickler))
for make in (Unpickler, lambda: Unpickler(1, 2)):
    unpickler = make()
    attempt(unpickler.load)
file = io.BytesIO()
P.Pickler.__init__(pickler, file, 2)
pickler.dump([1])
show(file.getvalue())
P.Unpickler.__init__(unpickler, io.BytesIO(file.getvalue()))
say(unpickler.load())
""",
    "init-of-its-own": """
class Pickler(P.Pickler):
    def __init__(self, *, protocol):
        self.file = io.BytesIO()
        super().__init__(self.file, protocol)
        self.count = 0

    def persistent_id(self, obj):
        self.count += 1

    def dump(self, obj):
        super().dump(obj)
        return self.file.getvalue()

class Unpickler(P.Unpickler):
    def __init__(self, data):
        super().__init__(io.BytesIO(data), encoding="bytes")
        self.found = []

    def find_class(self, module, name):
        self.found.append(name)
        return super().find_class(module, name)

class Deeper(Pickler):
    def __init__(self):
        super().__init__(protocol=2)

for protocol in range(6):
    pickler = Pickler(protocol=protocol)
    data = pickler.dump([1, sample.pair])
    show(data)
    unpickler = Unpickler(data)
    say(unpickler.load() == [1, sample.pair], unpickler.found, pickler.count)
show(Deeper().dump([1]))
say(Unpickler(b"U\\x02ab.").load())
""",
    "init-raises": """
class Pickler(P.Pickler):
    def __init__(self, *args):
        super().__init__(*args)
        raise KeyError("init")

attempt(Pickler, io.BytesIO())
for args in ((), (1,), (None,), ("text",), (io.BytesIO(), 6), (io.BytesIO(), "x"), (io.BytesIO(), 1, 2, 3, 4),
             (sample.Plain(),)):
    attempt(P.Pickler, *args)
for args in ((), (1,), (None,), ("text",), (io.BytesIO(), 6), (sample.Plain(),)):
    attempt(P.Unpickler, *args)
for options in ({"protocol": 9}, {"nothing": 1}, {"buffer_callback": len, "protocol": 4},
                {"fix_imports": False, "protocol": -1}):
    attempt(P.Pickler, io.BytesIO(), **options)
attempt(P.Unpickler, io.BytesIO(), nothing=1)
attempt(P.Unpickler, io.BytesIO(), buffers=5)
""",
    "init-again": """
for protocol in range(6):
    file, other = io.BytesIO(), io.BytesIO()
    pickler = P.Pickler(file, protocol)
    shared = ["shared"]
    pickler.dump(shared)
    pickler.__init__(other, protocol)
    pickler.dump(shared)
    show(file.getvalue())
    show(other.getvalue())
""",
    "mixin": """
class Mixin:
    def persistent_id(self, obj):
        return "five" if obj == 5 else None

    def persistent_load(self, id):
        return id

    def hello(self):
        return "hello"

class First(Mixin, P.Pickler):
    pass

class Second(First):
    def reducer_override(self, obj):
        return NotImplemented

class Unpickler(Mixin, P.Unpickler):
    pass

for protocol in range(6):
    data = dumped([5, 6, sample.Plain()], protocol, First)
    show(data)
    show(dumped([5, 6, sample.Plain()], protocol, Second))
    unpickler = loading(data, Unpickler)
    say(describe(unpickler.load()), unpickler.hello())
for bases in ((P.Pickler, P.Unpickler), (P.Pickler, list), (P.Pickler, dict)):
    say("refused" if attempt(type, "Both", bases, {}) is None else "made")
""",
    "foreign-objects": """
pickler, unpickler = P.Pickler(io.BytesIO()), loading(b"N.")
for foreign in (None, 1, "text", [], sample.Plain(), P.Pickler, object()):
    for method, args in ((P.Pickler.dump, (1,)), (P.Unpickler.load, ()), (P.Pickler.clear_memo, ()),
                         (P.Unpickler.find_class, ("sample", "pair")), (P.Pickler.__init__, (io.BytesIO(),)),
                         (P.Unpickler.__init__, (io.BytesIO(),))):
        try:
            method(foreign, *args)
            say("taken")
        except (TypeError, P.PickleError):
            say("refused")
for function, args in ((P.Pickler.dump, (unpickler, 1)), (P.Unpickler.load, (pickler,)),
                       (P.Pickler.__init__, (unpickler, io.BytesIO())), (P.Unpickler.__init__, (pickler, io.BytesIO())),
                       (P.Pickler.dump, ()), (P.Pickler.dump, (pickler,)), (P.Pickler.dump, (pickler, 1, 2))):
    try:
        function(*args)
        say("taken")
    except (TypeError, P.PickleError):
        say("refused")
say(unpickler.load())
""",
    # Errors on the way.
    "dump-fails": """
class Angry:
    def __reduce__(self):
        raise KeyError("reduce")

for protocol in range(6):
    file = io.BytesIO()
    pickler = P.Pickler(file, protocol)
    shared = ["a shared one", (1, 2)]
    for obj in ([Angry()], Angry(), (1, [Angry()]), {"k": Angry()}, {1: 2, 3: Angry()}):
        attempt(pickler.dump, obj)
    pickler.clear_memo()
    at = len(file.getvalue())
    pickler.dump([shared, shared])
    pickler.dump(shared)
    show(file.getvalue()[at:])
""",
    "load-fails": """
for protocol in range(4):
    good = P.dumps(["good", "good"], protocol)
    for bad in (b"0.", b"cno_such\\nname\\n.", b"}]Ns.", b"\\xff", b"cbuiltins\\nint\\n(S'x'\\ntR.", b"h\\x63."):
        unpickler = loading(bad + good)
        attempt(unpickler.load)
        unpickler = loading(good + bad[:-1])
        say(unpickler.load())
        attempt(unpickler.load)
""",
    # Buffers.
    "buffers": """
for data in (b"abc", bytearray(b"abc")):
    buffers = []
    file = io.BytesIO()
    pickler = P.Pickler(file, 5, buffer_callback=buffers.append)
    buffer = P.PickleBuffer(data)
    pickler.dump([buffer, buffer])
    pickler.dump(buffer)
    show(file.getvalue())
    say(len(buffers))
    unpickler = loading(file.getvalue(), buffers=[bytes(b) for b in buffers])
    say(describe(unpickler.load()), describe(attempt(unpickler.load)))
    attempt(loading(file.getvalue()).load)
    attempt(loading(file.getvalue(), buffers=[]).load)
    inside = io.BytesIO()
    P.Pickler(inside, 5, buffer_callback=lambda buffer: True).dump([buffer])
    show(inside.getvalue())
""",
}
PROGRAMS = {name: Program(source) for name, source in PROGRAMS.items()}

# What CPython does not have, or does otherwise.
PROGRAMS |= {
    "loads-from-memory": Program(
        """
data = b"".join([P.dumps(obj) for obj in ([1], "two", (3,), list(range(1000)))])
for source in (data, bytearray(data), memoryview(data), memoryview(bytearray(data))):
    unpickler = P.Unpickler(source)
    loaded = [unpickler.load() for _ in range(4)]
    say(loaded[:3], len(loaded[3]))
    attempt(unpickler.load)
source = bytearray(data)
unpickler = P.Unpickler(source)
say(unpickler.load())
source[-1] = 0
say(unpickler.load())
source[len(P.dumps([1])) + len(P.dumps("two")):] = b""
attempt(unpickler.load)
source += P.dumps(5)
say(unpickler.load())
""",
        says="[[1], 'two', (3,)] 1000\nraised EOFError\n" * 4 + "[1]\ntwo\nraised EOFError\n5",
        reason="CPython's Unpickler takes a file only",
    ),
    "memo-of-an-unpickler-from-a-dict": Program(
        """
unpickler = loading(b"h\\x05.j@\\x42\\x0f\\x00.(h\\x05h\\x05l.N\\x94h\\x02.")
unpickler.memo = {5: [1], 1000000: "far"}
say(sorted(unpickler.memo.copy()))
say(unpickler.load(), unpickler.load(), unpickler.load(), unpickler.load())
say(sorted(unpickler.memo.copy()))
attempt(unpickler.load)
""",
        says="[5, 1000000]\n[1] far [[1], [1]] None\n[2, 5, 1000000]\nraised EOFError",
        reason="CPython 3.11 takes a dict, but nothing of what is in it",
    ),
    "persistent-load-of-the-base": Program(
        """
class Unpickler(P.Unpickler):
    def persistent_load(self, id):
        return super().persistent_load(id)

for data in (b"Pid\\n.", b"K\\x05Q."):
    attempt(loading(data, Unpickler).load)
    attempt(loading(data).load)
attempt(P.Unpickler(io.BytesIO()).persistent_load, 5)
say(P.Pickler(io.BytesIO()).persistent_id(5))
""",
        says="raised UnpicklingError\n" * 5 + "None",
        reason="CPython 3.11 calls itself without end, and has no such methods",
    ),
    "init-again-unpickler": Program(
        """
unpickler = loading(b"]\\x94.")
say(unpickler.load(), unpickler.memo.copy())
unpickler.__init__(io.BytesIO(b"N\\x94h\\x00."))
say(unpickler.memo.copy(), unpickler.load(), unpickler.memo.copy())
""",
        says="[] {0: []}\n{} None {0: None}",
        reason="CPython crashes",
    ),
    "init-fails-again": Program(
        """
pickler, unpickler = P.Pickler(io.BytesIO()), loading(b"I5\\n.I6\\n.")
attempt(pickler.__init__, 5)
attempt(unpickler.__init__, 5)
say(pickler.dump([1]), unpickler.load())
attempt(unpickler.__init__)
say(unpickler.load())
""",
        says="raised TypeError\nraised TypeError\nNone 5\nraised TypeError\n6",
        reason="CPython forgets the file first, and may crash when it is used then",
    ),
    "find-class-and-allow": Program(
        """
class Unpickler(P.Unpickler):
    def find_class(self, module, name):
        if name == "pair":
            return sample.give
        return super().find_class(module, name)

for protocol in (2, 4):
    for allow in ((), {"sample.Plain"}, lambda module, name: name == "Plain"):
        for obj in (sample.pair, sample.Plain, sample.Modern, {1}, range(3)):
            found = attempt(loading(P.dumps(obj, protocol), Unpickler, allow=allow).load)
            say(getattr(found, "__name__", found))
say(loading(b"cno\\nname\\n.", missing=lambda module, name: (module, name)).load())
""",
        says=(
            "give\nraised UnpicklingError\nNone\nraised UnpicklingError\nNone\n{1}\nrange(0, 3)\n"
            + "give\nPlain\nraised UnpicklingError\nNone\n{1}\nrange(0, 3)\n" * 2
        )
        * 2
        + "('no', 'name')",
        reason="CPython has no allow and no missing",
    ),
    "failed-dump-is-forgotten": Program(
        """
class Angry:
    def __reduce__(self):
        raise KeyError("reduce")

for protocol in range(6):
    file = io.BytesIO()
    pickler = P.Pickler(file, protocol)
    before, shared = ["before"], ["shared", ("inner",)]
    pickler.dump(before)
    start = len(file.getvalue())
    attempt(pickler.dump, [shared, before, Angry()])
    say(len(pickler.memo.copy()) <= 3)
    at = len(file.getvalue())
    pickler.dump([shared, before, shared])
    unpickler = loading(file.getvalue()[:start] + file.getvalue()[at:])
    first, second = unpickler.load(), unpickler.load()
    say(second[1] is first, second[2] is second[0], second)
""",
        says="raised KeyError\nTrue\nTrue True [['shared', ('inner',)], ['before'], ['shared', ('inner',)]]\n" * 6,
        reason="CPython's memo keeps what a failed dump has not written",
    ),
    "load-goes-on-after-a-failed-frame": Program(
        """
for protocol in (4, 5):
    data = b"".join([P.dumps(obj, protocol) for obj in (sample.Plain, [1], sample.Plain, [2])])
    class Unpickler(P.Unpickler):
        def find_class(self, module, name):
            raise KeyError(name)
    unpickler = loading(data, Unpickler)
    for _ in range(2):
        attempt(unpickler.load)
        say(unpickler.load())
""",
        says="raised KeyError\n[1]\nraised KeyError\n[2]\n" * 2,
        reason="CPython goes on in the middle of the frame that failed",
    ),
    "fast-with-a-cycle": Program(
        """
class Counting:
    def __init__(self):
        self.written = 0

    def write(self, data):
        self.written += len(data)
        if self.written > 100000:
            raise OSError("full")

cycle = []
cycle.append(cycle)
pickler = P.Pickler(Counting())
pickler.fast = True
attempt(pickler.dump, cycle)
pickler.fast = False
pickler.clear_memo()
pickler.__init__(io.BytesIO())
say(pickler.dump(cycle))
""",
        says="raised OSError\nNone",
        reason="nothing is counted in fast mode, so a cycle ends with the stream or with the memory",
    ),
    "attributes": Program(
        """
say(repr(P.Pickler), repr(P.Unpickler), P.Pickler.__name__, P.Pickler is P.Pickler)
say(P.Pickler(io.BytesIO()).fast)
from mpickle import Pickler
from mpickle.mpickle import Unpickler
say(Pickler is P.Pickler, Unpickler is P.Unpickler, isinstance(Pickler(io.BytesIO()), Pickler))
try:
    P.Pickler = 1
except AttributeError:
    say("kept")
try:
    P.Pickler.fast = 1
except AttributeError:
    say("kept")
""",
        says="<class 'Pickler'> <class 'Unpickler'> Pickler True\nFalse\nTrue True True\nkept\nkept",
        reason="the module is another",
    ),
}


rows = programs.rows_of(PROGRAMS)


def test_program(device, row):
    """A program says the same on the device and on CPython."""
    programs.check(device, row)
