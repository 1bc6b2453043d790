"""What a firmware still does without any of the parts that can be left out, and what it says of the others.

The firmwares are not among those that are tested each time:

    ./scripts/build unix-bare && ./scripts/build qemu-arm-bare
    ./scripts/test --only-python tests/test_parts.py --target unix-bare --target qemu-arm-bare
"""

import functools
import pickle
import pickletools

import pytest
from support import oracle
from support.case import tables
from test_plain_data import opcodes, rewritten

# By the part that has them: what they stand for is needed for no plain data in protocol 5.
LEFT_OUT = {
    "text": "INT LONG FLOAT STRING UNICODE GET PUT PERSID",
    "python2": "BINSTRING SHORT_BINSTRING",
    "globals": "GLOBAL STACK_GLOBAL EXT1 EXT2 EXT4 INST OBJ REDUCE NEWOBJ NEWOBJ_EX BUILD",
}
PROTOCOLS = range(2, 6)


def first_left_out(data):
    """The first opcode in a pickle that the firmware lacks, as an exception names it, or None."""
    lacking = set(" ".join(LEFT_OUT.values()).split())
    for opcode, _, position in pickletools.genops(data):
        if opcode.name in lacking:
            return f"opcode {ord(opcode.code):#04x} at byte {position}"
    return None


@functools.cache
def pickles(device):
    """[(case, protocol, CPython's pickle)] of all cases that the device can hold."""
    cases = [case for case in tables() if not device.capabilities.lacks(case.all_needs)]
    return [(case, protocol, pickle.dumps(case.value, protocol)) for case in cases for protocol in case.protocols]


def answers(device, function, items):
    return zip(items, device.table(function, [item for _, item in items], timeout=300), strict=True)


def test_plain_data_is_loaded(bare):
    """Whatever the protocol: where CPython writes no opcode that was left out, what it was."""
    plain = [(case, (data.hex(),)) for case, _, data in pickles(bare) if not first_left_out(data)]
    assert len(plain) > 1000
    for (case, _), answer in answers(bare, "load", plain):
        assert answer.text == case.shape, f"{case.id}: {answer}"


def test_plain_data_is_dumped(bare):
    """The bytes are CPython's, and but for frames the same in a stream."""
    plain = [
        ((case, data), (case.source, protocol))
        for case, protocol, data in pickles(bare)
        if protocol in PROTOCOLS and not first_left_out(data)
    ]
    assert len(plain) > 1000
    dumped, streamed = (answers(bare, function, plain) for function in ("dump", "dump_to_stream"))
    for (((case, expected), (_, protocol)), whole), (_, stream) in zip(dumped, streamed, strict=True):
        assert (whole.error, stream.error) == (None, None), f"{case.id}, protocol {protocol}: {whole}, {stream}"
        actual, pieces = bytes.fromhex(whole.text), bytes.fromhex(stream.text)
        assert oracle.without_frames(pieces) == oracle.without_frames(actual), case.id
        if case.order == "sets":
            assert opcodes(actual) == opcodes(expected), case.id
        else:
            assert actual == (rewritten(actual, protocol) if case.order == "dicts" else expected), case.id


def test_what_was_left_out_is_refused(bare):
    """In a pickle, by the opcode; in an object, by its type. Longer messages were left out, too."""
    refused = [(case, protocol, data) for case, protocol, data in pickles(bare) if first_left_out(data)]
    assert len(refused) > 1000
    loads = [((case, first_left_out(data)), (data.hex(),)) for case, _, data in refused]
    for ((case, opcode), _), answer in answers(bare, "load", loads):
        assert (answer.error, answer.message) == ("UnpicklingError", opcode), case.id
    dumps = [(case, (case.source, protocol)) for case, protocol, _ in refused]
    for (case, (_, protocol)), answer in answers(bare, "dump", dumps):
        expected = ("PicklingError", "cannot pickle '") if protocol in PROTOCOLS else ("ValueError", "")
        assert (answer.error, answer.message[:15]) == expected, f"{case.id}, protocol {protocol}: {answer}"


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("value", "first"), [("b'x'", 3), ("{1}", 4), ("frozenset({1})", 4), ("bytearray(b'x')", 5)])
def test_the_protocol_that_has_an_opcode(bare, value, first, protocol):
    """Types that older protocols write as a call are written from that protocol on which has an opcode for them."""
    program = f"""
import mpickle
try:
    print(mpickle.loads(mpickle.dumps({value}, {protocol}), allow=()) == {value})
except mpickle.PicklingError as error:
    print(error)
"""
    said = bare.run(program)
    assert said == "True\n" if protocol >= first else said.startswith("cannot pickle '")


def test_no_name_is_there_that_was_left_out(bare):
    assert bare.run("import mpickle; print(*sorted(name for name in dir(mpickle) if name[0] != '_'))").split() == [
        *["DEFAULT_PROTOCOL", "HIGHEST_PROTOCOL", "PickleError", "PicklingError", "UnpicklingError"],
        *["dump", "dumps", "load", "loads", "mpickle"],
    ]
