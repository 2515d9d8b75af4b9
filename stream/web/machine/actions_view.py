"""The view of a machine's actions: what people said of it, as its page lists it."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.machinery.quiet_text import parse_quiet
from models.outputs import Action
from models.texts.planned import plan_words
from stream.texts.language import spoken
from stream.texts.phrases import CODES
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
_PLAN, _PLAN_ENDED = (
    Bilingual("Accepted as quiet by plan", "确认为计划静默"),
    Bilingual("Plan of silence ended", "取消静默计划"),
)
_RHYTHM, _NO_PLAN = "--rhythm ", "none"
"""How the fold writes down a plan that was accepted, and that there is none any more."""
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
            *(action.point, _rule(action.rule, language), action.fault, _done(action, language)),
            *(action.alias, swapped),
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
    if (plan := _plan(action)) is not None:
        return (_PLAN_ENDED if plan == _NO_PLAN else _PLAN).say(language)
    what = _WHAT.get((action.kind, action.verdict))
    return what.say(language) if what else action.kind


def _rule(rule: str, language: Language) -> str:
    return CODES[rule].say(language) if rule in CODES else rule


def _done(action: Action, language: Language) -> str:
    """Say what was done; a plan of silence as people write it in their language."""
    plan = _plan(action)
    if plan is None:
        return action.done
    if plan == _NO_PLAN:
        return ""
    try:
        return plan_words(parse_quiet([plan])).say(language)
    except ValueError:  # of a later version
        return plan


def _plan(action: Action) -> str | None:
    """Give the plan of silence that was accepted, as it was written; None where it was about something else."""
    if action.kind != "accept" or not action.done.startswith(_RHYTHM):
        return None
    return action.done.removeprefix(_RHYTHM)
