"""What a program's hooks may do: anything. The result is CPython's, or a clear exception; never a crash."""

import pytest
import test_classes
from support import programs
from support.programs import Program

# Each hook, as a way to have `act(obj)` called in the middle of a dump (`dump`) or of a load (`load`). Around the
# object at which it is called there are others, so that what comes after it counts, too.
_HOOKS = """
def value(middle):
    return [["before"], middle, ("after", ["before"]), middle]

class Reducing:
    def __reduce__(self):
        return sample.give, (act(self),)

class ReducingEx:
    def __reduce_ex__(self, protocol):
        return sample.give, (act(self),)

class Stateful:
    def __getstate__(self):
        return {"state": act(self)}

class NewArgs:
    def __new__(cls, *args):
        return super().__new__(cls)

    def __getnewargs__(self):
        return (act(self),)

class Iterated:
    def __init__(self, kind):
        self.kind = kind

    def __reduce__(self):
        items, pairs = (self.items(), None) if self.kind == "list" else (None, self.pairs())
        return (sample.Basket, (), None, items, pairs)

    def items(self):
        yield 1
        yield act(self)
        yield 3

    def pairs(self):
        yield 1, 2
        yield "k", act(self)
        yield 3, 4

class Stream:
    data = b""

    def write(self, data):
        self.data += bytes(data)
        act(self)
        return len(data)

def on_persistent_id(protocol):
    class Pickler(P.Pickler):
        def persistent_id(self, obj):
            return act(obj) if obj is marked else None
    marked = sample.Plain()
    return dumped(value(marked), protocol, Pickler)

def on_reducer_override(protocol):
    class Pickler(P.Pickler):
        def reducer_override(self, obj):
            return (sample.give, (act(obj),)) if obj is marked else NotImplemented
    marked = sample.Plain()
    return dumped(value(marked), protocol, Pickler)

def on_dispatch_table(protocol):
    file = io.BytesIO()
    pickler = P.Pickler(file, protocol)
    pickler.dispatch_table = {sample.Plain: lambda obj: (sample.give, (act(obj),))}
    pickler.dump(value(sample.Plain()))
    return file.getvalue()

def on_write(protocol):
    stream = Stream()
    P.Pickler(stream, protocol).dump(value("middle"))
    return stream.data

def on_buffer_callback(protocol):
    if protocol < 5:
        return None
    return P.dumps(value([P.PickleBuffer(b"abc"), P.PickleBuffer(bytearray(b"def"))]), 5, buffer_callback=act)

def on_reduce(protocol):
    return P.dumps(value(Reducing()), protocol)

def on_reduce_ex(protocol):
    return P.dumps(value(ReducingEx()), protocol)

def on_getstate(protocol):
    return P.dumps(value(Stateful()), protocol)

def on_getnewargs(protocol):
    return P.dumps(value(NewArgs()), protocol)

def on_list_items(protocol):
    return P.dumps(value(Iterated("list")), protocol)

def on_dict_items(protocol):
    return P.dumps(value(Iterated("dict")), protocol)

DUMPS = [
    on_write, on_buffer_callback, on_persistent_id, on_reducer_override, on_dispatch_table, on_reduce, on_reduce_ex,
    on_getstate, on_getnewargs, on_list_items, on_dict_items,
]
"""

