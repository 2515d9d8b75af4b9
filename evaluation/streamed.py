"""The diagnosis as the stream makes it: block after block, votes gathered, and what is named in the end."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import typer
from numpy.typing import NDArray

from evaluation.diagnosis.judged import side_by_side
from evaluation.recorded import data_path, recorded
from evaluation.simulated import BEARING_FAULTS, simulated
from evaluation.statistics import upper_bound
from evaluation.tables import Table
from models.condition.diagnosis_votes import DiagnosisVotes
from models.diagnosis.block import diagnose_block
from models.health.verdict import diagnosis_of
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Configuration, Machine
from models.outputs import Diagnosis

__all__ = ["Told", "made_up_table", "recordings_table", "stream", "streamed"]

_BLOCKS = 20
_BLOCK_TURNS = 30.0
_SNR_DB = 0.0
_MINUTE_US = 60_000_000
_NOTHING = ("healthy", "unknown", "")


class Told(msgspec.Struct, frozen=True):
    """What one block says by itself, and what has been gathered by then."""

    alone: str
    gathered: Diagnosis | None


def streamed(
    samples_g: NDArray[np.float64], *, rate_hz: float, speed_rpm: float, orders: BearingOrders, block_s: float
) -> Iterator[Told]:
    """Give what is told after each block of a recording of shape (n,), a block a minute."""
    configuration = Configuration(machine=Machine(id="machine"), orders={"point": orders})
    votes, size = DiagnosisVotes(), round(block_s * rate_hz)
    for number, start in enumerate(range(0, samples_g.size - size + 1, size)):
        observed = diagnose_block(
            samples_g[start : start + size],
            point="point",
            rate_hz=rate_hz,
            unit="g",
            speed_rpm=speed_rpm,
            configuration=configuration,
        )
        votes.add(observed, rate_hz=rate_hz, time_us=number * _MINUTE_US)
        yield Told(observed.verdict if observed else "", diagnosis_of(votes))


def stream(
    sound: Annotated[int, typer.Option(min=0, help="How many sound machines to make up.")] = 100,
    each: Annotated[int, typer.Option(min=0, help="How many machines of each fault of a bearing.")] = 5,
    first_seed: Annotated[int, typer.Option(help="Where the simulator's seeds begin.")] = 2_000_000,
) -> None:
    """Gather the diagnoses of many blocks as the stream does: real recordings, and machines measured on and on."""
    path = data_path()
    if (path / "cwru").is_dir():
        typer.echo("\n" + recordings_table(path).markdown())
    else:
        typer.echo("no real recordings: set STETHOS_DATA to the folder that holds them", err=True)

    def told(done: int) -> None:
        sys.stderr.write(f"\rmachines measured again and again: {done} ")

    typer.echo("\n" + made_up_table(sound, each, first_seed, told).markdown())


def recordings_table(path: Path) -> Table:
    """Cut the real recordings into blocks, and tell what is gathered at the end of each."""
    rows = []
    for one in recorded(path):
        told = list(
            streamed(
                one.samples_g,
                rate_hz=one.rate_hz,
                speed_rpm=one.speed_rpm,
                orders=one.orders,
                block_s=min(1.0, one.samples_g.size / one.rate_hz / 6),
            )
        )
        alone = Counter(each.alone for each in told)
        last = told[-1].gathered
        said = f"{last.verdict} ({last.confidence:.2f})" if last else "nothing"
        rows.append((one.name, one.fault, one.grade, str(len(told)), str(alone[one.fault]), said))
    note = "Cut into blocks of a second, and into six at least; five are needed for any name."
    columns = ("recording", "fault", "grade", "blocks", "right alone", "gathered")
    return Table("Real recordings, block by block", columns, tuple(rows), note)


class Gathered(msgspec.Struct, frozen=True):
    """What came of one machine measured again and again."""

    fault: str
    alone: dict[str, int]
    """Verdicts of single blocks, with how many said so."""
    told: tuple[str, ...]
    """Verdicts that were gathered, at whatever block."""


def made_up_table(sound: int, each: int, first_seed: int, progress: Callable[[int], None]) -> Table:
    """Measure sound machines, and `each` machines of every fault of a bearing, again and again."""
    seeds = [(first_seed + k, "healthy") for k in range(sound)]
    seeds += [(first_seed + k, fault) for fault in BEARING_FAULTS for k in range(each)]
    found = list(side_by_side(_gathered, seeds, progress))
    faults = dict.fromkeys(fault for _, fault in seeds)
    rows = [_row(fault, [one for one in found if one.fault == fault]) for fault in faults]
    note = (
        f"Each measured {_BLOCKS} times for {_BLOCK_TURNS:.0f} turns of the shaft; impacts as strong as the noise. "
        "A machine counts as named as soon as it is, at whatever block."
    )
    columns = (
        "machines",
        "number",
        "blocks",
        "right alone",
        "wrong alone",
        "right",
        "wrong",
        "wrong, at most (95 %)",
    )
    return Table("Measured again and again", columns, tuple(rows), note)


def _gathered(case: tuple[int, str]) -> Gathered:
    seed, fault = case
    told = list(_made_up(seed, fault))
    verdicts = {each.gathered.verdict for each in told if each.gathered}
    alone = Counter(each.alone for each in told)
    return Gathered(fault, dict(alone), tuple(sorted(verdicts)))


def _row(fault: str, found: Iterable[Gathered]) -> tuple[str, ...]:
    machines = list(found)
    alone: Counter[str] = Counter()
    for one in machines:
        alone.update(one.alone)
    right = sum(fault in one.told for one in machines)
    wrong = sum(bool(set(one.told) - {fault, *_NOTHING}) for one in machines)
    odd = sum(number for name, number in alone.items() if name not in (*_NOTHING, fault))
    bound = f"{100 * upper_bound(wrong, len(machines)):.1f} %"
    counts = (len(machines), alone.total(), alone[fault], odd, right, wrong)
    return fault, *map(str, counts), bound


def _made_up(seed: int, fault: str) -> Iterator[Told]:
    """One machine measured again and again: blocks of one long recording."""
    first = simulated(seed, fault, snr_db=_SNR_DB, seconds=1.0)
    block_s = _BLOCK_TURNS / (first.speed_rpm / 60)
    machine = simulated(seed, fault, snr_db=_SNR_DB, seconds=_BLOCKS * block_s + 0.1)
    return streamed(
        machine.samples_g,
        rate_hz=machine.rate_hz,
        speed_rpm=machine.speed_rpm,
        orders=machine.orders,
        block_s=block_s,
    )
