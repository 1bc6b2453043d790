# Runs on the firmware unix-fuzz, with tests/support in sys.path: target.py LIBFUZZER_ARGUMENT...
#
# Any bytes are loaded and dumped, as ways.py says. What crashes, or what a sanitizer sees, is a find.
import sys

import fuzz
from ways import one

fuzz.run(one, sys.argv[1:])
