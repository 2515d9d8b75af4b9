"""The absolute limit of a temperature: the maker's, or for a rolling bearing that of the machine's pack."""

from models.machinery.machine import Machine

__all__ = ["is_bearing", "temperature_limit_c"]

_BEARING = ("bearing", "轴承")


def is_bearing(machine: Machine, point: str) -> bool:
    """Whether the point of a temperature is a rolling bearing: one that is described, or is called so beside one.

    >>> pump = Machine(id="P-101", bearings={"drive-end": "6205"})
    >>> [is_bearing(pump, point) for point in ("drive-end", "Bearing 2", "后轴承", "winding")]
    [True, True, True, False]
    >>> is_bearing(Machine(id="P-101"), "bearing")
    False
    """
    called_so = any(word in point.casefold() for word in _BEARING)
    return point in machine.bearings or (bool(machine.bearings) and called_so)


def temperature_limit_c(machine: Machine, point: str) -> float | None:
    """Give the limit in degrees Celsius that a temperature at this point has, or None."""
    if machine.temperature_limit_c is not None:
        return machine.temperature_limit_c
    if machine.mechanism is None or not is_bearing(machine, point):
        return None
    return machine.mechanism.bearing_limit_c
