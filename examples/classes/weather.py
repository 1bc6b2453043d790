"""A class that CPython's side has."""

from dataclasses import dataclass

from stations import Station


@dataclass
class Observation:
    station: Station
    celsius: float
