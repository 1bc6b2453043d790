"""Dates, times, UUID, Counter, defaultdict and slices in pickles: once this is imported, mpickle knows CPython's.

Dates and times become those of micropython-lib's datetime where that is installed, otherwise those of mpickle_datetime.
"""

from mpickle import register_pickle

try:
    import datetime
except ImportError:
    import mpickle_datetime as datetime

date, time, timedelta, timezone = datetime.date, datetime.time, datetime.timedelta, datetime.timezone
datetime = datetime.datetime

# CPython packs the fields into bytes; the highest bit of the first that has room says which of two equal hours it is.


def _date(d):
    return date, (bytes([d.year >> 8, d.year & 255, d.month, d.day]),)


def _clock(t, first):
    micro = t.microsecond
    return bytes([first, t.minute, t.second, micro >> 16, micro >> 8 & 255, micro & 255])


def _time(t):
    return _zoned(time, _clock(t, t.hour | t.fold << 7), t)


def _datetime(d):
    day = bytes([d.year >> 8, d.year & 255, d.month | d.fold << 7, d.day])
    return _zoned(datetime, day + _clock(d, d.hour), d)


def _zoned(cls, data, t):
    return cls, (data,) if t.tzinfo is None else (data, t.tzinfo)


def _timedelta(t):
    return timedelta, (t.days, t.seconds, t.microseconds)


def _timezone(t):
    offset = t.utcoffset(None)
    return timezone, (offset,) if t._name is None else (offset, t._name)


def _packed(data, size):
    if isinstance(data, str):  # Python 2's, as latin1
        data = bytes([ord(c) for c in data])
    if not isinstance(data, bytes) or len(data) != size:
        raise TypeError("%r are not the fields of a date or time" % (data,))
    return data


def _make_date(data):
    data = _packed(data, 4)
    return date(data[0] << 8 | data[1], data[2], data[3])


def _make_time(data, tzinfo=None):
    hour, minute, second, a, b, c = _packed(data, 6)
    return time(hour & 127, minute, second, a << 16 | b << 8 | c, tzinfo, fold=hour >> 7)


def _make_datetime(data, tzinfo=None):
    y, ear, month, day, hour, minute, second, a, b, c = _packed(data, 10)
    micro = a << 16 | b << 8 | c
    return datetime(y << 8 | ear, month & 127, day, hour, minute, second, micro, tzinfo, fold=month >> 7)


class UUID:
    """A number of 128 bits, `int`."""

    def __init__(self, hex):
        self.int = int(hex.replace("-", ""), 16)
        self._safe = None

    def __setstate__(self, state):
        self.int = state["int"]
        self._safe = state.get("is_safe")

    def __getstate__(self):
        state = {"int": self.int}
        if self._safe is not None:
            state["is_safe"] = self._safe
        return state

    @property
    def hex(self):
        """The 32 digits."""
        return "%032x" % self.int

    def __str__(self):
        h = self.hex
        return "-".join([h[:8], h[8:12], h[12:16], h[16:20], h[20:]])

    def __repr__(self):
        return "UUID('%s')" % self

    def __eq__(self, other):
        return isinstance(other, UUID) and self.int == other.int

    def __hash__(self):
        return hash(self.int)


class Counter(dict):
    """How often there is what: a dict in which nothing is missing, for there is 0 of it."""

    def __getitem__(self, key):
        return self.get(key, 0)

    def __reduce__(self):
        return Counter, (dict(self.items()),)


class defaultdict(dict):
    """A dict that makes what is missing."""

    def __init__(self, default_factory=None):
        super().__init__()
        self.default_factory = default_factory

    def __getitem__(self, key):
        if key not in self and self.default_factory is not None:
            self[key] = self.default_factory()
        return super().__getitem__(key)

    def __reduce__(self):
        factory = self.default_factory
        return defaultdict, () if factory is None else (factory,), None, None, iter(self.items())


class _Slices:
    def __getitem__(self, key):
        return key


def _make_slice(start, stop, step):
    return _Slices()[start:stop:step]  # MicroPython has slices, and no other way to make one


_slice = type(_make_slice(0, 0, None))

register_pickle(date, "date", "datetime", None, _date, _make_date)
register_pickle(time, "time", "datetime", None, _time, _make_time)
register_pickle(datetime, "datetime", "datetime", None, _datetime, _make_datetime)
register_pickle(timedelta, "timedelta", "datetime", None, _timedelta)
register_pickle(timezone, "timezone", "datetime", None, _timezone)
register_pickle(UUID, "UUID", "uuid")
register_pickle(Counter, "Counter", "collections")
register_pickle(_slice, "slice", "builtins", None, lambda s: (_slice, (s.start, s.stop, s.step)), _make_slice)
register_pickle(defaultdict, "defaultdict", "collections")
