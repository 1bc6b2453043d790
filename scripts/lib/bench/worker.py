"""Measures dumps and loads of one case. Runs on CPython and on MicroPython, as a process of its own.

    worker.py CASE

CASE is an index into cases.CASES. A line on standard input, `MODULE OPERATION`, asks for a measurement, for example
`pickle dumps`; the answer is one line: the microseconds that a call took, or `!` and an error. Before each
measurement garbage is collected, so that no collection falls into one. On MicroPython, "pickle" stands for mpickle.
"""

import gc
import sys

from cases import CASES

PROTOCOL = 4

if sys.implementation.name == "micropython":
    from time import ticks_diff, ticks_us

    MODULES = {"pickle": "mpickle", "json": "json"}

    def since(start):
        return ticks_diff(ticks_us(), start)
else:
    from time import perf_counter_ns

    MODULES = {"pickle": "pickle", "json": "json"}
    gc.disable()

    def ticks_us():
        return perf_counter_ns() / 1000

    def since(start):
        return ticks_us() - start


class Job:
    """What is measured: one module's dumps or loads of a case."""

    def __init__(self, case, module, operation):
        self.times = case.times
        self.module = __import__(MODULES[module])
        self.function = getattr(self.module, operation)
        self.protocol = PROTOCOL if module == "pickle" else None
        self.argument = case.json() if module == "json" else case.make()
        if operation == "loads":
            self.argument = self.dumped()
            self.protocol = None
        self.once()  # which touches memory that was never used, so it does not count

    def dumped(self):
        if self.protocol is None:
            return self.module.dumps(self.argument)
        return self.module.dumps(self.argument, self.protocol)

    def once(self):
        """Return the microseconds that a call took."""
        gc.collect()
        function, argument, protocol = self.function, self.argument, self.protocol
        calls = range(self.times)
        if protocol is None:
            start = ticks_us()
            for _ in calls:
                function(argument)
        else:
            start = ticks_us()
            for _ in calls:
                function(argument, protocol)
        return since(start) / self.times


def check(case):
    """Return how long the pickle is, after making sure that it loads."""
    job = Job(case, "pickle", "dumps")
    pickled = job.dumped()
    if job.module.loads(pickled) != job.argument:
        raise ValueError("what was loaded differs from what was dumped")
    return len(pickled)


def answer(jobs, case, module, operation):
    if operation == "check":
        return check(case)
    if (module, operation) not in jobs:
        jobs[module, operation] = Job(case, module, operation)
    return jobs[module, operation].once()


def main():
    case, jobs = CASES[int(sys.argv[1])], {}
    while True:
        words = sys.stdin.readline().split()
        if not words:
            return
        try:
            print(answer(jobs, case, *words))
        except Exception as error:
            print("!", type(error).__name__, error)
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()


main()
