"""CPython's side: sends NumPy arrays, and gets NumPy arrays.

    python host.py send       # writes camera.pkl
    python host.py receive    # reads celsius.pkl

Nothing is needed but numpy, 1.26 or 2.
"""

import pickle
import sys

import numpy as np

SHAPE = (24, 32)  # an MLX90640's


def camera():
    """A frame, and the calibration of each pixel."""
    random = np.random.default_rng(1)
    frame = random.integers(5000, 5200, SHAPE, dtype=np.uint16)
    frame[7, 20] = 9000  # somebody's cup of tea
    return {
        "frame": frame,
        "offset": random.normal(4000, 20, SHAPE).astype(np.float32),
        "gain": random.normal(0.0195, 0.0002, SHAPE).astype(np.float32),
    }


def send():
    with open("camera.pkl", "wb") as file:
        pickle.dump(camera(), file, protocol=5)  # in which the device need not copy an array's memory


def receive():
    with open("celsius.pkl", "rb") as file:
        answer = pickle.load(file)
    celsius = answer["celsius"]
    print(f"{type(celsius).__name__} of {celsius.dtype}, {celsius.min():.2f} to {celsius.max():.2f} °C")

    sent = camera()
    expected = (sent["frame"] - sent["offset"]) * sent["gain"]
    if celsius.shape != SHAPE or not np.allclose(celsius, expected, rtol=1e-6):
        sys.exit("the temperatures are wrong")
    if answer["hottest"] != np.unravel_index(expected.argmax(), SHAPE):
        sys.exit("the hottest pixel is wrong")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send"]:
            send()
        case ["receive"]:
            receive()
        case _:
            sys.exit(__doc__)
