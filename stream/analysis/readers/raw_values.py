"""Values that are no vibration yet: counts, volts, charge. Their scale is asked for, with the arithmetic."""

import re
from collections.abc import Sequence

from stream.analysis.readers.column_labels import foreign_unit, sensitivity_of

__all__ = ["why_raw"]

_UNIT_LINE = re.compile(r"\bunits?\b[\s,:;=\"]+(\w+)[\s,;\"]*$|单位[\s,:;=：]+(\w+)\s*$", re.IGNORECASE)


def why_raw(name: str, above: Sequence[str], *, whole: bool, step: float | None) -> str:
    """Say why values need a scale; empty where they need none.

    `whole`: all are written as whole numbers; `step`: how many of the unit in the name one is, None where the name
    says none.

    >>> why_raw("CH1 ICP 100mV/g", [], whole=False, step=None)
    'CH1 ICP 100mV/g is a sensitivity, no unit: 100 mV/g makes --scale 10 of volts, 0.01 of millivolts'
    >>> why_raw("acc (g)", [], whole=False, step=1.0)
    ''
    """
    told = next((found.arithmetic() for line in above if (found := sensitivity_of(line)) is not None), "")
    sensitivity = sensitivity_of(name)
    if sensitivity is not None:
        arithmetic = sensitivity.arithmetic() or told
        return f"{name} is a sensitivity, no unit" + (f": {arithmetic}" if arithmetic else "")
    foreign = foreign_unit(name) or (_stated(above) if step is None else "")
    behind = f": {told}" if told else ""
    if foreign:
        return f"{name} holds {foreign}, no vibration{behind}"
    if whole and step in (None, 1.0):
        return f"{name} holds whole numbers, counts of a converter{behind or '; 1 if they are in the unit already'}"
    return ""


def _stated(above: Sequence[str]) -> str:
    """Give the unit of raw values that a line above says, as oscilloscopes do: `Vertical Units,V`."""
    units = (match[1] or match[2] for line in above if (match := _UNIT_LINE.search(line)))
    return next((found for unit in units if (found := foreign_unit(f"[{unit}]"))), "")
