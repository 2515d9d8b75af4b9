"""The liveness of a worker: plain facts in, whether it is well and why not out; nothing here asks a clock."""

from collections.abc import Iterator
from typing import Literal

import msgspec

__all__ = ["AgentSigns", "ProbeSigns", "Report", "Signs", "State", "StoreSigns", "assess_worker"]

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
    behind_s: float = 0.0
    """All that came before so many seconds ago is acknowledged, of every partition."""


class StoreSigns(msgspec.Struct, frozen=True, kw_only=True):
    """How writing to the store goes."""

    last_success_s: float | None = None
    """Seconds since it last kept a batch; None where there was none yet."""
    failing_s: float = 0.0
    """For how long the batch in hand has been refused; 0 where writing goes well."""
    error: str = ""


class ProbeSigns(msgspec.Struct, frozen=True, kw_only=True):
    """How the probes of this worker's partitions fare."""

    oldest_s: float | None = None
    """Since the oldest of the newest was sent that the store gives back; None without partitions."""
    stage: str = ""
    """The first that probes pass no more: `sent`, `observed`, `judged`, `stored`; mostly empty."""
    stopped_at: str = ""
    """Which inputs and partitions stop there."""
    stopped_s: float = 0.0
    error: str = ""
    wrong_at: str = ""
    """Of which the store gives back other values than were sent; mostly empty."""


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
    probes: ProbeSigns = ProbeSigns()


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
    yield from _reasons_of_probes(signs.probes)


_STOPPED = {
    "sent": (
        "no probe could be sent to {at} for {s:.0f} s{error}, so nobody can say whether measurements are judged; "
        "see to the broker, and let workers write to its inputs"
    ),
    "observed": (
        "no probe of {at} has been observed for {s:.0f} s, so no message may be: the indicator agents, or their "
        "way to the topic observations; restart the worker, keep its log"
    ),
    "judged": (
        "no probe of {at} has been judged for {s:.0f} s, so no observation may be: the condition agent, or its "
        "way to the topic rows; restart the worker, keep its log"
    ),
    "stored": (
        "no probe of {at} has come back from the store for {s:.0f} s{error}, so no result may be there: the "
        "storage agents do not write it, or its file or bucket was moved, restored or emptied, or cannot be read; "
        "see to the store, restart the workers, keep their logs"
    ),
}


def _reasons_of_probes(probes: ProbeSigns) -> Iterator[str]:
    if probes.stage:
        error = f" ({probes.error})" if probes.error else ""
        yield _STOPPED[probes.stage].format(at=probes.stopped_at, s=probes.stopped_s, error=error)
    if probes.wrong_at:
        yield (
            f"the store gives back other values than were sent with the probes of {probes.wrong_at}, so what it "
            "holds of machines may be wrong too; see that all workers have one version, and report it"
        )
