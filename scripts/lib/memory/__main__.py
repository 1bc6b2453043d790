"""python -m memory FIRMWARE [--heap] [--time] [--instructions] [--long] [--svg FILE]"""

import argparse
from pathlib import Path

from . import heaps, long, plot, times
from .run import Firmware, scratch

MILLION = 1_000_000


def main():
    parser = argparse.ArgumentParser(prog="memory")
    parser.add_argument("firmware", type=Path)
    parser.add_argument("--heap", action="store_true")
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--svg", type=Path)
    args = parser.parse_args()
    firmware = Firmware(args.firmware.absolute())
    everything = not (args.heap or args.time or args.instructions or args.long)
    with scratch() as directory:
        if args.heap or everything:
            for line in heaps.table(heaps.measure(firmware, directory)):
                print(line, flush=True)
            print()
        if args.time or everything:
            scaling(firmware, directory, False, args.svg)
        if args.instructions:
            scaling(firmware, directory, True, args.svg)
        if args.long or everything:
            for line in long.run(firmware, directory, MILLION):
                print(line, flush=True)


def scaling(firmware, directory, instructions, svg):
    unit = "instructions" if instructions else "nanoseconds"
    rows = []
    for line in times.table(_kept(times.measure(firmware, directory, instructions), rows), unit):
        print(line, flush=True)
    if svg:
        svg.write_text(plot.draw(rows, unit))
    print()


def _kept(rows, into):
    for row in rows:
        into.append(row)
        yield row


main()
