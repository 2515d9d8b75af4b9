"""What a machine is called on the page, and what else is known of it from its description."""

from models.bilingual import Bilingual, Language
from models.machinery.machine import Machine
from stream.texts.phrases import KINDS

__all__ = ["machine_facts_text", "machine_name"]

_LINE = Bilingual("line {line}", "产线 {line}")
_SEPARATOR = " · "


def machine_name(machine: Machine, language: Language) -> str:
    """Give the name people use in a language, or in the other one, or the id."""
    first, second = machine.name.en, machine.name.zh
    if language == "zh":
        first, second = second, first
    return first or second or machine.id


def machine_facts_text(machine: Machine, language: Language) -> str:
    """Give id, kind, line, and the name in the other language."""
    kind = KINDS[machine.kind].say(language) if machine.kind in KINDS else machine.kind
    line = _LINE.say(language, line=machine.line) if machine.line else ""
    other = machine.name.en if language == "zh" else machine.name.zh
    shown = machine_name(machine, language)
    parts = [machine.id if machine.id != shown else "", kind, line, other if other != shown else ""]
    return _SEPARATOR.join(part for part in parts if part)
