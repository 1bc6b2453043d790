"""Of a chip's `machine`: what outlives deep sleep, in a file, and deep sleep, which ends the program."""

import sys


class RTC:
    SIZE = 2048

    def memory(self, data=None):
        if data is not None:
            if len(data) > self.SIZE:
                raise ValueError("buffer too long")
            with open("rtc.bin", "wb") as file:
                file.write(data)
            return None
        try:
            with open("rtc.bin", "rb") as file:
                return file.read()
        except OSError:
            return b""


def deepsleep(ms):
    sys.exit(0 if ms > 0 else 1)
