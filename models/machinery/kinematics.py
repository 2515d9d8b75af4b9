"""Kinematics: how often the parts of a machine meet, as multiples of shaft speed or in Hz, from geometry alone.

Formulas after Randall and Antoni (2011), "Rolling element bearing diagnostics - a tutorial", Mechanical Systems and
Signal Processing 25(2), for bearings; Taylor (2000), "The gear analysis handbook", for gears; Finley, Hodowanec and
Holter (2000), "An analytical approach to solving motor vibration problems", IEEE Transactions on Industry
Applications 36(5), for motors. Bearings roll without slip here; real ones slip by 1 to 2 %.
"""

import math

import msgspec

from models.errors import ConfigurationError

__all__ = [
    "BearingFrequencies",
    "BearingGeometry",
    "BearingOrders",
    "Belt",
    "BeltFrequencies",
    "GearFrequencies",
    "GearPair",
    "Motor",
    "MotorFrequencies",
    "bearing_orders",
    "belt_frequencies",
    "blade_pass_hz",
    "gear_frequencies",
    "motor_frequencies",
    "sidebands_hz",
    "synchronous_hz",
]

_MAX_ELEMENTS = 1000
_MAX_TEETH = 100_000


class BearingGeometry(msgspec.Struct, frozen=True):
    """A rolling bearing whose inner ring turns; both diameters in one unit, whichever.

    Raises `ConfigurationError` for what cannot be built.
    """

    rolling_elements: int
    """In one row."""
    element_diameter: float
    pitch_diameter: float
    contact_angle_deg: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no bearing is."""
        if not 3 <= self.rolling_elements <= _MAX_ELEMENTS:
            raise ConfigurationError(
                f"bearing: n={self.rolling_elements} rolling elements cannot be; give their number in a row, from 3"
            )
        _require("bearing: element diameter d", self.element_diameter)
        _require("bearing: pitch diameter D", self.pitch_diameter)
        if self.element_diameter >= self.pitch_diameter:
            raise ConfigurationError(
                f"bearing: element diameter d={self.element_diameter:g} must be below the pitch diameter "
                f"D={self.pitch_diameter:g}; are they the wrong way round, or in different units?"
            )
        if not 0 <= self.contact_angle_deg < 90:
            raise ConfigurationError(
                f"bearing: contact angle {self.contact_angle_deg:g} must be from 0 to below 90 degrees"
            )


class BearingFrequencies(msgspec.Struct, frozen=True):
    """A bearing's frequencies in Hz at one shaft speed."""

    bpfo_hz: float
    bpfi_hz: float
    bsf2_hz: float
    ftf_hz: float


class BearingOrders(msgspec.Struct, frozen=True):
    """A bearing's frequencies as multiples of the shaft speed."""

    bpfo: float
    """Passes of rolling elements over a spot of the outer race."""
    bpfi: float
    """The same of the inner race, which turns."""
    bsf2: float
    """Twice the spin of a rolling element: a spot on it strikes both races."""
    ftf: float
    """Turns of the cage."""

    def __post_init__(self) -> None:
        """Refuse orders that no bearing has; raises `ConfigurationError`."""
        for name in self.__struct_fields__:
            _require(f"bearing: order {name}", getattr(self, name))
        if not self.ftf < self.bpfo < self.bpfi or self.ftf >= 1:
            raise ConfigurationError(
                f"bearing: orders ftf={self.ftf:g}, bpfo={self.bpfo:g}, bpfi={self.bpfi:g} are no bearing's; "
                "with the inner ring turning, ftf is below 1 and bpfo between ftf and bpfi"
            )

    def at(self, speed_rpm: float) -> BearingFrequencies:
        """Give the frequencies in Hz at a shaft speed in rpm.

        >>> BearingOrders(bpfo=3.5, bpfi=5.5, bsf2=4.7, ftf=0.4).at(1200).bpfo_hz
        70.0
        """
        shaft_hz = _require("speed", speed_rpm) / 60
        return BearingFrequencies(
            bpfo_hz=self.bpfo * shaft_hz,
            bpfi_hz=self.bpfi * shaft_hz,
            bsf2_hz=self.bsf2 * shaft_hz,
            ftf_hz=self.ftf * shaft_hz,
        )


