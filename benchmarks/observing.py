"""What a message costs on its way to the machine's state: decoded, observed with and without diagnosis, folded.

python benchmarks/observing.py
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.block import diagnose_block
from models.fold import initial_state, step
from models.machinery.bearings import parse_bearing
from models.machinery.machine import Configuration, Machine
from models.observations import Observation
from stream.messages.measurements import Vibration, decode, encode
from stream.messages.observe import observe

__all__ = ["main"]

T = TypeVar("T")

_START = datetime(2026, 1, 1, tzinfo=UTC)
_MACHINE = Machine(id="pump", power_kw=37.0, mounting="rigid", speed_rpm=1480.0)
_CONFIGURATION = Configuration(machine=_MACHINE, orders={"drive-end": parse_bearing("6205")})
_RATE_HZ = 25_600.0
_MESSAGES = 60


def main() -> None:
    """Print a line for each length of a block: milliseconds a message for each step."""
    print(f"{'samples':>8} {'decode':>8} {'observe':>8} {'diagnosis of it':>16} {'fold':>8}   ms a message")
    for size in (4096, 25_600, 65_536, 2_000_000):
        messages = _messages(size, _MESSAGES if size < 1_000_000 else 3)
        decoded = [decode(data) for data in messages]
        assert all(isinstance(message, Vibration) for message in decoded)
        waves = [message.waveform() for message in decoded if isinstance(message, Vibration)]
        observations: list[Observation] = [
            observe(message, _CONFIGURATION, observed_us=0, source=None) for message in decoded
        ]
        state = initial_state("pump")
        costs = (
            _each(messages, decode),
            _each(decoded, lambda message: observe(message, _CONFIGURATION, observed_us=0, source=None)),
            _each(waves, _diagnose),
            _each(observations, lambda observation, state=state: step(state, observation), again=False),
        )
        print(f"{size:8} {costs[0]:8.3f} {costs[1]:8.3f} {costs[2]:16.3f} {costs[3]:8.3f}")


def _messages(size: int, count: int) -> list[bytes]:
    generator = np.random.default_rng(1)
    return [
        encode(
            Vibration(
                machine="pump",
                point="drive-end",
                time=_START + timedelta(minutes=number),
                rate=_RATE_HZ,
                unit="g",
                samples=(0.1 * generator.standard_normal(size)).astype("<f4").tobytes(),
            )
        )
        for number in range(count)
    ]


def _diagnose(waveform: NDArray[np.float64]) -> None:
    diagnose_block(
        waveform, point="drive-end", rate_hz=_RATE_HZ, unit="g", speed_rpm=1480.0, configuration=_CONFIGURATION
    )


def _each(items: list[T], do: Callable[[T], object], *, again: bool = True) -> float:
    """Milliseconds for each item, the best of three times; once where doing it again would be something else."""
    best = float("inf")
    for _ in range(3 if again else 1):
        begun = time.process_time()
        for item in items:
            do(item)
        best = min(best, time.process_time() - begun)
    return 1e3 * best / len(items)


if __name__ == "__main__":
    main()
