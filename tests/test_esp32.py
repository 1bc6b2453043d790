"""The ESP32 boards, as far as that goes without ESP-IDF: tests/esp32 stands in for it.

scripts/build runs as it stands, and reads the CMake files of MicroPython's esp32 port. What cannot be run here, and
what has been tried beside these tests, is told in docs/esp32.md.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IDF = ROOT / "tests" / "esp32" / "idf"
sys.path.insert(0, str(ROOT / "scripts" / "lib"))
sys.path.insert(0, str(IDF / "components" / "partition_table"))

from gen_esp32part import PartitionTable  # noqa: E402
from rust_target import rust_target  # noqa: E402

TABLE = ROOT / "boards" / "esp32-common" / "partitions.csv"

# Board, chip, Rust target, where the boot loader is.
BOARDS = [
    ("esp32", "esp32", "xtensa-esp32-none-elf", 0x1000),
    ("esp32-s3", "esp32s3", "xtensa-esp32s3-none-elf", 0),
    ("esp32-c3", "esp32c3", "riscv32imc-unknown-none-elf", 0),
    ("esp32-c6", "esp32c6", "riscv32imac-unknown-none-elf", 0),
]


class Project:
    """The project with a build directory of its own, on a machine with what stands in for ESP-IDF, or without."""

    def __init__(self, directory):
        self.directory = directory / "project"
        self.directory.mkdir()
        for entry in ROOT.iterdir():
            if entry.name not in ("build", "target") and not entry.name.startswith("."):
                (self.directory / entry.name).symlink_to(entry)
        version = re.search(r"^\d\S*", (ROOT / "scripts/lib/micropython-versions").read_text(), re.M)[0]
        self.source = ROOT / "build" / f"micropython-{version}"
        self.clone = directory / "micropython"
        self.tools = directory / "tools"
        make_clone(self.source, self.clone)
        make_rust_for_xtensa(self.tools)
        self.home = directory

    def environment(self, **variables):
        """Nothing in the home directory, no idf.py on the path, and CMake and Ninja from the tests' own packages."""
        home = Path.home()
        kept = {"RUSTUP_HOME": str(home / ".rustup"), "CARGO_HOME": str(home / ".cargo")} | dict(os.environ)
        path = [directory for directory in kept["PATH"].split(":") if not Path(directory, "idf.py").exists()]
        kept |= {"HOME": str(self.home), "PATH": ":".join([str(Path(sys.executable).parent), *path])}
        for name in ("IDF_PATH", "LIBCLANG_PATH", "RUSTUP_TOOLCHAIN", "MAKEFLAGS"):
            kept.pop(name, None)
        return kept | variables

    def run(self, *command, **variables):
        return subprocess.run(
            [self.directory / command[0], *command[1:]],
            env=self.environment(**variables),
            capture_output=True,
            text=True,
        )

    def build(self, board):
        """Build a board with all that stands in for something, and return its directory."""
        variables = {"IDF_PATH": str(IDF), "MICROPYTHON": str(self.clone)}
        if next(target for name, _, target, _ in BOARDS if name == board).startswith("xtensa"):
            path = self.environment()["PATH"]
            variables |= {"PATH": f"{self.tools}:{path}", "LIBCLANG_PATH": "somewhere"}
        done = self.run("scripts/build", "esp32", "--board", board, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.directory / "build" / board

    def commands(self, board, product):
        """What Ninja would run, last of all the command that makes the product."""
        ninja = ["ninja", "-C", self.directory / "build" / board, "-t", "commands", product]
        done = subprocess.run(ninja, env=self.environment(), capture_output=True, text=True, check=True)
        return done.stdout.splitlines()


def make_clone(source, clone):
    """MicroPython's source with stand-ins for the libraries that only a git clone has."""
    empty = {"lib/micropython-lib", "lib/berkeley-db-1.xx", "lib/tinyusb"}
    for directory in (".", "lib"):
        (clone / directory).mkdir()
        for entry in (source / directory).iterdir():
            name = entry.relative_to(source)
            if str(name) not in empty | {"lib", "ports"}:
                (clone / name).symlink_to(entry)
    shutil.copytree(source / "ports/esp32", clone / "ports/esp32", copy_function=os.symlink)
    port = (source / "extmod/extmod.cmake").read_text() + (source / "ports/esp32/esp32_common.cmake").read_text()
    names = ["lib/micropython-lib/README.md", "lib/berkeley-db-1.xx/README"]
    names += ["lib/berkeley-db-1.xx/" + name for name in re.findall(r"\$\{MICROPY_LIB_BERKELEY_DIR\}/(\S+\.c)", port)]
    names += ["lib/tinyusb/src/" + name for name in re.findall(r"\$\{TINYUSB_SRC\}/(\S+\.c)", port)]
    for name in names:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).touch()


