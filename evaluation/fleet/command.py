"""`python -m evaluation fleet`: months of a simulated fleet, and what findings change."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from evaluation.fleet.course import WARM, Episode, Machine
from evaluation.fleet.crew import Fleet, run
from evaluation.fleet.figures import curve, outcome, rules, whom
from evaluation.fleet.library import CAKE, NEIGHBOUR, PROCESS, library
from models.clock import DAY_US
from models.simulation.faults import Fault, OuterRace, name_of
from models.simulation.library import built_in

__all__ = ["fleet", "makes"]

_START_US = 1_767_225_600_000_000
_MAKES: dict[str, tuple[str, ...]] = {
    "P-101": (PROCESS, WARM),
    "P-102": (NEIGHBOUR,),
    "F-201": (CAKE,),
    "F-202": (CAKE, NEIGHBOUR),
    "M-301": (PROCESS, WARM),
    "G-401": (PROCESS,),
}
"""Machines of the scenario `plant`, and what disturbs them; each may have its own fault there, or a bearing's."""


def fleet(
    days: Annotated[float, typer.Option(min=5, help="How long it runs.")] = 60.0,
    each: Annotated[int, typer.Option(min=1, help="How many machines of each of the six makes.")] = 2,
    seed: Annotated[int, typer.Option(help="Seed of what befalls them.")] = 1,
    plot: Annotated[Path | None, typer.Option(help="Also draw the precision over findings to this file.")] = None,
) -> None:
    """Let a simulated fleet run, with faults and harmless disturbances, told what its crew finds and not told."""
    machines = [
        msgspec.structs.replace(make, id=f"{make.id}-{number}") for make in makes() for number in range(1, each + 1)
    ]
    untold, told = Fleet(told=False), Fleet(told=True)
    befalls: dict[str, list[Episode]] = {}
    for time_us, befalls in run(machines, (untold, told), seed=seed, days=days, start_us=_START_US):  # noqa: B007
        if (time_us - _START_US) % DAY_US == 0:
            sys.stderr.write(f"\rday {(time_us - _START_US) // DAY_US} of {days:.0f} ")
    sys.stderr.write("\n")
    for table in (
        outcome(untold, told, befalls, months=len(machines) * days / 30.4),
        whom(untold, told),
        rules(told.experience),
    ):
        typer.echo("\n" + table.markdown())
    if plot is not None:
        curve(untold, told, plot)
        typer.echo(f"\n{plot}")


def makes() -> list[Machine]:
    """Simulate the makes of machines that the fleet has."""
    known = {machine.id: machine for machine in built_in("plant").machines}
    found = []
    for name, disturbances in _MAKES.items():
        sys.stderr.write(f"\rsimulating {name} ")
        make = known[name]
        faults: dict[str, Fault] = {name_of(fault): fault for fault in make.faults}
        faults["bearing_outer_race"] = OuterRace(point=make.points[0].name, impact_g=8.0)
        shaken = tuple(each for each in disturbances if each != WARM)
        found.append(Machine(name, make, library(make, faults, shaken), faults, disturbances))
    return found
