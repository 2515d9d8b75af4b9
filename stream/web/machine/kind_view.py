"""What is known of a machine's kind, as its page shows it: what matters, limits with their source, faults."""

import msgspec

from models.bilingual import Bilingual, Language
from models.machinery.machine import Machine
from models.machinery.pack import Pack, Text
from models.texts.pack_labels import matter_label

__all__ = ["KindView", "LikelyView", "Term", "kind_view"]

_TITLE = Bilingual("What to know of it: {name}", "设备知识：{name}")
_VELOCITY = Bilingual("Vibration velocity", "振动速度")
_ZONES = Bilingual(
    "zone C from {c} mm/s, zone D from {d} mm/s RMS. Source: {source}",
    "C区自{c} mm/s、D区自{d} mm/s（有效值）。依据：{source}",
)
_NO_ZONES = Bilingual(
    "no zones: judged by its own baseline. Zones may need power_kw, mounting or category in machines.toml",
    "无等级限值：按自身基线判断。等级可能需要 machines.toml 中的 power_kw、mounting 或 category",
)
_NEVER_ZONES = Bilingual("no zones: judged by its own baseline", "无等级限值：按自身基线判断")
_CATEGORY = Bilingual("Category", "类别")
_ASK = Bilingual(
    "not given; with category = … in machines.toml the limits of its own standard hold: {known}",
    "未填写；在 machines.toml 中填写 category 后采用其专用标准：{known}",
)
_GIVEN = Bilingual("{id}: {meaning}", "{id}：{meaning}")
_TEMPERATURE = Bilingual("Temperature", "温度")
_MAKERS = Bilingual("at most {limit} °C, from machines.toml", "不超过{limit} °C（来自 machines.toml）")
_BEARING = Bilingual(
    "rolling bearings at most {limit} °C. Source: {source}", "滚动轴承不超过{limit} °C。依据：{source}"
)
_UNNAMED = Bilingual(
    "rolling bearings at most {limit} °C, once [machine.bearings] names them. Source: {source}",
    "滚动轴承不超过{limit} °C（在 [machine.bearings] 中登记轴承后生效）。依据：{source}",
)
_NO_LIMIT = Bilingual("no absolute limit: judged by its rise", "无绝对限值：按温升判断")


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A name and what there is to say of it."""

    name: str
    text: str


class LikelyView(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that such machines have."""

    name: str
    sign: str
    check: str


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """A pack, for one machine and one reader."""

    title: str
    scope: str
    matters: tuple[Term, ...]
    limits: tuple[Term, ...]
    faults: tuple[LikelyView, ...]
    notes: tuple[str, ...]
    left_out: tuple[Term, ...]


def kind_view(machine: Machine, pack: Pack | None, language: Language) -> KindView | None:
    """Draw up what the pack says; None without one, or where it isn't the one that the machine is judged by."""
    if pack is None or machine.mechanism is None or machine.mechanism.pack != pack.id:
        return None

    def say(text: Text) -> str:
        return text.plain(language)

    return KindView(
        title=_TITLE.say(language, name=say(pack.name)),
        scope=say(pack.scope),
        matters=tuple(Term(name=matter_label(each).plain(language), text=say(each.why)) for each in pack.matters),
        limits=_limits(machine, pack, language),
        faults=tuple(
            LikelyView(name=say(each.name), sign=say(each.sign), check=say(each.check)) for each in pack.faults
        ),
        notes=tuple(say(note) for note in pack.notes),
        left_out=tuple(Term(name=each.name(language), text=say(each.why)) for each in pack.left_out),
    )


def _limits(machine: Machine, pack: Pack, language: Language) -> tuple[Term, ...]:
    return (
        Term(name=_VELOCITY.say(language), text=_zones(machine, pack, language)),
        *_category(machine, pack, language),
        Term(name=_TEMPERATURE.say(language), text=_temperature(machine, language)),
    )


def _zones(machine: Machine, pack: Pack, language: Language) -> str:
    mechanism = machine.mechanism
    if mechanism is None or mechanism.boundaries is None:
        return (_NO_ZONES if pack.zones else _NEVER_ZONES).say(language)
    zones = mechanism.boundaries
    return _ZONES.say(language, c=f"{zones.bc_mm_s:g}", d=f"{zones.cd_mm_s:g}", source=mechanism.boundaries_source)


def _category(machine: Machine, pack: Pack, language: Language) -> tuple[Term, ...]:
    if not pack.categories:
        return ()
    meanings = {
        each.id: _GIVEN.say(language, id=each.id, meaning=each.meaning.plain(language)) for each in pack.categories
    }
    text = (
        " ".join(meaning for id_, meaning in meanings.items() if id_.casefold() == machine.category.casefold())
        if machine.category
        else _ASK.say(language, known=" ".join(meanings.values()))
    )
    return (Term(name=_CATEGORY.say(language), text=text or machine.category),)


def _temperature(machine: Machine, language: Language) -> str:
    if machine.temperature_limit_c is not None:
        return _MAKERS.say(language, limit=f"{machine.temperature_limit_c:g}")
    mechanism = machine.mechanism
    if mechanism is None or mechanism.bearing_limit_c is None:
        return _NO_LIMIT.say(language)
    phrase = _BEARING if machine.bearings else _UNNAMED
    return phrase.say(language, limit=f"{mechanism.bearing_limit_c:g}", source=mechanism.bearing_source)
