"""Groups as the page shows them: one row for the machines that one gateway, line or network has taken along.

Pure: groups and facts of machines in, frozen structs to draw out.
"""

from collections.abc import Collection, Mapping

import msgspec

from models.advice.groups import Group, PlaceKind
from models.advice.onsets import GroupCause
from models.bilingual import Bilingual, Language
from models.outputs import Status
from stream.texts.phrases import STATUSES
from stream.texts.times import clock_text, span_text
from stream.web.views.machine_facts import MachineFacts
from stream.web.views.machine_names import machine_name
from stream.web.views.machine_view import Viewer
from stream.web.views.notices_view import Notice

__all__ = ["GroupView", "MemberView", "folded_in", "groups_view", "machine_group_notices"]

_MEMBERS = 500
"""So many are listed at most: a browser has to draw them."""

_PLACES: dict[PlaceKind, Bilingual] = {
    "plant": Bilingual("{says}", "{says}"),
    "gateway": Bilingual("Gateway {name}: {says}", "网关 {name}：{says}"),
    "line": Bilingual("Line {name}: {says}", "产线 {name}：{says}"),
}
_ALL = Bilingual("{n} machines", "{n}台设备")
_ALL_OF_PLANT = Bilingual("All {n} machines", "全部{n}台设备")
_ONE = Bilingual("1 machine", "1台设备")
_SOME = Bilingual("{n} of {known} machines", "{known}台设备中有{n}台")
_SINCE: dict[GroupCause, Bilingual] = {
    "no_data": Bilingual("{who} silent since {clock} ({span})", "{who}自{clock}起无数据（已{span}）"),
    "sensor_fault": Bilingual(
        "{who} with sensors that cannot be trusted since {clock} ({span})",
        "{who}自{clock}起传感器不可信（已{span}）",
    ),
    "clock": Bilingual("{who} with a wrong clock since {clock} ({span})", "{who}自{clock}起时钟不正确（已{span}）"),
}
_COMES_AND_GOES = Bilingual(
    "data of {who} come and go since {clock}, silent now: {silent}",
    "{who}的数据自{clock}起时断时续，当前无数据：{silent}台",
)
_SILENT_HELP: dict[PlaceKind, Bilingual] = {
    "plant": Bilingual(
        "They fell silent together: look at the network, the broker and what brings the data in.",
        "这些设备同时无数据：请检查网络、消息服务器和数据接入。",
    ),
    "gateway": Bilingual(
        "They fell silent together: look at the gateway, its power and its network.",
        "这些设备同时无数据：请检查网关及其电源和网络。",
    ),
    "line": Bilingual(
        "They fell silent together: look at what they share, as gateway, switch or power.",
        "这些设备同时无数据：请检查它们共用的网关、交换机或电源。",
    ),
}
_HELP: dict[GroupCause, Bilingual] = {
    "no_data": Bilingual("", ""),
    "sensor_fault": Bilingual(
        "It began together: look at what their sensors share (gateway, power, grounding) before any one sensor.",
        "同时出现：请先检查传感器共用的网关、电源或接地，再逐个检查传感器。",
    ),
    "clock": Bilingual(
        "It began together: set clock and time zone of what sends their data.",
        "同时出现：请校正发送这些数据的设备的时钟和时区。",
    ),
}
_RETURNED = Bilingual("Back already: {n}.", "已恢复：{n}台。")
_UNJUDGED = Bilingual("Until data come nobody can say how they are.", "数据恢复之前无法判断其状态。")
_LISTED_TOO = Bilingual(
    "With other open alerts, and so listed by themselves too: {names}.", "另有未关闭的报警，单独列出：{names}。"
)
_NAMED = 5
_MORE = Bilingual("and {n} more", "另有{n}台")
_BEFORE = Bilingual("{status} before it fell silent", "无数据之前：{status}")


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """One machine of a group."""

    id: str
    name: str
    status: Status
    status_text: str


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """The row of a group."""

    id: str
    status: Status
    """Whose shape and colour it has."""
    title: str
    text: str
    """What to do, and what else is to be known."""
    members: tuple[MemberView, ...]
    more: str
    """How many members there are besides those listed; empty where none are."""
    machines: frozenset[str]
    """All members, listed or not."""
    folded: frozenset[str]
    """Those that need no row of their own."""


def groups_view(
    groups: Collection[Group], facts: Collection[MachineFacts], viewer: Viewer
) -> tuple[GroupView, ...]:
    """Draw up the groups in their order."""
    by_id = {each.machine.id: each for each in facts} if groups else {}
    folded = folded_in(groups, facts)
    return tuple(_group(group, by_id, viewer, folded) for group in groups)


