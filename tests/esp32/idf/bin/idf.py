#!/usr/bin/env python3
"""Stands in for ESP-IDF's idf.py: has CMake read the project, and leaves where makeimg.py looks what it looks for.

Nothing is compiled. The partition table stays the text that it is made of.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

arguments = iter(sys.argv[1:])
definitions = ["-DESP_PLATFORM=1", f"-DPython3_EXECUTABLE={sys.executable}"]
for argument in arguments:
    if argument == "-D":
        definitions.append("-D" + next(arguments))
    elif argument.startswith("-D"):
        definitions.append(argument)
    elif argument == "-B":
        build = Path(next(arguments))
    else:
        assert argument == "build", argument
subprocess.run(["cmake", "-G", "Ninja", "-S", ".", "-B", build, *definitions], check=True)

sdkconfig = (build / "sdkconfig.combined").read_text() + (build / "sdkconfig.chip").read_text()
(build / "sdkconfig").write_text(sdkconfig)
table = re.findall(r'^CONFIG_PARTITION_TABLE_CUSTOM_FILENAME="(.*)"', sdkconfig, re.M)[-1]
for directory in ("bootloader", "partition_table"):
    (build / directory).mkdir(exist_ok=True)
shutil.copy(table, build / "partition_table/partition-table.bin")
(build / "bootloader/bootloader.bin").write_bytes(b"boot loader")
(build / "micropython.bin").write_bytes(b"app")
