"""Targets, devices and what the tests were given: the fixtures that all of them share."""

import collections
import functools
import os
import re
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))

from support import oracle  # noqa: E402
from support.capabilities import Capabilities  # noqa: E402
from support.device import UnixDevice  # noqa: E402
from support.qemu import QemuDevice  # noqa: E402

ROOT = TESTS.parent
SUPPORT = TESTS / "support"
TARGETS = [
    *["unix", "unix-longlong", "unix-nanbox", "unix-1.26.1", "unix-faults", "unix-threads"],
    *["qemu-arm", "qemu-arm-m7", "qemu-cmake"],
]
FAULTS = "unix-faults"  # runs what needs its module `faults`, and nothing else
THREADS = ("unix-threads", "unix-gil")  # run what needs threads
BARE = ("unix-bare", "qemu-arm-bare")  # lack all that can be left out, and run what shows what is left

# QEMU is slow. What runs all tests is qemu-arm; the others run these files, which have what may depend on the
# processor: sizes of floats and ints, all opcodes, depth.
FILES = {
    "qemu-arm-m7": ["test_laws", "test_plain_data"],
    "qemu-riscv32": ["test_laws", "test_pickles"],
    "qemu-riscv32-imc": ["test_laws"],
    "qemu-cmake": ["test_buffers", "test_extensions", "test_laws", "test_partial", "test_pickles"],
}

# Of the rows of tests/cases, these tables alone: what another processor or another release of
# MicroPython has otherwise.
_NUMBERS = ("atoms:", "floats:", "ints:")
_OBJECTS = ("byreference:", "mappings:", "sequences:", "sets:", "sharing:")
ROWS = {("qemu-arm-m7", "test_plain_data"): _NUMBERS, ("unix-1.26.1", "test_plain_data"): _OBJECTS}

# The run is to stay short. What depends little on the firmware runs on some targets only: whole programs, modules in
# Python, what the unpickler does with bytes, and streams, for which another width of objects makes no difference.
ONLY = {
    "test_examples": ["unix"],
    "test_demo": ["unix"],
    "test_types": ["unix", "unix-longlong", "qemu-arm"],
    "test_numpy": ["unix", "unix-longlong", "qemu-arm"],
    "test_fixtures": ["unix", "unix-longlong", "unix-nanbox", "qemu-arm"],
    "test_mutations": ["unix", "unix-longlong", "unix-nanbox", "qemu-arm"],
    "test_streams": ["unix", "qemu-arm"],
    "test_scaling": ["unix", "unix-longlong", "unix-nanbox"],
    "test_wild": ["unix", "unix-nanbox", "qemu-arm"],
}

_left_out = collections.Counter()


def rows_for(device, file, rows):
    """Those of a table's rows, (name, row, what it needs), that a device is to run in a file."""
    return [row for row in rows if row[0].startswith(ROWS.get((device.name, file), ""))]


def pytest_addoption(parser):
    group = parser.getgroup("mpickle")
    group.addoption(
        "--target",
        action="append",
        metavar="NAME[=BINARY]",
        help="firmware to test, may be repeated: build/NAME/micropython, or the binary given (default: "
        + f"{' '.join(TARGETS)})",
    )


def pytest_configure(config):
    missing = []
    for name, binary in targets(config).items():
        if not os.access(binary, os.X_OK):
            missing.append(f"  {name}: there is no {binary} (./scripts/build {build_arguments(name)})")
    if missing:
        raise pytest.UsageError("\n".join(["firmware that is to be tested is not built:", *missing]))


def targets(config):
    """{name: path of the binary} of what is to be tested."""
    found = {}
    for name in config.getoption("--target") or TARGETS:
        name, _, binary = name.partition("=")
        found[name] = Path(binary) if binary else ROOT / "build" / name / "micropython"
    return found


def build_arguments(name):
    """What scripts/build calls build/NAME: a last part of digits is a release of MicroPython."""
    target, _, version = name.rpartition("-")
    return f"{target} --micropython {version}" if version[:1].isdigit() else name


@functools.cache
def open_device(name, binary):
    """The one device of a target, which lives as long as the session."""
    device = (QemuDevice if name.startswith("qemu") else UnixDevice)(name, binary)
    device.prelude("portable", (SUPPORT / "portable.py").read_text())
    device.capabilities = Capabilities(device)
    device.prelude("agent", (SUPPORT / "agent.py").read_text())
    device.prelude("streams", (SUPPORT / "streams.py").read_text())
    device.prelude("sample", f"install('sample', {oracle.PROGRAMS['sample']!r})")
    device.keep()
    _opened.append(device)
    return device


