# Runs on the device: streams of every kind, good and bad.


class Reader:
    """Gives at most `most` bytes a read, and keeps a record of what was asked for."""

    def __init__(self, data, most=1 << 30):
        self.data = data
        self.most = most
        self.position = 0
        self.asked = []

    def read(self, size=-1):
        self.asked.append(size)
        piece = self.data[self.position : self.position + min(size, self.most)]
        self.position += len(piece)
        return piece

    def readline(self):
        raise RuntimeError("readline was called")


class Counting:
    """Stands in for a list of numbers of which only how many there are and the largest matter."""

    count = largest = 0

    def append(self, item):
        self.count += 1
        self.largest = max(self.largest, item)


class IntoReader:
    """Has readinto alone."""

    def __init__(self, data, most=1 << 30):
        self.data = data
        self.most = most
        self.position = 0

    def readinto(self, buffer):
        piece = self.data[self.position : self.position + min(len(buffer), self.most)]
        buffer[: len(piece)] = piece
        self.position += len(piece)
        return len(piece)


class Answering:
    """A stream whose read gives what it was told to: a value, an exception, or what a function returns."""

    def __init__(self, answers):
        self.answers = list(answers)

    def read(self, size):
        answer = self.answers.pop(0) if self.answers else b""
        if isinstance(answer, Exception):
            raise answer
        return answer(size) if callable(answer) else answer


class AnsweringInto:
    """The same for readinto."""

    def __init__(self, answer):
        self.answer = answer

    def readinto(self, buffer):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(buffer) if callable(self.answer) else self.answer


class Writer:
    """Keeps the pieces that were written; raises at the one numbered `fail`; says what `says` returns for a piece."""

    def __init__(self, fail=None, says=len):
        self.pieces = []
        self.fail = fail
        self.says = says

    def write(self, data):
        if len(self.pieces) == self.fail:
            raise KeyError("write %d" % self.fail)
        self.pieces.append(bytes(data))
        return self.says(data)

    def all(self):
        return b"".join(self.pieces)


def native_reader(kind, data):
    """A stream of the firmware's own that gives the data: an io.BytesIO or a file."""
    import io

    if kind == "BytesIO":
        return io.BytesIO(data)
    with open("pickle.bin", "wb") as file:
        file.write(data)
    return open("pickle.bin", "rb")


def io_reader(data, most=1 << 30):
    """An instance of a class that derives from io.IOBase and has readinto."""
    import io

    class Derived(io.IOBase):
        def __init__(self):
            self.inner = IntoReader(data, most)

        def readinto(self, buffer):
            return self.inner.readinto(buffer)

        def ioctl(self, request, argument):
            return 0

    return Derived()


def io_writer():
    """An instance of a class that derives from io.IOBase and has write; its pieces."""
    import io

    pieces = []

    class Derived(io.IOBase):
        def write(self, data):
            pieces.append(bytes(data))
            return len(data)

        def ioctl(self, request, argument):
            return 0

    return Derived(), pieces
