"""Stands in for the module of ESP-IDF that makeimg.py reads partition tables with. Here they are still text."""

APP_TYPE = 0


class Partition:
    """A line of the table."""

    def __init__(self, name, kind, offset, size):
        self.name, self.offset, self.size = name, int(offset, 0), int(size, 0)
        self.type = APP_TYPE if kind == "app" else 1


class PartitionTable(list):
    """The lines of a table."""

    @classmethod
    def from_binary(cls, data):
        lines = [line for line in data.decode().splitlines() if line and not line.startswith("#")]
        fields = [[field.strip() for field in line.split(",")] for line in lines]
        return cls(Partition(name, kind, offset, size) for name, kind, _, offset, size, *_ in fields)
