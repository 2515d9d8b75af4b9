"""How long a machine has got: panels of its remaining life as an interval, and of how such words have held."""

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from grafana.parts import query, trend
from grafana.texts import over_time

__all__ = ["remaining_life"]

_MACHINE = '"machine"'
_LIFE = ", ".join(f'MEDIAN("remaining_life_{end}_h") AS "{end}"' for end in ("low", "median", "high"))
_HELD = '100 * LAST("remaining_life_forecasts_held") / LAST("remaining_life_forecasts_checked") AS "held"'
_TESTED = '"remaining_life_forecasts_checked" > 0'


def remaining_life() -> tuple[Builder[model.Panel], ...]:
    """Give the two panels, which stand side by side."""
    return (
        trend(
            "Time to limit: how long has it got (hours of operation)?",
            "Until the limit of high, or zone D, as an interval that is meant to hold in two of three cases: given "
            "after an onset and before the limit, else nothing is drawn. Median over time.",
            query(over_time("health", _LIFE, group=_MACHINE), alias="$col"),
            unit="suffix: h",
            none="no end in sight: nothing has set in that would let a remaining life be told",
            bridge_gaps=False,
        ).min(0),
        trend(
            "How many of its forecasts have held (%)?",
            "Of those in the same decline that could be tested: whether the level lay where it was foretold. Four "
            "of five should; few tests say little.",
            query(over_time("health", _HELD, group=_MACHINE, condition=_TESTED), alias="held so far"),
            unit="percent",
            none="no forecast could be tested yet",
            bridge_gaps=False,
        )
        .min(0)
        .max(100),
    )
