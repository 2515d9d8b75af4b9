"""What the diagnosis says of each point: verdict, how sure, on what evidence, and what to check next."""

from collections.abc import Sequence

import msgspec

from models.bilingual import Bilingual, Language
from models.machinery.fault_names import FAULT_NAMES, fault_name
from models.outputs import Diagnosis, Health
from stream.texts.language import spoken
from stream.texts.times import clock_text
from stream.web.views.machine_view import Viewer
from stream.web.views.points_view import point_name, with_point_names

__all__ = ["VerdictView", "verdicts_view"]

_HEALTHY = Bilingual("no fault found", "未发现故障")
_UNKNOWN = Bilingual("no fault can be named", "暂不能判定故障")
_SURE = Bilingual("confidence {share} %", "置信度 {share} %")
_SUPPORT = Bilingual("seen in {n} of the last {all} waveforms", "最近{all}段波形中有{n}段支持")
_SINCE = Bilingual("since {clock}", "自{clock}起")
_NEXT = Bilingual("Check next: {text}", "下一步检查：{text}")


class VerdictView(msgspec.Struct, frozen=True, kw_only=True):
    """One point's diagnosis in words."""

    point: str
    verdict: str
    name: str
    named: bool
    """Whether a fault is named."""
    title: str
    sure: str
    evidence: str
    next_check: str


def verdicts_view(healths: Sequence[Health], viewer: Viewer) -> tuple[VerdictView, ...]:
    """Give the diagnosis of every point that has one, named faults first, the surest first."""
    told = [
        (health.point, health.diagnosis) for health in healths if health.diagnosis is not None and health.quality.ok
    ]
    told.sort(key=lambda item: (item[1].verdict not in FAULT_NAMES, -item[1].confidence, item[0]))
    return tuple(_verdict(point, diagnosis, viewer) for point, diagnosis in told)


def _verdict(point: str, diagnosis: Diagnosis, viewer: Viewer) -> VerdictView:
    language = viewer.language
    named = diagnosis.verdict in FAULT_NAMES
    check = spoken(language, diagnosis.next_check, diagnosis.next_check_zh)
    sure = [
        _SURE.say(language, share=f"{100 * diagnosis.confidence:.0f}") if diagnosis.confidence > 0 else "",
        _SUPPORT.say(language, n=diagnosis.supporting, all=diagnosis.observations) if named else "",
        _SINCE.say(language, clock=clock_text(diagnosis.since, viewer.now, viewer.zone, language))
        if diagnosis.since
        else "",
    ]
    return VerdictView(
        point=point,
        verdict=diagnosis.verdict,
        name=point_name(point, language),
        named=named,
        title=_title(diagnosis.verdict, language),
        sure=" · ".join(part for part in sure if part),
        evidence=with_point_names(spoken(language, diagnosis.text, diagnosis.text_zh), point, language),
        next_check=_NEXT.say(language, text=check) if named and check else "",
    )


def _title(verdict: str, language: Language) -> str:
    if verdict == "healthy":
        return _HEALTHY.say(language)
    return _UNKNOWN.say(language) if verdict == "unknown" else fault_name(verdict).plain(language)
