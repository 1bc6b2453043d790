"""register_pickle and injected modules: each parameter, both directions, and what the pure-Python mPickle got wrong."""

import pickle
import sys
import types

import pytest
from support import programs
from support.programs import Program

# On the device: a type with a dtype and an array, as ulab has them, registered as the README of the pure-Python mPickle
# registers ulab's. The import is the one that it names.
ARRAYS = """
from mpickle.mpickle import inject_dummy_module_func, register_pickle

class dtype:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return self.name == other.name

class ndarray:
    def __init__(self, items, dtype=None, shape=None):
        self.items, self.dtype, self.shape = items, dtype, shape

    def tobytes(self):
        return self.items

reduce_dtype_matrix = {
    "int8": (dtype, ("i1", False, True), (3, "|", None, None, None, -1, -1, 0)),
    "int16": (dtype, ("i2", False, True), (3, "<", None, None, None, -1, -1, 0)),
}
reconstruct_dtype_matrix = {"i1": dtype("int8"), "i2": dtype("int16")}

def reduce_dtype(x):
    return reduce_dtype_matrix[x.name]

def reconstructor_dtype(*args):
    dtype_str = args[0]
    if dtype_str in reconstruct_dtype_matrix:
        return reconstruct_dtype_matrix[dtype_str]
    else:
        raise ValueError(f"Dtype {dtype_str} is not available")

register_pickle(
    obj_type=dtype,
    obj_full_name="ulab.dtype",
    obj_module="ulab",
    obj_reconstructor_func=None,
    reduce_func=reduce_dtype,
    reconstruct_func=reconstructor_dtype,
    setstate_func=lambda inst, state: inst,
    map_obj_module="numpy",
    map_obj_full_name="numpy.dtype",
    map_reconstructor_func="numpy.dtype",
)

def reduce_ndarray(x):
    func = inject_dummy_module_func("numpy.core.multiarray", "_reconstruct")
    return (func, (type(x), (0,), b"b"), (1, x.shape, x.dtype, False, bytes(x.tobytes())))

def reconstructor_ndarray(cls, base, state):
    return cls([])

def setstate_ndarray(inst, state):
    _, shape, dtype, fortran, data = state
    return ndarray(data, dtype, shape)

register_pickle(
    obj_type=ndarray,
    obj_full_name="ulab.numpy.ndarray",
    obj_module="ulab",
    obj_reconstructor_func=None,
    reduce_func=reduce_ndarray,
    reconstruct_func=reconstructor_ndarray,
    setstate_func=setstate_ndarray,
    map_obj_module="numpy",
    map_obj_full_name="numpy.ndarray",
    map_reconstructor_func="numpy.core.multiarray._reconstruct",
)
"""

# Does what a soft reset does: no module is left, and mpickle is imported anew.
FORGET = """
def forget():
    global P
    for name in list(sys.modules):
        if name not in ("sample", "program"):
            del sys.modules[name]
    import mpickle as P
forget()
"""

POINT = """
class Point:
    def __init__(self, x=0, y=0):
        self.x, self.y = x, y

class Other(Point):
    pass

def point(x, y):
    return Point(x, y)
"""


def run(device, source):
    """What a program on the device says."""
    device.prelude("twin", programs.SOURCE)
    said = device.run(f"for line in perform({FORGET + source!r}):\n    print(line)\n{FORGET}").strip()
    if "ended by" in said:
        pytest.fail(said, pytrace=False)
    return said


def test_arrays_come_from_numpy(device):
    """numpy's arrays and dtypes load as what is registered for them; what is referred to twice is one object."""
    import numpy

    for protocol in range(6):
        array = numpy.array([[1, 2, 3], [4, 5, 6]], dtype=numpy.int16)
        data = pickle.dumps([array, array, array.dtype, numpy.array([1, -1], dtype=numpy.int8)], protocol)
        said = run(
            device,
            ARRAYS
            + f"""
# What numpy calls in pickles of protocol 5.
def from_buffer(data, kind, shape, order):
    return ndarray(data, kind, shape)
inject_dummy_module_func("numpy.core.numeric", "_frombuffer", from_buffer)
a, b, c, d = P.loads({data!r})
say(a is b, type(a) is ndarray, a.shape, bytes(a.items), a.dtype is c, c.name)
say(type(d) is ndarray, d.shape, bytes(d.items), d.dtype.name)
""",
        )
        assert said.splitlines() == [
            f"True True (2, 3) {array.tobytes()} True int16",
            "True (2,) b'\\x01\\xff' int8",
        ]


