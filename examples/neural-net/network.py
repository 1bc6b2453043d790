"""A network of two layers in NumPy, and how it learns."""

from itertools import pairwise

import numpy as np


def forward(layers, x):
    """Return what each layer gives for rows of inputs: the last one the probability of each class."""
    (weights, bias), (weights2, bias2) = layers
    hidden = np.tanh(x @ weights + bias)
    scores = np.exp(hidden @ weights2 + bias2)
    return hidden, scores / scores.sum(axis=1, keepdims=True)


def train(x, classes, *, hidden=8, steps=400, rate=0.5):
    """Return layers, each (weights, bias), that know the class of each row of inputs."""
    random = np.random.default_rng(0)
    wanted = np.eye(classes.max() + 1)[classes]
    sizes = pairwise((x.shape[1], hidden, wanted.shape[1]))
    layers = [(random.normal(0, 0.5, size), np.zeros(size[1])) for size in sizes]
    for _ in range(steps):
        activity, probability = forward(layers, x)
        error2 = (probability - wanted) / len(x)
        error = error2 @ layers[1][0].T * (1 - activity**2)
        for (weights, bias), source, slope in zip(layers, (x, activity), (error, error2), strict=True):
            weights -= rate * (source.T @ slope)
            bias -= rate * slope.sum(axis=0)
    return [(weights.astype(np.float32), bias.astype(np.float32)) for weights, bias in layers]
