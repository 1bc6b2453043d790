"""A program that uses all of mpickle's stubs: mypy has nothing against it. It is never run."""

import io
import socket
from typing import Any

import mpickle
import mpickle_numpy as np
import mpickle_types
from mpickle import PickleBuffer, Pickler, PicklingError, Placeholder, Unpickler

version: str = mpickle.__version__
protocols: range = range(mpickle.DEFAULT_PROTOCOL, mpickle.HIGHEST_PROTOCOL + 1)

# Bytes and streams: files, sockets, and whatever has the method.
data: bytes = mpickle.dumps([1, 2.5, "three"], 4, fix_imports=False)
data = mpickle.dump({"a": 1})
data = mpickle.dump({"a": 1}, None, -1, buffer_callback=lambda buffer: None)
mpickle.dump({"a": 1}, io.BytesIO())
with open("readings.pkl", "wb") as writable:
    mpickle.dump((1, 2), writable, protocol=None)
with open("readings.pkl", "rb") as readable:
    readings: list[int] = mpickle.load(readable, allow=())
mpickle.load(socket.socket().makefile("rb"))
mpickle.load(b"N.", encoding="bytes", errors="strict", fix_imports=True)
mpickle.loads(memoryview(data), allow={"collections.deque"}, missing=Placeholder)
mpickle.loads(bytearray(data), allow=lambda module, name: module == "collections", buffers=[b""])


class Radio:
    """A device of the program's own."""

    def write(self, data: bytes, /) -> int:
        return len(data)

    def read(self, size: int, /) -> bytes | None:
        return b"N."[:size]


mpickle.dump(None, Radio(), 2)
mpickle.load(Radio())

mpickle.dis(data)
mpickle.dis(Radio(), io.StringIO())


class MyPickler(Pickler):
    def persistent_id(self, obj: Any) -> str | None:
        return "config" if isinstance(obj, Radio) else None

    def reducer_override(self, obj: Any) -> Any:
        return NotImplemented


class MyUnpickler(Unpickler):
    def persistent_load(self, pid: Any) -> object:
        return Radio()

    def find_class(self, module_name: str, global_name: str) -> Any:
        return super().find_class(module_name, global_name)


pickler = MyPickler(Radio(), 5, buffer_callback=[].append)
pickler.fast = True
pickler.dispatch_table = {Radio: lambda radio: (Radio, ())}
pickler.dump(Radio())
pickler.clear_memo()
MyUnpickler(Radio(), allow=()).load()
MyUnpickler(b"N.").load()
mpickle.dispatch_table[Radio] = lambda radio: "radio"

raw: memoryview = PickleBuffer(bytearray(8)).raw("H")
PickleBuffer(b"").release()
price: Placeholder = Placeholder("decimal", "Decimal")("1.5", context=None)
names: tuple[str, str] = price.module, price.name

mpickle.register_pickle(Radio, "Radio", "radio", reduce_func=lambda radio: (Radio, ()), map_obj_module="devices")
rebuild = mpickle.inject_fake_module_func("numpy.core.multiarray", "_reconstruct")
rebuild(1, a=2)
mpickle.revert_fake_module_func("numpy.core.multiarray", "_reconstruct")
mpickle.inject_dummy_module_func("a.b", "c", function=print)
mpickle.revert_dummy_module_func("a.b", "c")
mpickle.add_extension("collections", "OrderedDict", 240)
mpickle.remove_extension("collections", "OrderedDict", 240)

try:
    mpickle.dumps(None)
except PicklingError as error:
    problem: mpickle.PickleError = error
except mpickle.UnpicklingError:
    pass

weights: np.ndarray = np.array([[0.5, -1.5], [2.0, 0.25]], "float32")
shape: tuple[int, ...] = weights.shape
row = weights[1]
weights[0, 1:] = 3
np.ndarray((2, 3), np.dtype("<i2"), bytearray(12), "F").tolist()
np.write_for(2)

day: str = mpickle_types.datetime(2025, 5, 1, 6).isoformat()
number: int = mpickle_types.UUID("12345678123456781234567812345678").int