@functools.cache
def open_faulty(name, binary):
    """The device whose allocations can be made to fail. Its heap is small, since it is overwritten again and again."""
    device = open_device(name, binary).with_heap("384k")
    device.prelude("faultmode", (SUPPORT / "faultmode.py").read_text())
    _opened.append(device)
    return device


_opened = []


def pytest_runtest_setup(item):
    """A device forgets what the tests of another file have left: in which order files run is the scheduler's choice."""
    callspec = getattr(item, "callspec", None)
    if callspec and "device" in callspec.params:
        callspec.params["device"].begin(item.module.__name__)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The tests of one file on one target go to one process: they share what the device answers."""
    from xdist.scheduler import LoadScopeScheduling

    names = sorted(targets(config), key=len, reverse=True)

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            test, _, parameters = nodeid.partition("[")
            file = test.partition("::")[0]
            target = next((name for name in names if re.match(rf"{re.escape(name)}[] -]", parameters)), None)
            return test if target == FAULTS else f"{file} {target}"  # those with faults take long and share nothing

    return Scheduling(config, log)


def pytest_sessionfinish(session):
    for device in _opened:
        device.close()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = [[*key, count] for key, count in _left_out.items()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Every process of pytest-xdist has seen all tests and left out the same."""
    for *key, count in getattr(node, "workeroutput", {}).get("left_out", ()):
        _left_out[tuple(key)] = count


def left_out(device, what, needs, count=1):
    """True, and counted for the summary, if the device lacks what is needed."""
    reason = device.capabilities.lacks(needs)
    if reason:
        _left_out[(device.name, what, reason)] += count
    return bool(reason)


def pytest_generate_tests(metafunc):
    """A test with the fixture `device` runs on each target.

    With `row` it runs on each row of its table that fits the device: the module's function `rows(test)` gives a list
    of (name, row, what it needs). What a test itself needs of the device, it names with @pytest.mark.needs("bigint").
    """
    for fixture, names, opened in (
        ("faulty", (FAULTS,), open_faulty),
        ("threaded", THREADS, open_device),
        ("bare", BARE, open_device),
    ):
        if fixture not in metafunc.fixturenames:
            continue
        devices = [opened(name, binary) for name, binary in targets(metafunc.config).items() if name in names]
        if not devices:
            _left_out[(names[0], metafunc.definition.name, "is not among the targets chosen")] += 1
        metafunc.parametrize(fixture, devices, ids=lambda device: device.name, indirect=True, scope="session")
    if "device" not in metafunc.fixturenames:
        return
    test, file = metafunc.definition.name, metafunc.module.__name__
    devices = []
    for name, binary in targets(metafunc.config).items():
        if name not in ONLY.get(file, [name]):
            _left_out[(name, file, f"{ONLY[file][0]} runs it")] += 1
        elif file not in FILES.get(name, [file]):
            _left_out[(name, file, "qemu-arm runs it")] += 1
        elif name not in (FAULTS, *THREADS, *BARE):
            devices.append(open_device(name, binary))
    own = metafunc.definition.get_closest_marker("needs")
    if own:
        devices = [device for device in devices if not left_out(device, test, own.args)]
    if "row" in metafunc.fixturenames:
        found = [
            pytest.param(device, row, id=f"{device.name}-{name}")
            for device in devices
            for name, row, needs in rows_for(device, file, metafunc.module.rows(test))
            if not left_out(device, test, needs)
        ]
        metafunc.parametrize("device, row", found, indirect=["device"])
    else:
        metafunc.parametrize("device", devices, ids=lambda device: device.name, indirect=True, scope="session")


@pytest.fixture(scope="session")
def device(request):
    """A device of each target in turn."""
    return request.param


@pytest.fixture(scope="session")
def faulty(request):
    """The firmware unix-faults."""
    return request.param


@pytest.fixture(scope="session")
def threaded(request):
    """A firmware that has threads."""
    return request.param


@pytest.fixture(scope="session")
def bare(request):
    """A firmware without all the parts that can be left out."""
    return request.param


@pytest.fixture(scope="session")
def root():
    """The directory of the project."""
    return ROOT


def pytest_terminal_summary(terminalreporter):
    if not _left_out:
        return
    terminalreporter.section("left out, because the device cannot, or another does")
    for (target, what, reason), count in sorted(_left_out.items()):
        terminalreporter.line(f"{count:6}  {target}: {what}: {reason}")
