"""MicroPython's side: sends a record after the other through one connection, and does what the server answers.

    micropython device.py ADDRESS PORT

On a chip, connect to the network first, give `main` the server's address, and let Room be your sensor and your pin.
"""

import socket
import sys
import time

import mpickle


class Room:
    """What a device is in: it grows warmer, and colder while the fan runs."""

    def __init__(self):
        self.celsius = 23.0
        self.fan = False

    def measure(self):  # machine.ADC(…).read_u16() on a chip
        self.celsius += -1.0 if self.fan else 0.5
        return self.celsius

    def switch(self, on):  # machine.Pin(…).value(on)
        self.fan = on


def main(address, port):
    room = Room()
    sock = connect(address, port)
    try:
        for number in range(8):
            mpickle.dump({"number": number, "celsius": room.measure()}, sock)
            obey(room, mpickle.load(sock, allow=()))  # this pickle, and not a byte of the next
            time.sleep(0.02)
    except Exception as error:  # whatever broken data makes; where the next pickle begins, nobody knows
        print("device: hung up:", error)
    finally:
        sock.close()


def connect(address, port):
    """A server may start later than the device, or again."""
    where = socket.getaddrinfo(address, port, 0, socket.SOCK_STREAM)[0][-1]
    for _ in range(50):
        sock = socket.socket()
        try:
            sock.connect(where)
            sock.settimeout(10)  # seconds, or a server that is gone would be waited for forever
            return sock
        except OSError:
            sock.close()
            time.sleep(0.1)
    raise OSError(f"nobody answers at {address}, port {port}")


def obey(room, command):
    """It is data, but any data: look before you use it."""
    if not isinstance(command, dict):
        raise ValueError("a command must be a dict")
    if command.get("fan") in (True, False):
        print("device: fan", "on" if command["fan"] else "off")
        room.switch(command["fan"])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
