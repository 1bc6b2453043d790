"""The examples: each is run as its reader runs it, and what it leaves behind is looked at."""

import importlib.util
import os
import pickle
import pickletools
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
COMMAND = ROOT / "scripts" / "example"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/device.py") if path.parent.name != "demo")


def example(device, name, *arguments):
    """Runs an example; returns what it printed, and the directory with what it wrote."""
    command = [COMMAND, "--firmware", device.binary, name, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines(), ROOT / "build" / "examples" / name


def python(*arguments, cwd):
    return subprocess.run([sys.executable, "-B", *arguments], cwd=cwd, capture_output=True, text=True, timeout=60)


def complaint(work, file, data):
    """What CPython's side says when this is what the device has written."""
    (work / file).write_bytes(data)
    done = python("host.py", "receive", cwd=work)
    assert done.returncode == 1
    return done.stderr


def module(example, name):
    """A module of an example that runs on CPython."""
    spec = importlib.util.spec_from_file_location(f"{example}.{name}", EXAMPLES / example / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_listed():
    done = subprocess.run([COMMAND], capture_output=True, text=True, check=True)
    assert sorted(line.split()[0] for line in done.stdout.splitlines()) == NAMES


@pytest.mark.parametrize("arguments", [["nothing"], ["--nothing"], ["--firmware", "/nowhere", "hello"], ["hell."]])
def test_wrong_arguments(arguments):
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("example: ")


@pytest.mark.parametrize("name", NAMES)
def test_host_says_how_it_is_called(name):
    done = python("host.py", cwd=EXAMPLES / name)
    assert done.returncode == 1
    assert "python host.py" in done.stderr


def test_hello(device):
    said, work = example(device, "hello")
    assert said[0] == "CPython says Grüße, Welt"
    assert said[1].startswith("MicroPython v")
    answer = pickle.loads((work / "answer.pkl").read_bytes())
    assert (answer["text"], answer["sum"]) == ("Grüße, Welt und Planet", 43.0)
    assert "wrong" in complaint(work, "answer.pkl", pickle.dumps(answer | {"sum": 44}))


def test_builtins(device):
    said, work = example(device, "builtins")
    assert re.fullmatch(r"(\d\d) values in 6 protocols came, 0 of them wrong", said[0])
    rows = said[2:]
    assert len(rows) == int(said[0][:2])
    different = [row.split()[0] for row in rows if not row.endswith("same bytes")]
    assert set(different) <= {"set", "dict", "array"}
    assert all(row.endswith("same value") for row in rows if row.split()[0] in different)
    data = (work / "device-3.pkl").read_bytes()
    assert data.count(b"Ellipsis") == 1
    assert "not all" in complaint(work, "device-3.pkl", data.replace(b"Ellipsis", b"NotImplemented"))


def test_classes(device):
    said, work = example(device, "classes")
    assert said[0] == "station roof at 31.5 m; fee <decimal.Decimal('1.50')>"
    assert said[1:3] == [f"Reading at roof: {hundredths} hundredths of a degree" for hundredths in (2150, 2025)]
    assert said[3:] == [f"Observation at roof: {celsius} °C" for celsius in (21.5, 20.25, 19.75)]
    data = (work / "answer.pkl").read_bytes()
    named = {value for _, value, _ in pickletools.genops(data) if isinstance(value, str)}
    assert {"weather", "Observation", "stations", "Station", "decimal", "Decimal"} <= named
    assert not {"readings", "Reading", "hundredths"} & named
    assert "the fee is wrong" in complaint(work, "answer.pkl", data.replace(b"1.50", b"1.51"))


def test_numpy_ndarray(device):
    said, work = example(device, "numpy-ndarray")
    assert said[0].startswith("a frame of (24, 32) with")
    assert said[1] == "the hottest pixel is (7, 20): 96.76"
    camera = pickle.loads((work / "camera.pkl").read_bytes())
    answer = pickle.loads((work / "celsius.pkl").read_bytes())
    expected = (camera["frame"] - camera["offset"]) * camera["gain"]
    assert np.allclose(answer["celsius"], expected, rtol=1e-6)
    assert answer["hottest"] == (7, 20)
    answer["celsius"][3, 3] += 1
    assert "the temperatures are wrong" in complaint(work, "celsius.pkl", pickle.dumps(answer))


def test_neural_net(device):
    said, work = example(device, "neural-net")
    assert said[0] == "trained with 242 penguins, sent 100 others"
    assert int(re.fullmatch(r"the device knew (\d+) of 100 penguins", said[-1])[1]) > 95
    predictions = pickle.loads((work / "predictions.pkl").read_bytes())
    assert len(predictions) == 100
    assert {name for name, _ in predictions} == {"Adelie", "Chinstrap", "Gentoo"}
    name, likely = predictions[0]
    for changed, says in (("Puffin", likely), "others than"), ((name, likely - 0.001), "less sure"):
        assert says in complaint(work, "predictions.pkl", pickle.dumps([changed, *predictions[1:]]))


def test_iot_stream(device):
    port = 20000 + os.getpid() % 10000  # it and the next one: below those that Linux gives to whoever asks for any
    said, work = example(device, "iot-stream", port)
    measured = [23.5, 24.0, 23.0, 22.0, 22.5, 23.0, 23.5, 24.0]
    records = [line for line in said if line.startswith("server: record")]
    assert records == [f"server: record {number}, {celsius} °C" for number, celsius in enumerate(measured)]
    assert [line for line in said if "fan" in line] == ["device: fan on", "device: fan off", "device: fan on"]
    assert said.count("server: hung up: global 'posix.system' is not allowed") == 1
    assert sum(line.startswith("device: hung up: global 'posix.system' is not allowed") for line in said) == 1
    assert not (work / "gotcha").exists()


def test_attack_does_what_it_says(tmp_path):
    """Or it would be easy to refuse."""
    shutil.copy(EXAMPLES / "iot-stream" / "attacker.py", tmp_path)
    code = "import attacker, pickle; pickle.loads(pickle.dumps(attacker.Attack()))"
    assert python("-c", code, cwd=tmp_path).stdout == "gotcha\n"
    assert (tmp_path / "gotcha").exists()


@pytest.fixture
def iot_server():
    """The server of iot-stream: its module, and the port that it listens on."""
    host = module("iot-stream", "host")
    host.print = lambda _: None
    with host.Server(("127.0.0.1", 0), host.Connection) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield host, server.server_address[1]
        server.shutdown()
        thread.join()


def test_server_goes_on(iot_server):
    """What one client sends is no harm to another, connected before or after."""
    attack = pickle.dumps(module("iot-stream", "attacker").Attack())
    _, port = iot_server

    @contextmanager
    def connect():
        with socket.create_connection(("127.0.0.1", port), 10) as sock, sock.makefile("rwb", 0) as stream:
            yield stream

    with connect() as first, connect() as second:
        for hostile in (attack, b"no pickle", pickle.dumps([]), pickle.dumps({"celsius": "hot"})):
            with connect() as other:
                other.write(hostile)
                assert other.read(1) == b""
        for client in (first, second):
            pickle.dump({"number": 1, "celsius": 30}, client)
            assert pickle.load(client) == {"fan": True}


@pytest.mark.parametrize("answer", [[], {"fan": []}, {"fan": True, "else": 1}])
def test_device_looks_before_it_obeys(device, iot_server, answer):
    host, port = iot_server
    host.command = lambda _: answer
    program = EXAMPLES / "iot-stream" / "device.py"
    done = subprocess.run([device.binary, program, "127.0.0.1", str(port)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    expected = "hung up: a command must be a dict" if answer == [] else "fan on" if "else" in answer else None
    assert set(done.stdout.splitlines()) == ({f"device: {expected}"} if expected else set())


def test_persistent_ids(device):
    said, work = example(device, "persistent-ids")
    first = ["every 60 s:", "  when dry: pin 4 for 20 s"]
    second = [*first, "  when dark: pin 5 for 600 s"]
    refused = ["update refused: UnpicklingError this board has no part 'heater'"]
    assert said == [*first, "the device switches pump", *second, "the device switches pump, lamp", *refused, *second]
    assert not {"update.pkl", "config.pkl.new"} & set(os.listdir(work))
    config = (work / "config.pkl").read_bytes()
    assert sum(opcode.name == "BINPERSID" for opcode, _, _ in pickletools.genops(config)) == 2
    for update in bad_updates():
        (work / "update.pkl").write_bytes(update)
        done = subprocess.run([device.binary, "device.py"], cwd=work, capture_output=True, text=True, timeout=60)
        assert done.stdout.splitlines()[0].startswith("update refused: ")
        assert done.stdout.splitlines()[1:] == second
        assert (work / "config.pkl").read_bytes() == config


def bad_updates():
    yield b""
    yield b"\x80\x04"
    yield b"]Q."  # a persistent id that is a list
    yield b"cos\nsystem\n(S'touch gotcha'\ntR."
    yield pickle.dumps([1])
    yield pickle.dumps({"interval": 0, "rules": []})
    yield pickle.dumps({"interval": 60, "rules": [{"when": "dry", "switch": "pump", "seconds": 20}]})


def test_log_file(device):
    said, work = example(device, "log-file")
    assert said[:4] == ["the log has 0 readings", "and now 3", "the log has 2 readings", "and now 4"]
    assert said[4:] == [f"{number:3} {21.5 + number / 4:6.2f} °C" for number in range(4)]
    assert "log.pkl.new" not in os.listdir(work)


CUTS = """
import os
from log import Log

def whole(data):
    with open("log.pkl", "wb") as file:
        file.write(data)
    return list(Log("log.pkl"))

with open("whole.pkl", "rb") as file:
    data = file.read()
ends = {ends}
for cut in range(len(data) + 1):
    for rest in (b"", b"\\0" * 20, b"\\xff" * 20):  # as flash may be left
        records = whole(data[:cut] + rest)
        assert records == {records}[:len([end for end in ends if end <= cut])], (cut, rest, records)
        log = Log("log.pkl")
        log.append("appended")
        log.append("again")
        assert list(log) == records + ["appended", "again"], (cut, rest)
print("read", cut)
"""


def test_log_survives_every_cut(device, tmp_path):
    records = [(0, 21.5), {"a text of some length" * 3: [1, 2]}, None]
    ends = list(accumulate(len(pickle.dumps(record)) for record in records))
    (tmp_path / "whole.pkl").write_bytes(b"".join(map(pickle.dumps, records)))
    (tmp_path / "cuts.py").write_text(CUTS.format(ends=ends, records=records))
    shutil.copy(EXAMPLES / "log-file" / "log.py", tmp_path)
    done = subprocess.run([device.binary, "cuts.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout == f"read {ends[-1]}\n", done.stdout + done.stderr
    assert list(module("log-file", "host").records(tmp_path / "log.pkl")) == [*records, "appended", "again"]
