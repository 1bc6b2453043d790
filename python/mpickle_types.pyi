"""Dates, times, UUID, Counter, defaultdict and slices in pickles: once this is imported, mpickle knows CPython's."""

from collections.abc import Callable
from typing import Any, Final

from mpickle_datetime import date as date
from mpickle_datetime import datetime as datetime
from mpickle_datetime import time as time
from mpickle_datetime import timedelta as timedelta
from mpickle_datetime import timezone as timezone

class UUID:
    """A number of 128 bits, `int`."""

    int: Final[int]

    def __init__(self, hex: str) -> None: ...
    @property
    def hex(self) -> str:
        """The 32 digits."""

class Counter(dict[Any, int]):
    """How often there is what: a dict in which nothing is missing, for there is 0 of it."""

class defaultdict(dict[Any, Any]):
    """A dict that makes what is missing."""

    default_factory: Callable[[], Any] | None

    def __init__(self, default_factory: Callable[[], Any] | None = None) -> None: ...
