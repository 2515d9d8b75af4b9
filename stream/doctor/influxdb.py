"""InfluxDB: reachable, the token good for both buckets, rows kept as long as the settings say, and its clock."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import msgspec

from models.errors import ServiceError
from stream.config.settings_sections import Influxdb
from stream.doctor.brokers import CLOCK_TOLERANCE_S
from stream.doctor.check_result import CheckResult, good, skipped, warning, wrong
from stream.monitoring.http_probe import Answer, ask
from stream.stores.influxdb.errors import service_error_of

__all__ = ["check_influxdb"]

_ANSWER_S = 5.0
_DAY_S = 86_400
_ADVICE = re.compile(r"[;:] (?:run|check|look at) ")
"""Where an error goes on to say what to do: the doctor has a column of its own for that."""
_SYNCHRONISE = "let both computers take their time from the same NTP server (chrony, systemd-timesyncd)"


class _About(msgspec.Struct, frozen=True):
    version: str = ""
    status: str = ""


class _Rule(msgspec.Struct, frozen=True, rename={"every_s": "everySeconds"}):
    every_s: int = 0


class _Bucket(msgspec.Struct, frozen=True, rename={"rules": "retentionRules"}):
    rules: tuple[_Rule, ...] = ()


class _Buckets(msgspec.Struct, frozen=True):
    buckets: tuple[_Bucket, ...] = ()


def check_influxdb(chosen: Influxdb, clock: Callable[[], float] = time.time) -> Iterator[CheckResult]:
    """Look at the server as the worker would use it; nothing is written."""
    try:
        before_s = clock()
        about = ask(f"{chosen.url}/health", timeout_s=_ANSWER_S)
        after_s = clock()
    except ServiceError as reason:
        yield _silent(chosen, reason)
        yield skipped("clock", "that of InfluxDB was not looked at")
        return
    yield _version(chosen, about)
    yield from _clock(about.headers, (before_s + after_s) / 2)
    try:
        yield from _access(chosen)
    except ServiceError as reason:
        yield _silent(chosen, reason)


def _silent(chosen: Influxdb, reason: ServiceError) -> CheckResult:
    return wrong(
        "store",
        f"InfluxDB at {chosen.url} does not answer ({reason})",
        "start it, or correct url in [influxdb] (STETHOS_INFLUXDB__URL)",
    )


def _version(chosen: Influxdb, answer: Answer) -> CheckResult:
    try:
        about = msgspec.json.decode(answer.body, type=_About)
    except msgspec.DecodeError:
        return wrong(
            "store", f"what answers at {chosen.url} is no InfluxDB 2 (status {answer.status})", "correct its url"
        )
    number = about.version.lstrip("v")
    if not number or number.startswith(("0.", "1.", "3.")):  # one that somebody has built may call itself dev
        return wrong("store", f"{chosen.url} is InfluxDB {number or 'of an unknown version'}", "use InfluxDB 2.7")
    return good("store", f"InfluxDB {number} answers at {chosen.url}")


def _clock(headers: Mapping[str, str], now_s: float) -> Iterator[CheckResult]:
    try:
        apart_s = parsedate_to_datetime(headers["Date"]).timestamp() + 0.5 - now_s  # the header has whole seconds
    except (KeyError, TypeError, ValueError):
        return
    if abs(apart_s) > CLOCK_TOLERANCE_S:
        which = "ahead of" if apart_s > 0 else "behind"
        yield wrong("clock", f"InfluxDB's clock is {abs(apart_s):.0f} s {which} this computer's", _SYNCHRONISE)
    else:
        yield good("clock", "that of InfluxDB agrees with this computer's")


def _access(chosen: Influxdb) -> Iterator[CheckResult]:
    if chosen.token is None:
        missing = f"{chosen.token_file} does not exist" if chosen.token_file else "no token_file is named"
        yield wrong("store", f"there is no token ({missing})", "run `stethos influx setup`, which writes it there")
        return
    kept_days = {
        chosen.bucket: chosen.retention_days,
        chosen.bucket_raw: chosen.retention_raw_days,
        chosen.bucket_spectra: chosen.retention_spectra_days,
    }
    reached = []
    for bucket in kept_days:
        where = {"org": chosen.org, "bucket": bucket, "precision": "us"}
        refusal = _refused(chosen, "/api/v2/write", where, b"") or _refused(
            chosen, "/query", {"db": bucket, "q": "SHOW MEASUREMENTS LIMIT 1"}
        )
        if refusal is not None:
            yield refusal
            if "does not accept the token" in refusal.found:
                return
        else:
            reached.append(bucket)
    if reached:
        yield good("store", f"the token may read and write {', '.join(reached)}")
    for bucket in reached:
        yield from _retention(chosen, bucket, kept_days[bucket])


def _refused(chosen: Influxdb, path: str, query: dict[str, str], body: bytes | None = None) -> CheckResult | None:
    answer = _ask(chosen, path, query, body)
    if answer.status < 300:
        return None
    error = service_error_of(chosen.url, answer.status, answer.body, answer.headers)
    reason = _ADVICE.split(str(error))[0]
    bucket = query.get("bucket") or query["db"]
    return wrong("store", f"bucket {bucket}, organisation {chosen.org}: {reason}", _fix(answer.status))


def _fix(status: int) -> str:
    if status == 401:
        return "check the file that token_file in [influxdb] names, or run `stethos influx setup`"
    return "run `stethos influx setup`, or correct org and buckets in [influxdb]"


def _retention(chosen: Influxdb, bucket: str, days: int) -> Iterator[CheckResult]:
    answer = _ask(chosen, "/api/v2/buckets", {"org": chosen.org, "name": bucket})
    try:
        buckets = msgspec.json.decode(answer.body, type=_Buckets).buckets
    except msgspec.DecodeError:
        buckets = ()
    if answer.status != 200 or len(buckets) != 1:
        yield warning("store", f"how long {bucket} keeps rows is unknown", "look at it in InfluxDB's own page")
        return
    kept_s = sum(rule.every_s for rule in buckets[0].rules)
    if kept_s == days * _DAY_S:
        yield good("store", f"{bucket} keeps rows {_retention_text(kept_s)}")
        return
    yield wrong(
        "store",
        f"{bucket} keeps rows {_retention_text(kept_s)}, the settings say {_retention_text(days * _DAY_S)}",
        "run `stethos influx setup` (with --shorten if older rows may go), or correct the settings",
    )


def _retention_text(seconds: int) -> str:
    return f"for {seconds / _DAY_S:g} days" if seconds else "for ever"


def _ask(chosen: Influxdb, path: str, query: dict[str, str], body: bytes | None = None) -> Answer:
    assert chosen.token is not None
    headers = {"Authorization": f"Token {chosen.token.get_secret_value()}"}
    return ask(f"{chosen.url}{path}?{urlencode(query)}", timeout_s=_ANSWER_S, headers=headers, body=body)
