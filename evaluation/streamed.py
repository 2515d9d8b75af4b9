"""The diagnosis as the stream makes it: block after block, evidence gathered, and what is named in the end."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import typer
from numpy.typing import NDArray

from evaluation.recorded import data_path, recorded
from evaluation.simulated import BEARING_FAULTS, simulated
from evaluation.statistics import upper_bound
from evaluation.tables import Table
from models.condition.diagnosing import Diagnosing
from models.condition.verdict import diagnosis_of
from models.diagnosis.block import diagnose_block
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Configuration, Machine
from models.outputs import Diagnosis

__all__ = ["Told", "stream", "streamed"]

_BLOCKS = 40
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
    diagnosing, size = Diagnosing(), round(block_s * rate_hz)
    for number, start in enumerate(range(0, samples_g.size - size + 1, size)):
        observed = diagnose_block(
            samples_g[start : start + size],
            point="point",
            rate_hz=rate_hz,
            unit="g",
            speed_rpm=speed_rpm,
            configuration=configuration,
        )
        diagnosing.take(observed, rate_hz=rate_hz, time_us=number * _MINUTE_US)
        yield Told(observed.verdict if observed else "", diagnosis_of(diagnosing))


def stream(
    sound: Annotated[int, typer.Option(min=0, help="How many sound machines to make up.")] = 60,
    each: Annotated[int, typer.Option(min=0, help="How many machines of each fault of a bearing.")] = 5,
    first_seed: Annotated[int, typer.Option(help="Where the simulator's seeds begin.")] = 2_000_000,
) -> None:
    """Gather the diagnoses of many blocks as the stream does: real recordings, and machines measured on and on."""
    path = data_path()
    if (path / "cwru").is_dir():
        typer.echo("\n" + _recordings(path).markdown())
    else:
        typer.echo("no real recordings: set STETHOS_DATA to the folder that holds them", err=True)
    groups = [("healthy", sound), *((fault, each) for fault in BEARING_FAULTS)]
    rows = [_group(fault, count, first_seed) for fault, count in groups if count]
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
    typer.echo("\n" + Table("Measured again and again", columns, tuple(rows), note).markdown())


def _recordings(path: Path) -> Table:
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


def _group(fault: str, count: int, first_seed: int) -> tuple[str, ...]:
    alone, right, wrong, blocks = Counter[str](), 0, 0, 0
    for seed in range(first_seed, first_seed + count):
        told = list(_made_up(seed, fault))
        alone.update(each.alone for each in told)
        blocks += len(told)
        verdicts = {each.gathered.verdict for each in told if each.gathered}
        right += fault in verdicts
        wrong += bool(verdicts.difference(_NOTHING, (fault,)))
        sys.stderr.write(f"\r{fault}: {seed - first_seed + 1} of {count} ")
        sys.stderr.flush()
    sys.stderr.write("\n")
    odd = sum(number for name, number in alone.items() if name not in (*_NOTHING, fault))
    bound = f"{100 * upper_bound(wrong, count):.1f} %"
    return fault, str(count), str(blocks), str(alone[fault]), str(odd), str(right), str(wrong), bound


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
