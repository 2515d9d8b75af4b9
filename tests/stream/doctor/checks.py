"""Sort the results of the doctor's checks."""

from collections.abc import Iterable

from stream.doctor.check_result import CheckResult

__all__ = ["good_in", "only_wrong", "states"]


def states(results: Iterable[CheckResult]) -> dict[str, list[CheckResult]]:
    by_state: dict[str, list[CheckResult]] = {"good": [], "warning": [], "wrong": [], "skipped": []}
    for result in results:
        by_state[result.state].append(result)
        assert bool(result.fix) == (result.state in ("warning", "wrong")), result
    return by_state


def only_wrong(results: Iterable[CheckResult]) -> CheckResult:
    """Give the one result that is wrong."""
    results = states(results)["wrong"]
    assert len(results) == 1, results
    return results[0]


def good_in(results: Iterable[CheckResult]) -> list[str]:
    """Give what was found good, where nothing else was found."""
    by_state = states(results)
    assert not by_state["wrong"] + by_state["warning"] + by_state["skipped"], by_state
    return [result.found for result in by_state["good"]]
