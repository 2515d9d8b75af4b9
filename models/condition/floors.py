"""The least standard deviation believed of a reading, by the quantity that its name says.

A reading is compared with its own smoothed past, and smoothing makes its noise as small as one likes. What is then
left is how far a sound quantity wanders and how well anyone can measure it, and neither gets smaller. A vibration
level or a temperature is believed no more when it comes as a plain number than as a waveform or as a message of its
own type, where the floors are 5 per cent and 1 K. Any other quantity is as good as its instrument: of class 0.5
(0.5 per cent, as good as plant instruments usually are) the standard uncertainty is 0.5/sqrt(3) per cent, that of a
rectangular distribution of this half width (JCGM 100:2008, GUM, 4.3.7).
"""

from functools import lru_cache

from models.signal.reading_names import is_temperature, is_vibration_level

__all__ = ["INSTRUMENT", "TEMPERATURE", "VIBRATION", "floors_of"]

VIBRATION = 0.05
"""As a part of a vibration level's mean, and of an indicator on a logarithmic scale."""
TEMPERATURE = 1.0
"""In degrees, of whatever scale."""
INSTRUMENT = 0.005 / 3.0**0.5
"""As a part of any other reading's mean."""


@lru_cache(maxsize=4096)
def floors_of(name: str, floor: float, relative_floor: float) -> tuple[float, float]:
    """Give the least standard deviation in the reading's unit, and as a part of its mean; the greater counts.

    `floor` and `relative_floor` are those of a reading whose name says nothing; without a relative one the value is
    no reading, and all names are alike.

    >>> floors_of("Accelerometer1RMS", 1e-9, 0.003), floors_of("oil_temp_c", 1e-9, 0.003)
    ((1e-09, 0.05), (1.0, 0.003))
    >>> floors_of("flow", 1e-9, 0.003), floors_of("rms_g", 0.05, 0.0)
    ((1e-09, 0.003), (0.05, 0.0))
    """
    if not relative_floor:
        return floor, relative_floor
    if is_vibration_level(name):
        return floor, max(VIBRATION, relative_floor)
    if is_temperature(name):
        return max(TEMPERATURE, floor), relative_floor
    return floor, relative_floor
