"""The view of a machine's actions: what people said of it, as its page lists it."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.outputs import Action
from stream.texts.language import spoken
from stream.texts.times import clock_text

__all__ = ["ActionView", "actions_view"]

_WHAT = {
    ("finding", "confirmed"): Bilingual("Fault confirmed", "确认故障"),
    ("finding", "false_alarm"): Bilingual("False alarm", "误报"),
    ("maintenance", ""): Bilingual("Maintenance", "维修"),
    ("accept", ""): Bilingual("Accepted as new normal", "确认为新的正常状态"),
    ("unshelve", ""): Bilingual("No longer shelved", "结束搁置"),
    ("retire", ""): Bilingual("Retired", "停用"),
    ("return", ""): Bilingual("Taken back into service", "恢复使用"),
    ("forget", ""): Bilingual("Forgotten", "删除"),
    ("expire", ""): Bilingual("Forgotten after a long silence", "长时间无数据，已删除"),
    ("renamed", ""): Bilingual("Renamed", "更名"),
    ("asset", ""): Bilingual("Asset", "资产"),
}
_SHELVED = Bilingual("Shelved until {clock}", "搁置至 {clock}")
_REFUSED = Bilingual("Shelving refused", "搁置被拒绝")
_BY = Bilingual("{clock}, {by}", "{clock}，{by}")
_SEPARATOR = " · "


class ActionView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody said."""

    id: str
    what: str
    text: str
    """In the words of whoever said it."""
    when: str


def actions_view(
    actions: Sequence[Action], *, now: datetime, zone: tzinfo, language: Language
) -> tuple[ActionView, ...]:
    """Give what was said, in the order given."""
    views = []
    for action in actions:
        refused = spoken(language, action.refused, action.refused_zh)
        swapped = f"{action.former_asset} → {action.asset}" if action.former_asset else action.asset
        words = (
            *(action.point, action.rule, action.fault, action.done, action.alias, swapped),
            *(action.reason, action.note, refused),
        )
        clock = clock_text(action.time, now, zone, language)
        views.append(
            ActionView(
                id=f"{action.time.isoformat()} {action.kind} {action.point}",
                what=_what(action, now=now, zone=zone, language=language),
                text=_SEPARATOR.join(word for word in words if word),
                when=_BY.say(language, clock=clock, by=action.by) if action.by else clock,
            )
        )
    return tuple(views)


def _what(action: Action, *, now: datetime, zone: tzinfo, language: Language) -> str:
    if action.refused:
        return _REFUSED.say(language)
    if action.until is not None:
        return _SHELVED.say(language, clock=clock_text(action.until, now, zone, language))
    what = _WHAT.get((action.kind, action.verdict))
    return what.say(language) if what else action.kind
