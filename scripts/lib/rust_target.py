#!/usr/bin/env python3
"""Tell the Rust target of a firmware from what its port tells.

    rust_target.py [--missing] [--chip CHIP] [CC [FLAG]...]

With --missing it tells instead what Rust lacks for that target here, and how to get it, and fails if there is anything.
CHIP is what ESP-IDF calls IDF_TARGET; CC and the FLAGs are the firmware's C compiler and its options for the machine.
A port's Makefile or CMake files say with them which chip a board has: what MCU_SERIES, CMSIS_MCU or PICO_PLATFORM
decide there is the flags, and the compiler knows what the flags mean.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

CORTEX_M = ("__ARM_ARCH_PROFILE", "77")  # the letter M
RV32 = ("__riscv_xlen", "32")
SOURCE = "src/rust/library"  # beside the libraries of the targets

# What is told -> the Rust target. The first line of which all holds wins: a name must be told, a pair must have that
# value. What ESP-IDF tells comes first, since Xtensa compilers do not say which chip they compile for.
TABLE = [
    ([("IDF_TARGET", "esp32")], "xtensa-esp32-none-elf"),
    ([("IDF_TARGET", "esp32s2")], "xtensa-esp32s2-none-elf"),
    ([("IDF_TARGET", "esp32s3")], "xtensa-esp32s3-none-elf"),
    ([("IDF_TARGET", "esp32c2")], "riscv32imc-unknown-none-elf"),
    ([("IDF_TARGET", "esp32c3")], "riscv32imc-unknown-none-elf"),
    ([("IDF_TARGET", "esp32c5")], "riscv32imac-unknown-none-elf"),
    ([("IDF_TARGET", "esp32c6")], "riscv32imac-unknown-none-elf"),
    ([("IDF_TARGET", "esp32h2")], "riscv32imac-unknown-none-elf"),
    ([("IDF_TARGET", "esp32p4")], "riscv32imafc-unknown-none-elf"),
    # The rest is macros of the C compiler.
    ([CORTEX_M, ("__ARM_ARCH", "6")], "thumbv6m-none-eabi"),
    ([CORTEX_M, ("__ARM_ARCH", "7"), "__ARM_FEATURE_DSP", "__ARM_PCS_VFP"], "thumbv7em-none-eabihf"),
    ([CORTEX_M, ("__ARM_ARCH", "7"), "__ARM_FEATURE_DSP"], "thumbv7em-none-eabi"),
    ([CORTEX_M, ("__ARM_ARCH", "7")], "thumbv7m-none-eabi"),
    ([CORTEX_M, ("__ARM_ARCH", "8"), "__ARM_PCS_VFP"], "thumbv8m.main-none-eabihf"),
    ([CORTEX_M, ("__ARM_ARCH", "8"), "__ARM_ARCH_8M_MAIN__"], "thumbv8m.main-none-eabi"),
    ([CORTEX_M, ("__ARM_ARCH", "8")], "thumbv8m.base-none-eabi"),
    ([RV32, "__riscv_float_abi_single"], "riscv32imafc-unknown-none-elf"),
    ([RV32, "__riscv_mul", "__riscv_atomic", "__riscv_compressed"], "riscv32imac-unknown-none-elf"),
    ([RV32, "__riscv_mul", "__riscv_compressed"], "riscv32imc-unknown-none-elf"),
    ([RV32, "__riscv_mul"], "riscv32im-unknown-none-elf"),
    (["__EMSCRIPTEN__"], "wasm32-unknown-emscripten"),
    (["__x86_64__", "__linux__"], "x86_64-unknown-linux-gnu"),
    (["__i386__", "__linux__"], "i686-unknown-linux-gnu"),
    (["__aarch64__", "__linux__"], "aarch64-unknown-linux-gnu"),
]


class UnknownTarget(Exception):
    """Nothing in the table fits what is told."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--chip", default="", help="what ESP-IDF calls IDF_TARGET")
    parser.add_argument("cc", nargs=argparse.REMAINDER, metavar="CC FLAG", help="the C compiler and its flags")
    parser.add_argument("--missing", action="store_true", help="what Rust lacks for the target")
    args = parser.parse_args()
    try:
        target = rust_target(args.cc, args.chip)
    except UnknownTarget as error:
        sys.exit(f"mpickle: {error}")
    lines = missing(target) if args.missing else [target]
    print(*lines, sep="\n", end="\n" if lines else "")
    sys.exit(args.missing and bool(lines))


def rust_target(cc, chip=""):
    """Find the Rust target of an ESP32's name, or else of what a C compiler compiles for."""
    target = look_up({"IDF_TARGET": chip}) or look_up(macros(cc))
    if target is None:
        raise UnknownTarget(
            f"{shlex.join(cc) or repr(chip)} compiles for a machine that mpickle has no Rust target for; "
            "if Rust has one, name it: MPICKLE_RUST_TARGET=TRIPLE"
        )
    return target


def look_up(told):
    """Find the first line of the table that fits {name: value}."""
    for conditions, target in TABLE:
        pairs = [(c, told.get(c)) if isinstance(c, str) else c for c in conditions]
        if all(name in told and told[name] == value for name, value in pairs):
            return target
    return None


def macros(cc):
    """What a C compiler says about the machine that it compiles for: {name: value}."""
    if not cc:
        return {}
    try:
        done = subprocess.run([*cc, "-dM", "-E", "-xc", os.devnull], capture_output=True, text=True)
    except FileNotFoundError:
        raise UnknownTarget(f"{cc[0]} is missing") from None
    if done.returncode:
        raise UnknownTarget(f"{shlex.join(cc)}\n{done.stderr}")
    return dict(re.findall(r"^#define (\w+) (.*)$", done.stdout, re.M))


def is_espressifs(target):
    """Whether only Espressif's Rust toolchain knows the target. It has the source of the core library alone."""
    return target.startswith("xtensa-")


def is_built_here(target):
    """Whether cargo has to compile Rust's core library, since its source is there and the library is not."""
    if is_espressifs(target):
        return True
    libraries = rust_libraries(target)
    return libraries is not None and not (libraries / target).exists() and (libraries / SOURCE).exists()


def toolchain(target):
    """The environment of the Rust toolchain that compiles for a target, where it is not the usual one."""
    return {"RUSTUP_TOOLCHAIN": os.environ.get("RUSTUP_TOOLCHAIN", "esp")} if is_espressifs(target) else {}


def rust_libraries(target):
    """Where Rust keeps its core library for each target; None where the toolchain for the target is not there."""
    done = subprocess.run(
        ["rustc", "--print", "sysroot"], env=os.environ | toolchain(target), capture_output=True, text=True
    )
    return None if done.returncode else Path(done.stdout.strip(), "lib/rustlib")


def missing(target):
    """Tell what Rust lacks for a target, and how to get it: one thing a line."""
    try:
        libraries = rust_libraries(target)
    except FileNotFoundError:
        return ["Rust 1.90 or newer (cargo and rustc): install it with rustup"]
    if not is_espressifs(target):
        there = libraries is not None and any((libraries / part).exists() for part in (target, SOURCE))
        return [] if there else [f"Rust's library for {target}: rustup target add {target}"]
    lacks = []
    if libraries is None or not (libraries / SOURCE).exists():
        lacks.append(f"Espressif's Rust toolchain, for {target}: cargo install espup && espup install")
    if not os.environ.get("LIBCLANG_PATH"):
        lacks.append("Espressif's libclang, which knows Xtensa (LIBCLANG_PATH): . ~/export-esp.sh  # by espup")
    return lacks


if __name__ == "__main__":
    main()