def bearing_orders(geometry: BearingGeometry) -> BearingOrders:
    """Give a bearing's orders, without slip.

    With c = d/D cos b: bpfo = n/2 (1 - c), bpfi = n/2 (1 + c), ftf = (1 - c)/2 and bsf2 = D/d (1 - c^2), which is
    twice the spin of an element.

    >>> round(bearing_orders(BearingGeometry(8, 2, 12, 15)).at(25 * 60).bpfo_hz, 3)
    83.901
    """
    slope = math.cos(math.radians(geometry.contact_angle_deg))
    ratio = geometry.element_diameter / geometry.pitch_diameter
    c = ratio * slope
    half = geometry.rolling_elements / 2
    return BearingOrders(bpfo=half * (1 - c), bpfi=half * (1 + c), bsf2=(1 - c * c) / ratio, ftf=(1 - c) / 2)


class GearPair(msgspec.Struct, frozen=True):
    """Two gears in mesh, by their teeth; the first one's shaft is the one whose speed is known."""

    teeth: int
    mate_teeth: int

    def __post_init__(self) -> None:
        """Refuse what no gear is; raises `ConfigurationError`."""
        for teeth in (self.teeth, self.mate_teeth):
            if not 2 <= teeth <= _MAX_TEETH:
                raise ConfigurationError(f"gear: {teeth} teeth cannot be; give a whole number from 2 on")


class GearFrequencies(msgspec.Struct, frozen=True):
    """A pair's frequencies in Hz."""

    shaft_hz: float
    mate_hz: float
    mesh_hz: float
    assembly_phase_hz: float
    """How often teeth come round that have worn with each other, where the pair was put together in one way."""
    hunting_tooth_hz: float
    """How often the same two teeth meet."""


def gear_frequencies(pair: GearPair, shaft_hz: float) -> GearFrequencies:
    """Give a pair's frequencies, shaft speed in Hz.

    Mesh is teeth x speed. Teeth T1 and T2 with the greatest common divisor g can be put together in g ways: the
    assembly-phase frequency is mesh / g, and the hunting-tooth frequency mesh g / (T1 T2), which is mesh / lcm.

    >>> gear_frequencies(GearPair(8, 42), 20.0).mesh_hz
    160.0
    """
    _require("shaft speed", shaft_hz)
    mesh_hz = pair.teeth * shaft_hz
    return GearFrequencies(
        shaft_hz=shaft_hz,
        mate_hz=mesh_hz / pair.mate_teeth,
        mesh_hz=mesh_hz,
        assembly_phase_hz=mesh_hz / math.gcd(pair.teeth, pair.mate_teeth),
        hunting_tooth_hz=mesh_hz / math.lcm(pair.teeth, pair.mate_teeth),
    )


class Belt(msgspec.Struct, frozen=True):
    """A belt over two pulleys; all lengths in one unit, diameters at the pitch line."""

    length: float
    drive_diameter: float
    driven_diameter: float

    def __post_init__(self) -> None:
        """Refuse what no belt is; raises `ConfigurationError`."""
        for name in self.__struct_fields__:
            _require(f"belt: {name}", getattr(self, name))
        around = math.pi * (self.drive_diameter + self.driven_diameter) / 2
        if self.length < around:
            raise ConfigurationError(
                f"belt: a length of {self.length:g} does not go round pulleys of {self.drive_diameter:g} and "
                f"{self.driven_diameter:g}; check that all are in the same unit"
            )


class BeltFrequencies(msgspec.Struct, frozen=True):
    """A belt drive's frequencies in Hz; a damaged belt shows at two and more times the belt's."""

    drive_hz: float
    driven_hz: float
    belt_hz: float


