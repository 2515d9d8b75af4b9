"""The library of scenarios that come with the package."""

import tomllib
from functools import cache
from importlib.resources import files

from models.errors import ConfigurationError
from models.simulation.scenario import Scenario, scenario_from

__all__ = ["built_in", "names"]

_FOLDER = "scenarios"
_ENDING = ".toml"


@cache
def names() -> tuple[str, ...]:
    """Give the names of all, in order.

    >>> names()
    ('demo', 'plant')
    """
    folder = files("models.simulation") / _FOLDER
    return tuple(
        sorted(each.name.removesuffix(_ENDING) for each in folder.iterdir() if each.name.endswith(_ENDING))
    )


@cache
def built_in(name: str) -> Scenario:
    """Give one by its name; raises `ConfigurationError` where there is none."""
    if name not in names():
        raise ConfigurationError(
            f"scenario {name[:60]!r}: there is none of that name; there are {', '.join(names())} "
            "(`stethos simulate --list`), or give the path of a .toml file"
        )
    text = (files("models.simulation") / _FOLDER / f"{name}{_ENDING}").read_text("utf-8")
    return scenario_from(tomllib.loads(text), name)
