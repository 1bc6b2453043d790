"""The benchmark: both interpreters get the same data, and what is drawn from the times is right."""

import pickle
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts" / "lib"))

from bench import chart, figures, footprint, instructions, report, sizes  # noqa: E402
from bench.cases import CASES  # noqa: E402
from bench.measure import CPYTHON, JSON, OPERATIONS, OURS, PURE, BenchError, Subject, Team, Timings  # noqa: E402

CASES_SOURCE = (ROOT / "scripts" / "lib" / "bench" / "cases.py").read_text()


@pytest.mark.needs("megabytes")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_sides_pickle_the_same(device, case):
    index = CASES.index(case)
    length = device.run(f"{CASES_SOURCE}\nimport mpickle\nprint(len(mpickle.dumps(CASES[{index}].make(), 4)))")
    assert int(length) == len(pickle.dumps(case.make(), 4))


def test_strings_are_shared_and_repeated():
    strings = next(case for case in CASES if "strings" in case.name).make()
    assert len(strings) == 20000
    assert len({id(string) for string in strings}) == 10000
    assert len(set(strings)) == 5000


@pytest.mark.needs("command")
def test_workers_answer(device):
    """Both interpreters run the worker, and an error in it is told."""
    case = CASES[0]
    subjects = [
        Subject(OURS, "pickle", (str(device.binary), "-X", "heapsize=16M")),
        Subject(CPYTHON, "pickle", (sys.executable, "-B")),
    ]
    with Team(subjects, case) as team:
        for subject in subjects:
            assert team.ask(subject, "dumps") > 0
            assert team.ask(subject, "check") == len(pickle.dumps(case.make(), 4))
            with pytest.raises(BenchError, match="AttributeError"):
                team.ask(subject, "burps")


def made_up():
    """Timings in which mpickle takes twice CPython's time, json ten times mpickle's, and mPickle fails at a case."""
    timings = []
    for operation in OPERATIONS:
        for case in CASES:
            timing = Timings(case.name, operation)
            for turn, drift in enumerate([1, 9, 1]):
                timing.add(OURS, turn, 2000 * drift)
                timing.add(CPYTHON, turn, 1000 * drift)
                timing.add(JSON, turn, 20000 * drift)
                timing.add(PURE, turn, 200000 * drift)
            if case is CASES[-1]:
                timing.errors[PURE] = "RuntimeError"
            timings.append(timing)
    return timings


def test_ratios():
    timing = Timings("", "dumps")
    for turn, (ours, theirs) in enumerate([(2, 1), (30, 10), (4, 1)]):
        timing.add(OURS, turn, ours)
        timing.add(CPYTHON, turn, theirs)
    assert timing.ratio(OURS, CPYTHON) == 3
    assert timing.median(OURS) == 4
    assert timing.ratio(JSON, OURS) is None
    assert figures.mean_ratio(made_up(), "loads", JSON, OURS) == pytest.approx(10)
    assert figures.mean_ratio(made_up(), "loads", PURE, OURS) == pytest.approx(100)


def test_slow_ones_get_few_turns():
    timing = Timings("", "dumps")
    for turn in range(3):
        assert not timing.done_with(JSON)
        timing.add(JSON, turn, 1e6)
        timing.add(OURS, turn, 1e3)
    assert timing.done_with(JSON)
    assert not timing.done_with(OURS)


def test_limits():
    added = {"code": 90000, "constants": 8000, "data": 304, "unwinding tables": 10**6}
    found = {limit.what: limit for limit in figures.limits(made_up(), (32, 32), added)}
    assert [limit.met for limit in found.values()] == [False, False, True, True, True, True, True, True]
    assert found["json's loads by mpickle's, mean"].value == pytest.approx(10)
    assert found["code, constants and data added"].value == 98304
    lines = report.limits(found.values())
    assert len({line.find("\N{LESS-THAN OR EQUAL TO}") for line in lines if "CPython" in line}) == 1


def test_table():
    others = [CPYTHON, JSON, PURE]
    lines = report.speed(made_up(), {case.name: 1234 for case in CASES}, others)
    assert len(lines) == 1 + 2 * (len(CASES) + 2)
    cells = lines[2].split("  ")
    assert [cell.strip() for cell in cells if cell.strip()][1:4] == ["1.2 kB", "2.00", "1.00"]
    assert "fails" in lines[1 + len(CASES)]
    assert max(map(len, lines)) <= 120


def test_chart():
    root = ElementTree.fromstring(chart.draw(made_up(), "a < b"))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "a < b" in texts
    assert texts.count("2.00") == 2 * (len(CASES) + 1)
    assert texts.count("200") == 2 * len(CASES)


def test_chart_of_sizes():
    """Each row of the table is a bar."""
    root = ElementTree.fromstring(sizes.draw())
    bars = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert len(bars) == (ROOT / "docs" / "benchmarks.md").read_text().count("| `MPICKLE_") > 5


def test_sections():
    assert footprint.belongs(".text.hot", footprint.SECTIONS["code"])
    assert footprint.belongs(".data.rel.ro", footprint.SECTIONS["constants"])
    assert not footprint.belongs(".data.rel.ro", footprint.SECTIONS["data"])
    assert footprint.belongs(".rela.dyn", footprint.NOT_ON_CHIPS["relocations"])
    assert not footprint.belongs(".dynsym", footprint.SECTIONS["data"])


@pytest.mark.needs("command")
def test_memory_of_import(device):
    during, after = footprint.memory_of_import(device.binary)
    assert 0 <= after <= during < 1024


@pytest.mark.needs("thumb")
def test_a_chip_runs_fewer_instructions_than_for_json(device):
    """They are counted, not timed, so they are the same each time."""
    for name, (_, _, dumps, json_dumps, loads, json_loads) in instructions.counts(device.binary).items():
        assert 0 < dumps < json_dumps, name
        assert 0 < loads < json_loads, name
