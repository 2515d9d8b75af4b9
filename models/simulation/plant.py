"""The four machines: what an engineer knows of them, how they sound when sound, and what happens to each.

Sizes and speeds are ordinary ones; the bearings are ball bearings of the sizes such machines have, angular-contact
ones in pump and gearbox, given by their geometry (balls, ball and pitch diameter in mm, contact angle in degrees).
None of their frequencies is a multiple of the shaft's: a fault that strikes thrice a turn looks like a harmonic.
"""

import msgspec

from models.machinery.machine import Machine, Name
from models.simulation.bearing import Bearing
from models.simulation.faults import CableBreak, Fault, OuterRace, Overheating
from models.simulation.surroundings import Thermal
from models.simulation.vibration import Resonance, Tone

__all__ = ["PLANT", "Point", "SimulatedMachine", "demo_machines_toml"]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """Where an accelerometer sits, and how much of the machine it feels there."""

    name: str
    gain: float = 1.0


class SimulatedMachine(msgspec.Struct, frozen=True, kw_only=True):
    """One machine with its sound, its warmth and its fate."""

    machine: Machine
    points: tuple[Point, ...]
    tones: tuple[Tone, ...]
    resonance: Resonance
    noise_g: float
    """RMS of the broadband noise (flow, friction) at full load."""
    temperature_point: str
    thermal: Thermal
    fault: Fault | None = None


_LARGE = Bearing(balls=12, ball_mm=19.05, pitch_mm=80.0, contact_angle_degrees=40.0)
_MEDIUM = Bearing(balls=8, ball_mm=17.46, pitch_mm=75.0)
_ENDS = (Point(name="drive-end"), Point(name="non-drive-end", gain=0.8))


def _bearings(bearing: Bearing) -> dict[str, str]:
    return {point.name: bearing.designation() for point in _ENDS}


_PUMP = SimulatedMachine(
    machine=Machine(
        id="P-101",
        name=Name(en="Cooling water pump 1", zh="1号冷却水泵"),
        kind="pump",
        line="Cooling water",
        power_kw=37.0,
        mounting="rigid",
        speed_rpm=1480.0,
        temperature_limit_c=90.0,
        bearings=_bearings(_LARGE),
    ),
    points=_ENDS,
    tones=(
        Tone(order=1, velocity_mm_s=1.0),
        Tone(order=2, velocity_mm_s=0.35),
        Tone(order=6, velocity_mm_s=0.5),  # six vanes
        Tone(hz=100, velocity_mm_s=0.15),  # twice the line frequency
    ),
    resonance=Resonance(frequency_hz=3_800, damping=0.035),
    noise_g=0.06,
    temperature_point="bearing",
    thermal=Thermal(time_constant_s=1_500, rise_c=32),
    fault=OuterRace(point="drive-end", bearing=_LARGE),
)

_FAN = SimulatedMachine(
    machine=Machine(
        id="F-201",
        name=Name(en="Exhaust fan 2", zh="2号排风机"),
        kind="fan",
        line="Paint shop",
        power_kw=22.0,
        mounting="flexible",
        speed_rpm=975.0,
        temperature_limit_c=85.0,
        bearings=_bearings(_MEDIUM),
    ),
    points=_ENDS,
    tones=(
        Tone(order=1, velocity_mm_s=1.6),
        Tone(order=2, velocity_mm_s=0.3),
        Tone(order=10, velocity_mm_s=0.5),  # ten blades
    ),
    resonance=Resonance(frequency_hz=3_100, damping=0.04),
    noise_g=0.04,
    temperature_point="bearing",
    thermal=Thermal(time_constant_s=1_200, rise_c=24),
    fault=CableBreak(point="drive-end"),
)

_MOTOR = SimulatedMachine(
    machine=Machine(
        id="M-301",
        name=Name(en="Conveyor motor", zh="输送带电机"),
        kind="motor",
        line="Assembly",
        power_kw=30.0,
        mounting="rigid",
        speed_rpm=1475.0,
        temperature_limit_c=110.0,
        bearings=_bearings(_MEDIUM),
    ),
    points=_ENDS,
    tones=(
        Tone(order=1, velocity_mm_s=0.8),
        Tone(order=2, velocity_mm_s=0.2),
        Tone(hz=100, velocity_mm_s=0.35),
    ),
    resonance=Resonance(frequency_hz=4_300, damping=0.03),
    noise_g=0.03,
    temperature_point="winding",
    thermal=Thermal(time_constant_s=1_800, rise_c=50),
    fault=Overheating(point="winding"),
)

_GEARBOX = SimulatedMachine(
    machine=Machine(
        id="G-401",
        name=Name(en="Mixer gearbox", zh="搅拌机齿轮箱"),
        kind="gearbox",
        line="Mixing",
        power_kw=55.0,
        mounting="rigid",
        speed_rpm=1485.0,
        temperature_limit_c=95.0,
        bearings=_bearings(_LARGE),
    ),
    points=_ENDS,
    tones=(
        Tone(order=1, velocity_mm_s=0.7),
        Tone(order=2, velocity_mm_s=0.25),
        Tone(order=22, velocity_mm_s=0.12),  # sidebands of the mesh, one turn of the pinion away
        Tone(order=23, velocity_mm_s=0.6),  # 23 teeth on the pinion
        Tone(order=24, velocity_mm_s=0.12),
        Tone(order=46, velocity_mm_s=0.2),
    ),
    resonance=Resonance(frequency_hz=3_500, damping=0.04),
    noise_g=0.08,
    temperature_point="oil",
    thermal=Thermal(time_constant_s=2_400, rise_c=36),
)

PLANT = (_PUMP, _FAN, _MOTOR, _GEARBOX)
"""A developing bearing fault, a broken sensor, an overheating machine, and a sound one."""


def demo_machines_toml() -> str:
    """Describe the four machines as `machines.toml` does, for people to read and change.

    >>> print(demo_machines_toml().splitlines()[3])
    id = "P-101"
    """
    head = "# The machines of the demo. Only `id` is needed; what stands here makes the judgement sharper.\n\n"
    return head + "\n".join(_as_toml(each.machine) for each in PLANT)


def _as_toml(machine: Machine) -> str:
    # JSON's strings and numbers are TOML's too, and none of the keys needs quotes.
    known = {key: value for key, value in msgspec.to_builtins(machine).items() if value not in (None, "", {})}
    lines = ["[[machine]]"]
    for key, value in known.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{k} = {_json(v)}" for k, v in value.items())
            lines.append(f"{key} = {{ {inner} }}")
        else:
            lines.append(f"{key} = {_json(value)}")
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
