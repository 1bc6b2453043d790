"""The smallest heaps in which dumping and loading passes, and the limits for them."""

import pickletools
from dataclasses import dataclass
from pathlib import Path

# What is measured: the source of a function that makes the data, in one piece where it can, and leaves no garbage.
CASES = {
    "10 000 small ints": "def make():\n    return list(range(10000))",
    "5 000 floats": "def make():\n    x = [0] * 5000\n    for i in range(5000):\n        x[i] = i / 7\n    return x",
    "2 000 strings": (
        "def make():\n    x = [0] * 2000\n    for i in range(2000):\n        x[i] = 'text %d' % i\n    return x"
    ),
    "1 000 dicts": (
        "def make():\n    x = [0] * 1000\n    for i in range(1000):\n"
        "        x[i] = {'id': i, 'value': i / 7, 'tag': 'a'}\n    return x"
    ),
    "2 000 tuples": (
        "def make():\n    x = [0] * 2000\n    for i in range(2000):\n        x[i] = (i, i + 1, i + 2)\n    return x"
    ),
    "bytes, 100 kB": "def make():\n    return bytes(100000)",
    "nested 3 000": "def make():\n    x = []\n    for i in range(3000):\n        x = [x]\n    return x",
    "500 instances": (
        "class Point:\n    def __init__(self, x):\n        self.x = x\n"
        "def make():\n    x = [0] * 500\n    for i in range(500):\n        x[i] = Point(i)\n    return x"
    ),
}

# The programs, each after the source of `make`. All of them import the same and open the same file.
HEAD = """
import mpickle
class Null:
    def write(self, data):
        return len(data)
null = Null()
file = open("pickle", "rb")
"""
DATA = "data = make()"
WRITE = "\nimport mpickle\nwith open('pickle', 'wb') as file:\n    file.write(mpickle.dumps(make()))"
PROGRAMS = {
    "loads": "pickle = file.read()\ndata = mpickle.loads(pickle)",
    "load(file)": "data = mpickle.load(file)",
    "dumps": "data = make()\npickle = mpickle.dumps(data)",
    "dump(file)": "data = make()\nmpickle.dump(data, null)",
}


@dataclass(frozen=True)
class Heap:
    """What one program needs, and the most that it is to need."""

    case: str
    program: str
    data: int
    needs: int
    limit: int


def limit(program, data, pickle, memo, entry):
    """The limits of scripts/memory."""
    return {
        "loads": 1.35 * data + 2 * pickle,
        "load(file)": 1.35 * data + (16 << 10),
        "dumps": data + 3 * pickle + entry * memo,
        "dump(file)": data + (2 << 10) + entry * memo,
    }[program]


def measure(firmware, directory):
    """Yields a Heap for each case and program."""
    entry = 40 if firmware.says("import sys\nprint(sys.maxsize > 1 << 32)", directory).strip() == "True" else 24
    file = Path(directory, "pickle")
    for case, make in CASES.items():
        firmware.says(make + WRITE, directory)
        pickle = file.read_bytes()
        memo = sum(opcode.name == "MEMOIZE" for opcode, *_ in pickletools.genops(pickle))
        data = firmware.smallest_heap(make + HEAD + DATA, directory)
        for program, source in PROGRAMS.items():
            needs = firmware.smallest_heap(make + HEAD + source, directory)
            yield Heap(case, program, data, needs, int(limit(program, data, len(pickle), memo, entry)))


def table(heaps):
    """The lines of a table."""
    yield f"{'smallest heap in bytes':20} {'program':11} {'data':>9} {'needs':>9} {'limit':>9}"
    for heap in heaps:
        verdict = "" if heap.needs <= heap.limit else f"  {heap.needs - heap.limit} too many"
        yield f"{heap.case:22} {heap.program:11} {heap.data:9} {heap.needs:9} {heap.limit:9}{verdict}"
