#!/usr/bin/env python3
"""Compile the Rust side of mpickle into one relocatable object for a firmware.

micropython.mk and micropython.cmake call this; nobody else needs to. It asks the firmware's own C compiler what
the target is, runs cargo, and links what it compiled into an object of which only the entry points can be seen
from outside. Cargo's archive would not do: the linker would take MicroPython's own sqrt, floor and fmod out of Rust's
compiler_builtins, and some ports name their libraries before the objects that need them.

The object's file is touched only when its content changes, so a build with nothing to do links nothing.
"""

import argparse
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rust_target import UnknownTarget, is_built_here, missing, rust_target, toolchain

ROOT = Path(__file__).resolve().parents[2]
COMMITTED_HEADER = ROOT / "rust/glue/exports.h"

# What Rust calls on ARM by the names of that ABI, which the libraries of a firmware need not have -> what every
# firmware has, and what the shim has where the arguments come in another order. The names may end in 4 or 8 where
# memory is so aligned.
ARM_NAMES = {
    "__aeabi_memcpy": "memcpy",
    "__aeabi_memmove": "memmove",
    "__aeabi_memset": "mpk_fill",
    "__aeabi_memclr": "mpk_clear",
}

# Nothing ever unwinds through this code (panic=abort), and some linker scripts have no rule for these sections.
UNWINDING = [".eh_frame", ".gcc_except_table*", ".ARM.exidx*", ".ARM.extab*"]


def main():
    args = parse_args()
    cflags = args.cflags_file.read_text() if args.cflags_file else os.environ.get("MPICKLE_FIRMWARE_CFLAGS", "")
    try:
        cc, cflags = shlex.split(args.cc), shlex.split(cflags)
    except ValueError as error:
        fail(f"cannot read the firmware's compiler flags: {error}")
    machine = [flag for flag in cflags if flag.startswith("-m")]
    try:
        target = args.rust_target or rust_target(cc + machine, args.chip)
    except UnknownTarget as error:
        fail(error)
    work = args.out.parent
    work.mkdir(parents=True, exist_ok=True)

    archive, header = build_archive(args, target, cc, bindgen_flags(cc, machine, cflags), work)
    shutil.copy(header, work / "exports.h")
    entries = check_header(work / "exports.h")
    linked = work / "linked.o"
    webassembly = target.startswith("wasm")
    ar = "emar" if webassembly else run([*cc, "-print-prog-name=ar"]).stdout.strip()
    with tempfile.TemporaryDirectory(dir=work) as directory:
        # WebAssembly's linker cannot leave anything out of such an object, and objcopy does not know it. There is not
        # much to leave out, and rustc has hidden all but the entry points.
        only = [] if webassembly else ["-Wl,--gc-sections", *(f"-Wl,-u,{name}" for name in entries)]
        link(cc + machine, compiled_members(ar, archive, directory), only, linked)
    if not webassembly:
        hide(shlex.split(args.objcopy), linked, entries, args.debug)
    if target.startswith(("arm", "thumb")):
        use_common_names(shlex.split(args.objcopy), linked)
    replace_if_changed(linked, args.out)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the object to write")
    parser.add_argument("--cc", required=True, help="the firmware's C compiler, with any wrapper and -m32")
    parser.add_argument("--objcopy", required=True, help="objcopy for the same target")
    parser.add_argument(
        "--cflags-file",
        type=Path,
        metavar="FILE",
        help="holds the firmware's compiler flags, quoted as for a shell (default: $MPICKLE_FIRMWARE_CFLAGS)",
    )
    parser.add_argument("--features", default="", metavar="A,B", help="cargo features of the mpickle crate")
    parser.add_argument("--rust-target", default="", metavar="TRIPLE", help="instead of asking rust_target.py")
    parser.add_argument("--chip", default="", help="what ESP-IDF calls IDF_TARGET, if it is an ESP32")
    parser.add_argument("--debug", action="store_true", help="keep what a debugger needs")
    args = parser.parse_args()
    args.out = args.out.absolute()
    return args


def bindgen_flags(cc, machine, cflags):
    """Keep of the firmware's flags those that decide what its headers mean, with absolute paths."""
    kept = []
    flags = iter(cflags)
    for flag in flags:
        path_flag = re.match(r"(-I|-isystem|-iquote|-idirafter|-include|-imacros)(.*)", flag)
        if path_flag:
            name, path = path_flag.groups()
            kept += [name, os.path.abspath(path or next(flags, ""))]
        elif flag in ("-D", "-U"):
            kept.append(flag + next(flags, ""))
        elif re.match(r"-[DU].|-std=|-m(32|64)$|-f(no-)?short-enums$", flag):
            kept.append(flag)
    # The C library's headers: libclang would look for them where its own target has them.
    library = {flag for flag in cflags if flag.startswith(("--specs=", "--sysroot="))}  # each is allowed once
    listing = run([*cc, *machine, *library, "-E", "-v", "-xc", os.devnull]).stderr
    found = re.search(r"search starts here:\n(?:#include <[^\n]*\n)?(.*?)End of search list", listing, re.S)
    for directory in re.findall(r"^ (/.*)$", found.group(1) if found else "", re.M):
        kept += ["-idirafter", directory]
    return kept


