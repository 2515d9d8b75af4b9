"""The liveness of a worker: plain facts in, whether it is well and why not out; nothing here asks a clock."""

from collections.abc import Iterator
from typing import Literal

import msgspec

__all__ = ["AgentSigns", "Report", "Signs", "State", "StoreSigns", "assess_worker"]

State = Literal["starting", "rebalancing", "running", "stopping"]


class AgentSigns(msgspec.Struct, frozen=True, kw_only=True):
    """How far one agent is with the partitions that this worker has."""

    name: str
    lag: int = 0
    """Messages that it has not acknowledged."""
    last_event_s: float | None = None
    """Seconds since it last took a message; None where there was none yet."""
    stuck_s: float = 0.0
    """For how long a partition of it has had messages and made no progress."""
    stuck_at: str = ""
    """Which one."""


class StoreSigns(msgspec.Struct, frozen=True, kw_only=True):
    """How writing to the store goes."""

    last_success_s: float | None = None
    """Seconds since it last kept a batch; None where there was none yet."""
    failing_s: float = 0.0
    """For how long the batch in hand has been refused; 0 where writing goes well."""
    error: str = ""


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """All that liveness is judged by; ages in seconds."""

    state: State
    state_s: float
    up_s: float
    beat_s: float | None = None
    """Since the event loop last came round; None before it has."""
    broker_s: float | None = None
    """Since the broker last told the ends of the topics; None before it has."""
    partitions: int = 0
    machines: int = 0
    agents: tuple[AgentSigns, ...] = ()
    store: StoreSigns = StoreSigns()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What `/health` says."""

    ok: bool
    reasons: tuple[str, ...]
    signs: Signs
    warnings: tuple[str, ...] = ()
    """What somebody has to look at although the worker does its work: a restart would mend none of it."""


def assess_worker(signs: Signs, patience_s: float) -> Report:
    """Say whether the worker does its work; one without messages does, and so does one that is merely behind."""
    reasons = tuple(_reasons(signs, patience_s))
    return Report(ok=not reasons, reasons=reasons, signs=signs)


def _reasons(signs: Signs, patience_s: float) -> Iterator[str]:
    if signs.state == "starting":
        yield f"starting: no partitions after {signs.state_s:.0f} s; they come from Kafka, within seconds"
    elif signs.state == "stopping":
        yield "stopping"
    elif signs.state == "rebalancing" and signs.state_s > patience_s:
        yield f"rebalancing for {signs.state_s:.0f} s; look at the log, and at the broker"
    if signs.beat_s is not None and signs.beat_s > patience_s:
        yield f"the process is stuck: nothing has run in it for {signs.beat_s:.0f} s; restart it, keep its log"
        return  # what is measured inside it says nothing then
    broker_is_away = signs.broker_s is not None and signs.broker_s > patience_s
    if broker_is_away:
        yield f"the broker has not answered for {signs.broker_s:.0f} s; start Kafka, or look at the network"
    if signs.store.failing_s > patience_s:
        yield f"nothing could be stored for {signs.store.failing_s:.0f} s: {signs.store.error}"
    if signs.state != "running" or broker_is_away:
        return
    for agent in signs.agents:
        waits_for_store = agent.name == "storage" and signs.store.failing_s
        if agent.stuck_s > patience_s and not waits_for_store:
            yield (
                f"the agent {agent.name} has made no progress in {agent.stuck_at} for {agent.stuck_s:.0f} s with "
                f"{agent.lag} messages waiting; restart the worker, keep its log"
            )
