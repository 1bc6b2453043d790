"""MicroPython's side: gets observations as objects of its own class, adds one, and sends all back.

The class Station is the same on both sides, and `allow` must name it. Reading is registered (readings.py) for
CPython's Observation, which lets it through. Of Decimal the device knows nothing: a placeholder carries it.
"""

import mpickle
from readings import Reading

with open("report.pkl", "rb") as file:
    report = mpickle.load(file, allow={"stations.Station", "decimal.Decimal"}, missing=mpickle.Placeholder)

station = report["station"]
print("station", station.name, "at", station.height, "m; fee", report["fee"])
for reading in report["observations"]:
    print(f"{type(reading).__name__} at {reading.station.name}: {reading.hundredths} hundredths of a degree")

report["observations"].append(Reading(station, 1975))
with open("answer.pkl", "wb") as file:
    mpickle.dump(report, file)
