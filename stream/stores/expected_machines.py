"""Who is expected to send: all that the store has heard of, but those that have left."""

from collections.abc import Iterable

from models.outputs import Health
from stream.stores.output_checks import without_forgotten

__all__ = ["expected_machines"]


def expected_machines(healths: Iterable[Health]) -> set[str]:
    """Give them from the newest health of each machine and point: whoever is out for good is not missing.

    That one is retired is said of the machine; what was said of its points before stands beside it.
    """
    newest: dict[str, Health] = {}
    for each in without_forgotten(healths):
        if each.machine not in newest or each.time >= newest[each.machine].time:
            newest[each.machine] = each
    return {name for name, each in newest.items() if each.guard != "retired"}