def make_rust_for_xtensa(tools):
    """A rustc that claims to be Espressif's."""
    (tools / "sysroot/lib/rustlib/src/rust/library").mkdir(parents=True)
    (tools / "rustc").write_text(f"#!/bin/sh\necho {tools}/sysroot\n")
    (tools / "rustc").chmod(0o755)


@pytest.fixture(scope="module")
def project():
    """Always in the same place, so that cargo finds there what it has compiled before."""
    directory = ROOT / "build" / "test" / "esp32"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return Project(directory)


@pytest.fixture(scope="module")
def build(project):
    """A board's directory, with the CMake files read."""
    built = {}

    def once(board):
        if board not in built:
            built[board] = project.build(board)
        return built[board]

    return once


@pytest.mark.parametrize(("board", "chip", "target", "offset"), BOARDS, ids=lambda value: str(value))
def test_board(project, build, board, chip, target, offset):
    """The CMake files are read, mpickle is scanned, compiled for the chip and linked, and the image is put together."""
    out = build(board)
    scan = next(line for line in project.commands(board, "mpickle/mpickle.o") if "makeqstrdefs.py pp" in line)
    rust = project.commands(board, "mpickle/mpickle.o")[-1]
    link = project.commands(board, "micropython.elf")[-1]
    assert {str(project.directory / name) for name in glue()} <= set(shlex.split(scan))
    assert f"--chip={chip}" in shlex.split(rust)
    assert rust_target(["no-such-compiler"], chip) == target
    assert f"{out}/mpickle/mpickle.o" in link or "mpickle/mpickle.o" in shlex.split(link)
    image = (out / "firmware.bin").read_bytes()
    assert image.startswith(b"boot loader")
    assert image[0x10000 - offset :] == b"app"


@pytest.mark.parametrize("board", [row[0] for row in BOARDS])
def test_board_is_the_stock_board_with_another_table(project, build, board):
    """All that MicroPython's own board configures is kept; what is said last counts."""
    found = configuration((build(board) / "sdkconfig").read_text())
    cmake = (ROOT / "boards" / board / "mpconfigboard.cmake").read_text()
    stock = project.source / "ports/esp32/boards" / re.search(r"set\(MPICKLE_STOCK_BOARD (\w+)\)", cmake)[1]
    fragments = re.findall(r"(boards/\S*sdkconfig\S*)", (stock / "mpconfigboard.cmake").read_text())
    expected = {}
    for name in fragments:
        expected |= configuration((project.source / "ports/esp32" / name).read_text())
    changed = {name for name, value in expected.items() if found[name] != value}
    assert fragments
    assert changed <= {"ESPTOOLPY_FLASHSIZE_4MB", "ESPTOOLPY_FLASHSIZE_8MB", "PARTITION_TABLE_CUSTOM_FILENAME"}
    assert found["ESPTOOLPY_FLASHSIZE_4MB"] == "y"
    assert os.path.samefile(found["PARTITION_TABLE_CUSTOM_FILENAME"].strip('"'), TABLE)
    assert (
        f'#include "boards/{stock.name}/mpconfigboard.h"' in (ROOT / "boards" / board / "mpconfigboard.h").read_text()
    )


def configuration(text):
    return dict(re.findall(r"^CONFIG_(\w+)=(.*)$", text, re.M))


def test_the_app_has_room(project):
    """More than in MicroPython's table, in 4 MiB, without gaps, and apps begin where the chip can map them."""
    parts = PartitionTable.from_binary(TABLE.read_bytes())
    stock = PartitionTable.from_binary((project.source / "ports/esp32/partitions-4MiB.csv").read_bytes())
    sizes = {part.name: part.size for part in parts}
    assert [part.name for part in parts] == [part.name for part in stock]
    assert sizes["factory"] >= next(part.size for part in stock if part.name == "factory") + (128 << 10)
    assert [part.offset + part.size for part in parts] == [part.offset for part in parts[1:]] + [4 << 20]
    assert [part.offset % 0x10000 for part in parts if part.name in ("factory", "vfs")] == [0, 0]


def glue():
    return [f"rust/glue/{path.name}" for path in (ROOT / "rust/glue").glob("*.c")]


@pytest.mark.parametrize("board", ["esp32-c3", "esp32-c6"])
@pytest.mark.parametrize("parts", ["all", "none"])
def test_glue_compiles(build, tmp_path, board, parts):
    """With the flags and definitions that CMake gives for the chip, and the configuration of MicroPython's port."""
    out = build(board)
    source = "".join((ROOT / name).read_text() for name in [*glue(), "rust/glue/shim.h", "rust/glue/shim_private.h"])
    write_generated_headers(source, tmp_path / "genhdr")
    compiled = []
    for entry in json.loads((out / "compile_commands.json").read_text()):
        name = "rust/" + entry["file"].rpartition("rust/")[2]
        command = shlex.split(entry["command"])
        if name not in glue():
            continue
        assert {"-Os", "-Werror"} <= set(command), "both where it is compiled for the port and for the link"
        if "__idf_main" in entry["command"]:
            command = [*command[: command.index("-o")], f"-I{tmp_path}", "-fsyntax-only", entry["file"]]
            if parts == "none":
                command = [re.sub("^(-DMPICKLE_.*)=1$", r"\1=0", argument) for argument in command]
                assert "-DMPICKLE_GLOBALS=0" in command
            done = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            compiled.append(name)
    assert sorted(compiled) == sorted(glue())


