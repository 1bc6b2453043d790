"""NumPy's arrays in pickles: once this is imported, mpickle loads and dumps them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from typing_extensions import Buffer

_str = str

class dtype:
    """What the items of an array are: `dtype("int16")`, `dtype("<i2")`, `dtype("S5")`."""

    kind: Final[_str]
    """numpy's letter: b, i, u, f, c, S, U, O, M, m."""
    itemsize: Final[int]
    """Bytes of an item."""

    def __new__(cls, spec: _str | dtype, align: bool = False, copy: bool = False) -> dtype: ...
    @property
    def str(self) -> _str:
        """Byte order, kind and size: `<i2`; of times the unit, too: `<M8[s]`."""

    @property
    def name(self) -> _str:
        """`int16`; for strings and times what `str` says."""

_dtype = dtype

class ndarray:
    """An array: typed memory, with a shape.

    Made from nothing it is full of zeros; over a buffer it copies nothing.
    """

    shape: Final[tuple[int, ...]]
    dtype: Final[_dtype]
    size: Final[int]
    """How many items there are."""

    def __init__(
        self,
        shape: int | Sequence[int],
        dtype: str | _dtype,
        buffer: Buffer | list[Any] | None = None,
        order: Literal["C", "F"] = "C",
    ) -> None: ...
    @property
    def ndim(self) -> int:
        """How many dimensions it has."""

    @property
    def data(self) -> memoryview[Any] | list[Any]:
        """The memory: a typed memoryview. Two floats make a complex number, n numbers a string."""

    def tolist(self) -> Any:
        """The items as Python's own objects, in lists as deep as there are dimensions."""

    def tobytes(self) -> bytes:
        """The bytes of the items, in C's order."""

    def copy(self) -> ndarray:
        """An array with memory of its own, in C's order."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __getitem__(self, key: int | slice | tuple[int | slice, ...]) -> Any: ...
    def __setitem__(self, key: int | slice | tuple[int | slice, ...], value: Any) -> None: ...

def array(items: Any, dtype: str | _dtype) -> ndarray:
    """A new array of the items, which are lists in lists, or whatever else can be indexed."""

def write_for(major: Literal[1, 2]) -> None:
    """Which numpy's names are written: 1, which numpy 2 loads, too, or 2. Both are read."""
