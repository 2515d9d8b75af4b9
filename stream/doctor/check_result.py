"""The result of one of the doctor's checks: what is so, and how it is mended."""

from typing import Literal

import msgspec

__all__ = ["CheckResult", "Checkup", "State", "good", "skipped", "warning", "wrong"]

State = Literal["good", "warning", "wrong", "skipped"]


class CheckResult(msgspec.Struct, frozen=True):
    """One line of the doctor: `found` is what is so, `fix` what to do; only a good or skipped one has no fix."""

    area: str
    state: State
    found: str
    fix: str = ""


class Checkup(msgspec.Struct, frozen=True):
    """All results, as `--json` prints them; `ok` where nothing is wrong."""

    ok: bool
    findings: tuple[CheckResult, ...]


def good(area: str, found: str) -> CheckResult:
    """Tell of what is well."""
    return CheckResult(area, "good", found)


def warning(area: str, found: str, fix: str) -> CheckResult:
    """Tell of what works, but somebody should know."""
    return CheckResult(area, "warning", found, fix)


def wrong(area: str, found: str, fix: str = "") -> CheckResult:
    """Tell of what fails or will lose something; without `fix`, the text after the last `;` or `:` is the fix.

    >>> wrong("store", "the disk is full; free some space").fix
    'free some space'
    >>> wrong("store", "a: b: c").fix
    'c'
    """
    if not fix:
        at = max(found.rfind("; "), found.rfind(": ") if "; " not in found else -1)
        found, fix = (found[:at], found[at + 2 :]) if at >= 0 else (found, "look at the log")
    return CheckResult(area, "wrong", found, fix)


def skipped(area: str, found: str) -> CheckResult:
    """Tell of what could not be looked at, because of something else that is wrong."""
    return CheckResult(area, "skipped", found)
