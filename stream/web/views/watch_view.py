"""The watch over the watch: whether what comes in is being judged, as the probes of the workers show."""

from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.probes.records import INPUTS
from stream.texts.times import clock_text
from stream.web.views.snapshot import Probed, Snapshot

__all__ = ["Doubt", "doubt_of", "doubt_texts", "is_unread"]

_UNREAD_AFTER = timedelta(seconds=60)
"""The store is read every two seconds; a slow one may take longer."""
_NOT_JUDGED = Bilingual("{what} {have} not been judged since {clock}", "自{clock}起，{what}未经判定")
_NEVER = Bilingual("Nobody is judging {what}", "{what}无人判定")
_WRONG = Bilingual(
    "What is stored is not what was measured: tell whoever runs the system",
    "存储的结果与测量不符，请联系系统管理员",
)
_SINCE_HELP = Bilingual(
    "No test measurement has come through since then; what is shown is older. Tell whoever runs the system, now: "
    "stethos doctor says where it is stuck.",
    "此后没有任何测试测量通过，以下内容已过时。请立即联系系统管理员：运行 stethos doctor 可查明卡在何处。",
)
_NEVER_HELP = Bilingual(
    "No worker has ever sent a test measurement through. Tell whoever runs the system: is a worker running "
    "(stethos worker), and of this version? stethos doctor says more.",
    "从未有工作进程送出测试测量。请联系系统管理员：工作进程（stethos worker）是否在运行、版本是否一致？"
    "运行 stethos doctor 查看详情。",
)
_WRONG_HELP = Bilingual(
    "Known test values come back wrong ({what}). Do not rely on what is shown until that is mended: see stethos "
    "doctor.",
    "已知测试值读回有误（{what}）。修复之前请勿依赖所示内容：请运行 stethos doctor。",
)
_ALL = Bilingual("Measurements", "测量数据")
_SOME = Bilingual("{what} of some machines", "部分设备的{what}")
_AND = Bilingual(" and ", "和")
_NAMES = {
    "vibration": Bilingual("vibration", "振动"),
    "temperature": Bilingual("temperatures", "温度"),
    "readings": Bilingual("readings", "读数"),
    "actions": Bilingual("what people reported", "人员上报"),
}
_HAVE = Bilingual("have", "")
_HAS = Bilingual("has", "")
_SINGULAR = frozenset({"vibration", "actions"})


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Why what is shown cannot be relied on."""

    since: datetime | None
    """Since when nothing came through; None where it never did, or comes back wrong."""
    inputs: tuple[str, ...]
    everywhere: bool
    """Whether that goes for all partitions."""
    wrong: bool = False


def is_unread(snapshot: Snapshot, clock: datetime) -> bool:
    """Say whether what is shown is of before, as the store fails or does not answer."""
    return bool(snapshot.trouble) or (snapshot.loaded and clock - snapshot.read_at > _UNREAD_AFTER)


def doubt_of(snapshot: Snapshot, clock: datetime) -> Doubt | None:
    """Say what is in doubt at `clock`; None where probes come through, or where none are asked for."""
    if not snapshot.loaded or is_unread(snapshot, clock):  # which is told by itself
        return None
    limit, began = snapshot.probe_limit, snapshot.began_at or snapshot.read_at
    late = [each for each in snapshot.probes if each.since is not None and clock - each.since > limit]
    missing = [each for each in snapshot.probes if each.since is None and clock - began > limit]
    wrong = [each for each in snapshot.probes if each.wrong]
    if late or missing:
        since = min((each.since for each in late if each.since is not None), default=None)
        return _doubt([*late, *missing], snapshot, since)
    return msgspec.structs.replace(_doubt(wrong, snapshot, None), wrong=True) if wrong else None


def _doubt(found: Collection[Probed], snapshot: Snapshot, since: datetime | None) -> Doubt:
    inputs = tuple(each for each in INPUTS if any(probed.input == each for probed in found))
    partitions = {each.partition for each in snapshot.probes}
    everywhere = all(partitions == {one.partition for one in found if one.input == each} for each in inputs)
    return Doubt(since=since, inputs=inputs, everywhere=everywhere)


def doubt_texts(doubt: Doubt, clock: datetime, zone: tzinfo, language: Language) -> tuple[str, str]:
    """Say it to a crew: one line, and what to do."""
    what, have = _what(doubt, language)
    if doubt.wrong:
        return _WRONG.say(language), _WRONG_HELP.say(language, what=what)
    if doubt.since is None:
        return _NEVER.say(language, what=what), _NEVER_HELP.say(language)
    when = clock_text(doubt.since, clock, zone, language)
    says = _NOT_JUDGED.say(language, what=what, have=have, clock=when)
    return says[0].upper() + says[1:], _SINCE_HELP.say(language)


def _what(doubt: Doubt, language: Language) -> tuple[str, str]:
    """Name the inputs, and the verb that goes with them."""
    if len(doubt.inputs) == len(INPUTS):
        what, verb = _ALL.say(language), _HAVE
        what = what if language == "zh" or doubt.since is not None else what.lower()
    else:
        what = _AND.say(language).join(_NAMES[each].say(language) for each in doubt.inputs)
        verb = _HAS if len(doubt.inputs) == 1 and doubt.inputs[0] in _SINGULAR else _HAVE
    if not doubt.everywhere:
        what = _SOME.say(language, what=what)
    return what, verb.say(language)
