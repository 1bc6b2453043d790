"""NumPy's arrays in pickles: once this is imported, mpickle loads and dumps them.

Where the firmware has ulab and ulab can hold an array, it becomes one of ulab's; everywhere else an `ndarray` of this
module, which keeps what numpy sent and gives it back. Nothing is changed without a word: what cannot be held is an
error, and docs/numpy.md says what is converted.
"""

import struct
import sys

from mpickle import PickleBuffer, register_pickle

_NATIVE = "<" if sys.byteorder == "little" else ">"
_KINDS = {"bool": "b", "int": "i", "uint": "u", "float": "f", "complex": "c", "object": "O"}
# array's typecodes for what items are made of, which numpy's names tell by kind and size.
_CODES = {
    "b1": "B",
    "i1": "b",
    "i2": "h",
    "i4": "i",
    "i8": "q",
    "u1": "B",
    "u2": "H",
    "u4": "I",
    "u8": "Q",
    "f2": "H",
    "f4": "f",
    "f8": "d",
    "c8": "f",
    "c16": "d",
    "M8": "q",
    "m8": "q",
}
_known = {}  # the dtypes of which numpy, too, has one object each
_B = b"b"  # numpy writes this one object again and again


class dtype:
    """What the items of an array are: `dtype("int16")`, `dtype("<i2")`, `dtype("S5")`."""

    def __new__(cls, spec, align=False, copy=False):
        if isinstance(spec, dtype):
            return spec
        order = spec[0] if spec[0] in "<>" else _NATIVE
        spec = spec.lstrip("<>|=")
        word = spec.rstrip("0123456789")
        size = spec[len(word) :]
        if word in _KINDS:
            word = _KINDS[word]
            size = int(size) / 8 if size else {"b": 1, "c": 16}.get(word, 8)
            base = "%s%g" % (word, size)
        else:
            base = word + (size or "8")
        if len(word) != 1 or not (size or word == "O") or "." in base:
            raise TypeError("data type %r not understood" % spec)
        if order == _NATIVE and base in _known:
            return _known[base]
        self = object.__new__(cls)
        self._fill(base, order)
        if order == _NATIVE and (word == "O" or (base in _CODES and word not in "Mm")):
            _known[base] = self
        return self

    def _fill(self, base, order, state=None):
        kind = base[0]
        size = int(base[1:])
        self.kind = kind
        self.itemsize = 4 * size if kind == "U" else size
        self._base = base  # as pickles name it
        self._order = "|" if self.itemsize == 1 or kind in "SVO" else order
        self._state = state  # of those that have more to say
        # Each item is made of so many units of a typecode. What has none cannot be held.
        plain = state is None or state[2:5] == (None, None, None)
        self._code = ({"S": "B", "U": "I"}.get(kind) or _CODES.get(base)) if plain else None
        self._width = {"S": size, "U": size, "c": 2}.get(kind, 1)

    @property
    def str(self):
        """Byte order, kind and size: `<i2`; of times the unit, too: `<M8[s]`."""
        text = self._order + (self._base if self.kind != "O" else "O")
        if self.kind in "Mm" and self._state:
            unit = self._state[8][1]
            text += "[%s%s]" % (unit[1] if unit[1] != 1 else "", unit[0].decode())
        return text

    @property
    def name(self):
        """`int16`; for strings and times what `str` says."""
        kind = self.kind
        for name in _KINDS:
            if _KINDS[name] == kind:
                return name if kind in "bO" else name + str(8 * self.itemsize)
        return self.str

    def __repr__(self):
        plain = self._order in (_NATIVE, "|") and self.kind in "biufc"
        return "dtype('%s')" % (self.name if plain else self.str.lstrip("|"))

    def __eq__(self, other):
        if isinstance(other, str):
            other = dtype(other)
        return isinstance(other, dtype) and (self.str, self._state) == (other.str, other._state)

    def __hash__(self):
        return hash(self.str)

    def __reduce__(self):
        size, align, flags = -1, -1, 0
        if self.kind in "SU":
            size = self.itemsize
            align, flags = (1, 0) if self.kind == "S" else (4, 8)
        elif self.kind == "O":
            flags = 63
        state = self._state or (3, self._order, None, None, None, size, align, flags)
        return dtype, (self._base, False, True), state