# The same for loading: each gives what was loaded.
_LOADS = """
class Setting:
    def __setstate__(self, state):
        act(self)
        self.state = state

class Hashed:
    def __init__(self, number):
        self.number = number

    def __reduce__(self):
        return Hashed, (self.number,)

    def __hash__(self):
        acting and act(self)
        return 7

    def __eq__(self, other):
        acting and act(self)
        return self.number == other.number

class Filled:
    def append(self, item):
        act(self)
        self.last = item

    def __setitem__(self, key, value):
        act(self)
        self.item = (key, value)

def made(x):
    act(x)
    return ["made", x]

acting = False

def loaded(obj, protocol, cls=P.Unpickler, **options):
    global acting
    after = "after" * 5
    data = P.dumps([["before"], obj, after, obj, after], protocol)
    acting = True
    try:
        return loading(data, cls, **options).load()
    finally:
        acting = False

class Call:
    def __init__(self, *reduction):
        self.reduction = reduction

    def __reduce__(self):
        return self.reduction

def on_setstate(protocol):
    obj = Setting()
    obj.x = 5
    return loaded(obj, protocol)[1].state

def on_hash_in_a_dict(protocol):
    return len(loaded({Hashed(1): 1, Hashed(2): 2}, protocol)[1])

def on_hash_in_a_set(protocol):
    return len(loaded({Hashed(1), Hashed(2)}, protocol)[1])

def on_call(protocol):
    return loaded(Call(made, (5,)), protocol)

def on_append(protocol):
    return loaded(Call(Filled, (), None, iter([1, 2, 3])), protocol)[1].last

def on_setitem(protocol):
    return loaded(Call(Filled, (), None, None, iter([(1, 2), (3, 4)])), protocol)[1].item

def on_find_class(protocol):
    class Unpickler(P.Unpickler):
        def find_class(self, module, name):
            act(name)
            return super().find_class(module, name)
    return loaded([sample.pair, sample.give], protocol, Unpickler)[1][1] is sample.give

def on_persistent_load(protocol):
    class Pickler(P.Pickler):
        def persistent_id(self, obj):
            return "five" if obj == 5 else None
    class Unpickler(P.Unpickler):
        def persistent_load(self, id):
            act(id)
            return [id]
    return loading(dumped([5, [6], 5], protocol, Pickler), Unpickler).load()

def on_read(protocol):
    class Stream:
        def __init__(self, data):
            self.file = io.BytesIO(data)
            self.reads = 0

        def do(self, method, argument):
            self.reads += 1
            if self.reads < 6:
                act(argument)
            return method(argument)

        def read(self, size):
            return self.do(self.file.read, size)

        def readline(self):
            return self.do(self.file.readline, -1)

        def readinto(self, buffer):
            return self.do(self.file.readinto, buffer)

    data = P.dumps([["before"], "x" * 1000, ("after",), list(range(300))], protocol)
    return len(P.Unpickler(Stream(data)).load())

def on_buffers(protocol):
    if protocol < 5:
        return None
    def buffers():
        act(0)
        yield b"abc"
        act(1)
        yield b"def"
    outside = []
    data = P.dumps([P.PickleBuffer(b"abc"), ["x"], P.PickleBuffer(b"def")], 5, buffer_callback=outside.append)
    return P.loads(data, buffers=buffers())

LOADS = [on_setstate, on_hash_in_a_dict, on_hash_in_a_set, on_call, on_append, on_setitem, on_find_class,
         on_persistent_load, on_read, on_buffers]
"""

# What the hook does, whatever it is: source of `act`.
_ACTS = {
    "nothing": "return 5",
    "raises": "raise KeyError('act')",
    "collects": "MICRO and gc.collect(); keep = [bytearray(64) for _ in range(50)]; return 5",
    "allocates": "return ['allocated', (1, len(kept)), {'k': [3]}, 'text' * many, b'bytes' * many]",
    "pickles-and-loads": "return P.loads(P.dumps([1, 'two', (3, [4]), {5: 6}], 4))",
    "keeps-what-it-is-given": "kept.append(obj); return len(kept)",
    "imports": "import json; return json.loads('[1, 2]')",
    "raises-in-a-nested-call": "quietly(P.loads, b'(((0'); quietly(P.dumps, Angry()); return 5",
}

_ACT = """
kept, many = [], 20

class Angry:
    def __reduce__(self):
        raise ValueError("angry")

def quietly(function, *args):
    try:
        function(*args)
    except (EOFError, ValueError):
        pass

def act(obj):
    {}

"""

_RUN = """
for hook in {}:
    for protocol in range(6):
        {}
"""

