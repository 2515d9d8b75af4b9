"""Waveforms from recordings of messages: the blocks of one machine and point that follow each other are joined."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np

from models.clock import SECOND_US
from models.errors import MessageError, RecordingError
from models.machinery.mechanism import Words
from models.observations import Observation
from stream.analysis.readers.waveform import MAX_SAMPLES, Hints, Waveform, as_name
from stream.messages.digests import digest
from stream.messages.measurements import Message, Vibration
from stream.recordings.reading import Line, decode_line

__all__ = ["waveforms_of_messages"]

_MESSAGES = Words("the messages", "消息")
_SPEED_SPREAD = 0.02
_HOPELESS_LINES = 1000
_MAX_NAME_LENGTH = 200
_MIN_JITTER_US = 1000.0
"""Stamps of blocks that follow each other without a gap may be off by this, or by two samples."""


def waveforms_of_messages(
    lines: Iterable[Line],
    path: Path,
    hints: Hints,
    refuse: Callable[[Line, MessageError], None],
    wanted: Callable[[str, str], bool],
) -> Iterator[Waveform]:
    """Give one waveform for each machine and point that is wanted, in the order in which they first appear.

    Where blocks leave gaps, the longest stretch without one is taken (of equals the last) and noted as `gaps`.
    Lines that can't be read are told to `refuse`. Raises `RecordingError` where there is no vibration at all.
    """
    points: dict[tuple[str, str], list[Vibration]] = {}
    samples, others, skipped = 0, 0, False
    refused = _Refusals(path, refuse)
    for line in lines:
        try:
            place, message = _read(line)
        except MessageError as error:
            refused.add(line, error)
            continue
        refused.tell()
        if not isinstance(message, Vibration):
            others += 1
            continue
        if not wanted(*place):
            skipped = True
            continue
        samples += message.count
        if samples > MAX_SAMPLES:
            raise RecordingError(
                f"{path}: holds more than {MAX_SAMPLES} samples; choose with --machine and --point, or cut it"
            )
        points.setdefault(place, []).append(message)
    refused.end()
    if not points and not skipped:
        what = f"only {others} other messages" if others else "nothing that can be read"
        raise RecordingError(f"{path}: there is no vibration in it, {what}; `analyze` needs waveforms")
    for (machine, point), blocks in points.items():
        yield _joined(blocks, hints, machine, point)


class _Refusals:
    """Bad lines, kept back until a good one shows that the file is a recording: else they are one mistake."""

    def __init__(self, path: Path, refuse: Callable[[Line, MessageError], None]) -> None:
        self._path, self._refuse = path, refuse
        self._kept: list[tuple[Line, MessageError]] = []
        self._good = False

    def add(self, line: Line, error: MessageError) -> None:
        """Take a bad line; raises `RecordingError` where so many are bad that none will be good."""
        if self._good:
            self._refuse(line, error)
            return
        self._kept.append((Line(line.file, line.number, b""), error))
        if len(self._kept) >= _HOPELESS_LINES:
            self.end()

    def tell(self) -> None:
        """Pass on what was kept, as there is a good line."""
        self._good = True
        for line, error in self._kept:
            self._refuse(line, error)
        self._kept.clear()

    def end(self) -> None:
        """Raise `RecordingError` where all lines are bad."""
        if self._kept:
            count, (first, error) = len(self._kept), self._kept[0]
            which = "its only line" if count == 1 else f"none of its first {count} lines"
            told = f"{which} is {'no ' if count == 1 else 'a '}message"
            raise RecordingError(f"{self._path}: {told}; line {first.number}: {error}")


class _Place(msgspec.Struct):
    machine: str
    point: str


def _read(line: Line) -> tuple[tuple[str, str], Message | Observation | None]:
    """Give where a line was measured, and its message.

    Names that the worker would refuse (`OR@6`) are no reason not to look into a file: they are kept as they are.
    """
    try:
        message = decode_line(line)
    except MessageError:
        renamed = _with_plain_names(line)
        if renamed is None:
            raise
        place, plain = renamed
        return place, decode_line(plain)
    return ((message.machine, message.point), message) if isinstance(message, Vibration) else (("", ""), None)


def _with_plain_names(line: Line) -> tuple[tuple[str, str], Line] | None:
    """Give the names of a line and the line with plain ones; None where they are plain or unfit to be shown."""
    try:
        place = msgspec.json.decode(line.data, type=_Place)
        fields = msgspec.json.decode(line.data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    given = (place.machine, place.point)
    plain = (as_name(place.machine), as_name(place.point))
    if plain == given or not all(name.isprintable() and 0 < len(name) <= _MAX_NAME_LENGTH for name in given):
        return None
    names = {
        "machine": msgspec.Raw(msgspec.json.encode(plain[0])),
        "point": msgspec.Raw(msgspec.json.encode(plain[1])),
    }
    return given, Line(line.file, line.number, msgspec.json.encode(fields | names))


def _joined(blocks: list[Vibration], hints: Hints, machine: str, point: str) -> Waveform:
    stretches = list(_stretches(_in_order(blocks)))
    chosen = max(reversed(stretches), key=lambda stretch: round(sum(block.seconds for block in stretch), 6))
    speeds = [block.speed for block in chosen if block.speed]
    speed = hints.speed_rpm or (float(np.median(speeds)) if speeds else None)
    varies = bool(speeds) and max(speeds) - min(speeds) > _SPEED_SPREAD * float(np.median(speeds))
    notes = {"gaps": len(stretches) > 1, "speed_varies": varies}
    return Waveform(
        machine=machine,
        point=point,
        samples=np.concatenate([block.waveform() for block in chosen]),
        rate_hz=chosen[0].rate,
        unit=chosen[0].unit,
        speed_rpm=speed,
        begins_us=chosen[0].time_us,
        notes=tuple(note for note, there in notes.items() if there),
        taken_from=dict.fromkeys(("rate", "unit", "channel"), _MESSAGES) | _speed_from(hints, speeds),
    )


def _speed_from(hints: Hints, speeds: list[float]) -> dict[str, Words]:
    if hints.speed_rpm is not None:
        return {"speed": Words("given with --speed", "由 --speed 给出")}
    return {"speed": _MESSAGES} if speeds else {}


def _in_order(blocks: list[Vibration]) -> list[Vibration]:
    """Sort by time, each block once."""
    once = {digest(block): block for block in blocks} if len(blocks) > 1 else {"": blocks[0]}
    return sorted(once.values(), key=lambda block: block.time_us)


def _stretches(blocks: list[Vibration]) -> Iterator[list[Vibration]]:
    stretch = blocks[:1]
    for before, block in pairwise(blocks):
        if _follows(before, block):
            stretch.append(block)
        else:
            yield stretch
            stretch = [block]
    yield stretch


def _follows(before: Vibration, block: Vibration) -> bool:
    """Whether a block goes on where another ends: by its time, or by its number and about by its time."""
    if (before.rate, before.unit) != (block.rate, block.unit):
        return False
    gap_us = abs(block.time_us - before.end_us)
    if gap_us <= max(_MIN_JITTER_US, 2 * SECOND_US / block.rate) and gap_us <= before.seconds * SECOND_US / 2:
        return True
    numbered = before.sequence is not None and block.sequence == before.sequence + 1
    return numbered and gap_us <= before.seconds * SECOND_US / 2
