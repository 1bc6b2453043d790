# MicroPython's own modules for the chip, and ours. Here is where a program of your own would be.
include("$(PORT_DIR)/boards/manifest.py")
include("../manifest.py")