# Hooks that only mpickle has, and finalisers; each gives True.
_OURS = """
def on_allow(protocol):
    data = P.dumps([sample.pair, [sample.give]], protocol)
    return P.loads(data, allow=lambda module, name: [act(name)]) == [sample.pair, [sample.give]]

def on_missing(protocol):
    return P.loads(b"(cno\\nx\\ncno\\ny\\nl.", missing=lambda module, name: [act(name)] and name) == ["x", "y"]

def on_registered(protocol):
    def reduce(obj):
        act(obj)
        return sample.Plain, (), ["state"]
    def reconstruct():
        act(0)
        return sample.Plain()
    def setstate(obj, state):
        act(obj)
        obj.state = state
        return obj
    P.register_pickle(sample.Plain, "Plain", "registered", None, reduce, reconstruct, setstate)
    try:
        one = sample.Plain()
        a, b = P.loads(P.dumps([one, one], protocol))
        return a is b and a.state == ["state"]
    finally:
        del sys.modules["mpickle"]
        import mpickle  # forgets it again

class Dying:
    def __del__(self):
        act(0)

def on_del(protocol):
    obj = [list(range(40)), ["text" * many] * 40, {str(number): (number,) for number in range(20)}]
    for _ in range(2):
        garbage = [Dying() for _ in range(5)]
        garbage = None
        if P.loads(P.dumps(obj, protocol)) != obj:
            return False
    return True
"""

PROGRAMS = {}
for _name, _act in _ACTS.items():
    _body = "\n    ".join(_act.split("; "))
    PROGRAMS["dump-" + _name] = Program(
        _ACT.format(_body)
        + _HOOKS
        + _RUN.format("DUMPS", "data = attempt(hook, protocol)\n        data is None or show(data)")
    )
    PROGRAMS["load-" + _name] = Program(
        _ACT.format(_body) + _LOADS + _RUN.format("LOADS", "say(describe(attempt(hook, protocol)))")
    )

    _fails = "raised KeyError\n" * 18 if _name == "raises" else "True\n" * 18
    PROGRAMS["ours-" + _name] = Program(
        _ACT.format(_body)
        + _OURS
        + _RUN.format(
            "(on_allow, on_missing, on_registered, on_del)",
            "found = attempt(hook, protocol)\n        found is None or say(found)",
        ),
        says=_fails + "True\n" * 6,
        reason="CPython has no such hooks",
    )

# Containers that change while they are dumped. `change` is called when the object in their middle is.
_CHANGES = {
    "list-shrinks": ("[1, here, 3, 4]", "del c[2:]"),
    "list-shrinks-to-nothing": ("[1, here, 3, 4]", "del c[:]"),
    "list-grows": ("[1, here, 3, 4]", "c.append(5)"),
    "list-is-replaced": ("[1, here, 3, 4]", "c[:] = [7, 8, 9]"),
    "list-of-one-grows": ("[here]", "c.append(5)"),
    "list-of-one-shrinks": ("[here]", "del c[:]"),
    "list-of-many-shrinks": ("list(range(1500)) + [here] + list(range(1500))", "del c[1600:]"),
    "list-of-many-grows": ("list(range(999)) + [here]", "c.extend([1] * 10)"),
    "dict-of-one-grows": ("{'k': here}", "c['x'] = 1"),
    "dict-grows": ("{'j': here, 'k': here}", "c['x' + str(len(c))] = 1"),
    "dict-shrinks": ("{'j': here, 'k': here}", "c.clear()"),
    "dict-gets-other-values": ("{'k': here}", "c['k'] = 1"),
    "set-grows": ("{here}", "c.add(len(c))"),
    "set-shrinks": ("{here}", "c.clear()"),
    "tuple-in-a-list": ("[(1, here, 3), 4]", "c[1:] = ['x']"),
    "bytearray-in-a-list": ("[here, bytearray(b'abc')]", "c[1].extend(b'defg')"),
    "bytearray-is-emptied": ("[here, bytearray(b'abc' * 100)]", "c[1][:] = b''"),
    "nested": ("[[here, 1], [2, 3]]", "c[0].append(2); c[1].append(4); c.append(5)"),
}

