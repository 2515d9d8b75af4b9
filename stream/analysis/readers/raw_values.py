"""Values that are no vibration yet: counts, volts, charge. Their scale is asked for, with the arithmetic."""

from collections.abc import Iterable

from stream.analysis.readers.column_labels import foreign_unit, sensitivity_of

__all__ = ["why_raw"]


def why_raw(name: str, above: Iterable[str], *, whole: bool, step: float | None) -> str:
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
    foreign = foreign_unit(name)
    behind = f": {told}" if told else ""
    if foreign:
        return f"{name} holds {foreign}, no vibration{behind}"
    if whole and step in (None, 1.0):
        return f"{name} holds whole numbers, counts of a converter{behind or '; 1 if they are in the unit already'}"
    return ""