def write_generated_headers(source, directory):
    """What MicroPython would generate, for these sources alone."""
    directory.mkdir()
    names = sorted(set(re.findall(r"\bMP_QSTR\w+", source)))
    (directory / "qstrdefs.generated.h").write_text("".join(f'QDEF1({name}, 0, 0, "")\n' for name in names))
    (directory / "moduledefs.h").touch()
    roots = re.findall(r"^MP_REGISTER_ROOT_POINTER\((.*)\);$", source, re.M)
    (directory / "root_pointers.h").write_text("".join(f"{root};\n" for root in roots))


def test_rust_compiles(project, build):
    """The object for an ESP32-C6, by the command that Ninja would run. (That for a C3 is qemu-cmake's.)"""
    out = build("esp32-c6")
    command = project.commands("esp32-c6", "mpickle/mpickle.o")[-1]
    done = subprocess.run(command, shell=True, env=project.environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    header = subprocess.run(["riscv64-unknown-elf-readelf", "-h", out / "mpickle/mpickle.o"], capture_output=True)
    assert b"RISC-V" in header.stdout
    assert re.search(rb"Flags: .*0x1, RVC, soft-float ABI", header.stdout)


def test_what_is_missing_is_told(project):
    """All of it at once, each with the command that gets it."""
    done = project.run("scripts/build", "esp32", "--board", "esp32-s3", MICROPYTHON=str(project.source))
    assert done.returncode == 1
    lines = [line.strip() for line in done.stderr.splitlines()]
    boards = project.directory / "boards"
    assert lines[0] == "build: missing, to build esp32-s3 (chip esp32s3):"
    assert lines[1] == "ESP-IDF (IDF_PATH=DIR names it):"
    assert re.fullmatch(r"git clone -b v5\S* --recursive \S+/esp-idf.git DIR && DIR/install.sh esp32s3", lines[2])
    assert lines[3] == "Espressif's Rust toolchain, for xtensa-esp32s3-none-elf:"
    assert lines[4] == "cargo install espup && espup install"
    assert lines[5] == "Espressif's libclang, which knows Xtensa (LIBCLANG_PATH):"
    assert lines[6].startswith(". ~/export-esp.sh")
    assert lines[7] == "libraries that only a git clone of MicroPython has (MICROPYTHON=DIR names it):"
    assert re.fullmatch(r"git clone -b v\S+ \S+/micropython.git DIR &&", lines[8])
    assert lines[9] == f"make -C DIR/ports/esp32 BOARD_DIR={boards}/esp32-s3 submodules"
    assert len(lines) == 10


def test_an_unfinished_idf_is_told(project, tmp_path):
    """ESP-IDF is there, but its tools are not."""
    (tmp_path / "export.sh").touch()
    variables = {"MICROPYTHON": str(project.clone), "IDF_PATH": str(tmp_path)}
    done = project.run("scripts/build", "esp32", "--board", "esp32-c6", **variables)
    assert done.returncode == 1
    assert f"the C compiler riscv32-esp-elf-gcc:\n    {tmp_path}/install.sh esp32c6" in done.stderr
    assert f"what ESP-IDF itself needs:\n    {tmp_path}/install.sh esp32c6" in done.stderr
    assert "git clone" not in done.stderr


def test_boards_are_named(project):
    done = project.run("scripts/build", "esp32", "--board", "no-such-board", MICROPYTHON=str(project.source))
    assert done.returncode == 1
    assert "esp32-c3 esp32-c6 esp32-s3 esp32\n" in done.stderr
    assert "ESP32_GENERIC_S2" in done.stderr


def test_flash(project, build, tmp_path):
    """Writes the image to where the chip's boot loader is, then opens the prompt."""
    build("esp32")
    for name in ("esptool", "mpremote"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{project.environment()['PATH']}"
    done = project.run("scripts/flash", "--port", "/dev/ttyX", "--erase", PATH=path)
    image = project.directory / "build/esp32/firmware.bin"
    assert done.stdout.splitlines() == [
        "esptool --chip esp32 --port /dev/ttyX erase-flash",
        f"esptool --chip esp32 --port /dev/ttyX --baud 460800 write-flash 0x1000 {image}",
        "mpremote connect /dev/ttyX repl",
    ]
    done = project.run("scripts/flash", "--board", "ESP32_GENERIC_C3", PATH=path)
    assert done.returncode == 1
    assert "./scripts/build esp32 --board ESP32_GENERIC_C3" in done.stderr
