"""Baseline reset: the baselines of a machine, or of one point, are forgotten and learned anew from here on."""

from collections.abc import Collection, Iterator

import msgspec

from models.advice.alarm_processing import DIAGNOSIS_RULE, SENSOR_RULE, AlarmContext, clear_all
from models.bilingual import Bilingual
from models.condition.channel import Channel, new_channel
from models.condition.state import MachineState
from models.outputs import Alert

__all__ = ["reset_baselines"]

_ABSOLUTE = (SENSOR_RULE, DIAGNOSIS_RULE, "severity")
"""Rules that stand against no baseline: calling a fault normal does not end them."""


def reset_baselines(
    state: MachineState, point: str, *, digest: str, sentence: Bilingual, mended: bool
) -> Iterator[Alert]:
    """Reset the baselines of a point (empty: of all points), and clear the alerts that stood against them.

    `mended` says that the machine itself has been changed, so that all that spoke for a fault is void; else its
    diagnosis and what stands against absolute limits go on. What is known of the sensor, of the order of
    observations and of repeated ones is kept, and so is what tells a standstill: people report maintenance while a
    machine stands, and its standstill must not become the baseline.
    """
    keep = (SENSOR_RULE,) if mended else _ABSOLUTE
    for key, channel in state.channels.items():
        if point in ("", channel.point):
            context = AlarmContext(state, channel, _now_us(state), digest)
            yield from clear_all(context, sentence=sentence, keep=keep)
            fresh = state.channels[key] = _begun_anew(channel, keep, mended=mended)
            if point and not mended:
                fresh.presence = channel.presence.given_up()
            channel.standing.forget(is_told=True)
            state.contradiction.forget()


def _now_us(state: MachineState) -> int:
    """Just after all that was measured: transitions of one alert never share a time."""
    return 0 if state.time_us is None else state.time_us + 1


def _begun_anew(old: Channel, keep: Collection[str], *, mended: bool) -> Channel:
    fresh = new_channel(old.point, old.measurement)
    return msgspec.structs.replace(
        fresh,
        sensor=old.sensor,
        newest_us=old.newest_us,
        heard=old.heard,
        recent=old.recent,
        stopped=old.stopped,
        tells_running=old.tells_running,
        warm_up=old.warm_up,
        alarms={rule: alarm for rule, alarm in old.alarms.items() if rule in keep},
        diagnosis_votes=fresh.diagnosis_votes if mended else old.diagnosis_votes,
        epoch=old.epoch + 1,
        former_quietest=old.quietest,
        judged_us=old.judged_us,
        interrupted=old.interrupted,
        judging=old.judging,
        late=old.late,
        presence=old.presence,
        clock=old.clock,
        standing=old.standing,
        starts=None if mended or old.starts is None else old.starts.accepted(),
    )
