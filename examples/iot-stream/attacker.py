"""Somebody else: sends a pickle that runs a command where it is loaded.

    python attacker.py client PORT    # to the server, as if from a device
    python attacker.py server PORT    # to a device, as if from the server

Neither of them may have a file `gotcha` afterwards.
"""

import os
import pickle
import socket
import sys
from contextlib import suppress


class Attack:
    def __reduce__(self):
        return os.system, ("echo gotcha; touch gotcha",)


def attack(sock):
    with sock, suppress(ConnectionError):  # who refuses it may hang up before all is read
        sock.sendall(pickle.dumps(Attack()))
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(4096):
            pass


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["client", port]:
            attack(socket.create_connection(("127.0.0.1", int(port))))
        case ["server", port]:
            with socket.create_server(("127.0.0.1", int(port))) as listener:
                listener.settimeout(10)
                attack(listener.accept()[0])
        case _:
            sys.exit(__doc__)
