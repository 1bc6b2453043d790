"""CPython's side: reads the config of a device, and writes an update with one more rule.

    python host.py PART    # the part of the device that the rule is to switch

The device's parts are not here. What stands for them has their names, and is written as their names again.
"""

import pickle
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    name: str


class Saver(pickle.Pickler):
    def persistent_id(self, obj):
        return obj.name if isinstance(obj, Part) else None


class Loader(pickle.Unpickler):
    def persistent_load(self, name):
        return Part(name)


def main(part):
    with open("config.pkl", "rb") as file:
        config = Loader(file).load()
    print("the device switches", ", ".join(rule["switch"].name for rule in config["rules"]))
    config["rules"].append({"when": "dark", "switch": Part(part), "seconds": 600})
    with open("update.pkl", "wb") as file:
        Saver(file).dump(config)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
