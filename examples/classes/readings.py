"""The device's class for what CPython calls `weather.Observation`. It has another name, and keeps other attributes."""

import mpickle


class Reading:
    def __init__(self, station, hundredths):
        self.station = station
        self.hundredths = hundredths  # of a degree: a small int, where a float would take memory

    # What pickle asks every class for: the attributes as the other side has them.

    def __getstate__(self):
        return {"station": self.station, "celsius": self.hundredths / 100}

    def __setstate__(self, state):
        self.station = state["station"]
        self.hundredths = round(state["celsius"] * 100)


mpickle.register_pickle(Reading, "Reading", "readings", map_obj_module="weather", map_obj_full_name="Observation")