_dtype = dtype  # where a parameter has its name


def _set_dtype(self, state):
    order = state[1][0]  # which is the one str of that letter
    if len(state) == 8 and state[2:5] == (None, None, None) and (self._code or self.kind == "O"):
        return dtype(order + self._base)
    new = object.__new__(dtype)
    new._fill(self._base, order, (state[0], order) + state[2:])
    return new


class ndarray:
    """An array: typed memory, with a shape.

    Made from nothing it is full of zeros; over a buffer it copies nothing.
    """

    def __init__(self, shape, dtype, buffer=None, order="C"):
        shape = (shape,) if isinstance(shape, int) else tuple(list(shape))
        kind = _dtype(dtype)
        strides = []
        size = 1
        for n in shape if order == "F" else reversed(shape):
            strides.append(size)
            size *= n
            if n < 0 or (n and size // n != strides[-1]):  # which has wrapped around, where ints end at 64 bits
                raise ValueError("no array of %r has shape %r" % (kind, shape))
        if buffer is None:
            buffer = [None] * size if kind.kind == "O" else bytearray(size * kind.itemsize)
        if not (kind._code or kind.kind == "O") or len(shape) > 32:
            raise TypeError("cannot hold an array of %r, shape %r" % (kind, shape))
        if kind._order not in (_NATIVE, "|"):
            kind, buffer = _swapped(kind, buffer)
        self.shape = shape
        self.dtype = kind
        self.size = size
        self._root = self  # whose memory it is
        self._start = 0
        self._strides = tuple(strides if order == "F" else reversed(strides))
        self._bytes = None
        if kind.kind == "O":
            if not isinstance(buffer, list):
                raise TypeError("the items of %r, shape %r, are no list" % (kind, shape))
            self._view = buffer
        else:
            try:
                self._view = _typed(buffer, kind._code)
            except ValueError:
                self._view = b""
        if len(self._view) != size * kind._width:
            raise ValueError("the buffer has not the size of %r, shape %r" % (kind, shape))

    def _part(self, start, shape, strides):
        part = object.__new__(ndarray)
        part.shape = shape
        part.dtype = self.dtype
        part.size = 1
        for n in shape:
            part.size *= n
        part._root = self._root
        part._start = start
        part._strides = strides
        return part

    @property
    def ndim(self):
        """How many dimensions it has."""
        return len(self.shape)

    @property
    def data(self):
        """The memory: a typed memoryview. Two floats make a complex number, n numbers a string."""
        if self._layout() is None:
            raise ValueError("the items do not lie side by side; copy() them")
        return self._memory()

    def _layout(self):
        """How the items lie: as in "C", as in Fortran, or None for with gaps."""
        axes = list(range(len(self.shape)))
        for order in "CF":
            expected = 1
            for axis in axes if order == "F" else reversed(axes):
                n = self.shape[axis]
                if n != 1 and self._strides[axis] != expected and self.size:
                    break
                expected *= n
            else:
                return order
        return None

    def _memory(self):
        view = self._root._view
        width = self.dtype._width
        start = self._start * width
        end = start + self.size * width
        return view if end - start == len(view) else view[start:end]

    def _own(self):
        """Writable memory: that of a bytes object is copied first."""
        root = self._root
        if root._bytes is not None:
            root._view = _typed(bytearray(root._bytes), self.dtype._code)
            root._bytes = None
        return root._view

    def _find(self, key):
        """Start, shape and strides of what an index means."""
        if not isinstance(key, tuple):
            key = (key,)
        if len(key) > len(self.shape):
            raise IndexError("too many indices for shape %r" % (self.shape,))
        start = self._start
        shape = []
        strides = []
        for n, stride, k in zip(self.shape, self._strides, key):
            if isinstance(k, slice):
                first, last, step = k.indices(n)
                start += first * stride
                shape.append(max(0, (last - first + step - (1 if step > 0 else -1)) // step))
                strides.append(stride * step)
                continue
            if not -n <= k < n:
                raise IndexError("index %r is out of bounds for shape %r" % (k, self.shape))
            start += k % n * stride
        rest = len(key)
        return start, tuple(shape) + self.shape[rest:], tuple(strides) + self._strides[rest:]

    def __getitem__(self, key):
        start, shape, strides = self._find(key)
        return self._part(start, shape, strides) if shape else self._get(start)

    def __setitem__(self, key, value):
        start, shape, strides = self._find(key)
        if not shape:
            self._set(start, value)
            return
        part = self._part(start, shape, strides)
        many = _has_items(value)
        if many and len(value) != shape[0]:
            raise ValueError("%d values for shape %r" % (len(value), shape))
        for i in range(shape[0]):
            part[i] = value[i] if many else value

    def _get(self, at):
        view = self._root._view
        kind = self.dtype.kind
        if kind in "SU":
            width = self.dtype._width
            units = view[at * width : (at + 1) * width]
            return bytes(units).rstrip(b"\0") if kind == "S" else "".join([chr(c) for c in units]).rstrip("\0")
        if kind == "c":
            return complex(view[2 * at], view[2 * at + 1])
        if kind == "b":
            return view[at] != 0
        if self.dtype._base == "f2":
            return struct.unpack_from("e", view, 2 * at)[0]
        return view[at]

    def _set(self, at, value):
        units = _units(self.dtype, value)
        view = self._own()
        at *= self.dtype._width
        for unit in units:
            view[at] = unit
            at += 1

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of an array without dimensions")
        return self.shape[0]

    def __iter__(self):
        for i in range(len(self)):
            yield self[i]

    def __repr__(self):
        items = self.tolist() if self.size <= 100 else "..."
        text = "array(%s, dtype='%s'" % (items, self.dtype.name)
        return text + (")" if self.size <= 100 and self.size else ", shape=%r)" % (self.shape,))

    def tolist(self):
        """The items as Python's own objects, in lists as deep as there are dimensions."""
        n = len(self.shape)
        if n == 0:
            return self._get(self._start)
        if n == 1 and self._strides[0] == 1 and self.dtype.kind in "iuf" and self.dtype._base != "f2":
            return list(self._memory())
        return [item.tolist() if n > 1 else item for item in self]

    def copy(self):
        """An array with memory of its own, in C's order."""
        new = ndarray(self.shape, self.dtype)
        to = new._view
        if self._layout() == "C":
            to[:] = self._memory()
            return new
        source = self._root._view
        width = self.dtype._width
        i = 0
        for at in _places(self.shape, self._strides, self._start):
            to[i : i + width] = source[at * width : (at + 1) * width]
            i += width
        return new

    def tobytes(self):
        """The bytes of the items, in C's order."""
        if self.dtype.kind == "O":
            raise TypeError("objects have no bytes")
        return bytes(self._memory() if self._layout() == "C" else self.copy()._view)

    def __reduce_ex__(self, protocol):
        order = self._layout()
        if order is None:
            self = self.copy()
            protocol = 4  # as numpy 1 does
        elif protocol > 4 and self.dtype.kind not in "OMm":
            self._own()
        memory = self._memory()
        if self.dtype.kind == "O":  # whose list is always in C's order
            memory = [memory[at] for at in _places(self.shape, self._strides, 0)]
        elif protocol < 5 and memory is self._root._view and self._root._bytes is not None:
            memory = self._root._bytes
        return _reduced(protocol, memory, self.dtype, self.shape, order)


def array(items, dtype):
    """A new array of the items, which are lists in lists, or whatever else can be indexed."""
    shape = []
    inner = items
    while _has_items(inner):
        shape.append(len(inner))
        if not shape[-1]:
            break
        inner = inner[0]
    new = ndarray(shape, dtype)
    if shape:
        _fill(new, items)
    else:
        new[()] = items
    return new


def _fill(array, items):
    if not _has_items(items) or len(items) != array.shape[0]:
        raise ValueError("%r is not of shape %r" % (items, array.shape))
    for i in range(array.shape[0]):
        if len(array.shape) > 1:
            _fill(array[i], items[i])
        else:
            array[i] = items[i]


def _has_items(value):
    if isinstance(value, (str, bytes)):
        return False
    try:
        len(value)
    except TypeError:
        return False
    return True


def _typed(buffer, code):
    """A view of the buffer as items of a typecode; of a copy, where the bytes do not lie as those must."""
    buffer = PickleBuffer(buffer)
    try:
        return buffer.raw(code)
    except ValueError:
        return PickleBuffer(bytearray(buffer)).raw(code)


def _swapped(kind, buffer):
    """The dtype in this machine's byte order, and the items in it."""
    new = bytearray(buffer)
    size = kind.itemsize // (kind._width or 1)
    for at in range(0, len(new), size):
        new[at : at + size] = bytes(reversed(new[at : at + size]))
    state = kind._state
    if state is None:
        return dtype(kind._base), new
    native = object.__new__(dtype)
    native._fill(kind._base, _NATIVE, state[:1] + (_NATIVE,) + state[2:])
    return native, new


def _units(kind, value):
    """What a value is in memory. A value that does not fit is an error, and not cut off."""
    letter = kind.kind
    if letter == "O":
        return (value,)
    if letter == "b":
        return (1 if value else 0,)
    if letter == "f":
        value = float(value)
        return struct.unpack("H", struct.pack("e", value)) if kind.itemsize == 2 else (value,)
    if letter == "c":
        value = complex(value)
        return (value.real, value.imag)
    if letter in "SU":
        if not isinstance(value, bytes if letter == "S" else str):
            raise TypeError("%r for %r" % (value, kind))
        units = list(value) if letter == "S" else [ord(c) for c in value]
        if len(units) > kind._width:
            raise ValueError("%r is too long for %r" % (value, kind))
        return units + [0] * (kind._width - len(units))
    if not isinstance(value, int):
        raise TypeError("%r for %r" % (value, kind))
    if (value >> 8 * kind.itemsize - 1) not in ((0, 1) if letter == "u" else (0, -1)):
        raise OverflowError("%r is out of bounds for %r" % (value, kind))
    return (value,)


def _places(shape, strides, at):
    """Where the items are, in C's order."""
    if not shape:
        yield at
        return
    for i in range(shape[0]):
        yield from _places(shape[1:], strides[1:], at + i * strides[0])


# What numpy's pickles call.


def _reduced(protocol, memory, kind, shape, order):
    if protocol > 4 and kind.kind not in "OMm":
        return _frombuffer, (PickleBuffer(memory), kind, shape, order)
    if not isinstance(memory, (bytes, list)):
        memory = bytes(memory)
    # Not one tuple for all arrays: pickle would notice.
    return _reconstruct, (ndarray, tuple([0]), _B), (1, shape, kind, order == "F", memory)


def _reconstruct(cls, shape, kind):
    if cls is not ndarray:
        raise TypeError("%r is no array that can be held here" % cls)
    return ndarray(0, "uint8")


def _set_array(self, state):
    shape, kind, fortran, memory = state[-4:]
    if isinstance(memory, str):  # Python 2's, as latin1
        memory = bytes([ord(c) for c in memory])
    if fortran and kind.kind == "O":
        self.__init__(shape, kind, memory)
        memory = [memory[at] for at in _places(tuple(reversed(shape)), tuple(reversed(self._strides)), 0)]
    self.__init__(shape, kind, memory, "F" if fortran else "C")
    if self.dtype is kind and isinstance(memory, bytes):
        self._bytes = memory
    return _held(self, None)


def _frombuffer(buffer, kind, shape, order, axes=None):
    self = ndarray(shape, kind, buffer, order)
    if axes is not None:  # numpy 2's order "K": the buffer has another order of dimensions
        strides = self._strides
        self._strides = tuple([strides[axis] for axis in axes])
        self.shape = tuple([self.shape[axis] for axis in axes])
    return _held(self, buffer if self.dtype is kind else None)


class scalar:
    """A single number, boolean or string: becomes Python's own."""

    def __new__(cls, kind, memory):
        return ndarray((), kind, memory)[()]


# Arrays of ulab.


def _held(self, buffer):
    """One of ulab's arrays, if there is one that holds the same values, over the buffer if that is a bytearray."""
    to = _ulab_types.get(self.dtype._base)
    if to is None or not self.shape:
        return self
    layout = self._layout()
    if layout is None:
        self = self.copy()
    shape = self.shape if layout != "F" else tuple(reversed(self.shape))
    try:
        if self.dtype._base in _wider:
            made = _ulab.array([self._get(at) for at in range(self.size)], dtype=to)
        else:
            if type(buffer) is not bytearray or layout is None:
                buffer = bytearray(self._memory())
            made = _ulab.frombuffer(buffer, dtype=to)
        made = made.reshape(shape)
    except (TypeError, ValueError):  # more dimensions than it was built for
        return self
    return made.transpose() if layout == "F" else made


class _FromUlab:
    """What is pickled in the place of one of ulab's arrays."""

    def __init__(self, array):
        self.array = array

    def __reduce_ex__(self, protocol):
        array = self.array
        try:
            memory = array.tobytes()
        except ValueError:  # the items have gaps between them
            array = array.copy()
            memory = array.tobytes()
        # The PickleBuffer is to keep the array itself alive.
        return _reduced(protocol, array if protocol > 4 else memory, _ulab_dtype(array), array.shape, "C")


def _ulab_dtype(array):
    """Only what is printed tells bool from uint8, and only of one dimension it is printed to a str."""
    inner = array if array.size else array.reshape((0,))
    while len(inner.shape) > 1:
        inner = inner[0]
    text = repr(inner[:0])
    word = text[text.rfind("=") + 1 :].strip("')")
    if word[0] in "fc":
        word = word[0] + str(array.itemsize)
    return dtype(word)


_ulab_types = {}
_wider = ()  # what ulab holds in floats of twice the size
try:
    from ulab import numpy as _ulab
except ImportError:
    pass
else:
    for _name in ("int8", "int16", "uint8", "uint16", "bool"):
        _ulab_types[dtype(_name)._base] = getattr(_ulab, _name)
    _ulab_types["f4"] = _ulab.float
    if hasattr(_ulab, "complex"):
        _ulab_types["c8"] = _ulab.complex
    if _ulab.zeros(1).itemsize == 8:
        _wider = ("f4", "c8")
        _ulab_types["f8"] = _ulab.float
        _ulab_types["c16"] = _ulab_types.get("c8")
    register_pickle(_ulab.ndarray, "ndarray", "ulab.numpy", None, _FromUlab)


def write_for(major):
    """Which numpy's names are written: 1, which numpy 2 loads, too, or 2. Both are read."""
    written, other = "numpy.core.", "numpy._core."
    if major == 2:
        written, other = other, written
    register_pickle(
        ndarray,
        "ndarray",
        "numpy",
        other + "multiarray._reconstruct",
        reconstruct_func=_reconstruct,
        setstate_func=_set_array,
        map_reconstructor_func=written + "multiarray._reconstruct",
    )
    register_pickle(
        dtype,
        "dtype",
        "numpy",
        other + "numeric._frombuffer",
        reconstruct_func=_frombuffer,
        setstate_func=_set_dtype,
        map_reconstructor_func=written + "numeric._frombuffer",
    )
    register_pickle(scalar, "scalar", other + "multiarray", map_obj_module=written + "multiarray")


write_for(1)
