"""Of a chip's `network`: a station that can be switched on."""


class WLAN:
    IF_STA = 0

    def __init__(self, interface):
        if interface != self.IF_STA:
            raise OSError("there is a station only")

    def active(self, on=None):
        return bool(on)
