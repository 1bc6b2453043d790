"""The two numpys that the tests compare with: 1.26 in their own environment, 2 beside it."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ARRAYS = Path(__file__).parents[1] / "fixtures" / "arrays.py"
NUMPY2 = Path(__file__).parents[2] / "build" / "numpy2"
VERSIONS = ("1.26", "2")


class Written(NamedTuple):
    """A pickle that numpy wrote, how the device is to show what it holds, and how it is to write that again."""

    table: str
    name: str
    protocol: int
    apart: bool
    data: str
    buffers: list
    shown: str
    again: str
    buffers_again: list


@functools.cache
def written(version):
    """All that one numpy writes."""
    return [Written(*row) for row in _ask(version, None)]


def complaints(version, rows):
    """What one numpy has against (table, name, pickle, buffers)."""
    return [f"{row}: {text}" for row, text in zip(rows, _ask(version, rows), strict=True) if text]


def _ask(version, question):
    said = ask(ARRAYS, version, question)
    if not said["numpy"].startswith(version):
        raise RuntimeError(f"numpy {version} was asked, {said['numpy']} answered; ./scripts/setup installs both")
    return said["answer"]


def ask(script, version, question):
    """What a script of fixtures/ answers in JSON, with one numpy; pandas is beside numpy 2."""
    environment = os.environ | ({"PYTHONPATH": str(NUMPY2)} if version == "2" else {})
    done = subprocess.run(
        [sys.executable, script],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)
