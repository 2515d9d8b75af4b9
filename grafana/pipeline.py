"""The dashboard of the workers, for whoever runs the system.

It reads `pipeline`, which every worker writes whose store is InfluxDB, so it needs no Prometheus. A worker that has
gone writes no more: the first answer counts those that wrote within the last minute of the range.
"""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from grafana.frame import choice, frame
from grafana.parts import GREY, ORANGE, VERMILION, YELLOW, answer, limits, query, trend

__all__ = ["pipeline"]

_WORKERS = '"worker" =~ /^${worker:regex}$/'
_IN_RANGE = f"$timeFilter AND {_WORKERS}"
_LAST_MINUTE = f"time >= ${{__to}}ms - 60s AND time <= ${{__to}}ms AND {_WORKERS}"
_NONE = "no worker writes: is one running, with InfluxDB as its store?"
_STEPS = ("observe", "judge", "store")


def pipeline() -> build.Dashboard:
    """Give the dashboard."""
    dashboard = frame(
        "pipeline", "workers", "Whether the workers keep up, and what holds them up.", since="now-6h"
    ).with_variable(choice("worker", "Worker", 'SHOW TAG VALUES FROM "pipeline" WITH KEY = "worker"'))
    for panel in (*_answers(), *_trends()):
        dashboard.with_panel(panel)
    return dashboard


def _newest(field: str) -> str:
    """Give the newest row of each worker that wrote within the last minute, as a query inside a query."""
    return f'(SELECT LAST("{field}") AS "v" FROM "pipeline" WHERE {_LAST_MINUTE} GROUP BY "worker")'


def _answers() -> tuple[Builder[model.Panel], ...]:
    return (
        answer(
            "How many workers are at work?",
            "Workers that wrote within the last minute of the time range.",
            query(f'SELECT COUNT("v") FROM {_newest("healthy")}'),
            unit="none",
            none="none",
        ).thresholds(limits((1, GREY), base=VERMILION)),
        answer(
            "How many of them are not well?",
            "What `stethos health` says of each; its log and /health name the reason.",
            query(f'SELECT COUNT("v") - SUM("v") FROM {_newest("healthy")}'),
            unit="none",
            none="no worker",
        ).thresholds(limits((1, VERMILION))),
        answer(
            "How many messages a second come in?",
            "Vibration, temperature and readings that became observations, over all workers.",
            query(f'SELECT SUM("v") FROM {_newest("observed_per_s")}'),
            unit="none",
            none="no worker",
        )
        .thresholds(limits())
        .decimals(1),
        answer(
            "How many messages are waiting?",
            "Not yet acknowledged, of all steps. Fine while it falls; growing for long, start more workers.",
            query(f'SELECT SUM("v") FROM {_newest("waiting")}'),
            unit="none",
            none="no worker",
        ).thresholds(limits((10_000, YELLOW), (100_000, ORANGE))),
        answer(
            "How many messages were put aside?",
            "In the time range: unreadable, or refused by the store. They are in the topic dead-letter.",
            query(f'SELECT SUM("dead_letters") FROM "pipeline" WHERE {_IN_RANGE}'),
            unit="none",
            none="none known",
        ).thresholds(limits((1, ORANGE))),
        answer(
            "How long since the store kept something (s)?",
            "The worker that has waited longest. Long is fine where no machine sends.",
            query(f'SELECT MAX("v") FROM {_newest("store_age_s")}'),
            unit="s",
            none="nothing yet",
        ).thresholds(limits((300, YELLOW))),
    )


def _over_time(*selected: str) -> str:
    columns = ", ".join(selected)
    return f'SELECT {columns} FROM "pipeline" WHERE {_IN_RANGE} GROUP BY time($__interval), "worker" fill(none)'


def _trends() -> tuple[Builder[model.Panel], ...]:
    each = "$tag_worker: $col"
    done = (f'MEAN("{step}_per_s") AS "{step}"' for step in ("observed", "judged", "stored"))
    saving = ('MAX("checkpoint_p99_s") AS "checkpoint"', 'MAX("store_write_p99_s") AS "write"')
    return (
        trend(
            "How much is done (a second)?",
            "Observations made, judged, and rows kept. Mean of each interval.",
            query(_over_time(*done), alias=each),
            unit="none",
            none=_NONE,
        ).min(0),
        trend(
            "How much is waiting, and for which step?",
            "Most messages of each interval.",
            query(_over_time(*(f'MAX("waiting_{step}") AS "{step}"' for step in _STEPS)), alias=each),
            unit="none",
            none=_NONE,
        ).min(0),
        trend(
            "How long does each step take (99 of 100)?",
            "observe: from the broker to the observation; judge: from there to the judgement; store: from there to "
            "the store. Longest of each interval.",
            query(_over_time(*(f'MAX("{step}_p99_s") AS "{step}"' for step in _STEPS)), alias=each),
            unit="s",
            none="nothing came in this time range",
        ).min(0),
        trend(
            "How long do checkpoints and writes take (99 of 100)?",
            "Saving a partition's machines, and one batch to the store. Longest of each interval.",
            query(_over_time(*saving), alias=each),
            unit="s",
            none="nothing came in this time range",
        ).min(0),
        trend(
            "What went wrong?",
            "Put aside, writes tried again, rows that the store refuses for good, and partitions given out anew.",
            query(
                _over_time(
                    'SUM("dead_letters") AS "put aside"',
                    'SUM("store_retries") AS "tried again"',
                    'SUM("refused_rows") AS "refused"',
                    'SUM("rebalances") AS "given out anew"',
                ),
                alias=each,
            ),
            unit="none",
            none=_NONE,
        ).min(0),
        trend(
            "How much memory do they use?",
            "It grows with machines and stays flat after that.",
            query(_over_time('MAX("memory_bytes") AS "memory"'), alias=each),
            unit="bytes",
            none=_NONE,
        ).min(0),
    )
