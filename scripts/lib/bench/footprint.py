"""What mpickle adds to a firmware: memory at import, and code."""

import subprocess
import sys

from .measure import BenchError

IMPORT = """
import gc
before = during = after = 0
gc.collect()
before = gc.mem_alloc()
import mpickle
during = gc.mem_alloc()
gc.collect()
after = gc.mem_alloc()
print(during - before, after - before)
"""

# Which sections of the program are what. Others are symbols and notes, which never reach a chip.
SECTIONS = {
    "code": (".text", ".init", ".fini", ".plt"),
    "constants": (".rodata", ".srodata", ".data.rel.ro"),
    "data": (".data", ".sdata", ".got", ".init_array", ".fini_array"),
    "zeroed data": (".bss", ".sbss"),
}
NOT_ON_CHIPS = {
    "unwinding tables": (".eh_frame", ".gcc_except_table"),
    "relocations": (".rel",),
}


def memory_of_import(firmware):
    """Return (bytes in use right after the import, bytes still in use after a collection)."""
    during, after = output_of([firmware, "-c", IMPORT]).split()
    return int(during), int(after)


def added_code(firmware, plain):
    """Return {kind of section: bytes that mpickle adds}, for what goes into a chip and for what does not."""
    having, lacking = sections(firmware), sections(plain)
    return {kind: total(having, names) - total(lacking, names) for kind, names in (SECTIONS | NOT_ON_CHIPS).items()}


def counted(added):
    """Return the sum of what would go into a chip's flash."""
    return sum(added[kind] for kind in ("code", "constants", "data"))


def variables(added):
    """Return the sum of what would be taken of a chip's RAM before a program runs."""
    return sum(added[kind] for kind in ("data", "zeroed data"))


def sections(program):
    """Return {section: size} of an ELF file."""
    lines = (line.split() for line in output_of(["size", "-A", program]).splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) == 3 and line[0].startswith(".")}


def total(found, names):
    return sum(size for section, size in found.items() if belongs(section, names))


def belongs(section, names):
    """Whether a section is the one that the longest of all matching names stands for."""
    everything = [name for group in (SECTIONS | NOT_ON_CHIPS).values() for name in group]
    best = max((name for name in everything if section.startswith(name)), key=len, default=None)
    return best in names


def output_of(command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except OSError as error:
        raise BenchError(f"cannot run {command[0]}: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        raise BenchError(f"{command[0]} failed:\n{error.stderr}") from error


if __name__ == "__main__":
    both = added_code(*sys.argv[1:])
    print(counted(both), variables(both))
