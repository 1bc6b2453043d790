"""Penguins, measured at Palmer Station in the Antarctic: the data of PyPI's palmerpenguins."""

import csv
from importlib import metadata

import numpy as np

MEASURED = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")


def read():
    """Return (names of the species, measurements in a row for each penguin, number of its species)."""
    path = metadata.distribution("palmerpenguins").locate_file("palmerpenguins/data/penguins.csv")
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["body_mass_g"] != "NA"]
    species = sorted({row["species"] for row in rows})
    measured = np.array([[float(row[name]) for name in MEASURED] for row in rows])
    return species, measured, np.array([species.index(row["species"]) for row in rows])
