"""CPython's side: trains a small network to tell penguins apart, and sends it to the device.

    python host.py send       # writes model.pkl, and penguins.pkl: some that it has not learned from
    python host.py receive    # reads predictions.pkl, and compares it with the network's own predictions here

How it learns is in network.py. The device needs nothing of that, and no number of layers or neurons: the model has all.
"""

import pickle
import sys

import numpy as np
import penguins
from network import forward, train


def split():
    """Return the names of the species, and inputs and species of those to learn from and of those to test with."""
    species, measured, classes = penguins.read()
    order = np.random.default_rng(0).permutation(len(measured))
    learn, test = order[:-100], order[-100:]
    return species, (measured[learn], classes[learn]), (measured[test], classes[test])


def send():
    species, (measured, classes), (unseen, _) = split()
    mean, scale = measured.mean(axis=0), measured.std(axis=0)
    model = {
        "species": species,
        "mean": mean.astype(np.float32),
        "scale": scale.astype(np.float32),
        "layers": train((measured - mean) / scale, classes),
    }
    with open("model.pkl", "wb") as file:
        pickle.dump(model, file, protocol=5)
    with open("penguins.pkl", "wb") as file:
        pickle.dump(unseen.astype(np.float32), file, protocol=5)
    print(f"trained with {len(measured)} penguins, sent {len(unseen)} others")


def receive():
    with open("model.pkl", "rb") as file:
        model = pickle.load(file)
    with open("predictions.pkl", "rb") as file:
        predictions = pickle.load(file)
    species, _, (unseen, classes) = split()
    _, probabilities = forward(model["layers"], (unseen.astype(np.float32) - model["mean"]) / model["scale"])

    names = [name for name, _ in predictions]
    right = sum(name == species[number] for name, number in zip(names, classes, strict=True))
    print(f"the device knew {right} of {len(names)} penguins")
    if names != [species[number] for number in probabilities.argmax(axis=1)]:
        sys.exit("which are others than those that NumPy knows")
    # Floats of 32 bits, added up in another order.
    if not np.allclose([likely for _, likely in predictions], probabilities.max(axis=1), atol=1e-5):
        sys.exit("but it is less sure of them, or surer, than NumPy")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send"]:
            send()
        case ["receive"]:
            receive()
        case _:
            sys.exit(__doc__)
