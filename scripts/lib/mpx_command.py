"""The command scripts/mpx."""

import argparse
import pickle
import pprint
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "host"))

from mpx import SAFE, Board, BoardError, Names, Refused, loads

BAR = 24
SMALL = 4096  # is over before anybody has looked


class Bar:
    """Shows on a terminal how far a transfer has come."""

    def __init__(self, what, out=sys.stderr):
        self.what, self.out = what, out
        self.begun = time.monotonic()
        self.shown = 0.0

    def __call__(self, done, total):
        now = time.monotonic()
        whole = done == total
        if not self.out.isatty() or (total or done) < SMALL or (now < self.shown + 0.1 and not whole):
            return
        self.shown = now
        rate = done / max(now - self.begun, 0.001) / 1000
        filled = BAR * done // total if total else 0
        bar = (
            f"[{'#' * filled:{BAR}}] {100 * done // total:3} % of {total / 1000:.1f}" if total else f"{done / 1000:.1f}"
        )
        self.out.write(f"\r{self.what} {bar} kB, {rate:.1f} kB/s\x1b[K")
        self.out.flush()

    def end(self):
        if self.shown:
            self.out.write("\n")


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="mpx",
        description="Sends Python objects to a board that has mpickle, and fetches them back.",
        epilog="A NAME or EXPRESSION that begins with a colon is a file on the board: ':settings.pkl'.",
    )
    add = parser.add_argument
    add("--port", help="the board's port, or a URL of pyserial's (default: the only board on USB)")
    add("--baud", type=int, default=115200, help="bits a second, where the port has a rate (default: 115200)")
    add("--timeout", type=float, default=30, help="how many seconds the board may be silent (default: 30)")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("put", help="makes a pickle's object a variable on the board").add_argument
    add("name", metavar="NAME")
    add("file", metavar="FILE", nargs="?", help="the pickle (-: standard input)")
    add("-e", dest="expression", metavar="EXPRESSION", help="instead of FILE, what to pickle; it may name modules")
    add("--protocol", type=int, choices=range(6), default=4, help="for -e (default: 4)")
    add("--data-only", action="store_true", help="the board refuses a pickle that names anything but data")
    add = commands.add_parser("get", help="fetches a value from the board, and prints it").add_argument
    add("expression", metavar="EXPRESSION")
    add("file", metavar="FILE", nargs="?", help="where to write the pickle, which is then neither loaded nor printed")
    add("--protocol", type=int, choices=range(6), default=4, help="in which to pickle it (default: 4)")
    add("--allow", action="append", default=[], metavar="MODULE.NAME", help="what the pickle may name besides data")
    add("--trust", action="store_true", help="it may name anything, and so run any program on this machine")
    chosen = parser.parse_args(arguments)
    if chosen.command == "put" and (chosen.file is None) == (chosen.expression is None):
        parser.error("put wants either FILE or -e EXPRESSION")
    return chosen


def evaluate(expression, protocol):
    """What an expression is here, as a pickle."""
    try:
        return pickle.dumps(eval(expression, Names()), protocol)
    except Exception as error:
        sys.exit(f"mpx: {expression}: {type(error).__name__}: {error}")


def put(board, chosen, bar):
    if chosen.expression is not None:
        board.put_pickle(chosen.name, evaluate(chosen.expression, chosen.protocol), progress=bar)
    else:
        data = sys.stdin.buffer.read() if chosen.file == "-" else Path(chosen.file).read_bytes()
        board.put_pickle(chosen.name, data, data_only=chosen.data_only, progress=bar)


def get(board, chosen, bar):
    data = board.get_pickle(chosen.expression, protocol=chosen.protocol, progress=bar)
    bar.end()
    if chosen.file:
        Path(chosen.file).write_bytes(data)
    else:
        pprint.pp(loads(data, None if chosen.trust else SAFE | set(chosen.allow)), width=120)


def main(arguments=None):
    chosen = parse(arguments)
    bar = Bar(chosen.command)
    try:
        with Board(chosen.port, baudrate=chosen.baud, timeout=chosen.timeout) as board:
            (put if chosen.command == "put" else get)(board, chosen, bar)
    except Refused as error:
        sys.exit(f"mpx: {error}: --allow {error.name} if you trust it, --trust if you trust the board, or name a FILE")
    except (BoardError, OSError, pickle.UnpicklingError) as error:
        sys.exit(f"mpx: {error}")
    except KeyboardInterrupt:
        sys.exit("mpx: interrupted")


if __name__ == "__main__":
    main()
