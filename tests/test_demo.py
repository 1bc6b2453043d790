"""The demo: all protocols agree on each target, what is wrong is noticed, and each target's floats are understood."""

import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import targets

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "examples" / "demo"
sys.path.insert(0, str(DEMO))

from floats import Floats, rounded  # noqa: E402

# Each fault is in one protocol: what is replaced by what, and the verdicts on the summary and on the rows.
FAULTS = {
    0: ("entry[3] += value", "entry[3] += value + (0.01 if PROTOCOL == 0 else 0)", "DIFFERS", "same bytes"),
    1: ("entry[1] += 1", "entry[1] += 2 if PROTOCOL == 1 else 1", "DIFFERS", "same bytes"),
    3: ("mpickle.dumps(rows, ", "mpickle.dumps(rows[PROTOCOL == 3:], ", "exact", "DIFFER"),
}

# Doubles of all magnitudes, to which single floats are close but hardly ever equal.
NUMBERS = [(1 + n / 997) * 1.07 ** (n % 100 - 50) for n in range(1000)]

COMPUTE = """
import struct
def show(value):
    print("".join("%02x" % byte for byte in struct.pack("<d", value)))
names = {{"__name__": "device"}}
exec({device!r}, names)
print(names["mantissa_bits"](), int(names["rounds_twice"]()))
numbers = {numbers!r}
total = 0.0
for start in range(0, len(numbers), 8):
    (value,) = struct.unpack("<d", numbers[start:start + 8])
    total += value
    total /= 3
    show(value)
    show(total)
"""


def run_demo(firmware):
    return subprocess.run([ROOT / "scripts" / "demo", "--firmware", firmware], capture_output=True, text=True)


def verdicts(output):
    """Return {protocol: (rows, verdict on the summary, verdict on the rows)} from the table that the demo prints."""
    lines = [line.split(maxsplit=7) for line in output.splitlines() if " B " in line]
    return {int(line[0]): (line[3], *line[6:]) for line in lines}


@pytest.mark.needs("command")
def test_all_protocols_agree(device):
    done = run_demo(device.binary)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verdicts(done.stdout) == dict.fromkeys(range(6), ("26115", "exact", "same bytes"))
    assert "All six agree" in done.stdout


@pytest.fixture
def tampered(request, tmp_path):
    """Makes a firmware, of the first target, that runs a device.py in which something is replaced, PROTOCOL known."""
    binary = next((path for name, path in targets(request.config).items() if name.startswith("unix")), None)
    if binary is None:
        pytest.skip("only targets that have no command line were chosen with --target")

    def make(replacements):
        source = (DEMO / "device.py").read_text()
        for old, new in replacements:
            assert old in source
            source = source.replace(old, new)
        (tmp_path / "device.py").write_text(f"import sys\nPROTOCOL = int(sys.argv[4])\n{source}")
        firmware = tmp_path / "micropython"
        firmware.write_text(
            "#!/bin/sh\n"
            f'[ "$1" = -c ] && exec {binary} "$@"\n'
            f'heap=$2; shift 3; exec {binary} -X "$heap" {tmp_path}/device.py "$@"\n'
        )
        firmware.chmod(0o755)
        return firmware

    return make


def test_faults_are_noticed(tampered):
    """Each in its protocol, and in no other."""
    done = run_demo(tampered([fault[:2] for fault in FAULTS.values()]))
    assert done.returncode == 1
    good = dict.fromkeys(range(6), ("26115", "exact", "same bytes"))
    assert verdicts(done.stdout) == good | {protocol: ("26115", *fault[2:]) for protocol, fault in FAULTS.items()}
    assert "wrong in protocol 0, 1, 3\n" in done.stderr


def test_failure_of_the_device_is_shown(tampered):
    done = run_demo(tampered([("import mpickle", "import mpickled")]))
    assert done.returncode == 1
    assert "ImportError: no module named 'mpickled'" in done.stderr
    assert not verdicts(done.stdout)


@pytest.mark.parametrize("arguments", [["--target", "vax"], ["--target"], ["--firmware", "/nowhere"], ["--nothing"]])
def test_wrong_options(arguments):
    done = subprocess.run([ROOT / "scripts" / "demo", *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("demo: ")


@pytest.mark.needs("struct")
def test_floats_are_those_of_the_device(device):
    numbers = struct.pack(f"<{len(NUMBERS)}d", *NUMBERS)
    output = device.run(COMPUTE.format(device=(DEMO / "device.py").read_text(), numbers=numbers))
    first, *lines = output.splitlines()
    bits, twice = map(int, first.split())
    assert lines == [struct.pack("<d", value).hex() for value in computed(Floats(bits, bool(twice)))]


def computed(floats):
    """What COMPUTE computes, by CPython."""
    total = 0.0
    for number in NUMBERS:
        value = floats.narrow(number)
        total = floats.divide(floats.add(total, value), 3)
        yield value
        yield total


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, -39.02, 1 + 2**-24, 1 + 3 * 2**-24, 1e-30, 3e30, 16777217.0])
def test_single_precision(value):
    (single,) = struct.unpack("<f", struct.pack("<f", value))
    assert Floats(24, False).narrow(value) == single


def test_rounding():
    assert rounded(Fraction(7), 2) == 8
    assert rounded(Fraction(5), 2) == 4
    assert rounded(Fraction(-7), 2, int) == -6
    assert rounded(Fraction(1, 3), 1) == Fraction(1, 4)
    assert rounded(Fraction(0), 5) == 0
