"""One version everywhere, and packages that have all they should, installed by mip from a server."""

import functools
import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import tomllib
from pathlib import Path

import pytest
from mpremote import mip

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts" / "lib"))

from rust_target import TABLE  # noqa: E402

VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
MODULES = sorted(path.name for path in (ROOT / "python").glob("*.py"))
HOST = [path.name for path in (ROOT / "host").glob("*.py")]
STUBS = ["mpickle.pyi", *(f"{name}i" for name in MODULES)]


def test_version_of_the_module(device):
    assert device.run("import mpickle\nprint(mpickle.__version__)") == VERSION + "\n"


def test_version_elsewhere():
    """scripts/generate writes it where it can; here is the rest."""
    assert re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1] == VERSION
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    assert {package["version"] for package in locked if package["name"].startswith("mpickle")} == {VERSION}


def test_boards_freeze_all_modules():
    manifest = (ROOT / "boards" / "manifest.py").read_text()
    assert sorted(re.findall(r'^module\("(.*?)"', manifest, re.MULTILINE)) == MODULES


class Directory:
    """What mpremote asks of a device, done in a directory."""

    def __init__(self, path):
        self.path = path

    def fs_exists(self, name):
        return (self.path / name).exists()

    def fs_mkdir(self, name):
        (self.path / name).mkdir()

    def fs_writefile(self, name, data, progress_callback):
        progress_callback(0, len(data))
        (self.path / name).write_bytes(data)


@pytest.fixture(scope="session")
def address():
    """The project, as a server would have it."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=ROOT)) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def install(address, package, to):
    mip._install_package(Directory(to), f"{address}/{package}", "", "lib", None, False)
    assert json.loads((ROOT / package).read_text())["version"] == VERSION
    return sorted(path.name for path in (to / "lib").iterdir())


@pytest.mark.needs("command")
def test_package(device, address, tmp_path):
    """The modules are those of python/, and run from where mip has put them."""
    assert install(address, "package.json", tmp_path) == MODULES
    program = "\n".join(f"import {name[:-3]} as module; print(module.__file__)" for name in MODULES)
    done = subprocess.run(
        [device.binary, "-c", program],
        env=os.environ | {"MICROPYPATH": f"{tmp_path}/lib"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [f"{tmp_path}/lib/{name}" for name in MODULES], done.stderr


def test_stubs(address, tmp_path):
    assert install(address, "stubs.json", tmp_path) == sorted(STUBS)


def release(*arguments):
    done = subprocess.run([ROOT / "scripts" / "release", "--dirty", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_names_of_a_release():
    """Each says the version, and all Rust targets of bare chips are there."""
    names = release("--list")
    assert all(name.startswith(f"mpickle-{VERSION}-") for name in names)
    objects = {name.partition("-rust-")[2].removesuffix(".o") for name in names if "-rust-" in name}
    bare = {target for _, target in TABLE if target.endswith(("-none-eabi", "-none-eabihf", "-none-elf"))}
    assert objects == bare - {"riscv32im-unknown-none-elf"}  # which no board has


def test_release_of_the_modules(tmp_path):
    """In the archive is what mip installs, and what is for the PC; and the second archive is the first."""
    archives = []
    for place in (tmp_path / "once", tmp_path / "twice"):
        release("--to", place, "python")
        (name,) = release("--list", "python")
        digest, listed = (place / "SHA256SUMS").read_text().split()
        assert listed == name
        assert digest == hashlib.sha256((place / name).read_bytes()).hexdigest()
        archives.append(digest)
    assert len(set(archives)) == 1
    with tarfile.open(place / name) as archive:
        assert sorted(Path(member).name for member in archive.getnames() if ".py" in member) == sorted(
            MODULES + STUBS + HOST
        )


def test_object_from_elsewhere(tmp_path):
    """With MPICKLE_OBJECT no cargo is asked, and the object must be of this version."""
    makefile = f"""
USERMOD_DIR = {ROOT}
BUILD = {tmp_path}
Q = @
MKDIR = mkdir
include {ROOT}/micropython.mk
"""
    command = ["make", "-f", "-", f"{tmp_path}/mpickle/mpickle.o", "HEADER_BUILD=."]
    good, bad = (tmp_path / f"mpickle-{version}-rust-x.o" for version in (VERSION, "0.0.1"))
    good.write_text("object")
    done = subprocess.run([*command, f"MPICKLE_OBJECT={good}"], input=makefile, capture_output=True, text=True)
    assert (tmp_path / "mpickle" / "mpickle.o").read_text() == "object", done.stderr
    done = subprocess.run([*command, f"MPICKLE_OBJECT={bad}"], input=makefile, capture_output=True, text=True)
    assert done.returncode
    assert f"is not of mpickle {VERSION}" in done.stderr