def test_arrays_go_to_numpy(device):
    """numpy finds its own arrays in what the device dumps."""
    import numpy

    for protocol in range(6):
        said = run(
            device,
            ARRAYS
            + f"""
a = ndarray(bytes([1, 0, 2, 0, 3, 0, 4, 0]), dtype("int16"), (2, 2))
show(P.dumps([a, a, a.dtype], {protocol}))
""",
        )
        first, second, kind = pickle.loads(bytes.fromhex(said.removeprefix("pickle:")))
        assert first is second
        assert type(first) is numpy.ndarray
        assert first.tolist() == [[1, 2], [3, 4]]
        assert kind == numpy.dtype("int16")
        assert first.dtype is kind


def test_arrays_go_round(device):
    """What the device dumps it loads again, each protocol; data only is enough, for the program registered it all."""
    said = run(
        device,
        ARRAYS
        + """
for protocol in range(6):
    a = ndarray(b"ab", dtype("int8"), (2,))
    data = P.dumps({"a": a, "b": [a]}, protocol)
    for options in ({}, {"allow": ()}):
        back = P.loads(data, **options)
        say(back["a"] is back["b"][0], back["a"].items, back["a"].dtype.name)
""",
    )
    assert said.splitlines() == ["True b'ab' int8"] * 12


def cpython_module(name, **members):
    """A module, and the packages that it is in, for CPython to find while a test lasts."""
    modules = {}
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        modules[".".join(parts[:end])] = types.ModuleType(".".join(parts[:end]))
    vars(modules[name]).update(members)
    return modules


class Point:
    """What the device's Point is on this side."""

    def __init__(self, x=0, y=0):
        self.x, self.y = x, y


def make_point(x, y):
    """What the device's point() is on this side."""
    return Point(x, y)


