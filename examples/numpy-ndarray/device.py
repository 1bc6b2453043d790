"""MicroPython's side: corrects a frame of a thermal camera with the calibration that came with it.

`import mpickle_numpy` is all that arrays need. With firmware that has ulab they are ulab's arrays, and ulab calculates;
otherwise they are those of mpickle_numpy, whose memory, `data`, is open to loops. The module is in this project's
firmware; on other firmware with mpickle, `mip` installs it. To see it with ulab:

    ./scripts/build unix --with-module path/to/micropython-ulab/code
    ./scripts/example --firmware build/unix/micropython numpy-ndarray

What becomes of which dtype is told in docs/numpy.md.
"""

import mpickle
import mpickle_numpy as np

try:
    from ulab import numpy as ulab
except ImportError:
    ulab = None


def main():
    with open("camera.pkl", "rb") as file:
        camera = mpickle.load(file, allow=())  # arrays are data
    frame = camera["frame"]
    print("a frame of", frame.shape, "with ulab" if ulab else "without ulab")

    celsius = corrected(frame, camera["offset"], camera["gain"])
    row, column = hottest(celsius)
    print(f"the hottest pixel is ({row}, {column}): {celsius[row][column]:.2f}")

    with open("celsius.pkl", "wb") as file:
        mpickle.dump({"celsius": celsius, "hottest": (row, column)}, file, protocol=5)


def corrected(frame, offset, gain):
    if ulab:
        return (frame - offset) * gain
    celsius = np.ndarray(frame.shape, "float32")
    raw, offset, gain, to = frame.data, offset.data, gain.data, celsius.data
    for i in range(len(to)):
        to[i] = (raw[i] - offset[i]) * gain[i]
    return celsius


def hottest(celsius):
    columns = celsius.shape[1]
    if ulab:
        at = ulab.argmax(celsius)
    else:
        items = celsius.data
        at = max(range(len(items)), key=lambda i: items[i])
    return at // columns, at % columns


main()
