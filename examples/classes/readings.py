"""The device's class for what CPython calls `weather.Observation`. It has another name, and keeps other attributes."""

import mpickle


class Reading:
    def __init__(self, station, tenths):
        self.station = station
        self.tenths = tenths  # of a degree: a small int, where a float would take memory

    # What pickle asks every class for: the attributes as the other side has them.

    def __getstate__(self):
        return {"station": self.station, "celsius": self.tenths / 10}

    def __setstate__(self, state):
        self.station = state["station"]
        self.tenths = round(state["celsius"] * 10)


mpickle.register_pickle(Reading, "Reading", "readings", map_obj_module="weather", map_obj_full_name="Observation")
