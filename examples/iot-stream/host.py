"""CPython's side: a server that gets records from devices and answers each with a command.

    python host.py PORT

Whoever reaches the port can send a pickle, and `pickle.load` would do what it asks for. So nothing but data is loaded:
an Unpickler that knows no global. `mpickle` on the device has `allow=()` for that.
"""

import pickle
import socketserver
import sys

ADDRESS = "127.0.0.1"  # "" to be reached from elsewhere


class DataOnly(pickle.Unpickler):
    """Loads what has a notation of its own. What else is wanted, a bytearray perhaps, is returned for its name here."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"global '{module}.{name}' is not allowed")


class Connection(socketserver.StreamRequestHandler):
    timeout = 10  # seconds, or a device that is switched off would be waited for forever

    def handle(self):
        try:
            while True:
                record = DataOnly(self.rfile).load()  # this pickle, and not a byte of the next
                number, celsius = int(record["number"]), float(record["celsius"])  # data, but any data
                print(f"server: record {number}, {celsius} °C")
                pickle.dump(command(celsius), self.wfile)
        except EOFError:
            print("server: the device has hung up")
        except Exception as error:  # whatever broken data makes; where the next pickle begins, nobody knows
            print(f"server: hung up: {error}")


def command(celsius):
    """Cool from 24 degrees on, until it is 22."""
    if celsius >= 24:
        return {"fan": True}
    if celsius <= 22:
        return {"fan": False}
    return {}


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    try:
        server = Server((ADDRESS, int(sys.argv[1])), Connection)
    except (IndexError, ValueError):
        sys.exit(__doc__)
    except OSError as error:
        sys.exit(f"server: port {sys.argv[1]}: {error.strerror}")
    with server:
        server.serve_forever()
