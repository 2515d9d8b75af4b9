"""The fault that a machine's diagnosis names, in one line."""

from models.bilingual import Bilingual, Language
from models.machinery.fault_names import FAULT_NAMES, fault_name
from stream.web.views.machine_facts import MachineFacts
from stream.web.views.points_view import point_name

__all__ = ["named_text"]

_NAMED = Bilingual("{point}: {fault} (confidence {share})", "{point}：{fault}（置信度{share}）")


def named_text(facts: MachineFacts, language: Language) -> str:
    """Name the fault that most observations agree on, at the point where it is strongest; empty without one."""
    named = [
        (health.point, health.diagnosis)
        for health in facts.healths
        if health.diagnosis is not None and health.diagnosis.verdict in FAULT_NAMES
    ]
    if not named:
        return ""
    point, diagnosis = max(
        named, key=lambda item: (not item[1].stronger_at, item[1].supporting, item[1].confidence)
    )
    fault = fault_name(diagnosis.verdict).plain(language)
    share = f"{100 * diagnosis.confidence:.0f} %"
    text = _NAMED.say(language, point=point_name(point, language), fault=fault, share=share)
    return text[:1].upper() + text[1:]
