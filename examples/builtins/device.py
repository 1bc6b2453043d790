"""MicroPython's side: compares what CPython has sent with values of its own, and sends those, in each protocol."""

import sys

import mpickle
from values import VALUES, show

# Plain data is always let through. These are no data: they are called, or could be.
ALLOWED = ("builtins.ValueError", "builtins.len", "array.array", "array._array_reconstructor")

wrong = 0
for protocol in range(mpickle.HIGHEST_PROTOCOL + 1):
    with open(f"host-{protocol}.pkl", "rb") as file, open(f"device-{protocol}.pkl", "wb") as answer:
        for name, value in VALUES:
            came = mpickle.load(file, allow=ALLOWED)  # one pickle, and not a byte of the next
            if type(came) is not type(value) or show(name, came) != show(name, value):
                print(f"protocol {protocol}, {name}: {value} came as {came}")
                wrong += 1
            answer.write(mpickle.dumps(value, protocol))
print(f"{len(VALUES)} values in {protocol + 1} protocols came, {wrong} of them wrong")
sys.exit(1 if wrong else 0)
