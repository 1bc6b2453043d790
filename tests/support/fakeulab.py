# Runs on the device: as much of ulab as mpickle_numpy uses, for firmware that lacks it. Its arrays have at most two
# dimensions, and are dense or transposed.
import struct

SIZES = {"b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "d": 8, "c": 16}
NAMES = {"b": "int8", "B": "uint8", "?": "bool", "h": "int16", "H": "uint16", "d": "float64", "c": "complex"}


class ndarray(bytearray):
    """Bytes, a letter for what they are, and a shape: that of what was transposed, if it is."""

    def __init__(self, memory, code, shape, transposed=False):
        super().__init__(memory)
        self.code, self.inner, self.transposed = code, tuple(shape), transposed
        self.shape = tuple(reversed(shape)) if transposed else self.inner
        self.itemsize = SIZES[code]
        self.dtype = ord("B" if code == "?" else code)
        self.size = len(memory) // self.itemsize

    def tobytes(self):
        if self.transposed:
            raise ValueError("tobytes can be invoked for dense arrays only")
        return bytearray(self)

    def copy(self):
        return array(self.tolist(), chr(self.dtype) if self.code != "?" else "?") if self.transposed else self

    def reshape(self, shape):
        if len(shape) > 2:
            raise ValueError("maximum number of dimensions is 2")
        size = 1
        for n in shape:
            size *= n
        if size != self.size:
            raise ValueError("cannot reshape array")
        return ndarray(bytearray(self), self.code, shape)

    def transpose(self):
        return ndarray(bytearray(self), self.code, self.inner, not self.transposed)

    def items(self):
        if self.code == "c":
            floats = struct.unpack("%dd" % (2 * self.size), self)
            return [complex(floats[i], floats[i + 1]) for i in range(0, 2 * self.size, 2)]
        items = struct.unpack("%d%s" % (self.size, "B" if self.code == "?" else self.code), self)
        return [item != 0 for item in items] if self.code == "?" else list(items)

    def tolist(self):
        items = self.items()
        if len(self.shape) < 2:
            return items
        rows, columns = self.inner
        lists = [items[row * columns : (row + 1) * columns] for row in range(rows)]
        return [[row[i] for row in lists] for i in range(columns)] if self.transposed else lists

    def __getitem__(self, key):
        return array(self.tolist()[key], self.code)

    def __repr__(self):
        assert len(self.shape) == 1  # of more, ulab prints a part to standard output
        return "array(%r, dtype=%s)" % (self.tolist(), NAMES[self.code])


def array(items, dtype):
    """From a list, or a list of lists."""
    shape = (len(items), len(items[0])) if items and isinstance(items[0], list) else (len(items),)
    flat = [item for row in items for item in row] if len(shape) == 2 else items
    if dtype == "c":
        flat = [part for item in flat for part in (complex(item).real, complex(item).imag)]
    code = {"c": "d", "?": "B"}.get(dtype, dtype)
    return ndarray(struct.pack("%d%s" % (len(flat), code), *flat), dtype, shape)


def frombuffer(memory, dtype):
    """A copy, which ulab does not make."""
    return ndarray(memory, dtype, (len(memory) // SIZES[dtype],))


def zeros(shape):
    """Floats, which are doubles."""
    return ndarray(bytes(8 * shape), "d", (shape,))