def machine_group_notices(
    groups: Collection[Group], machine: str, facts: Collection[MachineFacts], viewer: Viewer
) -> tuple[Notice, ...]:
    """Say on a machine's own page that it is not alone, and what they share."""
    notices = []
    for group in groups:
        if machine in group.members:
            members = [each for each in facts if each.machine.id in group.members]
            title = _title(group, members, viewer)
            notices.append(Notice(kind="warning", title=title, text=_help(group, viewer.language), about=group.id))
    return tuple(notices)


def folded_in(groups: Collection[Group], facts: Collection[MachineFacts]) -> frozenset[str]:
    """Give the machines that need no row of their own: all that is open of them, groups tell.

    One whose status says more, or that was not sound when its alerts began, stays in its own row too.
    """
    if not groups:
        return frozenset()
    gathered = frozenset[str]().union(*(group.alerts for group in groups))
    return frozenset(
        each.machine.id
        for each in facts
        if each.alerts
        and each.status not in ("critical", "warning", "not_judged")
        and all(alert.id in gathered for alert in each.alerts)
    )


def _group(group: Group, by_id: Mapping[str, MachineFacts], viewer: Viewer, folded: frozenset[str]) -> GroupView:
    language = viewer.language
    members = [by_id[name] for name in group.members if name in by_id]
    members.sort(key=lambda each: (each.machine.id in folded, each.rank, machine_name(each.machine, language)))
    return GroupView(
        id=group.id,
        status="sensor_fault" if group.cause == "sensor_fault" else "no_data",
        title=_title(group, members, viewer),
        text=_text(group, [each for each in members if each.machine.id not in folded], language),
        members=tuple(_member(each, language) for each in members[:_MEMBERS]),
        more=_MORE.say(language, n=len(members) - _MEMBERS) if len(members) > _MEMBERS else "",
        machines=frozenset(each.machine.id for each in members),
        folded=frozenset(each.machine.id for each in members) & folded,
    )


def _title(group: Group, members: Collection[MachineFacts], viewer: Viewer) -> str:
    language = viewer.language
    clock = clock_text(group.since, viewer.now, viewer.zone, language)
    span = span_text((viewer.now - group.since).total_seconds(), language)
    who, out = _who(group, language), len(group.members)
    silent = sum(each.is_silent for each in members)
    if group.cause == "no_data" and silent < out and _comes_and_goes(group, members):
        says = _COMES_AND_GOES.say(language, who=who, clock=clock, silent=silent)
    else:
        says = _SINCE[group.cause].say(language, who=who, clock=clock, span=span)
    title = _PLACES[group.place.kind].say(language, name=group.place.name, says=says)
    return title[:1].upper() + title[1:]


def _comes_and_goes(group: Group, members: Collection[MachineFacts]) -> bool:
    """Whether most of the alerts stay open because their silences come and go, and say nothing of the moment."""
    held = [alert.count > 0 for each in members for alert in each.alerts if alert.id in group.alerts]
    return 2 * sum(held) > len(held)


def _who(group: Group, language: Language) -> str:
    out = len(group.members)
    if out < group.known:
        return _SOME.say(language, n=out, known=group.known)
    if out == 1:
        return _ONE.say(language)
    return (_ALL_OF_PLANT if group.place.kind == "plant" else _ALL).say(language, n=out)


def _text(group: Group, unfolded: Collection[MachineFacts], language: Language) -> str:
    said = [_help(group, language)]
    if group.cause == "no_data":
        said.append(_UNJUDGED.say(language))
    if group.returned:
        said.append(_RETURNED.say(language, n=len(group.returned)))
    if unfolded:
        named = [machine_name(each.machine, language) for each in unfolded]
        names = ("、" if language == "zh" else ", ").join(named[:_NAMED]) + ("…" if len(named) > _NAMED else "")
        said.append(_LISTED_TOO.say(language, names=names))
    return ("" if language == "zh" else " ").join(said)


def _help(group: Group, language: Language) -> str:
    return (_SILENT_HELP[group.place.kind] if group.cause == "no_data" else _HELP[group.cause]).say(language)


def _member(facts: MachineFacts, language: Language) -> MemberView:
    says = STATUSES[facts.status].say(language)
    if facts.is_silent and facts.status != "no_data":
        says = _BEFORE.say(language, status=says)
    return MemberView(
        id=facts.machine.id, name=machine_name(facts.machine, language), status=facts.status, status_text=says
    )
