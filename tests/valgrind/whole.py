# Runs on the firmware unix-valgrind, with tests/support and tests/fuzz in sys.path: whole.py DIR TURNS
#
# Every pickle in a directory, each in so many ways.
import os
import sys

from ways import one

directory, turns = sys.argv[1], int(sys.argv[2])
count = 0
for entry in os.ilistdir(directory):
    with open(directory + "/" + entry[0], "rb") as file:
        data = file.read()
    for turn in range(turns):
        one(data, turn)
    count += 1
print(count, "pickles,", turns, "ways each")
