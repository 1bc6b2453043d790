"""MicroPython's side: a store for a config in which parts of the board stand.

A pin is no data: it is soldered on, and there is one of it. So the pickle of a config has the name of a part in its
place, a persistent id, and the part itself is put in again when the config is loaded.

    micropython device.py    # takes update.pkl, if there is one, into its store, config.pkl, and shows the config
"""

import os

import mpickle


class Pin:  # from machine import Pin, on a chip
    def __init__(self, number):
        self.number = number


PARTS = {"pump": Pin(4), "lamp": Pin(5)}
FIRST = {"interval": 60, "rules": [{"when": "dry", "switch": PARTS["pump"], "seconds": 20}]}


class Saver(mpickle.Pickler):
    def persistent_id(self, obj):
        if isinstance(obj, Pin):
            for name, part in PARTS.items():
                if part is obj:
                    return name
        return None  # pickled as usual


class Loader(mpickle.Unpickler):
    def persistent_load(self, name):
        if name not in PARTS:
            raise mpickle.UnpicklingError(f"this board has no part {name!r}")
        return PARTS[name]


def load(path):
    with open(path, "rb") as file:
        return Loader(file, allow=()).load()


def save(config, path):
    """Keep a config: wherever the power fails, there is the old one or the new one, and never a half."""
    with open(path + ".new", "wb") as file:
        Saver(file).dump(config)
    os.rename(path + ".new", path)


def check(config):
    """What has come is data and pins, but any data: look before you use it."""
    if not 1 <= config["interval"] <= 86400:
        raise ValueError("interval")
    for rule in config["rules"]:
        if not (isinstance(rule["when"], str) and isinstance(rule["switch"], Pin) and 0 <= rule["seconds"] <= 3600):
            raise ValueError("rule")


def main():
    if "config.pkl" not in os.listdir():
        save(FIRST, "config.pkl")
    if "update.pkl" in os.listdir():
        try:
            update = load("update.pkl")
            check(update)
            save(update, "config.pkl")
        except Exception as error:  # whatever broken data makes
            print("update refused:", type(error).__name__, error)
        os.remove("update.pkl")

    config = load("config.pkl")
    print(f"every {config['interval']} s:")
    for rule in config["rules"]:
        print(f"  when {rule['when']}: pin {rule['switch'].number} for {rule['seconds']} s")


if __name__ == "__main__":
    main()