def build_archive(args, target, cc, flags, work):
    """Run cargo and return the static library and the C header of its functions.

    All firmwares share one directory of intermediate files, so bindgen and cbindgen are compiled once, and not
    once for each of them. A cfg of the firmware's own (code never looks at it) keeps their crates apart in there:
    what bindgen writes depends on the firmware's configuration, and they would otherwise take turns rebuilding.
    """
    env = os.environ | toolchain(target)
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    env["MPICKLE_CFLAGS"] = shlex.join(flags)
    env["CARGO_BUILD_BUILD_DIR"] = env.pop("CARGO_TARGET_DIR", str(ROOT / "target"))
    key = hashlib.sha256(str(args.out).encode()).hexdigest()[:16]
    rustflags = f"CARGO_TARGET_{target.upper().replace('-', '_').replace('.', '_')}_RUSTFLAGS"
    env[rustflags] = f'{env.get(rustflags, "")} --cfg mpickle_firmware="{key}"'.strip()
    if args.debug:
        env.setdefault("CARGO_PROFILE_RELEASE_DEBUG", "2")
    if "-none-" in target:  # a chip, whose flash is smaller than a PC's memory
        env.setdefault("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z")
    if target.startswith("thumb"):
        env.setdefault("RUSTC_WORKSPACE_WRAPPER", str(Path(__file__).with_name("rustc_frameless.py")))
        env["MPICKLE_NM"] = run([*cc, "-print-prog-name=nm"]).stdout.strip()
    command = [env.get("CARGO", "cargo"), "build", "--locked", "--release", "--lib", "--package", "mpickle"]
    command += ["--target", target, "--target-dir", str(work / "cargo")]
    command += ["--no-default-features", "--features", args.features]
    command += ["--message-format", "json-render-diagnostics"]
    try:
        if is_built_here(target):
            command += ["-Zbuild-std=core,alloc"]
            env["RUSTC_BOOTSTRAP"] = "1"  # what lets a stable toolchain do that
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    except FileNotFoundError:
        fail("cargo is missing: install Rust 1.90 or newer")
    if done.returncode:
        for lack in missing(target):
            print(f"mpickle: missing: {lack}", file=sys.stderr)
        sys.exit(done.returncode)
    ours = [message for message in map(json.loads, done.stdout.splitlines()) if is_ours(message)]
    archive = next(m["filenames"][0] for m in ours if "staticlib" in m.get("target", {}).get("kind", []))
    out_dir = next(m["out_dir"] for m in ours if m["reason"] == "build-script-executed")
    return Path(archive), Path(out_dir, "exports.h")


def is_ours(message):
    """Whether cargo speaks of this project's firmware crate: its package ID is a URL that ends in #mpickle@VERSION."""
    return re.search(r"[/#]mpickle[#@][^/]*$", message.get("package_id", "")) is not None


def check_header(fresh):
    """Return the names of the entry points, after making sure that the C glue was compiled against the same."""
    declared = declarations(fresh)
    if COMMITTED_HEADER.exists() and declarations(COMMITTED_HEADER) != declared:
        fail(
            f"rust/glue/exports.h is not what rust/mpickle exports now; bring it up to date:\n"
            f"cp {fresh} {COMMITTED_HEADER}"
        )
    entries = sorted(set(re.findall(r"\b(mpickle_\w+) ?\(", declared)))
    if not entries:
        fail("rust/mpickle exports no function named mpickle_…")
    return entries


def declarations(header):
    """A header's text without comments, directives and layout."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*|^[ \t]*#[^\n]*", " ", header.read_text(), flags=re.S | re.M)
    return re.sub(r" ?([^\w\s]) ?", r"\1", " ".join(text.split()))


def compiled_members(ar, archive, directory):
    """Take what rustc compiled out of an archive, and return the paths.

    Left in there is compiler_builtins, a few C files of which rustc brings compiled: the firmware has a memcpy of its
    own, and its compiler's arithmetic where the processor has none.
    """
    names = run([ar, "t", str(archive)]).stdout.split()
    members = [name for name in names if name.endswith(".rcgu.o") and not name.startswith("compiler_builtins-")]
    run([ar, "x", str(archive), *members], cwd=directory)
    return [os.path.join(directory, name) for name in members]


def link(cc, objects, options, to):
    """Link objects into one."""
    run([*cc, "-r", "-nostdlib", *options, "-o", str(to), *objects])


def hide(objcopy, obj, entries, debug):
    """Make all but the entry points local, and drop what describes unwinding."""
    options = [f"--keep-global-symbol={name}" for name in entries]
    if not debug:
        options += [f"--remove-section={prefix}{name}" for name in UNWINDING for prefix in ("", ".rel", ".rela")]
    run([*objcopy, *options, str(obj)])


def use_common_names(objcopy, obj):
    """Call functions by names that every firmware has. One run of objcopy gives a new name to one symbol only."""
    for aligned in ("", "4", "8"):
        run([*objcopy, *[f"--redefine-sym={old}{aligned}={new}" for old, new in ARM_NAMES.items()], str(obj)])


def replace_if_changed(new, old):
    if old.exists() and old.read_bytes() == new.read_bytes():
        new.unlink()
    else:
        new.replace(old)


def run(command, cwd=None):
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    except FileNotFoundError:
        fail(f"{command[0]} is missing")
    if done.returncode:
        fail(f"{shlex.join(command)}\n{done.stderr}")
    return done


def fail(message):
    print(f"mpickle: {message}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
