"""Scenarios of the simulator, by name or from a file, checked so that every message of theirs is accepted."""

from pathlib import Path

from models.errors import ConfigurationError, MessageError
from models.simulation.library import built_in
from models.simulation.scenario import Scenario, scenario_from
from stream.config.machines import check_machine
from stream.config.toml import read_toml
from stream.messages.validation import check_name

__all__ = ["load_scenario"]


def load_scenario(name_or_file: str) -> Scenario:
    """Give the scenario that is called so, or that stands in this TOML file.

    What ends in `.toml` or holds a path's separator is a file. Raises `ConfigurationError` naming the file, the
    machine, the key and the fix.
    """
    path = Path(name_or_file)
    if path.suffix != ".toml" and len(path.parts) == 1:
        return built_in(name_or_file)
    scenario = scenario_from(read_toml(path), str(path), name=path.stem)
    for machine in scenario.machines:
        place = f"{path}: machine {machine.id[:40]!r}"
        check_machine(machine, place)
        points = [point.name for point in machine.points]
        for point in (*points, *([machine.temperature.point] if machine.temperature else [])):
            try:
                check_name("points", point)
            except MessageError as error:
                raise ConfigurationError(f"{place}: {error}") from None
    return scenario
