"""A hundred years of sound machines straight through the fold: how many alerts they raise for nothing.

python -m soak.sound [--years 100] [--processes 2] [--keep FILE] [--write docs]

The machines (`soak/machines.toml`) take turns; each runs for two years from a cold start, one observation of its
vibration and one of its temperature every ten minutes (`soak.years`). With `--keep` what is done is kept in a file,
and a run that was cut off goes on from there.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from multiprocessing import Pool
from pathlib import Path

import msgspec

from evaluation.tables import Table
from models.advice.transitions import PRIORITIES
from models.clock import SECOND_US
from models.fold import STATE_VERSION, dump_state, initial_state, step
from models.machinery.machine import Configuration
from models.observations import Configured
from models.outputs import Alert, Health
from models.simulation.scenario import Scenario
from soak.years import observations
from stream.config.scenarios import load_scenario

__all__ = ["MACHINES", "START_US", "Shard", "fold_years", "shards", "table"]

MACHINES = Path(__file__).with_name("machines.toml")
START_US = 1_767_225_600 * SECOND_US
_EACH_YEARS = 2.0
_SERIOUS_GOAL, _LOW_GOAL = 0.05, 1.0
"""Alerts a machine-year at most: of medium or high priority, and of low."""


_ABOUT = """\
Made by `make soak YEARS={years:g} ARGS="--write docs"`. The machines are those of `soak/machines.toml`: the
simulator's (its operation, its stops and regimes, its heat), without faults. Blocks of each regime are simulated
and observed as always, and what years of them measure is drawn from these (`soak/likeness.py`): all indicators of a
block together, so that their levels, spreads and ties are those of observed ones. On top come wear, days, weather,
seasons, shocks, and starts and changes that a block falls into (`soak/years.py` has the sizes). Each machine begins
knowing nothing, in January, and is folded for two years. [The same machines with a fault](soak-faults.md) tells
what this silence costs.

"""


class Shard(msgspec.Struct, frozen=True):
    """One machine for some years."""

    machine: int
    seed: int
    years: float
    version: str = STATE_VERSION


class Told(msgspec.Struct, frozen=True):
    """What the fold said of a shard."""

    shard: Shard
    name: str
    observations: int
    raised: dict[str, int]
    """Alerts by `rule priority`, each by the highest that it had."""
    statuses: dict[str, int]
    """Observations of each status."""
    state_bytes: int
    seconds: float


def shards(years: float, machines: int, each_years: float = _EACH_YEARS) -> list[Shard]:
    """Share years out among machines in turn.

    >>> [(shard.machine, shard.seed, shard.years) for shard in shards(5.0, 2)]
    [(0, 0, 2.0), (1, 0, 2.0), (0, 1, 1.0)]
    """
    found: list[Shard] = []
    while (left := years - sum(shard.years for shard in found)) > 1e-9:
        number = len(found)
        found.append(Shard(number % machines, number // machines, min(each_years, left)))
    return found


def fold_years(scenario: Scenario, shard: Shard) -> Told:
    """Fold one machine's years, begun knowing nothing."""
    machine, begun = scenario.machines[shard.machine], time.monotonic()
    state = initial_state(machine.id)
    configuration = Configuration(machine=machine.described)
    step(state, Configured(machine=machine.id, observed_us=START_US, configuration=configuration))
    highest, statuses, count = dict[str, tuple[int, str]](), Counter[str](), 0
    for observation in observations(scenario, shard.machine, seed=shard.seed, years=shard.years, start_us=START_US):
        state, outputs = step(state, observation)
        count += 1
        for output in outputs:
            if isinstance(output, Alert) and output.state == "active":
                priority = PRIORITIES.index(output.priority)
                highest[output.id] = max(highest.get(output.id, (0, "")), (priority, output.rule))
            elif isinstance(output, Health):
                statuses[output.status] += 1
    return Told(
        shard=shard,
        name=machine.id,
        observations=count,
        raised=dict(sorted(Counter(f"{rule} {PRIORITIES[p]}" for p, rule in highest.values()).items())),
        statuses=dict(sorted(statuses.items())),
        state_bytes=len(dump_state(state)),
        seconds=time.monotonic() - begun,
    )


