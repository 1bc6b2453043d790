"""Of paho's `subscribe`, for the broker of tests/standins/device/umqtt."""

from pathlib import Path
from types import SimpleNamespace


def simple(topic, hostname):
    assert hostname
    return SimpleNamespace(topic=topic, payload=Path(topic.replace("/", "-") + ".mqtt").read_bytes())
