"""One version everywhere, and packages that have all they should, installed by mip from a server."""

import functools
import http.server
import json
import os
import re
import subprocess
import threading
import tomllib
from pathlib import Path

import pytest
from mpremote import mip

ROOT = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
MODULES = sorted(path.name for path in (ROOT / "python").glob("*.py"))
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
