#!/usr/bin/env python3
"""rustc, without the frame pointers that it forces on ARM chips: rustc_frameless.py RUSTC ARGUMENT...

cargo calls this for the project's crates (RUSTC_WORKSPACE_WRAPPER; rust_object.py sets it). A function with a frame
pointer saves two registers more and has one less to work with: 4 % of the code of a Cortex-M3. rustc has no option for
it, and another target's definition would mean compiling Rust's core library for it. But LLVM takes a list of
functions and what is to be different with them. So a crate is compiled twice: once to learn which functions there are,
once more without their frame pointers. Nothing ever looks for those, since nothing unwinds.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

GONE = b"Function in CSV file"  # LLVM says so of each that another has taken in


def main():
    command = sys.argv[1:]
    if "--out-dir" not in command or "--target" not in command:  # a question, or what runs on the PC
        return call(command).returncode
    with tempfile.TemporaryDirectory() as directory:
        code, functions = Path(directory, "code.o"), Path(directory, "functions.csv")
        if call([*alone(command), "--emit", f"obj={code}"], stderr=subprocess.DEVNULL).returncode:
            return call(command).returncode  # which says what is wrong
        functions.write_text("".join(f"{name},frame-pointer=none\n" for name in functions_of(code)))
        done = call([*command, "-C", f"llvm-args=-forceattrs-csv-path={functions}"], stderr=subprocess.PIPE)
    if done.returncode:
        return call(command).returncode  # an LLVM that takes no such list: the code is 4 % larger
    sys.stderr.buffer.writelines(line for line in done.stderr.splitlines(True) if not line.startswith(GONE))
    return done.returncode


def call(command, **options):
    """Runs a command that shares cargo's files: by some of them it tells how many processes there may be."""
    return subprocess.run(command, close_fds=False, **options)


def alone(command):
    """A command that compiles a crate, without what it makes of it and without those that it is linked with."""
    kept = []
    for argument in command:
        if kept and kept[-1] == "-C" and argument.startswith(("lto", "linker-plugin-lto", "embed-bitcode")):
            kept.pop()
        elif not argument.startswith("--emit="):
            kept.append(argument)
    return kept


def functions_of(code):
    """The functions that are defined in an object file."""
    nm = os.environ["MPICKLE_NM"]
    lines = subprocess.run([nm, "--defined-only", code], capture_output=True, text=True, check=True).stdout
    words = (line.split() for line in lines.splitlines())
    return [name for _, kind, name in words if kind in "tTwW"]


if __name__ == "__main__":
    sys.exit(main())
