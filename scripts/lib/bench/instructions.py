"""Counts the instructions that a chip runs, for mpickle and for json: `python3 -m bench.instructions FIRMWARE`.

FIRMWARE is the build/TARGET/micropython of a target that QEMU runs. With `-icount shift=0` its clock goes by one
nanosecond with each instruction, and a timer of the board by one tick with each forty of them. Each call is measured by
itself, several times, after a collection of garbage.
"""

import subprocess
import sys

from .measure import BenchError

TURNS = 9
READY = b"raw REPL; CTRL-B to exit\r\n>"

# What runs on the chip; the timer is that of ARM's MPS2 boards, which counts down at 25 MHz.
PROGRAM = f"""
import binascii, gc, json, machine, mpickle
TIMER = 0x40000000
machine.mem32[TIMER + 8] = 0xffffffff
machine.mem32[TIMER] = 1

def instructions(function, value):
    counts = []
    for _ in range({TURNS}):
        gc.collect()
        start = machine.mem32[TIMER + 4]
        function(value)
        counts.append((start - machine.mem32[TIMER + 4]) * 40)
    return sorted(counts)[{TURNS // 2}]

def as_text(blob):
    return json.dumps(binascii.hexlify(blob).decode())

def from_text(text):
    return binascii.unhexlify(json.loads(text))

record = {{"sensor": 17, "time": 793264000, "temperature": 21.5, "humidity": 48, "place": "roof", "valid": True}}
readings = [[793264000 + 600 * i, 20 + i / 8, 40 + i % 10] for i in range(100)]
nothing = instructions(lambda value: None, 0)
for name, value, dumps, loads in (
    ("sensor record", record, json.dumps, json.loads),
    ("100 readings", readings, json.dumps, json.loads),
    ("4 kB blob", bytes(range(256)) * 16, as_text, from_text),
    ("1000 ints", list(range(1000)), json.dumps, json.loads),
):
    ours, theirs = mpickle.dumps(value), dumps(value)
    assert mpickle.loads(ours) == value == loads(theirs), name
    calls = (mpickle.dumps, value), (dumps, value), (mpickle.loads, ours), (loads, theirs)
    print(name, len(ours), len(theirs), *[instructions(*call) - nothing for call in calls], sep="|")
"""


def main():
    print("| data | mpickle dumps | json dumps | ratio | mpickle loads | json loads | ratio | bytes | json's |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, (size, json_size, dumps, json_dumps, loads, json_loads) in counts(sys.argv[1]).items():
        ratios = dumps / json_dumps, loads / json_loads
        print(f"| {name} | {dumps} | {json_dumps} | {ratios[0]:.2f} ", end="")
        print(f"| {loads} | {json_loads} | {ratios[1]:.2f} | {size} | {json_size} |")


def counts(firmware):
    """Return {data: (bytes of the pickle, bytes of json's text, instructions of dumps, json's, of loads, json's)}."""
    rows = [line.split("|") for line in run(firmware).splitlines()]
    return {name: tuple(map(int, numbers)) for name, *numbers in rows}


def run(firmware):
    """Return what the program prints on the chip."""
    command = [firmware, "-icount", "shift=0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        try:
            ask(process, b"\r\x03\x03\x01", READY)
            answer = ask(process, PROGRAM.encode() + b"\x04", b"\x04>")
        finally:
            process.kill()
    output, error, _ = answer.removeprefix(b"OK").replace(b"\r\n", b"\n").split(b"\x04")
    if error:
        raise BenchError(error.decode())
    return output.decode()


def ask(process, line, end):
    """Return what comes after a line, until the end."""
    process.stdin.write(line)
    process.stdin.flush()
    answer = b""
    while not answer.endswith(end):
        chunk = process.stdout.read1()
        if not chunk:
            raise BenchError(f"the firmware ended: {answer!r}")
        answer += chunk
    return answer


if __name__ == "__main__":
    main()
