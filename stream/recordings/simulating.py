"""Simulating a plant's messages: the simulator's measurements as they are sent, when, and where to."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from models.clock import MINUTE_US, SECOND_US, to_datetime
from models.simulation.ground_truth import FaultTruth, RunTruth, StateTruth
from models.simulation.run import SimulatedBlock, VibrationBlock
from stream.messages.measurements import Message, Temperature, Vibration, to_json
from stream.recordings.reading import Line
from stream.recordings.writing import QUICK_PACKING, open_recording

__all__ = [
    "SimulationClock",
    "as_lines",
    "as_message",
    "default_start_us",
    "open_truth",
    "paced",
    "until",
    "without_truth",
    "write_recording",
]

_PATIENCE_S = 0.25

Simulated = TypeVar("Simulated", bound=SimulatedBlock | StateTruth)


class SimulationClock(msgspec.Struct, frozen=True, kw_only=True):
    """When a simulated moment is due on the wall clock; both clocks in microseconds since the epoch.

    The first `head_start_us` are due at once; then time runs `speed_up` times as fast as the clock until it has
    caught up with it, and from there on with the clock, because nobody measures the future. A `speed_up` of 0
    means as fast as can be, up to the present.
    """

    start_us: int
    begun_us: int
    """Clock when sending began."""
    speed_up: float = 60.0
    head_start_us: int = 0

    def due_us(self, time_us: int) -> int:
        """Give the clock's time at which a measurement of `time_us` may be sent.

        >>> clock = SimulationClock(start_us=0, begun_us=600_000_000, speed_up=60)
        >>> [clock.due_us(minute * 60_000_000) // 1_000_000 for minute in (0, 1, 5, 20)]
        [600, 601, 605, 1200]
        """
        elapsed_us = max(0, time_us - self.start_us - self.head_start_us)
        scheduled_us = self.begun_us + (round(elapsed_us / self.speed_up) if self.speed_up else 0)
        return max(scheduled_us, time_us)


def default_start_us(now_us: int) -> int:
    """Give a start a day before the present, on a whole minute."""
    return (now_us - 24 * 60 * MINUTE_US) // MINUTE_US * MINUTE_US


def as_message(measured: SimulatedBlock) -> Message:
    """Give the message that an instrument would send."""
    if isinstance(measured, VibrationBlock):
        return Vibration(
            machine=measured.machine,
            point=measured.point,
            time=to_datetime(measured.time_us),
            rate=measured.rate_hz,
            unit="g",
            samples=measured.counts.astype("<i2", copy=False).tobytes(),
            dtype="i2",
            scale=measured.scale_g,
            speed=measured.speed_rpm,
            load=measured.load_percent,
        )
    return Temperature(
        machine=measured.machine, point=measured.point, time=to_datetime(measured.time_us), value=measured.value_c
    )


def until(measurements: Iterable[Simulated], end_us: int | None) -> Iterator[Simulated]:
    """Give the measurements, or what else has a time, before `end_us`; all of them without one."""
    for measured in measurements:
        if end_us is not None and measured.time_us >= end_us:
            return
        yield measured


def paced(
    measurements: Iterable[SimulatedBlock],
    clock: SimulationClock,
    *,
    stopped: Callable[[float], bool],
    clock_us: Callable[[], int] = lambda: time.time_ns() // 1000,
) -> Iterator[SimulatedBlock]:
    """Hold each measurement back until it is due.

    `stopped(seconds)` waits so long at most and says whether to stop, as `threading.Event.wait` does.
    """
    for measured in measurements:
        due_us = clock.due_us(measured.time_us)
        while (ahead_s := (due_us - clock_us()) / SECOND_US) > 0:
            if stopped(min(ahead_s, _PATIENCE_S)):
                return
        if stopped(0):
            return
        yield measured


def as_lines(measurements: Iterable[SimulatedBlock]) -> Iterator[Line]:
    """Give the lines of a recording of these measurements."""
    for number, measured in enumerate(measurements, start=1):
        yield Line("simulation", number, to_json(as_message(measured)))


def write_recording(lines: Iterable[Line], output: Path | None) -> int:
    """Write lines to a file, packed if its name ends in .gz, or to standard output; give their number.

    The same lines give the same bytes. Raises `RecordingError` where the file can't be written.
    """
    count = 0
    try:
        with open_recording(output, overwrite=True, packing=QUICK_PACKING) as append:
            for line in lines:
                append(line.data)
                count += 1
    except BrokenPipeError:
        return count  # whoever read the stream has had enough
    return count


def without_truth(
    simulated: Iterable[SimulatedBlock | StateTruth], write: Callable[[StateTruth], None] = lambda _state: None
) -> Iterator[SimulatedBlock]:
    """Give the measurements; what is true meanwhile is given to `write`."""
    for each in simulated:
        if isinstance(each, StateTruth):
            write(each)
        else:
            yield each


@contextmanager
def open_truth(
    output: Path | None, run: RunTruth, faults: Iterable[FaultTruth]
) -> Iterator[Callable[[StateTruth], None]]:
    """Open a file for a run's truth, begin it with the run and its faults, and give what writes states into it.

    Packed if the name ends in .gz; without a file nothing is written. Raises `RecordingError` where it can't be.
    """
    if output is None:
        yield lambda _state: None
        return
    encode = msgspec.json.Encoder().encode
    with open_recording(output, overwrite=True, packing=QUICK_PACKING) as append:

        def write(truth: RunTruth | FaultTruth | StateTruth) -> None:
            append(encode(truth))

        write(run)
        for fault in faults:
            write(fault)
        yield write
