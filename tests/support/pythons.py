"""The CPythons of this machine: one of each version, from pyenv and from PATH."""

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

MAKE = Path(__file__).parents[1] / "fixtures" / "make.py"


@functools.cache
def installed():
    """{"3.11": path of the interpreter}, in order, without what is older than 2.7 or from 3.0 to 3.5."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [sys.executable, *sorted(root.glob("versions/*/bin/python"))]
    for directory in os.get_exec_path():
        if Path(directory).is_dir():
            candidates += sorted(
                Path(directory) / name for name in os.listdir(directory) if re.fullmatch(r"python\d\.\d+", name)
            )
    found = {}
    for candidate in dict.fromkeys(str(path) for path in candidates if shutil.which(path)):
        version = _version(candidate)
        if version and version not in found:
            found[version] = candidate
    return dict(sorted(found.items(), key=lambda item: _numbers(item[0])))


def _version(binary):
    code = "import platform; print(platform.python_implementation() + platform.python_version())"
    answer = subprocess.run([binary, "-c", code], capture_output=True, text=True, check=False)
    match = re.fullmatch(r"CPython(\d+\.\d+)\.\S+", answer.stdout.strip())
    if answer.returncode or not match:
        return None  # a shim without an interpreter behind it, or another Python
    version = match.group(1)
    return version if version == "2.7" or _numbers(version) >= (3, 6) else None


def _numbers(version):
    return tuple(int(part) for part in version.split("."))


@functools.cache
def pickles(version):
    """[(name, protocol, pickle module, bytes)]: what one CPython writes."""
    text = subprocess.run([installed()[version], MAKE], capture_output=True, text=True, check=True).stdout
    return parse(text)


def parse(text):
    """Reads what make.py prints."""
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, protocol, module, data = line.split()
            found.append((name, int(protocol), module, bytes.fromhex(data)))
    return found


def complaints(version, pairs):
    """What one CPython has against [(name, bytes)]: each is to be the value that make.py calls by that name."""
    text = "".join(f"{name} {data.hex()}\n" for name, data in pairs)
    return subprocess.run(
        [installed()[version], MAKE, "--check"], input=text, capture_output=True, text=True, check=True
    ).stdout
