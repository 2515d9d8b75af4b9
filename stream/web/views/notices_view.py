"""Notices of the page about itself: its headline, and whether what it shows can be believed."""

from datetime import datetime, tzinfo
from typing import Literal

import msgspec

from models.bilingual import Bilingual, Language
from stream.texts.times import clock_text, span_text
from stream.web.views.freshness import Freshness
from stream.web.views.snapshot import Snapshot
from stream.web.views.watch_view import doubt_of, doubt_texts, is_unread

__all__ = ["Notice", "headline", "notices"]

_NEED = Bilingual("{n} of {all} machines need someone", "{all}台设备中有{n}台需要处理")
_NEEDS = Bilingual("1 of {all} machines needs someone", "{all}台设备中有1台需要处理")
_THE_ONE = Bilingual("The machine needs someone", "该设备需要处理")
_ALL_SOUND = Bilingual("None of {all} machines needs anyone", "{all}台设备暂无需要处理的")
_ONE_SOUND = Bilingual("The machine needs no one", "设备暂不需要处理")
_LEARNING = Bilingual("Still learning: {n}.", "学习中：{n}台。")
_UNHEARD = Bilingual("Without data so far: {n}.", "尚无数据：{n}台。")
_NOTHING = Bilingual("No machines yet", "还没有设备")
_CANNOT = Bilingual("Nothing can be shown yet", "暂时无法显示")
_READING = Bilingual("Reading the store…", "正在读取数据…")
_NOTHING_HELP = Bilingual(
    "Start a worker (stethos worker) and send measurements: stethos publish FILE, or stethos simulate to try it. "
    "Machines show up here by themselves.",
    "请启动工作进程（stethos worker）并发送测量数据：stethos publish 文件，或用 stethos simulate 试用。"
    "设备会自动显示在这里。",
)
_WAITING = Bilingual("Waiting for the first data", "等待首批数据")
_WAITING_HELP = Bilingual(
    "{n} machines are described, none has sent anything yet. Is the worker running, and does the gateway send?",
    "已登记{n}台设备，尚未收到任何数据。工作进程是否在运行？网关是否在发送？",
)
_TROUBLE = Bilingual("The results cannot be read: tell whoever runs the system", "无法读取结果，请联系系统管理员")
_UNREAD = Bilingual("The results have not been read for {span}", "已{span}未读取结果")
_UNREAD_HELP = Bilingual(
    "The store does not answer. Tell whoever runs the system.", "存储没有响应。请联系系统管理员。"
)
_SHOWN_FROM = Bilingual("Shown as it was at {clock}.", "以下为{clock}的状态。")
_SILENT = Bilingual("No new data for {span}", "已{span}没有新数据")
_SILENT_HELP = Bilingual(
    "The last came in at {clock}; what is shown may be out of date. Tell whoever runs the system: "
    "gateway, broker or worker.",
    "最后一次收到数据：{clock}；以下内容可能已过时。请联系系统管理员检查网关、消息服务器和工作进程。",
)
_BEHIND = Bilingual("Data run {span} behind the clock", "数据比当前时间晚{span}")
_BEHIND_HELP = Bilingual(
    "They were measured at {clock}: a recording, a simulation, or a backlog that is being worked off.",
    "数据测量时间为{clock}：来自录制数据回放、仿真，或正在处理积压。",
)
_CUT = Bilingual("More alerts are open than this page reads", "未关闭的报警超出本页面的读取上限")
_CUT_HELP = Bilingual(
    "Those that were raised longest ago are not shown. Statuses are right all the same: go by them.",
    "最早的报警未显示。设备状态仍然正确，请以各设备的状态为准。",
)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know before believing what is shown."""

    kind: Literal["error", "warning", "info"]
    title: str
    text: str
    about: str = ""
    """What it is of, so that several of a kind can be told apart."""


def headline(
    snapshot: Snapshot, *, needy: int, known: int, learning: int, unheard: int, language: Language
) -> tuple[str, str]:
    """Say the page in one sentence, and beside it what to do, or of how many nothing can be said yet."""
    if not snapshot.loaded:
        return (_CANNOT if snapshot.trouble else _READING).say(language), ""
    if not known:
        return _NOTHING.say(language), _NOTHING_HELP.say(language)
    if unheard == known:
        return _WAITING.say(language), _WAITING_HELP.say(language, n=known)
    phrase = _THE_ONE if known == 1 else _NEEDS if needy == 1 else _NEED
    if not needy:
        phrase = _ONE_SOUND if known == 1 else _ALL_SOUND
    unjudged = ((_LEARNING, learning), (_UNHEARD, unheard))
    return phrase.say(language, n=needy, all=known), " ".join(
        text.say(language, n=count) for text, count in unjudged if count
    )


def notices(
    snapshot: Snapshot, fresh: Freshness, clock: datetime, zone: tzinfo, language: Language, *, known: bool = True
) -> tuple[Notice, ...]:
    """Tell what limits the page: a store that fails, nobody who judges, data that stopped or run behind the clock.

    The first of them is the page's first line.
    """

    def time_text(moment: datetime) -> str:
        return clock_text(moment, clock, zone, language, seconds=True)

    def ago(moment: datetime) -> str:
        return span_text((clock - moment).total_seconds(), language)

    found: list[Notice] = []
    if snapshot.trouble:
        shown = _SHOWN_FROM.say(language, clock=time_text(snapshot.read_at)) if snapshot.loaded else ""
        said = snapshot.trouble.rstrip(".") + "."
        text = " ".join(part for part in (said, shown) if part)
        found.append(Notice(kind="error", title=_TROUBLE.say(language), text=text))
    elif is_unread(snapshot, clock):
        text = f"{_UNREAD_HELP.say(language)} {_SHOWN_FROM.say(language, clock=time_text(snapshot.read_at))}"
        found.append(Notice(kind="error", title=_UNREAD.say(language, span=ago(snapshot.read_at)), text=text))
    elif known and (doubt := doubt_of(snapshot, clock)) is not None:
        title, text = doubt_texts(doubt, clock, zone, language)
        found.append(Notice(kind="error", title=title, text=text))
    elif fresh.silent_since is not None:
        title = _SILENT.say(language, span=ago(fresh.silent_since))
        text = _SILENT_HELP.say(language, clock=time_text(fresh.silent_since))
        found.append(Notice(kind="warning", title=title, text=text))
    elif fresh.behind and fresh.newest is not None:
        title = _BEHIND.say(language, span=span_text(fresh.behind.total_seconds(), language))
        found.append(
            Notice(kind="info", title=title, text=_BEHIND_HELP.say(language, clock=time_text(fresh.newest)))
        )
    if snapshot.alerts_cut:
        found.append(Notice(kind="warning", title=_CUT.say(language), text=_CUT_HELP.say(language), about="alerts"))
    return tuple(found)
