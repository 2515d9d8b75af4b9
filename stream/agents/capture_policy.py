"""The policy of captures: which blocks leave a spectrum or waveform behind, by the hour, the day, around alerts.

All of this is memory of what has been taken lately, and none of it must survive: a worker that starts anew may take
the same hour again, and the later row replaces the earlier one. Waveforms around an alert are a best effort: the
fold raises it a moment after the block came through here, in the process that owns the machine's partition of every
topic; after a rebalance, or while the fold works off a backlog, the block may be gone. What is held is bounded.
"""

import logging
from collections import OrderedDict, deque
from collections.abc import Iterator

import msgspec

from models.advice.crowding import FORGET_AFTER_US, MAX_POINTS
from models.captures.capture import Capture
from models.captures.packing import MAX_SAMPLES
from models.captures.taking import hourly_spectra, kept_waveform
from models.clock import AHEAD_US, DAY_US, HOUR_US, from_datetime, to_datetime
from models.observations import VibrationObserved
from models.outputs import Alert
from models.signal.quality import is_fault
from stream.messages.measurements import Vibration
from stream.messages.observe import MOST_SAMPLES

__all__ = ["CapturePolicy"]

log = logging.getLogger(__name__)

_STANDING_RPM = 1.0
_REMEMBERED = 1 << 16
"""Hours and days of points that are known to be done; with more points some are taken more than once."""
_BLOCKS = 3
_ROOM_BYTES = 64 * 1024 * 1024
_NUMBER_BYTES, _BLOCK_BYTES = 40, 1000
"""Of a number in a list of Python's, and of a block besides its numbers."""
_AROUND_US = HOUR_US
_ALERTS_A_DAY = 20
"""Waveforms a day of one point around alerts, so that a sensor that comes and goes fills no disk."""


class _Block(msgspec.Struct, frozen=True):
    """One block as it came, no longer than what would be kept of it."""

    message: Vibration
    end_us: int
    flags: tuple[str, ...]
    speed_rpm: float | None
    bytes: int


class _Point(msgspec.Struct):
    """The last blocks of one point, and the alert that its next one is to be kept for."""

    blocks: deque[_Block]
    wanted_for: str = ""
    wanted_until_us: int = 0


