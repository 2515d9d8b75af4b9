"""A scenario: machines, surroundings and faults of a plant, from a TOML file that is checked as a whole."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from models.errors import ConfigurationError
from models.machinery.machine import Name
from models.simulation.machine import SimulatedMachine
from models.simulation.operating_conditions import Ambient
from models.simulation.plan import Plan
from models.simulation.scenario_checks import complaint_about
from models.simulation.scenario_errors import explained

__all__ = ["Scenario", "sampled", "scenario_from"]


_MAX_SAMPLES = 2_000_000
"""A message with more is larger than a topic takes."""


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file's content; times in seconds and hours of simulated time."""

    id: str = ""
    """Name of the file without its ending."""
    title: Name = Name()
    healthy_h: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 2.0
    """How long all machines are sound."""
    development_h: Annotated[float, msgspec.Meta(gt=0, le=100_000)] = 6.0
    """How long the faults take to develop then; theirs are shares of it."""
    interval_s: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 60.0
    """From one measurement of a point to the next."""
    rate_hz: Annotated[float, msgspec.Meta(ge=1_000, le=102_400)] = 25_600.0
    samples: Annotated[int, msgspec.Meta(ge=1_024, le=_MAX_SAMPLES)] = 32_768
    """In a block of vibration."""
    utc_offset_h: Annotated[float, msgspec.Meta(ge=-12, le=14)] = 0.0
    """Of local time, which shifts, days and seasons go by."""
    ambient: Ambient = Ambient()
    machines: tuple[SimulatedMachine, ...] = msgspec.field(name="machine")

    @property
    def plan(self) -> Plan:
        """The script as the file has it."""
        return Plan(healthy_s=3_600 * self.healthy_h, development_s=3_600 * self.development_h)


def scenario_from(content: Mapping[str, object], place: str, *, name: str | None = None) -> Scenario:
    """Make a scenario of the content of a TOML file that is called `place`; `scenarios/plant.toml` is one.

    `name` is its id, `place` unless given. Raises `ConfigurationError` naming file, machine, key and fix.

    >>> scenario_from({"machine": []}, "mine.toml")
    Traceback (most recent call last):
    ...
    models.errors.ConfigurationError: mine.toml: there are no machines; describe each in a [[machine]] table
    """
    if "id" in content:
        raise ConfigurationError(f"{place}: id: a scenario is called as its file is; take the key out")
    _check_names(content, place)
    try:
        scenario = msgspec.convert(content, Scenario)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{place}: {explained(str(error), content, Scenario)}") from None
    _check(scenario, place)
    return msgspec.structs.replace(scenario, id=name or place)


def sampled(scenario: Scenario, *, rate_hz: float | None = None, seconds: float | None = None) -> Scenario:
    """Give a scenario with blocks of another length or rate; raises `ConfigurationError` where it can't be."""
    rate_hz = rate_hz or scenario.rate_hz
    samples = round((seconds or scenario.samples / scenario.rate_hz) * rate_hz)
    resampled = msgspec.structs.replace(scenario, rate_hz=rate_hz, samples=samples)
    if not 1 <= samples <= _MAX_SAMPLES:
        raise ConfigurationError(f"scenario {scenario.id}: a block of {samples} samples; 1 to {_MAX_SAMPLES} fit")
    _check(resampled, f"scenario {scenario.id}")
    return resampled


def _check(scenario: Scenario, place: str) -> None:
    complaint = complaint_about(scenario.machines, rate_hz=scenario.rate_hz)
    seconds = scenario.samples / scenario.rate_hz
    if complaint is None and seconds > scenario.interval_s:
        complaint = f"samples: a block of {seconds:g} s is longer than interval_s; take fewer samples"
    if complaint is not None:
        raise ConfigurationError(f"{place}: {complaint}")


def _check_names(content: Mapping[str, object], place: str) -> None:
    """`Name` takes whatever it is given, as messages do; a scenario's writer should hear of a slip."""
    machines = content.get("machine")
    named = [("title", content.get("title"))]
    for number, machine in enumerate(machines if isinstance(machines, list) else (), 1):
        named.append((f"machine {number}: name", machine.get("name") if isinstance(machine, dict) else None))
    for where, name in named:
        unknown = sorted(set(name) - {"en", "zh"}) if isinstance(name, dict) else []
        if unknown:
            raise ConfigurationError(
                f'{place}: {where}: there is no key {unknown[0]}; write {{ en = "Feed pump", zh = "给水泵" }}'
            )
