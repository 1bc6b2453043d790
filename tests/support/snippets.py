"""The programs in Markdown: what is in ```python blocks, for which side, and what it says that it prints.

A block that imports nothing is no program, but a signature, say. One that imports CPython's pickle is for CPython, any
other for MicroPython. A comment before a block, which readers do not see, says what is special about it:

    <!-- file: NAME -->         it is a module for those that follow, of that name, and not run
    <!-- background -->         it runs beside the next one, which begins when this has printed a line
    <!-- 3 times -->            it is run as often as that, as a device that starts anew would
    <!-- not run: REASON -->

The port 8765 is replaced by one that is free.
"""

import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

STANDINS = Path(__file__).parents[1] / "standins"
BLOCK = re.compile(r"^(?:<!-- (?P<note>[^\n]*?) -->\n)?```python\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE)
TIMEOUT = 60


@dataclass(frozen=True)
class Snippet:
    """A program, and what the comment before it says."""

    text: str
    note: str
    line: int

    @property
    def is_program(self):
        return self.note.startswith("file: ") or (
            re.search(r"^(import|from) ", self.text, re.MULTILINE) and not self.note.startswith("not run: ")
        )

    @property
    def on_host(self):
        return re.search(r"^import pickle", self.text, re.MULTILINE)

    @property
    def times(self):
        found = re.fullmatch(r"(\d+) times", self.note)
        return int(found[1]) if found else 1

    def prints(self):
        """The lines that it says it prints; None if it does not say it of each print."""
        said = re.findall(r"\bprint\(.*\)(?:  # (.*))?$", self.text, re.MULTILINE)
        return None if "" in said else "".join(line + "\n" for line in said)


def snippets(page):
    """The programs of a page, in order."""
    text = page.read_text()
    found = [
        Snippet(m["text"], m["note"] or "", text.count("\n", 0, m.start("text")) + 1) for m in BLOCK.finditer(text)
    ]
    return [snippet for snippet in found if snippet.is_program]


def run_page(page, firmware, work):
    """Run the programs of a page, one after the other in one directory; return what went wrong."""
    wrong, waiting, port = [], [], free_port()
    for snippet in snippets(page):
        if snippet.note.startswith("file: "):
            (work / snippet.note.removeprefix("file: ")).write_text(snippet.text)
            continue
        for _ in range(snippet.times):
            process = start(snippet, firmware, work, port)
            if snippet.note == "background":
                waiting.append((*process, process[1].stdout.readline()))
                continue
            wrong += [complaint for each in (process, *waiting) if (complaint := finish(page.name, *each))]
            waiting = []
    return wrong + [f"{page.name}: nothing follows line {snippet.line}" for snippet, *_ in waiting]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def start(snippet, firmware, work, port):
    path = {"MICROPYPATH": f":.frozen:{STANDINS / 'device'}", "PYTHONPATH": f"{work}:{STANDINS / 'host'}"}
    command = [sys.executable, "-B", "-c"] if snippet.on_host else [firmware, "-c"]
    return snippet, subprocess.Popen(
        [*command, snippet.text.replace("8765", str(port))],
        cwd=work,
        env=os.environ | path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(page, snippet, process, printed_before=""):
    """What is wrong with how a program ended, if anything is."""
    try:
        printed, error = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        printed, error = process.communicate()
        error += "did not end"
    printed = printed_before + printed
    where = f"{page}, line {snippet.line}: "
    if process.returncode:
        return where + error
    said = snippet.prints()
    return where + f"prints {printed!r}, and says {said!r}" if said is not None and printed != said else None
