"""A plain history for tests: a day of a machine that runs on and on, six times as loud from the afternoon on."""

from soak.histories.plan import Fault, Plan

__all__ = ["DAY_S", "PLAN", "SUDDEN"]

DAY_S = 86_400.0
SUDDEN = Fault(at_s=0.6 * DAY_S, size=6.0, growth="sudden")
PLAN = Plan(seed=5, days=1.0, interval_s=120.0, fault=SUDDEN)