# The arguments of register_pickle, and under which names CPython has the class and the function that the pickle names.
CASES = {
    "name": ("Point, 'Point', 'shapes'", "shapes", "Point"),
    "full-name": ("Point, 'shapes.deep.Point', 'shapes.deep'", "shapes.deep", "Point"),
    "mapped-module": ("Point, 'Point', 'here', map_obj_module='there'", "there", "Point"),
    "mapped-name": ("Point, 'Point', 'here', map_obj_full_name='Location'", "here", "Location"),
    "mapped": (
        "Point, 'here.Point', 'here', map_obj_module='there.x', map_obj_full_name='there.x.Location'",
        "there.x",
        "Location",
    ),
    "reduce": ("Point, 'Point', 'here', None, lambda p: (Point, (p.x, p.y))", "here", "Point"),
    "reconstruct": (
        "Point, 'Point', 'here', reduce_func=lambda p: (Point, (p.x, p.y)), reconstruct_func=point",
        "here",
        "Point",
    ),
    "reconstructor": (
        "Point, 'Point', 'here', 'here.make', lambda p: (point, (p.x, p.y)), point",
        "here",
        "make",
    ),
    "mapped-reconstructor": (
        "Point, 'Point', 'here', 'here.make', lambda p: (point, (p.x, p.y)), point, "
        "map_reconstructor_func='there.make'",
        "there",
        "make",
    ),
    "reconstructor-is-the-type": (
        "Point, 'Point', 'here', None, lambda p: (Point, (p.x, p.y)), point, None, "
        "'there', 'Location', 'there.Location'",
        "there",
        "Location",
    ),
    "state": (
        "Point, 'Point', 'here', None, lambda p: (Point, (), (p.x, p.y)), None, "
        "lambda p, state: p.__init__(*state) or p",
        "here",
        "Point",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_names(device, case, monkeypatch):
    """What is registered is written under its name, and found under it, whoever writes."""
    arguments, module, name = CASES[case]
    member = make_point if name == "make" else type(name, (Point,), {"__module__": module, "__qualname__": name})
    if case == "state":
        member.__setstate__ = lambda self, state: self.__init__(*state)
    for path, made in cpython_module(module, **{name: member}).items():
        monkeypatch.setitem(sys.modules, path, made)
    setup = POINT + f"P.register_pickle({arguments})\n"
    for line in run(
        device, setup + "for protocol in range(6): show(P.dumps([Point(3, 4), Other(5, 6).x], protocol))"
    ).splitlines():
        point, five = pickle.loads(bytes.fromhex(line.removeprefix("pickle:")))
        assert (point.x, point.y, five) == (3, 4, 5)
        assert type(point) is (Point if name == "make" else member)
    if name == "make":
        member.__module__, member.__qualname__, member.__name__ = module, name, name
        data = [_Call(member, (3, 4)).dumped(protocol) for protocol in range(6)]
        member.__module__, member.__qualname__, member.__name__ = __name__, "make_point", "make_point"
    elif case == "state":
        data = [_Call(member, (), (3, 4)).dumped(protocol) for protocol in range(6)]
    elif "reduce" in arguments or "lambda" in arguments:
        data = [_Call(member, (3, 4)).dumped(protocol) for protocol in range(6)]
    else:
        data = [pickle.dumps([member(3, 4)] * 2, protocol) for protocol in range(6)]
    loads = f"for data in {data!r}:\n    for allow in (None, ()):\n"
    loads += "        a, b = P.loads(data, allow=allow)\n        say(a is b, type(a) is Point, a.x, a.y)"
    assert run(device, setup + loads).splitlines() == ["True True 3 4"] * 12


class _Call:
    """Pickles as a call."""

    def __init__(self, *reduction):
        self.reduction = reduction

    def __reduce__(self):
        return self.reduction

    def dumped(self, protocol):
        return pickle.dumps([self] * 2, protocol)


# Programs of the device alone. Those that begin with what the pure-Python mPickle gets wrong do it in their name.
PROGRAMS = {
    "setstate-of-an-object-that-comes-twice": (
        POINT
        + """
P.register_pickle(Point, "Point", "program", None, lambda p: (Point, (), (p.x, p.y)), None,
                  lambda p, state: Point(*state))
one = Point(1, 2)
for protocol in range(6):
    a, b, c = P.loads(P.dumps([one, one, {"k": (one,)}], protocol))
    say(a is b, c["k"][0] is a, a.x, a.y)
""",
        "True True 1 2\n" * 6,
    ),
    "setstate-inside-its-own-state": (
        POINT
        + """
P.register_pickle(Point, "Point", "program", None, lambda p: (Point, (), [p]), None, setstate)
for setstate in (lambda p, state: Point(5), lambda p, state: p):
    P.register_pickle(Point, "Point", "program", None, lambda p: (Point, (), [p]), None, setstate)
    for protocol in range(6):
        try:
            say(type(P.loads(P.dumps(Point(), protocol))) is Point)
        except P.UnpicklingError as error:
            say(str(error).split(" (")[0])
""".replace('P.register_pickle(Point, "Point", "program", None, lambda p: (Point, (), [p]), None, setstate)\n', "", 1),
        "setstate_func returned another object, but the state refers to the first; return that one\n" * 6
        + "True\n" * 6,
    ),
    "setstate-of-any-state": (
        POINT
        + """
seen = []
def setstate(p, state):
    seen.append(state)
    return p
for state in (None, 0, False, "", (), [], {}, 0.0, b"", {"x": 1}, (1, {"y": 2}), [1]):
    P.register_pickle(Point, "Point", "program", None, lambda p: (Point, (), state), None, setstate)
    p = P.loads(P.dumps(Point(7)))
    say(p.x)
say(seen)
""",
        "0\n" * 12 + "[0, False, '', (), [], {}, 0.0, b'', {'x': 1}, (1, {'y': 2}), [1]]",
    ),
    "setstate-returns": (
        POINT
        + """
for answer in (None, 5, [1]):
    P.register_pickle(Point, "Point", "program", None, lambda p: (Point, (), 1), None, lambda p, state: answer)
    say(P.loads(P.dumps([Point(), Point()])))
P.register_pickle(Point, "Point", "program", None, lambda p: (Point, (), 1), None, lambda p, state: 1 // 0)
attempt(P.loads, P.dumps(Point()))
""",
        "[None, None]\n[5, 5]\n[[1], [1]]\nraised ZeroDivisionError",
    ),
    "state-without-setstate-is-set": (
        POINT
        + """
P.register_pickle(Point, "Point", "program", None, lambda p: (Point, (), {"x": 8, "z": 9}))
for protocol in range(6):
    p = P.loads(P.dumps(Point(), protocol))
    say(p.x, p.y, p.z)
""",
        "8 0 9\n" * 6,
    ),
    "registered-again": (
        POINT
        + """
for number in range(3):
    P.register_pickle(Point, "P%d" % number, "there", None, lambda p: (Point, (number,)))
    data = P.dumps(Point())
    say(b"P%d" % number in data, P.loads(data).x)
for old in ("P0", "P1"):
    attempt(P.loads, b"cthere\\n" + old.encode() + b"\\n.")
P.register_pickle(Point, "P", "there")
say(P.loads(P.dumps(Point(3))).x, P.loads(b"cthere\\nP\\n.") is Point)
""",
        "True 0\nTrue 1\nTrue 2\nraised ImportError\nraised ImportError\n3 True",
    ),
    "no-reduce-func": (
        POINT
        + """
P.register_pickle(Point, "Point", "there")
for protocol in range(6):
    p = P.loads(P.dumps(Point(3, [4]), protocol))
    say(type(p) is Point, p.x, p.y)
""",
        "True 3 [4]\n" * 6,
    ),
    "two-reconstructors-of-one-name": (
        POINT
        + """
def make(*functions):
    def rebuild(x):
        return functions[0](x)
    return rebuild

first, second = make(lambda x: Point(x)), make(lambda x: Other(-x))
P.register_pickle(Point, "Point", "a", "a.rebuild", lambda p: (first, (p.x,)), first)
P.register_pickle(Other, "Other", "b", "b.rebuild", lambda p: (second, (p.x,)), second)
say(first.__name__, second.__name__)
for protocol in range(6):
    one, two = P.loads(P.dumps([Point(1), Other(2)], protocol))
    say(type(one) is Point, one.x, type(two) is Other, two.x)
""",
        "rebuild rebuild\n" + "True 1 True -2\n" * 6,
    ),
    "exactly-this-type": (
        POINT
        + """
P.register_pickle(Point, "Point", "there", None, lambda p: (Point, (p.x + 1,)))
one, two = P.loads(P.dumps([Point(1), Other(1)]))
say(one.x, type(two) is Other, two.x)
""",
        "2 True 1",
    ),
    "another-object-is-pickled-in-its-place": (
        POINT
        + """
class Standing:
    def __init__(self, point):
        self.point = point
    def __reduce_ex__(self, protocol):
        return (Point, (self.point.x, protocol))
P.register_pickle(Point, "Point", "there", None, Standing)
point = Point(1)
for protocol in range(6):
    one, two = P.loads(P.dumps([point, point], protocol))
    say(one is two, one.x, one.y)
""",
        "".join(f"True 1 {protocol}\n" for protocol in range(6)),
    ),
    "a-dotted-path-is-imported": (
        POINT
        + """
sys.modules["toolbox"] = sys.modules["program"]
P.register_pickle(Point, "Point", "there", "toolbox.point", map_reconstructor_func="elsewhere.make")
for data in (b"celsewhere\\nmake\\n(I1\\nI2\\ntR.", b"ctoolbox\\npoint\\n(I1\\nI2\\ntR."):
    p = P.loads(data)
    say(type(p) is Point, p.x, p.y)
del sys.modules["toolbox"]
attempt(P.loads, b"celsewhere\\nmake\\n.")
""",
        "True 1 2\nTrue 1 2\nraised ImportError",
    ),
    "a-function-of-the-program-is-mapped": (
        POINT
        + """
P.register_pickle(Point, "Point", "there", "program.point", lambda p: (point, (p.x, p.y)),
                  map_reconstructor_func="elsewhere.make")
for protocol in range(6):
    data = P.dumps(Point(1, 2), protocol)
    say(b"elsewhere" in data, b"program" in data, P.loads(data).y)
""",
        "True False 2\n" * 6,
    ),
    "allow-admits-what-is-registered-and-nothing-else": (
        POINT
        + """
P.register_pickle(Point, "Point", "there", "there.make", lambda p: (point, (p.x, p.y)), point,
                  map_obj_module="mapped")
P.inject_fake_module_func("fake", "f", len)
asked = []
for options in ({"allow": ()}, {"allow": lambda module, name: asked.append(name)}):
    for name in ("there Point", "mapped Point", "there make", "fake f", "there Other", "program Point", "fake g",
                 "fake f.x"):
        say(attempt(P.loads, b"c" + name.replace(" ", "\\n").encode() + b"\\n.", **options) is not None)
say(asked)
""",
        ("True\n" * 4 + "raised UnpicklingError\nFalse\n" * 4) * 2 + "['Other', 'Point', 'g', 'f.x']",
    ),
    "wrong-arguments": (
        POINT
        + """
names = (Point, "P", "m")
for args in ((), (Point,), (Point, "P"), (1, "P", "m"), (Point, 1, "m"), (Point, "P", 1), (Point(), "P", "m"),
             names + (5,), names + ("nodot",), names + (".x",), names + ("",), names + (None, 5),
             names + (None, None, 5), names + (None, None, None, 5), names + (None,) * 4 + (5,),
             names + (None,) * 5 + (5,), names + (None,) * 6 + ("nodot",), (1,) * 11):
    attempt(P.register_pickle, *args)
say(P.loads(P.dumps(Point(1))).x, b"program" in P.dumps(Point(1)))
""",
        "raised TypeError\n" * 18 + "1 True",
    ),
    "hooks-of-a-pickler-come-first": (
        POINT
        + """
P.register_pickle(Point, "Point", "there", None, lambda p: (Point, ("registered",)))
class Overriding(P.Pickler):
    def reducer_override(self, obj):
        return (Point, ("override",)) if type(obj) is Point else NotImplemented
for table in (None, {Point: lambda p: (Point, ("table",))}, {}):
    for cls in (P.Pickler, Overriding):
        file = io.BytesIO()
        pickler = cls(file)
        if table is not None:
            pickler.dispatch_table = table
        pickler.dump(Point())
        say(P.loads(file.getvalue()).x)
P.dispatch_table[Point] = lambda p: (Point, ("module's table",))
say(P.loads(P.dumps(Point())).x)
""",
        "registered\noverride\ntable\noverride\nregistered\noverride\nmodule's table",
    ),
    # Injected modules.
    "injecting": (
        """
f = P.inject_fake_module_func("some.deep.path", "f")
say(f is P.inject_fake_module_func("some.deep.path", "f"), f is P.inject_dummy_module_func("some.deep.path", "f"))
say(repr(f))
try:
    f(1, 2, key=3)
except NotImplementedError as error:
    say(error)
import some
import some.deep.path
from some.deep import path
from some.deep.path import f as again
say(some.deep.path is path, path.f is f, again is f, path.__name__)
for protocol in range(6):
    data = P.dumps([f, f], protocol)
    say(b"some.deep.path" in data, P.loads(data) == [f, f])
g = P.inject_fake_module_func("some.deep.path", "g", function=len)
say(g is len, path.g is len, P.loads(P.dumps(len)) is len, b"some.deep.path" in P.dumps(len))
say(P.inject_fake_module_func("some.deep.path", "g", sum) is sum, path.g is sum, b"builtins" in P.dumps(len))
h = P.inject_fake_module_func("some", "h")
say(some.h is h, some.deep.path is path)
""",
        "True True\n<injected some.deep.path.f>\n"
        "'some.deep.path.f' was injected without a function; give one, or register a reconstruct_func\n"
        "True True True some.deep.path\n" + "True True\n" * 6 + "True True True True\nTrue True True\nTrue True",
    ),
    "into-a-real-module": (
        """
import json
before = dir(json)
attempt(P.inject_fake_module_func, "json", "no_such_function")
attempt(P.inject_fake_module_func, "json", "no_such_function", len)
attempt(P.inject_fake_module_func, "json", "dumps", len)
attempt(P.inject_fake_module_func, "sample", "no_such_function")
say(P.inject_fake_module_func("json", "dumps") is json.dumps)
say(P.inject_fake_module_func("sample", "pair") is sample.pair)
say(P.inject_fake_module_func("json", "dumps", json.dumps) is json.dumps)
attempt(P.revert_fake_module_func, "json", "dumps")
f = P.inject_fake_module_func("json.inner", "f")
import json.inner
from json.inner import f as again
say(again is f, P.loads(P.dumps(f)) is f)
P.revert_fake_module_func("json.inner", "f")
try:
    from json.inner import f
    say("still there")
except ImportError:
    say("gone")
again = json
import json
say(dir(json) == before, again is json)
""",
        "raised ValueError\n" * 4 + "True\nTrue\nTrue\nraised ValueError\nTrue True\ngone\nTrue True",
    ),
    "reverting-one-of-two": (
        """
f, g = [P.inject_fake_module_func("a.b.c", name) for name in "fg"]
x = P.inject_fake_module_func("a.x", "x")
P.revert_fake_module_func("a.b.c", "f")
from a.b import c
say(hasattr(c, "f"), c.g is g, P.loads(P.dumps(g)) is g)
attempt(P.dumps, f)
attempt(P.loads, b"ca.b.c\\nf\\n.")
attempt(P.revert_fake_module_func, "a.b.c", "f")
P.revert_dummy_module_func("a.b.c", "g")
say("a.b.c" in sys.modules, "a.b" in sys.modules, "a" in sys.modules)
import a
say(hasattr(a, "b"), a.x.x is x)
P.revert_fake_module_func("a.x", "x")
say("a.x" in sys.modules, "a" in sys.modules)
try:
    import a
    say("still there")
except ImportError:
    say("gone")
for args in (("a.b.c", "f"), ("nothing", "f")):
    attempt(P.revert_fake_module_func, *args)
say(P.inject_fake_module_func("a.b.c", "f") is f)
""",
        "False True True\nraised PicklingError\nraised AttributeError\nraised ValueError\nFalse False True\n"
        "False True\nFalse False\ngone\nraised ValueError\nraised ValueError\nFalse",
    ),
    "reverting-what-the-program-changed": (
        """
P.inject_fake_module_func("a.b", "f")
P.inject_fake_module_func("a.b", "g")
from a import b
b.f = 5
P.revert_fake_module_func("a.b", "f")
say(b.f)
del b.f
del b.g
del sys.modules["a.b"]
import a
del a.b
P.revert_fake_module_func("a.b", "g")
say("a" in sys.modules, "a.b" in sys.modules)
f = P.inject_fake_module_func("a.b", "f")
from a.b import f as again
say(again is f)
""",
        "5\nFalse False\nTrue",
    ),
    "wrong-names": (
        """
for args in ((), ("a",), (1, "f"), ("a", 1), ("", "f"), ("a.", "f"), (".a", "f"), ("a..b", "f"), ("a", ""),
             ("a", "f", 5)):
    attempt(P.inject_fake_module_func, *args)
for args in ((), ("a",), (1, "f"), ("a", 1), ("", "f"), ("a.", "f")):
    attempt(P.revert_fake_module_func, *args)
say("a" in sys.modules)
""",
        "raised TypeError\n" * 16 + "False",
    ),
    "a-soft-reset-leaves-nothing": (
        POINT
        + """
P.register_pickle(Point, "Point", "there", None, lambda p: (Point, ("registered",)))
P.inject_fake_module_func("fake", "f")
P.add_extension("sample", "pair", 5)
P.dispatch_table[Other] = lambda p: (Point, ("table",))
class Old(P.Pickler):
    def persistent_id(self, obj):
        return "five" if obj == 5 else None
file = io.BytesIO()
old, older, unpickler = Old(file), P.Pickler(file), P.Unpickler(b"\\x80\\x04]\\x94.cbuiltins\\nset\\n.P5\\n.")
old.dump([1])
say(unpickler.load())
data = P.dumps(Point())
old_module = P
forget()
gc.collect()
filler = [bytearray(50) for _ in range(100)]
say(P is old_module)
attempt(P.loads, data)
attempt(P.loads, b"cfake\\nf\\n.")
attempt(P.loads, b"\\x82\\x05.")
say(len(P.dispatch_table), P.loads(P.dumps(Other(7))).x, P.loads(P.dumps(Point(8))).x)
# What was made before goes on.
old.dump([5])
older.dump([5])
say(unpickler.load() is set, old.memo.copy() != {})
attempt(unpickler.load)
old.__init__(file)
say(isinstance(old, P.Pickler), P.loads(file.getvalue()))
Old(file).dump(6)
P.Pickler(file).dump(P.Unpickler(b"N.").load())
""",
        "[]\nTrue\nraised ImportError\nraised ImportError\nraised ValueError\n0 7 8\nTrue True\n"
        "raised UnpicklingError\nFalse [1]",
    ),
    "import-star": (
        """
names = {}
exec("from mpickle.mpickle import *", names)
say([name for name in ("dumps", "register_pickle", "inject_dummy_module_func", "PickleError") if name not in names])
say("Pickler" in names)
exec("from mpickle import Pickler, Unpickler, dispatch_table", names)
say(names["Pickler"] is P.Pickler)
""",
        "[]\nFalse\nTrue",
    ),
}


def rows(_test):
    """The programs."""
    return [(name, Program(FORGET + source, says), ()) for name, (source, says) in PROGRAMS.items()]


def test_program(device, row):
    """A program of the device alone says what stands beside it."""
    try:
        programs.check(device, row)
    finally:
        run(device, "")
