"""Of paho's `publish`, for the broker of tests/standins/device/umqtt."""

from pathlib import Path


def single(topic, payload, retain, hostname):
    assert retain
    assert hostname
    Path(topic.replace("/", "-") + ".mqtt").write_bytes(payload)
