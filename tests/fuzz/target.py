# Runs on the firmware unix-fuzz, with tests/support in sys.path: target.py LIBFUZZER_ARGUMENT...
#
# Any bytes are loaded, and what comes of them is dumped and loaded again. How, with what hooks, and which allocation
# fails meanwhile, the bytes say themselves. Whatever Exception comes out is fine; what crashes, or what a sanitizer
# sees, is a find.
import sys

import faults
import fuzz
from ways import number_of, there_and_back


def one(data):
    how = number_of(data)
    if how & 0x30 == 0:
        faults.fail_at(1 + how // 64 % 40, how & 0x40 != 0)
    elif how & 0x30 == 0x10 and len(data) < 200:
        faults.collect_every(1 + how // 64 % 10)
    there_and_back(data, how)
    faults.reset()


fuzz.run(one, sys.argv[1:])