_CHANGING = """
class Here:
    def __reduce__(self):
        if not done:
            done.append(1)
            change()
        return sample.give, (1,)

here = Here()

def change():
    {change}

for protocol in range(6):
    done = []
    c = {container}
    data = attempt(P.dumps, c, protocol)
    if data is not None:
        show(data)
        say(describe(attempt(P.loads, data)))
    done = []
    c = {container}
    data = attempt(dumped, c, protocol)
    data is None or show(data)
"""

for _name, (_container, _change) in _CHANGES.items():
    PROGRAMS["while-" + _name] = Program(
        _CHANGING.format(container=_container, change="\n    ".join(_change.split("; "))),
        needs=("megabytes",) if "many" in _name else (),
    )
PROGRAMS["while-OrderedDict-changes"] = Program(
    "from collections import OrderedDict\n"
    + "".join(
        _CHANGING.format(container="OrderedDict([('a', 1), ('b', here), ('c', 3)])", change=change)
        for change in ("c['a'] = 2", "c['b'] = 3")
    )
)

# What CPython does not define, or does otherwise.
PROGRAMS |= {
    "while-OrderedDict-grows-or-shrinks": Program(
        """
from collections import OrderedDict

class Here:
    def __reduce__(self):
        change(c)
        return sample.give, (1,)

for change in (lambda c: c.setdefault("x", 2), lambda c: c.pop("c", 0), lambda c: c.clear()):
    for protocol in range(6):
        c = OrderedDict([("a", 1), ("b", Here()), ("c", 3)])
        say(list(P.loads(P.dumps(c, protocol)).items()))
""",
        says="[('a', 1), ('b', (1,)), ('c', 3), ('x', 2)]\n" * 6 + "[('a', 1), ('b', (1,))]\n" * 12,
        reason="CPython's iterator notices",
    ),
    "the-same-pickler": Program(
        """
for protocol in range(6):
    class Pickler(P.Pickler):
        def persistent_id(self, obj):
            if obj == 5:
                for call in (lambda: self.dump(1), self.clear_memo, lambda: self.memo.clear(), lambda: self.memo.copy(),
                             lambda: setattr(self, "memo", {}), lambda: self.__init__(io.BytesIO())):
                    attempt(call)
    file = io.BytesIO()
    pickler = Pickler(file, protocol)
    shared = ["shared"]
    pickler.dump([shared, 5, shared])
    pickler.dump([shared])
    unpickler = loading(file.getvalue())
    one, two = unpickler.load(), unpickler.load()
    say(one, two, one[0] is one[2], two[0] is one[0])
    pickler.clear_memo()
    say(len(pickler.memo.copy()))
""",
        says=("raised RuntimeError\n" * 6 + "[['shared'], 5, ['shared']] [['shared']] True True\n0\n") * 6,
        reason="CPython's C pickler mixes the two pickles, or loses its memo",
    ),
    "the-same-unpickler": Program(
        """
for protocol in range(6):
    class Unpickler(P.Unpickler):
        def find_class(self, module, name):
            for call in (self.load, lambda: self.memo.clear(), lambda: self.memo.copy(),
                         lambda: setattr(self, "memo", {}), lambda: self.__init__(b"N.")):
                attempt(call)
            return super().find_class(module, name)
    unpickler = loading(P.dumps([sample.pair, [1]], protocol) + b"I5\\n.", Unpickler)
    say(unpickler.load()[1], unpickler.load())
    attempt(unpickler.load)
""",
        says=("raised RuntimeError\n" * 5 + "[1] 5\nraised EOFError\n") * 6,
        reason="CPython's C unpickler goes on with the other's stack",
    ),
}

rows = programs.rows_of(PROGRAMS)


def test_program(device, row):
    """A program says the same on the device and on CPython."""
    programs.check(device, row)


def test_programs_while_garbage_is_collected(faulty):
    """The same, and what the classes do, while every allocation collects and what is free is overwritten."""
    for name, program in {**test_classes.PROGRAMS, **PROGRAMS}.items():
        if program.says is None:
            program = Program(program.source.replace("range(6)", "(4,)").replace("1500", "1001"))
        try:
            programs.check(faulty, program, "collecting")
        except pytest.fail.Exception as failure:
            pytest.fail(f"{name}: {failure}", pytrace=False)
