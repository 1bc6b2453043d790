"""CPython's side: sends objects of its own classes, and gets them back as such.

    python host.py send       # writes report.pkl
    python host.py receive    # reads answer.pkl

Nothing here knows that the device has other classes.
"""

import pickle
import sys
from decimal import Decimal

from stations import Station
from weather import Observation


def send():
    roof = Station("roof", 31.5)
    observations = [Observation(roof, 21.5), Observation(roof, 20.25)]
    report = {"station": roof, "observations": observations, "fee": Decimal("1.50")}
    with open("report.pkl", "wb") as file:
        pickle.dump(report, file)


def receive():
    with open("answer.pkl", "rb") as file:
        report = pickle.load(file)
    station = report["station"]
    for observation in report["observations"]:
        print(f"{type(observation).__name__} at {observation.station.name}: {observation.celsius} °C")
    if report["observations"] != [Observation(station, celsius) for celsius in (21.5, 20.25, 19.75)]:
        sys.exit("the observations are wrong")
    if report["fee"] != Decimal("1.50"):
        sys.exit("the fee is wrong")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send"]:
            send()
        case ["receive"]:
            receive()
        case _:
            sys.exit(__doc__)
