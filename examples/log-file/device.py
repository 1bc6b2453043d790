"""MicroPython's side: appends readings to a log (log.py), with a number that goes on where the log ends.

    micropython device.py READINGS

On a chip, copy log.py to it, and let your program do what `main` does.
"""

import sys

from log import Log


def main(readings):
    log = Log("log.pkl")
    first = len(list(log))
    print("the log has", first, "readings")
    for number in range(first, first + readings):
        log.append((number, 21.5 + 0.25 * number))
    print("and now", len(list(log)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
