"""Writes the short pickles of the tests, each once, to a directory: what fuzzing begins with.

seeds.py DIR
"""

import hashlib
import pickle
import sys
from pathlib import Path

from support import corpus

LONGEST = 600


def instances():
    """Instances of plain classes in all protocols: several of one class, one in the other, one twice."""
    import sample

    def plain(**attributes):
        obj = sample.Plain()
        vars(obj).update(attributes)
        return obj

    shared = {"x": 1}
    one, nested = plain(x=1, y="two"), plain(inner=plain(inner=plain(x=1)), items=[plain()])
    ring = plain(x=[])
    ring.x.append(ring)
    stateful = [sample.Stateful(), sample.Stateful()]
    for obj in stateful:
        obj.given = shared
    several = [plain(x=number, y="y") for number in range(3)]
    for value in (several, [one, one, [one]], nested, ring, stateful, {"k": plain(x=one)}):
        for protocol in range(6):
            yield pickle.dumps(value, protocol)


# States that are kept, shared, set twice, looked at before and after, or changed afterwards.
STATES = [
    b"csample\nPlain\n)\x81}X\x01\0\0\0xK\x05sq\0bh\0\x86.",
    b"(csample\nPlain\n)\x81}q\0X\x01\0\0\0xK\x05sbcsample\nPlain\n)\x81h\0bl.",
    b"csample\nPlain\n)\x81}X\x01\0\0\0xK\x05sb}X\x01\0\0\0yK\x06sb.",
    b"csample\nPlain\n)\x81}q\0X\x01\0\0\0xK\x05sbh\0X\x01\0\0\0zh\0s\x86.",
    b"csample\nPlain\n)\x81}q\0X\x01\0\0\0xh\0sbh\0bh\0.",
    b"csample\nPlain\n)\x81q\1}q\0X\x01\0\0\0xh\1sb0(h\0h\1h\0t.",
    b"csample\nPlain\n)\x81}X\x01\0\0\0xK\x05s2\x94\x86\x94h\0b.",
    b"csample\nPlain\n)\x81N}\x94X\x01\0\0\0xK\x05s\x86\x94bh\0h\1\x86.",
    b"\x80\x04csample\nPlain\n\x94)\x81}\x94\x8c\x01x\x94h\0)\x81}\x94h\x02K\x01sbsbh\1h\3\x86.",
    b"csample\nStateful\n)\x81}\x94X\x01\0\0\0xK\x05sbh\0\x86.",
]


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    for data in [*corpus.pickles(step=2), *instances(), *STATES]:
        if len(data) <= LONGEST:
            (directory / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


main(Path(sys.argv[1]))
