"""Writes the short pickles of the tests, each once, to a directory: what fuzzing begins with.

seeds.py DIR
"""

import hashlib
import pickle
import sys
from pathlib import Path

from pickles import malformed, opcodes
from support import pythons
from support.case import tables

FIXTURES = Path(__file__).parents[1] / "fixtures"
LONGEST = 600


def pickles():
    for row in malformed.PICKLES + opcodes.PICKLES:
        yield row.data
    for package in ("cases", "objects"):
        for case in tables(package):
            for protocol in case.protocols[::2]:
                yield pickle.dumps(case.value, protocol)
    for *_, data in pythons.parse((FIXTURES / "python27.txt").read_text()):
        yield data
    for line in (FIXTURES / "fuzzed.txt").read_text().split():
        yield bytes.fromhex(line)


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    for data in pickles():
        if len(data) <= LONGEST:
            (directory / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


main(Path(sys.argv[1]))
