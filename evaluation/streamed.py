"""The diagnosis as the stream makes it: blocks of a second, evidence gathered, and what is named in the end.

python -m evaluation.streamed            the real recordings, cut into blocks of a second, and into six at least
python -m evaluation.streamed sound 200  as many made-up sound machines, 40 blocks each: how many are ever named
python -m evaluation.streamed faulty 50  as many machines with each fault of a bearing, 40 blocks each
"""

import sys
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evaluation.recorded import data_path, recorded
from evaluation.simulated import BEARING_FAULTS, simulated
from models.condition.diagnosing import Diagnosing
from models.condition.verdict import diagnosis_of
from models.diagnosis.block import diagnose_block
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Configuration, Machine
from models.outputs import Diagnosis

__all__ = ["main", "streamed"]

_BLOCKS = 40
_BLOCK_TURNS = 30.0
_MINUTE_US = 60_000_000
_SNR_DB = (-12.0, -6.0, 0.0)


def streamed(
    samples_g: NDArray[np.float64], *, rate_hz: float, speed_rpm: float, orders: BearingOrders, block_s: float = 1.0
) -> Iterator[tuple[str, Diagnosis | None]]:
    """Give, after each block, what it says by itself and what has been gathered."""
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
        yield observed.verdict if observed else "", diagnosis_of(diagnosing)


def main(arguments: list[str]) -> None:
    """Print what the module's text says."""
    match arguments:
        case []:
            _print_recorded()
        case ["sound", count]:
            _print_sound(int(count))
        case ["faulty", count]:
            _print_faulty(int(count))
        case _:
            sys.exit(__doc__)


def _print_recorded() -> None:
    print(f"{'recording':<28} {'fault':<24} {'grade':<6} {'blocks':>6} {'named by one':>13}  gathered")
    for one in recorded(data_path()):
        told = list(
            streamed(
                one.samples_g,
                rate_hz=one.rate_hz,
                speed_rpm=one.speed_rpm,
                orders=one.orders,
                block_s=min(1.0, one.samples_g.size / one.rate_hz / 6),
            )
        )
        alone = Counter(verdict for verdict, _ in told)
        last = told[-1][1] if told else None
        said = f"{last.verdict} ({last.confidence:.2f})" if last else "nothing"
        wrong = {d.verdict for _, d in told if d} - {one.fault, "unknown"}
        mark = f"   WRONG {', '.join(sorted(wrong))}" if wrong else ""
        print(f"{one.name:<28} {one.fault:<24} {one.grade:<6} {len(told):>6} {alone[one.fault]:>13}  {said}{mark}")


def _print_sound(count: int) -> None:
    blocks, odd, ever = 0, Counter[str](), Counter[str]()
    for seed in range(count):
        named = set()
        for verdict, gathered in _made_up(seed, "healthy", 0.0):
            blocks += 1
            odd[verdict] += verdict not in ("healthy", "unknown", "")
            if gathered is not None and gathered.verdict not in ("healthy", "unknown"):
                named.add(gathered.verdict)
        ever.update(named)
        if named:
            print(f"seed {seed}: {', '.join(sorted(named))}")
    print(f"{count} sound machines, {blocks} blocks; named by single blocks: {dict(+odd)}; gathered: {dict(ever)}")


def _print_faulty(count: int) -> None:
    print(f"{'fault':<26} {'SNR dB':>6} {'blocks that name it':>20} {'machines named':>15} {'wrongly':>8}")
    for fault in BEARING_FAULTS:
        for snr_db in _SNR_DB:
            right = wrong = blocks = hits = 0
            for seed in range(count):
                told = list(_made_up(seed, fault, snr_db))
                hits += sum(verdict == fault for verdict, _ in told)
                blocks += len(told)
                verdicts = {gathered.verdict for _, gathered in told if gathered}
                right += fault in verdicts
                wrong += bool(verdicts - {fault, "unknown", "healthy"})
            print(f"{fault:<26} {snr_db:>6.0f} {hits / blocks:>19.0%} {right / count:>15.0%} {wrong / count:>8.0%}")


def _made_up(seed: int, fault: str, snr_db: float) -> Iterator[tuple[str, Diagnosis | None]]:
    """One machine measured again and again: blocks of 30 turns of one long recording."""
    first = simulated(seed, fault, snr_db=snr_db, seconds=1.0)
    block_s = _BLOCK_TURNS / (first.speed_rpm / 60)
    machine = simulated(seed, fault, snr_db=snr_db, seconds=_BLOCKS * block_s + 0.1)
    return streamed(
        machine.samples_g,
        rate_hz=machine.rate_hz,
        speed_rpm=machine.speed_rpm,
        orders=machine.orders,
        block_s=block_s,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
