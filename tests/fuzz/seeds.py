"""Writes the short pickles of the tests, each once, to a directory: what fuzzing begins with.

seeds.py DIR
"""

import hashlib
import sys
from pathlib import Path

from support import corpus

LONGEST = 600


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    for data in corpus.pickles(step=2):
        if len(data) <= LONGEST:
            (directory / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


main(Path(sys.argv[1]))
