"""The machines of the long run with a fault each: silence on sound machines is worth nothing without this.

python -m soak.faulty [--seed 0] [--processes 2] [--before FILE] [--write docs]

With `--before` the days of an earlier page stand beside the present ones. From the 60th day on everything that a
machine's vibration shows grows exponentially, twofold in 20 days: at all speeds and loads alike, while it goes on
through its regimes, stops and seasons.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import Pool
from pathlib import Path

import msgspec

from evaluation.tables import Table
from models.clock import SECOND_US, from_datetime
from models.fold import initial_state, step
from models.machinery.machine import Configuration
from models.observations import Configured
from models.outputs import Alert
from soak.sound import MACHINES, START_US
from soak.years import YEAR_S, Wear, observations
from stream.config.scenarios import load_scenario

__all__ = ["FAULT", "Story", "days_in", "story", "table"]

_DAY_S = 86_400.0
FAULT = Wear(begins_s=60 * _DAY_S, grows_s=20 * _DAY_S, times=2.0)
_DAYS = 120.0
_PRIORITIES = ("low", "medium", "high")
_DAY = ", day"
_BEFORE = " Before: the day on an earlier version's page, which was made with the same seed."


class Story(msgspec.Struct, frozen=True):
    """When a machine's vibration raised its first alert of each priority or more, in days of its run."""

    name: str
    first: dict[str, float]
    early: int
    """Alerts of medium or high priority before the fault began."""


def story(index: int, seed: int) -> Story:
    """Fold one machine with the fault."""
    scenario = load_scenario(str(MACHINES))
    machine = scenario.machines[index]
    state = initial_state(machine.id)
    configuration = Configuration(machine=machine.described)
    step(state, Configured(machine=machine.id, observed_us=START_US, configuration=configuration))
    first, early = dict[str, float](), 0
    run = observations(scenario, index, seed=seed, years=_DAYS * _DAY_S / YEAR_S, start_us=START_US, wear=FAULT)
    for observation in run:
        state, outputs = step(state, observation)
        for output in outputs:
            if not isinstance(output, Alert) or output.state != "active":
                continue
            seconds = (from_datetime(output.time) - START_US) / SECOND_US
            if seconds < FAULT.begins_s:
                early += output.priority != "low"
            elif output.point == machine.points[0].name:
                for priority in _PRIORITIES[: 1 + _PRIORITIES.index(output.priority)]:
                    first.setdefault(priority, seconds / _DAY_S)
    return Story(machine.id, first, early)


def table(stories: Sequence[Story], before: Mapping[str, Mapping[str, str]] | None = None) -> Table:
    """Put side by side when each machine's fault was told, and how many times as loud it was by then.

    `before` are the days of an earlier page, by machine and priority (`days_in`).
    """
    rows = []
    for one in stories:
        cells = [one.name]
        for priority in _PRIORITIES:
            day = one.first.get(priority)
            cells += ["-", "-"] if day is None else [f"{day:.0f}", f"{FAULT.factor(day * _DAY_S):.1f}"]
            if before is not None:
                cells.append(before.get(one.name, {}).get(priority, ""))
        rows.append((*cells, str(one.early)))
    of_each = [] if before is None else ["before"]
    of_days = (name for priority in _PRIORITIES for name in (priority + _DAY, "times", *of_each))
    return Table(
        title="The same machines with a fault",
        columns=("machine", *of_days, "too early"),
        rows=tuple(rows),
        note=f"From day 60 on twice as loud every 20 days, until day {_DAYS:.0f} (8 times). The day of the first "
        "alert of a priority at the point of vibration, and how many times as loud the machine was by then; too "
        "early: of medium or high priority before day 60." + ("" if before is None else _BEFORE),
    )


def days_in(page: str) -> dict[str, dict[str, str]]:
    r"""Give the days in an earlier page's table, by machine and priority.

    >>> days_in("| machine | low, day | times |\n|---|--:|--:|\n| steady pump | 66 | 1.2 |")
    {'steady pump': {'low': '66'}}
    """
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("|")]
    if not lines:
        return {}
    header, _, *rows = lines
    at = {name.removesuffix(_DAY): column for column, name in enumerate(header) if name.endswith(_DAY)}
    return {row[0]: {priority: row[column] for priority, column in at.items()} for row in rows}


def _story(task: tuple[int, int]) -> Story:
    return story(*task)


def main(arguments: list[str]) -> None:
    """Fold all machines and print the table."""
    parser = argparse.ArgumentParser(prog="python -m soak.faulty", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2, help="how many at the same time (default: 2)")
    parser.add_argument("--before", type=Path, help="an earlier soak-faults.md to put beside")
    parser.add_argument("--write", type=Path, help="folder to write soak-faults.md into")
    chosen = parser.parse_args(arguments)
    before = None if chosen.before is None else days_in(chosen.before.read_text("utf-8"))
    tasks = [(index, chosen.seed) for index in range(len(load_scenario(str(MACHINES)).machines))]
    stories = []
    with Pool(chosen.processes) as pool:
        for one in pool.imap(_story, tasks):
            stories.append(one)
            sys.stderr.write(f"{len(stories)} of {len(tasks)}: {one.name}\n")
    text = table(stories, before).markdown() + "\n"
    sys.stdout.write(text)
    if chosen.write is not None:
        beside = "" if chosen.before is None else " --before docs/soak-faults.md"
        said = f"Made by `python -m soak.faulty --seed {chosen.seed}{beside} --write docs`.\n\n"
        said = "# Machines of the long run with a fault\n\n" + said
        (chosen.write / "soak-faults.md").write_text(said + text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
