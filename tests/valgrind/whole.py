# Runs on the firmware unix-valgrind, with tests/support and tests/fuzz in sys.path: whole.py DIR TURNS
#
# Every pickle in a directory, in as many ways as there are turns.
import os
import sys

from ways import one

directory, turns = sys.argv[1], int(sys.argv[2])
names = sorted(os.listdir(directory))
for name in names:
    with open(directory + "/" + name, "rb") as file:
        data = file.read()
    for turn in range(turns):
        one(data, turn)
print(len(names), "pickles,", turns, "ways each")
