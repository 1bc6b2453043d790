"""The data that the benchmark pickles. Runs on CPython and on MicroPython, and makes the same objects on both.

Same means the same values, and the same objects wherever one is referred to twice: what a pickle refers back to is
part of the work.
"""


def ints():
    """10 000 ints of 1 to 30 bits, both signs."""
    return [number >> number % 30 if number & 64 else -(number >> number % 30) for number in randoms(10000)]


def dicts():
    """1 000 dicts of int, float and str under three keys, as sensors report."""
    return [{"id": n, "value": n / 7, "name": f"sensor-{n}"} for n in range(1000)]


def floats():
    """100 000 floats with all their digits."""
    return [number / 997 for number in randoms(100000)]


def dict_5000():
    """A dict of 5 000 entries: str to int."""
    return {f"key{n}": n for n in range(5000)}


def strings():
    """20 000 references to 10 000 strings of 5 000 values, in no order.

    Each value is there as two objects, equal but not the same, and each object is referred to twice. One value in
    four is not ASCII.
    """
    texts = [text(n % 5000) for n in range(10000)]
    return [texts[n * 7919 % 10000] for n in range(20000)]


def text(n):
    return f"Temperatur {n} °C" if n % 4 == 0 else f"reading number {n}"


def tuples():
    """20 000 tuples of two ints and a bool."""
    return [(n, 20000 - n, n % 3 == 0) for n in range(20000)]


def data():
    """1 MB (1 000 000 bytes) of bytes."""
    return bytes(range(250)) * 4000


def megabyte_of_text():
    """1 000 000 characters, all ASCII and none that JSON escapes."""
    return "0123456789" * 100000


def nested():
    """200 lists, one in the other."""
    outermost = []
    for _ in range(199):
        outermost = [outermost]
    return outermost


def randoms(count):
    """Numbers of 30 bits that look random and are the same everywhere."""
    number = 1
    for _ in range(count):
        number = (number * 16807) % 2147483647
        yield number & 0x3FFFFFFF


class Case:
    """One kind of data."""

    def __init__(self, name, make, json=None, times=1):
        self.name = name
        self.make = make  # makes what is pickled
        self.json = json or make  # makes what JSON gets in its place
        self.times = times  # how often it is done for one measurement, where once is too short to be measured


CASES = [
    Case("10 000 ints", ints),
    Case("1 000 dicts", dicts),
    Case("100 000 floats", floats),
    Case("dict of 5 000", dict_5000),
    Case("20 000 strings", strings),
    Case("20 000 tuples", tuples),
    Case("1 MB bytes", data, json=megabyte_of_text),
    Case("200 nested lists", nested, times=20),
]