class CapturePolicy:
    """Decides which spectra and waveforms are captured, by what it remembers of those that were."""

    def __init__(self, *, room_bytes: int = _ROOM_BYTES, remembered: int = _REMEMBERED) -> None:
        self._room_bytes, self._most_remembered = room_bytes, remembered
        self._taken: OrderedDict[tuple[str, str, str, int], int] = OrderedDict()
        self._machines: OrderedDict[str, dict[str, _Point]] = OrderedDict()
        self.held_bytes = 0

    def on_block(self, message: Vibration, observed: VibrationObserved) -> list[Capture]:
        """Take in a block; gives what is to be kept of it, mostly nothing. Never raises."""
        try:
            block = _trimmed(message, observed)
            if not self._has_room(block):
                return []
            try:
                return [*self._due(message, block, observed), *self._wanted(block)]
            finally:
                self._hold(block)  # an alert may want its waveform, whatever became of the spectrum
        except Exception:
            # A fault of ours here must not cost the block its judgement.
            log.exception("%s, %s: no spectrum kept", message.machine, message.point)
            return []

    def on_alert(self, alert: Alert) -> list[Capture]:
        """Give the waveforms that belong to an alert when it is raised, and note to keep the next. Never raises."""
        if alert.state != "active" or alert.time != alert.since:
            return []
        points = self._machines.get(alert.machine, {})
        chosen = [alert.point] if alert.point in points else list(points)
        try:
            return [capture for point in chosen for capture in self._around(alert, points[point])]
        except Exception:
            # As above: an alert must go out whatever becomes of its waveform.
            log.exception("%s, %s: no waveform kept", alert.machine, alert.point)
            return []

    def _due(self, message: Vibration, block: _Block, observed: VibrationObserved) -> Iterator[Capture]:
        standing = message.speed is not None and abs(message.speed) < _STANDING_RPM
        if is_fault(block.flags) or standing or block.end_us > observed.observed_us + AHEAD_US:
            return
        if self._first(message, "hour", block.end_us // HOUR_US):
            yield from hourly_spectra(
                message.waveform(MOST_SAMPLES),
                machine=message.machine,
                point=message.point,
                measured=to_datetime(block.end_us),
                rate_hz=message.rate,
                unit=message.unit,
                speed_rpm=block.speed_rpm,
                flags=block.flags,
            )
        if self._first(message, "day", block.end_us // DAY_US):
            yield _waveform(block)

    def _wanted(self, block: _Block) -> Iterator[Capture]:
        point = self._machines.get(block.message.machine, {}).get(block.message.point)
        if point is None or not point.wanted_for:
            return
        alert, point.wanted_for = point.wanted_for, ""
        if block.end_us <= point.wanted_until_us:
            yield _waveform(block, alert)

    def _around(self, alert: Alert, point: _Point) -> Iterator[Capture]:
        """Give the block that ended when the alert was raised, or last before, and the one after it."""
        raised_us = from_datetime(alert.time)
        # The fold moves blocks that share a time on by microseconds.
        until = [block for block in point.blocks if block.end_us <= raised_us + 1]
        after = [block for block in point.blocks if block.end_us > raised_us + 1]
        if not until or raised_us - until[-1].end_us > _AROUND_US:
            return
        message = until[-1].message
        if not self._few(message, "alerts", raised_us // DAY_US):
            return
        yield _waveform(until[-1], alert.id)
        if after:
            yield _waveform(after[0], alert.id)
        else:
            point.wanted_for, point.wanted_until_us = alert.id, raised_us + _AROUND_US

    def _first(self, message: Vibration, what: str, number: int) -> bool:
        return self._count(message, what, number) == 1

    def _few(self, message: Vibration, what: str, number: int) -> bool:
        return 2 * self._count(message, what, number) <= _ALERTS_A_DAY

    def _count(self, message: Vibration, what: str, number: int) -> int:
        """How often this was asked for, this time included; the oldest is forgotten where there are too many."""
        key = (message.machine, message.point, what, number)
        count = self._taken[key] = self._taken.get(key, 0) + 1
        if len(self._taken) > self._most_remembered:
            self._taken.popitem(last=False)
        return count

    def _has_room(self, block: _Block) -> bool:
        """Say whether a point is one of those that its machine may have, as the fold counts them.

        So no sender who names a new point in each message fills the store with spectra that nobody judges.
        """
        points = self._machines.get(block.message.machine, {})
        if block.message.point in points or len(points) < MAX_POINTS:
            return True
        longest_silent = min(points, key=lambda point: points[point].blocks[-1].end_us)
        if block.end_us - points[longest_silent].blocks[-1].end_us < FORGET_AFTER_US:
            return False
        self.held_bytes -= sum(old.bytes for old in points.pop(longest_silent).blocks)
        return True

    def _hold(self, block: _Block) -> None:
        """Keep the point's last blocks; machines heard longest ago give way where there are too many bytes."""
        machine = block.message.machine
        points = self._machines.setdefault(machine, {})
        self._machines.move_to_end(machine)
        blocks = points.setdefault(block.message.point, _Point(deque())).blocks
        blocks.append(block)
        self.held_bytes += block.bytes
        if len(blocks) > _BLOCKS:
            self.held_bytes -= blocks.popleft().bytes
        while self.held_bytes > self._room_bytes:
            _, gone = self._machines.popitem(last=False)
            self.held_bytes -= sum(old.bytes for point in gone.values() for old in point.blocks)


def _trimmed(message: Vibration, observed: VibrationObserved) -> _Block:
    kept = message
    if message.count > MAX_SAMPLES:
        kept = msgspec.structs.replace(message, samples=message.part(0, MAX_SAMPLES))
    size = len(kept.samples) * (1 if isinstance(kept.samples, bytes) else _NUMBER_BYTES) + _BLOCK_BYTES
    return _Block(kept, observed.time_us, observed.flags, observed.speed_rpm, size)


def _waveform(block: _Block, alert: str = "") -> Capture:
    message = block.message
    return kept_waveform(
        message.waveform(),
        machine=message.machine,
        point=message.point,
        measured=to_datetime(block.end_us),
        rate_hz=message.rate,
        unit=message.unit,
        speed_rpm=block.speed_rpm,
        flags=block.flags,
        alert=alert,
    )
