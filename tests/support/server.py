# Runs on the firmware: answers requests on standard input until it ends.
#
# A request is a letter, twice eight hex digits, and so many bytes of source and of data: "P" runs the source in the
# base namespace, where it stays; "R" in a copy of it. The source sees the data as `sent`. The answer is what the
# source printed, 0x04, a traceback or nothing, 0x04: the raw REPL's own framing.
import sys


def serve():
    base = {"__name__": "__main__"}
    read = sys.stdin.buffer.read
    while True:
        head = read(17)
        if len(head) < 17:
            return
        source = read(int(head[1:9], 16))
        base["sent"] = read(int(head[9:], 16))
        failure = None
        try:
            exec(source, base if head[:1] == b"P" else base.copy())
        except BaseException as error:
            failure = error
        source = None
        print("\x04", end="")
        if failure is not None:
            sys.print_exception(failure)
            failure = None
        print("\x04", end="")


serve()
