"""CPython's side: reads the log of a device.

    python host.py show    # what is in log.pkl
    python host.py cut     # does what a power cut does: the end of the last record never gets to the flash

The file is the device's, as it is: `mpremote cp :log.pkl .`
"""

import os
import pickle
import sys


def records(path):
    """Each record of a log, up to its end or to where a write was cut off."""
    with open(path, "rb") as file:
        while True:
            try:
                record = pickle.load(file)
            except Exception:  # the end, or whatever half a record makes
                return
            yield record


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["show"]:
            for number, celsius in records("log.pkl"):
                print(f"{number:3} {celsius:6.2f} °C")
        case ["cut"]:
            os.truncate("log.pkl", os.path.getsize("log.pkl") - 5)
        case _:
            sys.exit(__doc__)
