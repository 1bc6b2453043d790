"""CPython's pickle, the oracle: its C pickler and unpickler in this process, and in another with bounded memory."""

import atexit
import base64
import builtins
import io
import itertools
import json
import os
import pickle
import pickletools
import subprocess
import sys
import types
from dataclasses import dataclass
from pathlib import Path

from support import portable

SUPPORT = Path(__file__).parent
PROGRAMS = {name: (SUPPORT / f"{name}.py").read_text() for name in ("sample", "classes")}  # modules on both sides

for _name, _source in PROGRAMS.items():
    if _name not in sys.modules:
        sys.modules[_name] = types.ModuleType(_name)
        exec(_source, vars(sys.modules[_name]))

NAMES = vars(portable) | vars(sys.modules["classes"])  # what the sources of cases see

if pickle.Pickler.__module__ != "_pickle":
    raise ImportError("this Python has no C pickler to compare with")

MEMORY = 600 << 20  # what the other process may have: a hostile pickle makes CPython ask for more, and fill it


@dataclass(frozen=True)
class Outcome:
    """What CPython makes of a pickle: a description of the value, or the bases of the exception and its message."""

    text: str | None
    mro: tuple = ()
    message: str = ""

    def __str__(self):
        return self.text if not self.mro else f"{self.mro[0]}: {self.message}"


def outcome(data, options=None):
    """What this process's CPython makes of a pickle; with the option "stream" it reads it from a file.

    With the option "prefixes" the text says what becomes of each prefix, see `_prefixes`.
    """
    options = {key: option(value) for key, value in (options or {}).items()}
    if options.pop("prefixes", False):
        return Outcome(json.dumps(_prefixes(data, options)))
    stream = options.pop("stream", False)
    try:
        value = pickle.load(io.BytesIO(data), **options) if stream else pickle.loads(data, **options)
    except Exception as error:
        return Outcome(None, tuple(kind.__name__ for kind in type(error).__mro__[:-1]), str(error)[:300])
    return Outcome(portable.digest(portable.describe(value)))


def _prefixes(data, options):
    """[[bases of the exception, of how many prefixes in a row]], from the empty one to the one that lacks one byte."""
    raised = (outcome(data[:end], options).mro for end in range(len(data)))
    return [(mro, len(list(group))) for mro, group in itertools.groupby(raised)]


def option(value):
    """The value of an option of a table: one that starts with "=" is evaluated."""
    return eval(value[1:], vars(builtins) | {"io": io}) if isinstance(value, str) and value[:1] == "=" else value


_known = {}
_process = None


def outcomes(items):
    """What CPython makes of each (pickle, options); hostile ones too. Found out once for each."""
    items = [(data, json.dumps(options or {}, sort_keys=True)) for data, options in items]
    unknown = list(dict.fromkeys(item for item in items if item not in _known))
    for start in range(0, len(unknown), 500):
        _ask(unknown[start : start + 500])
    return [_known[item] for item in items]


def _ask(items):
    global _process
    if _process is None:
        _process = subprocess.Popen(
            [sys.executable, "-c", "from support import oracle; oracle.serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # CPython complains of its own bytearrays when BYTEARRAY8 is cut off
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )
        atexit.register(_close, _process)
    for data, options in items:
        _process.stdin.write(f"{base64.b64encode(data).decode()} {options}\n")
    _process.stdin.write("\n")
    _process.stdin.flush()
    for item in items:
        line = _process.stdout.readline()
        if not line:
            raise RuntimeError(f"CPython died of {item}, status {_process.wait()}")
        _known[item] = Outcome(*[tuple(part) if isinstance(part, list) else part for part in json.loads(line)])


def _close(process):
    process.stdin.close()
    process.wait()
    process.stdout.close()


def serve():
    """Answers `_ask` until standard input ends."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    batch = []
    for line in sys.stdin:
        if line != "\n":
            batch.append(line)
            continue
        for entry in batch:
            data, _, options = entry.partition(" ")
            found = outcome(base64.b64decode(data), json.loads(options))
            print(json.dumps([found.text, found.mro, found.message]))
        sys.stdout.flush()
        batch = []


class _Trace(pickle._Unpickler):
    """The unpickler written in Python, which keeps the place of the opcode that it runs."""

    class _Dispatch(dict):
        def __init__(self, table, trace):
            super().__init__(table)
            self.trace = trace

        def __getitem__(self, key):
            self.trace.place()
            return super().__getitem__(key)

    def __init__(self, file, **options):
        super().__init__(file, **options)
        self._file = file
        self.dispatch = self._Dispatch(pickle._Unpickler.dispatch, self)
        self.offset = None

    def place(self):
        frame = self._unframer.current_frame
        ahead = len(frame.getbuffer()) - frame.tell() if frame else 0
        self.offset = self._file.tell() - ahead - 1


def fault(data, **options):
    """(name of the opcode, its offset) where the unpickler written in Python stops; (None, None) where it does not."""
    trace = _Trace(io.BytesIO(data), **options)
    try:
        trace.load()
    except Exception:
        offset = trace.offset
        if offset is None or offset >= len(data):
            return None, len(data)
        opcode = pickletools.code2op.get(chr(data[offset]))
        return (opcode.name if opcode else None), offset
    return None, None


def disassemble(data, limit=6000):
    """A pickle in words, as far as it is one."""
    out = io.StringIO()
    try:
        pickletools.dis(data, out)
    except Exception as error:
        out.write(f"-- {type(error).__name__}: {error}\n")
    text = out.getvalue()
    if len(text) > limit:
        text = f"{text[: limit // 2]}[... {len(text) - limit} characters ...]\n{text[-limit // 2 :]}"
    return text


def side_by_side(expected, actual):
    """Both pickles in words, and where they part."""
    place = next((i for i, (a, b) in enumerate(zip(expected, actual, strict=False)) if a != b), None)
    if place is None:
        place = min(len(expected), len(actual))
    around = slice(max(0, place - 12), place + 12)
    return (
        f"{len(expected)} and {len(actual)} bytes, first difference at {place}:\n"
        f"  CPython {expected[around].hex(' ')}\n  mpickle {actual[around].hex(' ')}\n"
        f"-- CPython:\n{disassemble(expected)}\n-- mpickle:\n{disassemble(actual)}"
    )


def without_frames(data):
    """A pickle without its FRAME opcodes."""
    out = bytearray()
    last = None
    for opcode, _, place in pickletools.genops(data):
        if last is not None:
            out += data[last:place]
        last = None if opcode.name == "FRAME" else place
    return bytes(out) + data[last:]


def one_pickle(data):
    """The first of several pickles in a row; all of it, if it is none."""
    end = 0
    try:
        for opcode, _, place in pickletools.genops(data):
            end = place + len(opcode.code)
    except ValueError:
        return data
    return data[:end]
