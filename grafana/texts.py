"""Parts of queries, in InfluxQL, and what panels say where nothing is found."""

__all__ = [
    "CHOSEN",
    "MACHINES",
    "NO_HEALTH",
    "NO_TEMPERATURE",
    "NO_UPTIME",
    "NO_VIBRATION",
    "SO_FAR",
    "newest",
    "over_time",
]

MACHINES = '"machine" =~ /^${machine:regex}$/'
CHOSEN = f'{MACHINES} AND "point" =~ /^${{point:regex}}$/'
SO_FAR = "time <= ${__to}ms"
"""For what is open at the end of the range, however long ago it was raised."""

NO_HEALTH = "no health yet: is a worker running, and is this the right time range?"
NO_VIBRATION = "no vibration in this time range"
NO_TEMPERATURE = "no temperature in this time range"
NO_UPTIME = "not known: no vibration of known speed or level in this time range"


def newest(measurement: str, selected: str, group: str, condition: str) -> str:
    """Give the newest row of each group, as a query inside a query."""
    return f'(SELECT {selected} FROM "{measurement}" WHERE {condition} GROUP BY {group})'


def over_time(measurement: str, selected: str, *, group: str = '"machine", "point"', condition: str = "") -> str:
    """Give what is selected of each interval and group; an interval without any stays empty."""
    chosen = CHOSEN if "point" in group else MACHINES
    further = f" AND {condition}" if condition else ""
    return (
        f'SELECT {selected} FROM "{measurement}" WHERE $timeFilter AND {chosen}{further} '
        f"GROUP BY time($__interval), {group} fill(null)"
    )
