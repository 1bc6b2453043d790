"""Dates and times for a device without micropython-lib's datetime: fields, comparison, and isoformat().

mpickle_types makes pickles of CPython's datetime from them, and them from such pickles. They do not calculate.
"""


class _Fields:
    """Is equal to what has the same fields."""

    def __eq__(self, other):
        return type(other) is type(self) and self._key() == other._key()

    def __lt__(self, other):
        return self._key() < other._key()

    def __le__(self, other):
        return self._key() <= other._key()

    def __hash__(self):
        return hash(self._key())

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        return "%s(%s)" % (type(self).__name__, self)


class timedelta(_Fields):
    """Days, seconds and microseconds."""

    def __init__(self, days=0, seconds=0, microseconds=0):
        more, self.microseconds = divmod(microseconds, 1000000)
        more, self.seconds = divmod(seconds + more, 86400)
        self.days = days + more

    def _key(self):
        return self.days, self.seconds, self.microseconds

    def isoformat(self):
        """As CPython's str: `1 day, 2:03:04.000005`."""
        text = "%d:%02d:%02d" % (self.seconds // 3600, self.seconds // 60 % 60, self.seconds % 60)
        if self.microseconds:
            text += ".%06d" % self.microseconds
        if self.days:
            text = "%d day%s, %s" % (self.days, "" if self.days in (1, -1) else "s", text)
        return text

    def total_seconds(self):
        """All of it in seconds, as a float."""
        return self.days * 86400 + self.seconds + self.microseconds / 1000000


class timezone(_Fields):
    """So far from UTC, a timedelta."""

    def __init__(self, offset, name=None):
        self._offset = offset
        self._name = name

    def _key(self):
        return self._offset._key()

    def utcoffset(self, dt):
        """How much later than UTC it is there."""
        return self._offset

    def isoformat(self, dt=None):
        """`+02:00`"""
        seconds = self._offset.days * 86400 + self._offset.seconds
        text = "%s%02d:%02d" % ("-" if seconds < 0 else "+", abs(seconds) // 3600, abs(seconds) // 60 % 60)
        return text + ":%02d" % (abs(seconds) % 60) if seconds % 60 else text

    def __str__(self):
        return self._name or "UTC" + (self.isoformat() if self._offset != timedelta() else "")


class date(_Fields):
    """Year, month and day."""

    def __init__(self, year, month, day):
        self.year = year
        self.month = month
        self.day = day

    def _key(self):
        return self.year, self.month, self.day

    def isoformat(self):
        """`2025-05-01`"""
        return "%04d-%02d-%02d" % (self.year, self.month, self.day)


class time(_Fields):
    """Hour, minute, second, microsecond; perhaps a time zone."""

    def __init__(self, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        self.tzinfo = tzinfo
        self.fold = fold

    def _key(self):
        return self.hour, self.minute, self.second, self.microsecond, self.tzinfo

    def isoformat(self):
        """`06:30:00.000005+02:00`"""
        text = "%02d:%02d:%02d" % (self.hour, self.minute, self.second)
        if self.microsecond:
            text += ".%06d" % self.microsecond
        if isinstance(self.tzinfo, timezone):
            return text + self.tzinfo.isoformat()
        return text if self.tzinfo is None else text + " " + str(self.tzinfo)


class datetime(_Fields):
    """A date and a time of it."""

    def __init__(self, year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        date.__init__(self, year, month, day)
        time.__init__(self, hour, minute, second, microsecond, tzinfo, fold=fold)

    def _key(self):
        return date._key(self) + time._key(self)

    def isoformat(self):
        """`2025-05-01T06:30:00`"""
        return date.isoformat(self) + "T" + time.isoformat(self)

    def __str__(self):
        return date.isoformat(self) + " " + time.isoformat(self)
