"""An assembler for pickles: opcodes by pickletools' names, arguments as plain values."""

import pickle
import pickletools
import struct

OPCODES = {opcode.name: opcode for opcode in pickletools.opcodes}

_NUMBERS = {"uint1": "<B", "uint2": "<H", "int4": "<i", "uint4": "<I", "uint8": "<Q", "float8": ">d"}

# Arguments that are a length and so many bytes.
_COUNTED = {
    "string1": "<B",
    "string4": "<i",
    "bytes1": "<B",
    "bytes4": "<I",
    "bytes8": "<Q",
    "bytearray8": "<Q",
    "unicodestring1": "<B",
    "unicodestring4": "<I",
    "unicodestring8": "<Q",
    "long1": "<B",
    "long4": "<i",
}


class Short:
    """A counted argument whose length field claims `length` bytes, whatever data follows."""

    def __init__(self, length, data=b""):
        self.length = length
        self.data = data


def assemble(*parts):
    """A pickle of parts: "OPCODE", ("OPCODE", argument, ...), or bytes as they are. STOP is not added.

    Arguments that are lines take text or bytes, one for each line; counted ones take bytes, text or Short; LONG1 and
    LONG4 take an int, too.
    """
    return b"".join(part if isinstance(part, bytes) else _instruction(part) for part in parts)


def _instruction(part):
    name, *arguments = (part,) if isinstance(part, str) else part
    opcode = OPCODES[name]
    code = opcode.code.encode("latin-1")
    if opcode.arg is None:
        if arguments:
            raise ValueError(f"{name} takes no argument")
        return code
    kind = opcode.arg.name
    if kind in _NUMBERS:
        return code + struct.pack(_NUMBERS[kind], *arguments)
    if kind in _COUNTED:
        (argument,) = arguments
        if isinstance(argument, Short):
            return code + struct.pack(_COUNTED[kind], argument.length) + argument.data
        data = pickle.encode_long(argument) if isinstance(argument, int) else _bytes(argument)
        return code + struct.pack(_COUNTED[kind], len(data)) + data
    return code + b"".join(_bytes(line) + b"\n" for line in arguments)


def _bytes(text):
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def names_in(data):
    """The names of the opcodes of a pickle, as far as it can be read."""
    names = set()
    try:
        for opcode, _, _ in pickletools.genops(data):
            names.add(opcode.name)
    except Exception as error:
        # An argument that pickletools cannot read stands after an opcode that the machine has read.
        if not isinstance(error, (ValueError, UnicodeError)):
            raise
    return names
