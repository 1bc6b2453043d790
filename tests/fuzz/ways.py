# Runs on firmware with the module faults, with tests/support in sys.path: any bytes are loaded, and what comes of them
# is dumped and loaded again. How, with what hooks, and which allocation fails meanwhile, the bytes say themselves.
import io
import sys

import faults
import mpickle
import sample
import wild
from streams import IntoReader, Reader, Writer

MODULES = ("odd", "sample", "collections", "_codecs", "copyreg", "copy_reg", "array", "functools")
BUILTINS = (
    "bytearray bytes complex dict float frozenset getattr int list object range reversed set slice str tuple type "
    "Ellipsis NotImplemented ValueError OSError KeyError"
).split()


def allow(module, name):
    """What no pickle can do harm with."""
    return module in MODULES or (module in ("builtins", "__builtin__") and name in BUILTINS)


class Pickler(mpickle.Pickler):
    def persistent_id(self, obj):
        return "id" if obj == 5 else None

    def reducer_override(self, obj):
        return (str, ("text",)) if obj is sample.fail else NotImplemented


class Unpickler(mpickle.Unpickler):
    def persistent_load(self, id):
        return [id]

    def find_class(self, module, name):
        if not allow(module, name):
            raise KeyError(name)
        return super().find_class(module, name)


# What mpickle has, as the module `odd` names it, with nothing in it by which a pickle gets at more than `allow` says.


def register(cls, name, module, reduce=None, reconstruct=None, set_state=None):
    _untidy.append(1)
    mpickle.register_pickle(cls, name, module, None, reduce, reconstruct, set_state)


def inject(module, name, function=None):
    _untidy.append(1)
    return mpickle.inject_fake_module_func("odd." + module, name, function)


def extend(*args):
    _untidy.append(1)
    mpickle.add_extension(*args)


_untidy = []
FUNCTIONS = {
    "loads": lambda data, *rest: mpickle.loads(data, *rest, allow=allow),
    "load": lambda data, *rest: mpickle.load(data, *rest, allow=allow, missing=mpickle.Placeholder),
    "dumps": mpickle.dumps,
    "dump": mpickle.dump,
    "dis": lambda data: mpickle.dis(data, io.StringIO()),
    "register": register,
    "inject": inject,
    "extend": extend,
    "PickleBuffer": mpickle.PickleBuffer,
}


def prepare():
    """What is odd, anew, and nothing registered."""
    if _untidy:
        _untidy.clear()
        for name in [name for name in sys.modules if name.startswith("odd")]:
            del sys.modules[name]
        mpickle.__init__()
    wild.renew()
    odd = sys.modules["odd"]
    for name in FUNCTIONS:
        setattr(odd, name, FUNCTIONS[name])
    odd.Pickler, odd.pickler = Pickler, Pickler(io.BytesIO())
    odd.Unpickler, odd.unpickler = Unpickler, Unpickler(b"N.N.", allow=allow)


def read(data, how):
    """Loads a pickle in one of the ways."""
    kind = how % 8
    if kind == 0:
        return mpickle.loads(data, allow=allow)
    if kind == 1:
        return mpickle.load(Reader(data, 1 + how // 8 % 30), allow=allow)
    if kind == 2:
        return mpickle.load(IntoReader(data, 1 + how // 8 % 600), allow=allow, missing=mpickle.Placeholder)
    if kind == 3:
        return mpickle.loads(data, allow=allow, missing=mpickle.Placeholder)
    if kind == 4:
        return mpickle.loads(data, allow=allow, buffers=[b"one", bytearray(b"two"), b"three"])
    if kind == 5:
        return mpickle.loads(data, allow=allow, encoding="bytes" if how & 8 else "latin1", fix_imports=how & 16 == 0)
    unpickler = Unpickler(io.BytesIO(data) if kind == 6 else memoryview(data))
    return [unpickler.load() for _ in range(1 + how // 8 % 3)]


def write(obj, how):
    """Dumps an object in one of the ways."""
    kind, protocol = how % 4, how % 6
    if kind == 0:
        return mpickle.dumps(obj, protocol)
    if kind == 1:
        writer = Writer()
        mpickle.dump(obj, writer, protocol)
        return writer.all()
    if kind == 2:
        return mpickle.dumps(obj, 5, buffer_callback=lambda buffer: how & 8)
    file = io.BytesIO()
    pickler = Pickler(file, protocol)
    pickler.dump(obj)
    pickler.dump(obj)
    return file.getvalue()


def one(data, turn=0):
    """Loads a pickle, dumps what is in it, and loads that. Whatever Exception comes out is fine."""
    prepare()
    how = turn
    for byte in data:
        how = (how * 31 + byte) & 0xFFFFFF
    if how & 0x30 == 0:
        faults.fail_at(1 + how // 64 % 40, how & 0x40 != 0)
    elif how & 0x30 == 0x10 and len(data) < 200:
        faults.collect_every(1 + how // 64 % 10)
    try:
        mpickle.loads(write(read(data, how), how // 8), allow=allow, missing=mpickle.Placeholder)
    except Exception:
        pass
    faults.reset()
