"""Runs the workers, in turns: for each round and case a process of each interpreter, asked one after the other.

A machine's speed drifts. What is compared is therefore measured within moments of each other, the ratio is taken
within the round, and the rounds' median is what counts.
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
    """The times of one case and operation: a list for each subject, one number of microseconds for each round."""

    case: str
    operation: str
    rounds: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)

    def add(self, subject, microseconds):
        self.rounds.setdefault(subject, []).append(microseconds)

    def median(self, subject):
        """Return microseconds, or None if the subject cannot do it."""
        return None if self.failed(subject) else median(self.rounds[subject])

    def ratio(self, subject, to):
        """Return how many times longer the subject takes than the other: the median of the rounds' ratios."""
        if self.failed(subject) or self.failed(to):
            return None
        return median(a / b for a, b in zip(self.rounds[subject], self.rounds[to], strict=True))

    def failed(self, subject):
        return subject in self.errors or subject not in self.rounds


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

    def ask(self, *words):
        """Return the numbers that the worker answers; raise BenchError with what it says is wrong."""
        with contextlib.suppress(BrokenPipeError):
            print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise BenchError(f"{self.command[0]} ended with status {self.process.wait()}")
        if answer.startswith("!"):
            raise BenchError(answer[1:].strip())
        return [float(word) for word in answer.split()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Team:
    """The workers of one case, of which those that share an interpreter are one."""

    def __init__(self, subjects, case):
        self.workers = {}
        for subject in subjects:
            key = (subject.command, subject.environment)
            if key not in self.workers:
                self.workers[key] = Worker(subject.command, subject.environment, case)

    def of(self, subject):
        return self.workers[subject.command, subject.environment]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker in self.workers.values():
            worker.__exit__()


def run(subjects, rounds, repeats, progress):
    """Return the Timings of each operation and case, in this order."""
    found = {(operation, case.name): Timings(case.name, operation) for operation in OPERATIONS for case in CASES}
    sizes = {}
    for number in range(rounds):
        for case in CASES:
            progress(number, case)
            with Team(subjects, case) as team:
                if number == 0:
                    sizes[case.name] = check(team, subjects)
                for operation in OPERATIONS:
                    measure(team, subjects, found[operation, case.name], repeats)
    return list(found.values()), sizes


def check(team, subjects):
    """Return the size of the case's pickle, after making sure that all subjects make one as long."""
    sizes = {}
    for subject in subjects:
        if subject.module == "pickle" and not subject.may_fail:
            sizes[subject.name] = int(team.of(subject).ask(subject.module, "check", 1)[0])
    if len(set(sizes.values())) != 1:
        raise BenchError(f"the pickles differ in size: {sizes}")
    return sizes[OURS]


def measure(team, subjects, timings, repeats):
    for subject in subjects:
        if subject.name in timings.errors:
            continue
        try:
            timings.add(subject.name, median(team.of(subject).ask(subject.module, timings.operation, repeats)))
        except BenchError as error:
            if not subject.may_fail:
                raise BenchError(f"{subject.name}, {timings.operation} of {timings.case}: {error}") from error
            timings.errors[subject.name] = str(error)
