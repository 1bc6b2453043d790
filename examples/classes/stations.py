"""A class that both sides have, under one name: pickle needs nothing more. Runs on CPython and on MicroPython."""


class Station:
    def __init__(self, name, height):
        self.name = name
        self.height = height
