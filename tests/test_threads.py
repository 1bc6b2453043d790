"""Threads that dump and load at once: no crash, and each gets its own. With a global lock (unix-gil) and without."""

from contextlib import closing

_WORK = """
import _thread
import gc
import io
import sys
import time
import mpickle

class Slow:
    \"\"\"Lets others run in the middle of a dump, and of a load.\"\"\"

    def __init__(self, number):
        time.sleep_ms(0)
        self.number = number

    def __reduce__(self):
        time.sleep_ms(0)
        return Slow, (self.number,)

class Point:
    def __init__(self, x):
        self.x = x

class Pickler(mpickle.Pickler):
    def persistent_id(self, obj):
        time.sleep_ms(0)
        return "id" if obj == -1 else None

class Unpickler(mpickle.Unpickler):
    def persistent_load(self, id):
        time.sleep_ms(0)
        return -1

failures = []
running = 0
lock = _thread.allocate_lock()

def start(function, *args):
    global running
    def run():
        global running
        try:
            function(*args)
        except Exception as error:
            sys.print_exception(error)
            failures.append(error)
        with lock:
            running -= 1
    with lock:
        running += 1
    _thread.start_new_thread(run, ())

def wait():
    while running:
        time.sleep_ms(5)

def finish():
    wait()
    print("%d failures" % len(failures))

def exchange(me, rounds):
    plain = [me, [me] * 5, {str(i): (i, me) for i in range(30)}, "text" * me, {me}, b"bytes" * me * 200, -1]
    for turn in range(rounds):
        protocol = turn % 6
        slow = mpickle.loads(mpickle.dumps([plain, Slow(me), plain], protocol))
        assert slow[0] == plain and slow[0] is slow[2] and slow[1].number == me
        stream = io.BytesIO()
        pickler = Pickler(stream, protocol)
        pickler.dump(plain)
        pickler.dump([plain])
        stream.seek(0)
        unpickler = Unpickler(stream)
        first = unpickler.load()
        assert first == plain and unpickler.load()[0] is first
        try:
            mpickle.loads(b"(((X" + bytes([me]))
        except mpickle.UnpicklingError as error:
            assert "BINUNICODE at byte 3" in str(error)
        if turn % 20 == me:
            gc.collect()
"""


def run(device, program):
    """Runs threads of the tools above on a device with a small heap."""
    source = f"globals().update(install('work', {_WORK!r}))\n{program}\nfinish()"
    with closing(device.with_heap("2M")) as small:
        assert small.run(source, timeout=120) == "0 failures\n"


def test_dumps_and_loads_at_once(threaded):
    """Each thread has its own memos, streams, frames and errors, also when hooks let the others run."""
    run(threaded, "for me in (1, 2, 3):\n    start(exchange, me, 60)")


def test_registries_change_meanwhile(threaded):
    """One thread registers, and takes back, what the others' pickles do not name."""
    run(
        threaded,
        """
def register(rounds):
    for turn in range(rounds):
        mpickle.register_pickle(Point, "P%d" % (turn % 7), "m", None, lambda point: (Point, (point.x,)))
        mpickle.add_extension("m%d" % (turn % 5), "n", 100 + turn % 5)
        mpickle.inject_fake_module_func("fake%d" % (turn % 3), "f")
        assert mpickle.loads(mpickle.dumps(Point(turn))).x == turn
        mpickle.remove_extension("m%d" % (turn % 5), "n", 100 + turn % 5)
        mpickle.revert_fake_module_func("fake%d" % (turn % 3), "f")

start(exchange, 1, 60)
start(exchange, 2, 60)
start(register, 200)
""",
    )


def test_one_pickler_for_two_threads(threaded):
    """The second to come is refused with a RuntimeError, as a hook is, or waits; the memo stays whole."""
    run(
        threaded,
        """
class Lazy:
    def __reduce__(self):
        time.sleep_ms(1)
        return Slow, (1,)

stream = Writer()
pickler = mpickle.Pickler(stream, 4)

def dump(me):
    for turn in range(30):
        try:
            pickler.dump([me, Lazy(), turn])
        except RuntimeError:
            pass

start(dump, 1)
start(dump, 2)
wait()
data = io.BytesIO(stream.all())
unpickler = mpickle.Unpickler(data)
count = 0
try:
    while True:
        me, slow, turn = unpickler.load()
        assert slow.number == 1
        count += 1
except EOFError:
    assert count >= 30, count
""",
    )


def test_a_pickler_outlives_a_race(threaded):
    """Two threads that try again and again: never both at once, and when they have gone, the Pickler is free."""
    run(
        threaded,
        """
class Stream:
    def __init__(self):
        self.inside = self.met = 0
    def write(self, data):
        self.inside += 1
        if self.inside != 1:
            self.met += 1
        self.inside -= 1
        return len(data)

stream = Stream()
pickler = mpickle.Pickler(stream, 4)

def dump(me):
    for turn in range(30000):
        try:
            pickler.dump(me)
        except RuntimeError:
            pass

start(dump, 1)
start(dump, 2)
wait()
assert stream.met == 0, stream.met
pickler.dump("last")
""",
    )
