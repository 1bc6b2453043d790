"""Runs the workers and asks them in turns.

A machine's speed drifts, and where others work on it, it jumps. So what is compared is measured in turns, a call of
one and a call of the other within moments; the ratio is taken of the two, and the median of the ratios is what
counts. Each round has new processes, for the sake of what chance decides when a process starts; and each of those
compared has its own for each case and operation, since MicroPython's allocator remembers what went before.
"""

import contextlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .cases import CASES

WORKER = Path(__file__).with_name("worker.py")
OPERATIONS = ("dumps", "loads")
OURS, CPYTHON, JSON, PURE = "mpickle", "CPython pickle", "MicroPython json", "pure-Python mPickle"
SLOW, FEW = 100_000, 3  # microseconds, and how many calls are enough of what takes longer


class BenchError(Exception):
    """Something cannot be measured at all."""


@dataclass(frozen=True)
class Subject:
    """One of those who are compared: which of the worker's modules, run by which command."""

    name: str
    module: str
    command: tuple
    environment: tuple = ()
    may_fail: bool = False


@dataclass
class Timings:
    """The times of one case and operation: for each subject the microseconds of a call in each turn it had."""

    case: str
    operation: str
    turns: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)

    def add(self, subject, turn, microseconds):
        self.turns.setdefault(subject, {})[turn] = microseconds

    def median(self, subject):
        """Return microseconds, or None if the subject cannot do it."""
        return None if self.failed(subject) else median(self.turns[subject].values())

    def ratio(self, subject, to):
        """Return how many times longer the subject takes than the other: the median of the turns' ratios."""
        if self.failed(subject) or self.failed(to):
            return None
        ours, theirs = self.turns[subject], self.turns[to]
        return median(ours[turn] / theirs[turn] for turn in ours.keys() & theirs.keys())

    def done_with(self, subject):
        """Whether no more turns are needed: it fails, or is so slow that a few tell enough."""
        times = self.turns.get(subject, {})
        return subject in self.errors or (len(times) >= FEW and median(times.values()) > SLOW)

    def failed(self, subject):
        return subject in self.errors or subject not in self.turns


class Worker:
    """A process that measures one case."""

    def __init__(self, command, environment, case):
        self.command = command
        self.process = subprocess.Popen(
            [*command, str(WORKER), str(CASES.index(case))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(environment),
        )

    def ask(self, module, operation):
        """Return the number that the worker answers; raise BenchError with what it says is wrong."""
        with contextlib.suppress(BrokenPipeError):
            print(module, operation, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise BenchError(f"{self.command[0]} ended with status {self.process.wait()}")
        if answer.startswith("!"):
            raise BenchError(answer[1:].strip())
        return float(answer)

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Team:
    """A worker for each of those who are compared, for one case."""

    def __init__(self, subjects, case):
        self.workers = {subject: Worker(subject.command, subject.environment, case) for subject in subjects}

    def ask(self, subject, operation):
        return self.workers[subject].ask(subject.module, operation)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker in self.workers.values():
            worker.end()


def run(subjects, rounds, turns, progress):
    """Return the Timings of each operation and case, and {case: size of its pickle}."""
    found = {(operation, case.name): Timings(case.name, operation) for operation in OPERATIONS for case in CASES}
    sizes = {}
    for number in range(rounds):
        for case in CASES:
            progress(number, case)
            if number == 0:
                sizes[case.name] = size(subjects, case)
            for operation in OPERATIONS:
                measure(subjects, case, found[operation, case.name], number, turns)
    return list(found.values()), sizes


def size(subjects, case):
    """Return the size of the case's pickle, after making sure that all make one as long, and can load it."""
    subjects = [subject for subject in subjects if subject.module == "pickle" and not subject.may_fail]
    with Team(subjects, case) as team:
        sizes = {subject.name: int(team.ask(subject, "check")) for subject in subjects}
    if len(set(sizes.values())) != 1:
        raise BenchError(f"the pickles differ in size: {sizes}")
    return sizes[OURS]


def measure(subjects, case, timings, number, turns):
    """Let the subjects take turns, in one round."""
    subjects = [subject for subject in subjects if not timings.done_with(subject.name)]
    with Team(subjects, case) as team:
        for turn in range(turns):
            take_turn(team, subjects, timings, (number, turn))


def take_turn(team, subjects, timings, turn):
    for subject in subjects:
        if timings.done_with(subject.name):
            continue
        try:
            timings.add(subject.name, turn, team.ask(subject, timings.operation))
        except BenchError as error:
            if not subject.may_fail:
                raise BenchError(f"{subject.name}, {timings.operation} of {timings.case}: {error}") from error
            timings.errors[subject.name] = str(error)
