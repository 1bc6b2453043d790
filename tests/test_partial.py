"""functools.partial in pickles: objects that are made with keywords need it, and so does a partial of the program's."""

import functools
import pickle

import pytest
from support.device import DeviceError

# A partial of what a device has, how it is called then, and what comes of it.
PARTIALS = [
    (functools.partial(int), "()", "0"),
    (functools.partial(int, "11", 2), "()", "3"),
    (functools.partial(max, 3), "(1, 2)", "3"),
    (functools.partial(sorted, reverse=True), "([1, 3, 2])", "[3, 2, 1]"),
    (functools.partial(sorted, [1, 3, 2], reverse=True), "(reverse=False)", "[1, 2, 3]"),
    (functools.partial(dict, a=1), "(b=2) == {'a': 1, 'b': 2}", "True"),
]


@pytest.mark.parametrize(("partial", "call", "result"), PARTIALS, ids=lambda value: str(value)[:40])
def test_call(device, partial, call, result):
    """What CPython pickled can be called, and goes back as the same bytes."""
    for protocol in range(6):
        data = pickle.dumps(partial, protocol)
        program = (
            f"loaded = mpickle.loads({data!r})\nprint(loaded{call}, mpickle.dumps(loaded, {protocol}) == {data!r})"
        )
        assert device.run(program).strip() == f"{result} True"


def test_attributes(device):
    """func, args and keywords are those of CPython, and what it has in its dict is kept."""
    partial = functools.partial(int, "11", base=2)
    partial.note = "binary"
    for protocol in range(6):
        printed = device.run(f"""
loaded = mpickle.loads({pickle.dumps(partial, protocol)!r})
print(loaded.func is int, loaded.args, loaded.keywords)
print(hexlify(mpickle.dumps(loaded, {protocol})).decode())
""").splitlines()
        assert printed[0] == "True ('11',) {'base': 2}"
        back = pickle.loads(bytes.fromhex(printed[1]))
        assert (back.func, back.args, back.keywords, back.note) == (int, ("11",), {"base": 2}, "binary")


@pytest.mark.parametrize(
    "state",
    [
        "N",
        ")",
        "(cbuiltins\nint\n)}t",
        "(cbuiltins\nint\n)}NNt",
        "(N)}Nt",
        "(cbuiltins\nint\n]}Nt",
        "(cbuiltins\nint\n))Nt",
    ],
)
def test_invalid_state(device, state):
    """A state that is none raises TypeError, as in CPython."""
    data = b"\x80\x03cfunctools\npartial\ncbuiltins\nint\n\x85R" + state.encode() + b"b."
    with pytest.raises(TypeError):
        pickle.loads(data)
    with pytest.raises(DeviceError, match="TypeError: invalid partial state"):
        device.run(f"mpickle.loads({data!r})")


def test_allow(device):
    """A partial calls what it was given, so it must be allowed like any function."""
    data = pickle.dumps(functools.partial(int, "11"))
    with pytest.raises(DeviceError, match=r"'functools\.partial' is not allowed"):
        device.run(f"mpickle.loads({data!r}, allow=())")
    assert device.run(f"print(mpickle.loads({data!r}, allow={{'functools.partial'}})())").strip() == "11"
