"""CPython's side: sends values of all built-in types, and compares the device's with its own.

    python host.py send       # writes host-0.pkl to host-5.pkl: a file for each protocol
    python host.py receive    # reads device-0.pkl to device-5.pkl

A file holds one pickle after another: `load` reads one of them, and not a byte more.
"""

import pickle
import sys
from io import BytesIO
from pathlib import Path

from values import VALUES, show

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
WORST = max  # of "same bytes", "same value" and "wrong"


def send():
    for protocol in PROTOCOLS:
        with open(f"host-{protocol}.pkl", "wb") as file:
            for _, value in VALUES:
                pickle.dump(value, file, protocol)


def receive():
    files = [BytesIO(Path(f"device-{protocol}.pkl").read_bytes()) for protocol in PROTOCOLS]
    print(f"{'bytes, in protocol':18}", *(f"{protocol:5}" for protocol in PROTOCOLS))
    verdicts = []
    for name, value in VALUES:
        pickles = [next_pickle(file) for file in files]
        verdicts.append(WORST(verdict(name, value, protocol, pickles[protocol]) for protocol in PROTOCOLS))
        print(f"{name:18}", *(f"{len(data):5}" for data in pickles), "", verdicts[-1])
    if "wrong" in verdicts:
        sys.exit("not all is what it was")


def next_pickle(file):
    """The bytes of the next pickle in a file."""
    start = file.tell()
    pickle.load(file)
    size = file.tell() - start
    file.seek(start)
    return file.read(size)


def verdict(name, value, protocol, data):
    if data == pickle.dumps(value, protocol):
        return "same bytes"
    # MicroPython's dicts and sets have an order of their own, and it has one string "array" where CPython has two.
    came = pickle.loads(data)
    return "same value" if type(came) is type(value) and show(name, came) == show(name, value) else "wrong"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send"]:
            send()
        case ["receive"]:
            receive()
        case _:
            sys.exit(__doc__)
