"""The probes: whether what goes in comes out, as the newest one of each input and partition in the store shows."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from models.clock import AHEAD_US, SECOND_US
from models.errors import StethosError
from models.probes.known import as_known
from models.probes.records import INPUTS, ProbeResult
from stream.config.settings import Settings
from stream.doctor.check_result import CheckResult, good, skipped, warning, wrong
from stream.monitoring.probe_watch import PATIENCE, Way, shown
from stream.stores.reading_probes import read_probes
from stream.texts.times import span_text

__all__ = ["check_probes", "examined"]

_ANSWER_S = 10.0
_AHEAD_S = AHEAD_US / SECOND_US
_LOOK = "`stethos health` where the workers run, and their logs, say which stage; then restart that worker"
_CLOCK = "; if the page shows no doubt, the clock of the worker is behind"
_NTP = "let all computers take their time from the same NTP server (chrony, systemd-timesyncd)"


def check_probes(settings: Settings, clock: Callable[[], float]) -> Iterator[CheckResult]:
    """Read them from the store, as somebody who looks at it would."""
    try:
        results = asyncio.run(asyncio.wait_for(read_probes(settings), _ANSWER_S))
    except (StethosError, TimeoutError):
        yield skipped("probes", "not looked at: the store comes first")
        return
    yield from examined(results, clock(), partitions=settings.partitions, every_s=settings.health.probe_s)


def examined(
    results: Sequence[ProbeResult], now_s: float, *, partitions: int, every_s: float
) -> Iterator[CheckResult]:
    """Say which are old, missing or wrong at `now_s`, seconds since the epoch, and what to do."""
    ages_s = {(each.input, each.partition): now_s - each.time.timestamp() for each in results}
    expected = [(each, number) for number in range(partitions) for each in INPUTS]
    there = [way for way in expected if way in ages_s]
    if not there:
        yield warning(
            "probes",
            "no worker has ever put one through, so nothing shows that measurements are judged",
            "start one of this version: `stethos worker`; it sends them within seconds",
        )
        return
    findings = [
        *_old([way for way in there if ages_s[way] > PATIENCE * every_s], ages_s, now_s),
        *_missing([way for way in expected if way not in ages_s]),
        *_wrong([each for each in results if (each.input, each.partition) in expected and not as_known(each)]),
        *_ahead([way for way in there if ages_s[way] < -_AHEAD_S], ages_s),
    ]
    yield from findings
    if not findings:
        oldest_s = max(0.0, *(ages_s[way] for way in there))
        yield good("probes", f"all {len(there)} went all the way, the oldest {span_text(oldest_s, 'en')} ago")


def _old(ways: Sequence[Way], ages_s: dict[Way, float], now_s: float) -> Iterator[CheckResult]:
    if ways:
        oldest_s = max(ages_s[way] for way in ways)
        since = datetime.fromtimestamp(now_s - oldest_s, UTC)
        yield wrong(
            "probes",
            f"none of {shown(ways)} has gone all the way since {since:%Y-%m-%d %H:%M:%S} UTC "
            f"({span_text(oldest_s, 'en')}): what is sent there is not judged, or not stored",
            f"start a worker if none is at work; else {_LOOK}{_CLOCK}",
        )


def _missing(ways: Sequence[Way]) -> Iterator[CheckResult]:
    if ways:
        yield wrong(
            "probes",
            f"none of {shown(ways)} has ever gone all the way: what is sent there may not be judged",
            f"see that `partitions` in the settings is what the topics have; else {_LOOK}",
        )


def _wrong(results: Sequence[ProbeResult]) -> Iterator[CheckResult]:
    if results:
        yield wrong(
            "probes",
            f"other values than were sent are stored for {shown([(r.input, r.partition) for r in results])}",
            "see that workers and this command have one version; else report it, and trust no result",
        )


def _ahead(ways: Sequence[Way], ages_s: dict[Way, float]) -> Iterator[CheckResult]:
    if ways:
        ahead_s = -min(ages_s[way] for way in ways)
        yield wrong(
            "clock", f"probes in the store are {span_text(ahead_s, 'en')} ahead of this computer's clock", _NTP
        )
