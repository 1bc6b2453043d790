"""All pickles that the tests have, of every kind."""

import pickle
import pickletools
from pathlib import Path

from pickles import malformed, opcodes

from support import pythons
from support.case import tables

FIXTURES = Path(__file__).parents[1] / "fixtures"


def pickles(step=1):
    """Each of them once: the tables by hand, values in every protocol or every `step`-th, what other Pythons wrote, and
    what fuzzing has found to go ways of its own.
    """
    return dict.fromkeys([*_by_hand(), *_of_values(step), *_of_python2(), *fuzzed()])


def _by_hand():
    return [row.data for row in malformed.PICKLES + opcodes.PICKLES]


def _of_values(step):
    for package in ("cases", "objects"):
        for case in tables(package):
            for protocol in case.protocols[::step]:
                yield pickle.dumps(case.value, protocol)


def _of_python2():
    return [data for *_, data in pythons.parse((FIXTURES / "python27.txt").read_text())]


def fuzzed():
    """Short ones in which fuzzing came to places that no other pickle here leads to; most are broken."""
    return [bytes.fromhex(line) for line in (FIXTURES / "fuzzed.txt").read_text().split()]


NAMING = {"GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"}


def names_nothing(data):
    """Whether a pickle, as far as it is one, is plain data: CPython may load it."""
    try:
        return not any(opcode.name in NAMING for opcode, *_ in pickletools.genops(data))
    except Exception:
        # It ends where it breaks, unless pickletools is stricter than that.
        return not any(code in data for code in b"ci\x93\x82\x83\x84")
