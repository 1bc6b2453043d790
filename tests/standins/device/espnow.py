"""ESP-NOW through the air of a directory: each frame is a file. Every fifth is repeated, as happens in the air."""

import os


class ESPNow:
    def __init__(self):
        self.on = False
        self.peers = []

    def active(self, on):
        self.on = on

    def add_peer(self, peer):
        if len(peer) != 6:
            raise ValueError("ESPNow: bad peer address")
        self.peers.append(peer)

    def send(self, peer, data, sync=True):
        if not self.on or peer not in self.peers:
            raise OSError(-12393, "ESP_ERR_ESPNOW_NOT_FOUND")
        if not 0 < len(data) <= 250:
            raise ValueError("ESPNow: message too long")
        number = len(_frames(0))
        for copy in range(2 if number % 5 == 3 else 1):
            with open("air-%05d" % (number + copy), "wb") as file:
                file.write(data)
        return True

    def recv(self, timeout=None):
        for name in _frames(_heard()):
            with open("heard", "w") as file:
                file.write(name[4:])
            with open(name, "rb") as file:
                return bytearray(b"\x24\x0a\xc4\x65\x43\x21"), bytearray(file.read())
        return None, None


def _frames(start):
    return sorted(name for name in os.listdir() if name[:4] == "air-" and int(name[4:]) >= start)


def _heard():
    """How many frames were received."""
    try:
        with open("heard") as file:
            return int(file.read()) + 1
    except OSError:
        return 0
