"""A million dumps and loads in one process with a heap of 1 MB: no growth, no slow-down."""

HEAP = 1 << 20
PARTS = 10

PROGRAM = """
import gc, io, mpickle, time
values = [
    [1, 2.5, "text", b"bytes", None, True], {"id": 7, "more": (1, (2, 3))}, ["x" * 300] * 3, [[], [[]]], "y" * 2000,
]
sizes, times = [0] * PARTS, [0] * PARTS
for part in range(PARTS):
    start = time.clock()
    for turn in range(COUNT // PARTS):
        value = values[turn % 5]
        data = mpickle.dumps(value, turn % 6)
        assert mpickle.loads(data) == value
        if turn % 100 == 0:
            stream = io.BytesIO()
            mpickle.dump(value, stream)
            stream.seek(0)
            assert mpickle.load(stream) == value
            try:
                mpickle.loads(data[:-1])
            except (EOFError, mpickle.UnpicklingError):
                pass
    times[part] = int((time.clock() - start) * 1000)
    data = value = stream = start = None
    gc.collect()
    gc.collect()
    sizes[part] = gc.mem_alloc()
print(*sizes)
print(*times)
"""


def run(firmware, directory, count):
    """Prints bytes in use and milliseconds after each tenth."""
    sizes, times = firmware.says(f"COUNT, PARTS = {count}, {PARTS}\n{PROGRAM}", directory, HEAP).splitlines()
    yield f"{count} dumps and loads with a heap of {HEAP} bytes"
    yield f"bytes in use after each tenth:  {sizes}"
    yield f"milliseconds for each tenth:    {times}"