def table(told: Iterable[Told]) -> Table:
    """Sum up what was told, a line for each machine and one for all."""
    by_name: dict[str, list[Told]] = {}
    for one in told:
        by_name.setdefault(one.name, []).append(one)
    everything = [one for some in by_name.values() for one in some]
    rows = [_row(name, some) for name, some in by_name.items()] + [_row("all", everything)]
    versions = ", ".join(sorted({one.shard.version for one in everything}))
    observations_, seconds = sum(o.observations for o in everything), sum(o.seconds for o in everything)
    return Table(
        title="The long run: sound machines",
        columns=(
            "machine",
            "years",
            "low",
            "medium",
            "high",
            "low a year",
            "serious a year",
            "judged %",
            "by rule",
        ),
        rows=tuple(rows),
        note="Alerts by the highest priority they had; serious is medium or high. The goal is at most "
        f"{_LOW_GOAL:.0f} low and {_SERIOUS_GOAL:g} serious ones a machine-year. Judged: part of the observations "
        "of a running machine whose status is neither `warming_up` nor `not_judged`. "
        f"{observations_:,} observations in {seconds / 3600:.1f} h of one core, by state version {versions}.",
    )


def _row(name: str, told: list[Told]) -> tuple[str, ...]:
    raised, statuses = Counter[str](), Counter[str]()
    for one in told:
        raised.update(one.raised)
        statuses.update(one.statuses)
    years = sum(one.shard.years for one in told)
    low, medium, high = (sum(n for what, n in raised.items() if what.endswith(p)) for p in PRIORITIES)
    ran = max(sum(statuses.values()) - statuses["stopped"], 1)
    rules = Counter[str]()
    for what, number in raised.items():
        rules[what.rsplit(" ", 1)[0]] += number
    return (
        name,
        f"{years:.0f}" if years == int(years) else f"{years:.1f}",
        str(low),
        str(medium),
        str(high),
        f"{low / years:.2f}",
        f"{(medium + high) / years:.2f}",
        f"{100 * (1 - (statuses['warming_up'] + statuses['not_judged']) / ran):.1f}",
        ", ".join(f"{rule} {number}" for rule, number in sorted(rules.items())) or "-",
    )


def _fold(shard: Shard) -> Told:
    return fold_years(load_scenario(str(MACHINES)), shard)


def _kept(file: Path | None) -> list[Told]:
    if file is None or not file.is_file():
        return []
    return [msgspec.json.decode(line, type=Told) for line in file.read_bytes().splitlines()]


def main(arguments: list[str]) -> int:
    """Run the years that are asked for; 1 where there are more alerts than the goals allow."""
    parser = argparse.ArgumentParser(prog="python -m soak.sound", description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=float, default=100.0, help="machine-years in all (default: 100)")
    parser.add_argument("--processes", type=int, default=2, help="how many at the same time (default: 2)")
    parser.add_argument("--keep", type=Path, help="file of what is done already, gone on with")
    parser.add_argument("--write", type=Path, help="folder to write soak.md into")
    chosen = parser.parse_args(arguments)
    if chosen.years <= 0 or chosen.processes < 1:
        parser.error("years and processes must be above 0")
    if chosen.write is not None:
        chosen.write.mkdir(parents=True, exist_ok=True)  # now, and not in vain after hours
    wanted = shards(chosen.years, len(load_scenario(str(MACHINES)).machines))
    told = [one for one in _kept(chosen.keep) if one.shard in wanted]
    left = [shard for shard in wanted if shard not in {one.shard for one in told}]
    begun = time.monotonic()
    with Pool(chosen.processes) as pool:
        for number, one in enumerate(pool.imap_unordered(_fold, left), start=1):
            told.append(one)
            if chosen.keep is not None:
                with chosen.keep.open("ab") as file:
                    file.write(msgspec.json.encode(one) + b"\n")
            rest_min = (time.monotonic() - begun) / number * (len(left) - number) / 60
            raised = ", ".join(f"{n} {what}" for what, n in one.raised.items()) or "nothing"
            sys.stderr.write(f"{len(told)} of {len(wanted)}: {one.name} raised {raised}; {rest_min:.0f} min left\n")
    told.sort(key=lambda one: (one.shard.machine, one.shard.seed))
    text = table(told).markdown() + "\n"
    sys.stdout.write("\n" + text)
    if chosen.write is not None:
        said = _ABOUT.format(years=chosen.years)
        (chosen.write / "soak.md").write_text("# Years of sound machines\n\n" + said + text, "utf-8")
    return 0 if _keeps_the_goals(told) else 1


def _keeps_the_goals(told: Iterable[Told]) -> bool:
    years, low, serious = 0.0, 0, 0
    for one in told:
        years += one.shard.years
        lows = sum(number for what, number in one.raised.items() if what.endswith(" low"))
        low, serious = low + lows, serious + sum(one.raised.values()) - lows
    return serious <= _SERIOUS_GOAL * years and low <= _LOW_GOAL * years


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
