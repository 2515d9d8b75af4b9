"""Findings about a pump, and blocks of it that are louder than usual."""

from models.observations import FindingObserved
from tests.models.fold.observed import at, vibration


def finding(i, verdict, **changes):
    fields = {"machine": "pump", "time_us": at(i), "observed_us": at(i), "digest": f"finding-{i}-{verdict}"}
    return FindingObserved(**{**fields, "verdict": verdict, **changes})


def louder(first, last, factor=3.0, **others):
    return [vibration(i, factor=factor, **others) for i in range(first, last)]
