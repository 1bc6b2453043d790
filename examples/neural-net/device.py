"""MicroPython's side: loads a trained network, and says which penguins it is shown.

The weights are arrays in the pickle, which nobody copies (protocol 5). A layer takes the two loops of `layer`; where
the firmware has ulab, its `dot` does the same in C.
"""

from math import exp, tanh

import mpickle
import mpickle_numpy  # noqa: F401 (once it is imported, arrays load)


def main():
    with open("model.pkl", "rb") as file:
        model = mpickle.load(file, allow=())
    with open("penguins.pkl", "rb") as file:
        penguins = mpickle.load(file, allow=())

    predictions = [predict(model, penguin) for penguin in penguins]
    for (length, depth, flipper, mass), (name, likely) in list(zip(penguins, predictions))[:5]:
        print(f"{name} ({100 * likely:.1f} %): bill {length:.1f} x {depth:.1f}, flipper {flipper:.0f} mm, {mass:.0f} g")

    with open("predictions.pkl", "wb") as file:
        mpickle.dump(predictions, file)


def predict(model, measured):
    """The most likely species, and how likely it is."""
    x = [(m - mean) / scale for m, mean, scale in zip(measured, model["mean"], model["scale"])]
    *hidden, last = model["layers"]
    for weights, bias in hidden:
        x = [tanh(total) for total in layer(x, weights, bias)]
    scores = [exp(total) for total in layer(x, *last)]
    best = max(range(len(scores)), key=lambda i: scores[i])
    return model["species"][best], scores[best] / sum(scores)


def layer(x, weights, bias):
    """x @ weights + bias"""
    sums = list(bias)
    for value, row in zip(x, weights):
        for i in range(len(sums)):
            sums[i] += value * row[i]
    return sums


main()
