"""Look for what the doctor said."""

from collections.abc import Iterable

from stream.doctor.check_result import CheckResult

__all__ = ["good_in", "only_wrong", "states"]


def states(findings: Iterable[CheckResult]) -> dict[str, list[CheckResult]]:
    sorted_: dict[str, list[CheckResult]] = {"good": [], "warning": [], "wrong": [], "skipped": []}
    for finding in findings:
        sorted_[finding.state].append(finding)
        assert bool(finding.fix) == (finding.state in ("warning", "wrong")), finding
    return sorted_


def only_wrong(findings: Iterable[CheckResult]) -> CheckResult:
    """Give the one finding that is wrong."""
    found = states(findings)["wrong"]
    assert len(found) == 1, found
    return found[0]


def good_in(findings: Iterable[CheckResult]) -> list[str]:
    """Give what was found good, where nothing else was found."""
    found = states(findings)
    assert not found["wrong"] + found["warning"] + found["skipped"], found
    return [finding.found for finding in found["good"]]
