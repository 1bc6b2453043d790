"""Dates and times for a device without micropython-lib's datetime: fields, comparison, and isoformat()."""

from typing import Any, Final

class _Fields:
    def __lt__(self, other: Any) -> bool: ...
    def __le__(self, other: Any) -> bool: ...

class timedelta(_Fields):
    """Days, seconds and microseconds."""

    days: Final[int]
    seconds: Final[int]
    microseconds: Final[int]

    def __init__(self, days: int = 0, seconds: int = 0, microseconds: int = 0) -> None: ...
    def isoformat(self) -> str:
        """As CPython's str: `1 day, 2:03:04.000005`."""

    def total_seconds(self) -> float:
        """All of it in seconds, as a float."""

class timezone(_Fields):
    """So far from UTC, a timedelta."""

    def __init__(self, offset: timedelta, name: str | None = None) -> None: ...
    def utcoffset(self, dt: object) -> timedelta:
        """How much later than UTC it is there."""

    def isoformat(self, dt: object = None) -> str:
        """`+02:00`"""

class date(_Fields):
    """Year, month and day."""

    year: Final[int]
    month: Final[int]
    day: Final[int]

    def __init__(self, year: int, month: int, day: int) -> None: ...
    def isoformat(self) -> str:
        """`2025-05-01`"""

class time(_Fields):
    """Hour, minute, second, microsecond; perhaps a time zone."""

    hour: Final[int]
    minute: Final[int]
    second: Final[int]
    microsecond: Final[int]
    tzinfo: Final[Any]
    fold: Final[int]

    def __init__(
        self,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        microsecond: int = 0,
        tzinfo: Any = None,
        *,
        fold: int = 0,
    ) -> None: ...
    def isoformat(self) -> str:
        """`06:30:00.000005+02:00`"""

class datetime(_Fields):
    """A date and a time of it."""

    year: Final[int]
    month: Final[int]
    day: Final[int]
    hour: Final[int]
    minute: Final[int]
    second: Final[int]
    microsecond: Final[int]
    tzinfo: Final[Any]
    fold: Final[int]

    def __init__(
        self,
        year: int,
        month: int,
        day: int,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        microsecond: int = 0,
        tzinfo: Any = None,
        *,
        fold: int = 0,
    ) -> None: ...
    def isoformat(self) -> str:
        """`2025-05-01T06:30:00`"""
