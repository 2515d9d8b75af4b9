"""Names of readings, and what they say: a level of vibration, a temperature, a speed of the shaft, or a load."""

import re
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["drive_in", "is_temperature", "is_vibration_level", "load_percent_in", "speed_rpm_in"]

_LEVEL = re.compile(
    r"rms|vib|accel|veloc|envel|\bacc\b|\bvel\b|\bpeak\b|\bpk\b|\bg\b|mm/s|mm s|m/s2|m/s²|m s2"
    r"|振动|加速度|烈度|包络|有效值"
)
_OTHER = re.compile(
    r"flow|press|curr|volt|power|temp|speed|rpm|hz|freq|kurt|crest|skew|factor|phase|torque"
    r"|流量|压力|电流|电压|功率|温度|转速|频率|峭度|因数|因子|扭矩"
)
_TEMPERATURE = re.compile(
    r"\btemp(eratur(e|es|en)?)?s?\b|thermo(couple|meter)|\bpt ?100\b|\bdeg ?[cf]\b|° ?[cf]\b|温度|温升|(水|油|轴)温"
)
_NO_TEMPERATURE = re.compile(r"rate|gradient|set ?point|control|valve|command|设定|速率")
_SPEED = re.compile(
    r"((shaft|spindle|motor|rotor|machine) )?(speed|rpm)( (rpm|hz|r min|1 min|1/min|r/min))?"
    r"|(主轴|电机)?转速( (rpm|r/min))?"
)
_LOAD = re.compile(r"((motor|spindle|machine) )?load( (percent|pct|%))?|(电机|主轴)?(负载|负荷)率?( %)?")
_DRIVE = re.compile(
    r"((motor|spindle|drive|machine|phase|line|active|electric|electrical) )?(current|power)"
    r"( (a|amp|amps|w|kw|watt|l1|u|rms))?|(电机|主轴)?(电流|功率)( (a|kw|w))?"
)
_MAX_LOAD_PERCENT = 300.0
_APART = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])|[_.\-]+")


@lru_cache(maxsize=4096)
def is_vibration_level(name: str) -> bool:
    """Whether a reading is the level of a vibration: an RMS, a peak, a velocity, in whatever unit.

    >>> [is_vibration_level(n) for n in ("rms_x_g", "Accelerometer1RMS", "velocity_mm_s", "振动有效值")]
    [True, True, True, True]
    >>> [is_vibration_level(n) for n in ("Volume Flow RateRMS", "current_a", "kurtosis", "oil temperature", "gap")]
    [False, False, False, False, False]
    """
    words = _APART.sub(" ", name).lower()
    return bool(_LEVEL.search(words)) and not _OTHER.search(words)


@lru_cache(maxsize=4096)
def is_temperature(name: str) -> bool:
    """Whether a reading is a temperature, in degrees of whatever scale.

    >>> [is_temperature(n) for n in ("oil_temp_c", "Thermocouple", "bearingTemperature", "PT100_2", "轴承温度")]
    [True, True, True, True, True]
    >>> [is_temperature(n) for n in ("temporary", "current_a", "temp_gradient", "attempts", "thermostat valve")]
    [False, False, False, False, False]
    """
    words = _APART.sub(" ", name).lower()
    return bool(_TEMPERATURE.search(words)) and not _NO_TEMPERATURE.search(words)


def speed_rpm_in(values: Mapping[str, float]) -> float | None:
    """Give the shaft's speed among readings, by its name: in rpm, or in Hz where it says so; None without one.

    >>> speed_rpm_in({"motor_speed_rpm": 1480.0}), speed_rpm_in({"speed_hz": 25.0}), speed_rpm_in({"转速": 990.0})
    (1480.0, 1500.0, 990.0)
    >>> speed_rpm_in({"wind_speed": 5.0, "speed_m_s": 2.0, "speed_setpoint": 1500.0}) is None
    True
    """
    name = _telling(tuple(values)).get("speed")
    return None if name is None else values[name] * (60 if "hz" in name.lower() else 1)


def load_percent_in(values: Mapping[str, float]) -> float | None:
    """Give the machine's load in per cent among readings, by its name; None without one, or beyond 0 to 300 %.

    >>> load_percent_in({"load_percent": 80.0, "current_a": 5.0}), load_percent_in({"负载率": 40.0})
    (80.0, 40.0)
    >>> load_percent_in({"load_kn": 4.0, "load": 4000.0}) is None
    True
    """
    name = _telling(tuple(values)).get("load")
    return values[name] if name is not None and 0.0 <= values[name] <= _MAX_LOAD_PERCENT else None


def drive_in(values: Mapping[str, float]) -> float | None:
    """Give the motor's current or power among readings, by its name, without its sign; None without one.

    >>> drive_in({"flow": 3.0, "motor_current_a": 12.0}), drive_in({"power_kw": -4.0}), drive_in({"电流": 7.0})
    (12.0, 4.0, 7.0)
    >>> drive_in({"power_factor": 0.9, "leakage_current": 0.01}) is None
    True
    """
    name = _telling(tuple(values)).get("drive")
    return None if name is None else abs(values[name])


@lru_cache(maxsize=4096)
def _telling(names: tuple[str, ...]) -> Mapping[str, str]:
    """Give the names that tell speed, load and drive; of several the first."""
    telling: dict[str, str] = {}
    for name in reversed(names):
        words = _APART.sub(" ", name).lower().strip()
        for meaning, pattern in (("speed", _SPEED), ("load", _LOAD), ("drive", _DRIVE)):
            if pattern.fullmatch(words):
                telling[meaning] = name
    return telling