def belt_frequencies(belt: Belt, drive_hz: float) -> BeltFrequencies:
    """Give a drive's frequencies, its driving shaft's in Hz: belt = pi x diameter x speed / length, without slip.

    >>> belt_frequencies(Belt(length=1000 * math.pi, drive_diameter=200, driven_diameter=400), 25.0)
    BeltFrequencies(drive_hz=25.0, driven_hz=12.5, belt_hz=5.0)
    """
    _require("drive speed", drive_hz)
    return BeltFrequencies(
        drive_hz=drive_hz,
        driven_hz=drive_hz * belt.drive_diameter / belt.driven_diameter,
        belt_hz=math.pi * belt.drive_diameter * drive_hz / belt.length,
    )


def blade_pass_hz(blades: int, shaft_hz: float) -> float:
    """Give how often a blade of a fan, or a vane of a pump, passes one spot: blades x speed, in Hz.

    >>> blade_pass_hz(7, 25.0)
    175.0
    """
    if not 1 <= blades <= _MAX_ELEMENTS:
        raise ConfigurationError(f"fan or pump: {blades} blades cannot be; give a whole number from 1 on")
    return blades * _require("shaft speed", shaft_hz)


class Motor(msgspec.Struct, frozen=True):
    """An induction motor by its number of poles (not pairs) and its line frequency in Hz."""

    poles: int
    line_hz: float = 50.0

    def __post_init__(self) -> None:
        """Refuse what no motor is; raises `ConfigurationError`."""
        if self.poles < 2 or self.poles % 2 or self.poles > _MAX_ELEMENTS:
            raise ConfigurationError(f"motor: {self.poles} poles cannot be; give an even number: 2, 4, 6, ...")
        _require("motor: line frequency", self.line_hz)


class MotorFrequencies(msgspec.Struct, frozen=True):
    """A motor's frequencies in Hz at one speed."""

    synchronous_hz: float
    slip_hz: float
    pole_pass_hz: float
    """Poles x slip: the distance of the sidebands that a broken rotor bar puts around the shaft's harmonics."""
    twice_line_hz: float


def synchronous_hz(motor: Motor) -> float:
    """Give the speed of the turning field, 2 x line / poles, in Hz.

    >>> synchronous_hz(Motor(poles=4, line_hz=50))
    25.0
    """
    return 2 * motor.line_hz / motor.poles


def motor_frequencies(motor: Motor, shaft_hz: float) -> MotorFrequencies:
    """Give a motor's frequencies, its shaft's in Hz; slip is negative where it generates.

    >>> motor_frequencies(Motor(poles=4, line_hz=60.0), 29.5)
    MotorFrequencies(synchronous_hz=30.0, slip_hz=0.5, pole_pass_hz=2.0, twice_line_hz=120.0)
    """
    slip_hz = synchronous_hz(motor) - _require("shaft speed", shaft_hz)
    return MotorFrequencies(
        synchronous_hz=synchronous_hz(motor),
        slip_hz=slip_hz,
        pole_pass_hz=motor.poles * abs(slip_hz),
        twice_line_hz=2 * motor.line_hz,
    )


def sidebands_hz(centre_hz: float, spacing_hz: float, pairs: int) -> tuple[float, ...]:
    """Give `pairs` sidebands below and above a frequency, rising; those at or below 0 Hz are left out.

    >>> sidebands_hz(160.0, 20.0, 2)
    (120.0, 140.0, 180.0, 200.0)
    """
    _require("centre", centre_hz)
    _require("spacing", spacing_hz)
    offsets = (*range(-pairs, 0), *range(1, pairs + 1))
    return tuple(line for offset in offsets if (line := centre_hz + offset * spacing_hz) > 0)


def _require(name: str, value: float) -> float:
    """Give the value back, or raise `ConfigurationError` unless it is finite and above 0."""
    if not (math.isfinite(value) and value > 0):
        raise ConfigurationError(f"{name}: {value} must be a finite number above 0")
    return value
