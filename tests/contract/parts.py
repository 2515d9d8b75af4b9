"""What others rely on, part by part, as texts by name: what is stored, sent, typed and asked for.

Nothing here may hold the name of a class or a module.
"""

import asyncio
import re
import sqlite3
import time
from typing import Any, get_args

import msgspec
import typer
from pydantic import BaseModel

from models.advice.crowding import CROWDED
from models.condition.anomaly import AnomalyModel, ModelNumbers
from models.condition.recent_observations import RecentObservations
from models.fold import FUTURE, LATE, STATE_VERSION, MachineState
from models.learning.experience import Experience
from models.observations import SCHEMA, Observation
from models.outputs import Lesson
from models.probes.records import ProbeObserved
from stream.cli.main import COMMANDS
from stream.cli.main import app as cli
from stream.config.settings import Settings
from stream.messages.measurements import Message
from stream.messages.records import Stored
from stream.stores import open_store
from tests.contract.samples import OUTPUTS
from tests.contract.shapes import Shapes

__all__ = ["PARTS"]

Part = dict[str, str]


def _plain(kept: AnomalyModel | RecentObservations) -> ModelNumbers | bytes:
    return kept.to_numbers() if isinstance(kept, AnomalyModel) else kept.packed()


_SHAPES = Shapes({AnomalyModel: ModelNumbers, RecentObservations: bytes}, _plain)


def shapes(**kinds: Any) -> Part:
    """Give the shapes of types, one below the other."""
    return {name + path: text for name, kind in kinds.items() for path, text in _SHAPES.of(kind).items()}


def wire() -> Part:
    """Everything in the topics: messages, observations, what the fold says, checkpoints."""
    from stream.delivery import checkpoints
    from stream.messages.probes import PROBE_KEY, Probe

    unions = {"message": Message, "observation": Observation, "stored": Stored}
    return {
        **{f"{name} {_tag(kind)}{path}": text for name, union in unions.items() for kind in get_args(union)
           for path, text in _SHAPES.of(kind).items()},
        "key of probes": repr(PROBE_KEY),
        **shapes(probe=Probe, probe_observed=ProbeObserved),
        **shapes(lesson=Lesson, checkpoint=checkpoints.CheckpointRecord, state=MachineState),
        "version of observations": str(SCHEMA),
        "version of states": STATE_VERSION.split(" ")[0],
        "state's version": re.sub(r"[\d.]+", "N", STATE_VERSION),
        "key of a partition's position": repr(checkpoints.POSITION_KEY),
    }  # fmt: skip


def _tag(kind: type) -> str:
    return str(kind.__struct_config__.tag)


def codes() -> Part:
    """Words that are stored, and that people filter by."""
    from models.diagnosis.fault_texts import FAULTS
    from models.diagnosis.reasons import Reason
    from models.signal import quality
    from stream.doctor.check_result import State
    from stream.monitoring import monitor
    from stream.stores.influxdb.line_protocol import DEDUCTION_CODES
    from stream.texts.phrases import CODES

    return {
        "reasons": _sorted(reason.name.lower() for reason in Reason),
        "faults": _sorted(FAULTS),
        "quality flags": _sorted(quality.FAULTS),
        "quality notes": _sorted((*quality.NOTES, LATE, FUTURE, CROWDED)),
        "rules of alerts": _sorted(CODES),
        "codes of deductions": _sorted(DEDUCTION_CODES),
        "states of a check": _sorted(get_args(State)),
        "agents": " ".join(f"{topic}:{agent}" for topic, agent in monitor.AGENT_OF.items()),
        "agent of the store": monitor.STORAGE_AGENT,
    }


def _sorted(words: Any) -> str:
    return " ".join(sorted(words))


def kafka() -> Part:
    """Names on the broker: topics with their configuration, groups, clients, headers."""
    from stream.config.machines import Fleet
    from stream.kafka import groups, topic_admin
    from stream.messages import topics

    name = groups.worker_identity(Settings(sqlite={"path": "/data/stethos.sqlite"}), Fleet()).client_id().split("_")
    return {
        **{f"topic {topic}": msgspec.json.encode(topic_admin._CONFIGS[topic]).decode() for topic in topics.TOPICS},
        "all topics": msgspec.json.encode(topic_admin._COMMON).decode(),
        "inputs": " ".join(topics.INPUTS),
        "partition of lessons": str(topics.LESSONS_PARTITION),
        "largest message": str(topics.MAXIMUM_MESSAGE_BYTES),
        "groups": f"{groups.FAUST_GROUP} {groups.STORAGE_GROUP}",
        "a client's name": groups.WorkerIdentity("0.1.0", "0123abcd", "89ef0123").client_id(),
        "what tells stores apart": name[-1],
    }


def files() -> Part:
    """Files that people write or read."""
    from models.machinery import bearings, kinds
    from models.machinery.machine import Thresholds
    from models.simulation.ground_truth import FaultTruth, RunTruth, StateTruth
    from models.simulation.scenario import Scenario
    from stream.config import machines

    return shapes(
        machines=machines._File, packs=kinds._File, bearings=bearings._File, thresholds=Thresholds,
        scenario=Scenario, truth_scenario=RunTruth, truth_fault=FaultTruth, truth_state=StateTruth,
    )  # fmt: skip


def told_as_json() -> Part:
    """What commands with `--json`, and a worker at `/health`, tell."""
    from models.machinery.pack import Pack
    from stream.analysis.analysing import Analysis
    from stream.cli import influx, simulate
    from stream.cli.bearings import _json
    from stream.doctor.check_result import Checkup
    from stream.grafana.push import Pushed
    from stream.kafka.topic_admin import TopicState
    from stream.monitoring.liveness import Report
    from stream.recordings import replay_report as reporting
    from stream.recordings.publishing import Published
    from stream.recordings.replaying import Summary
    from stream.web.health import PageReport

    bearing = msgspec.json.decode(_json(_a_bearing(), 1480.0))
    return {
        **shapes(
            health=Report, doctor=Checkup, experience=Experience, replay_line=reporting._Where,
            replay_summary=Summary, analyze=Analysis, simulate=simulate._Summary, influx_setup=influx._Result,
            topics=tuple[TopicState, ...], page_health=PageReport,
            publish=Published, grafana_push=Pushed, packs=Pack,
        ),
        **{f"bearings.{key}": _sorted(value) if isinstance(value, dict) else "" for key, value in bearing.items()},
    }  # fmt: skip


def _a_bearing() -> Any:
    from models.machinery.bearings import built_in

    return built_in().find("6205")


def settings() -> Part:
    """Keys of `stethos.toml` with their defaults; the variables are made of the same names."""
    found: Part = {"variable of a key": f"{Settings.model_config['env_prefix']}SECTION"
                   f"{Settings.model_config['env_nested_delimiter']}KEY"}  # fmt: skip
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            found |= {f"{name}.{key}": repr(inner.default) for key, inner in section.model_fields.items()}
        else:
            found[name] = repr(field.default)
    return found


def commands() -> Part:
    """Names, options and defaults of the command line."""
    context = typer.Context(typer.main.get_command(cli))
    found: Part = {}
    for name in COMMANDS:
        found |= dict(_command(name, context.command.get_command(context, name)))
    return {**found, **dict(_command("", context.command))}


def _command(name: str, command: Any) -> Any:
    yield name or "stethos", _sorted(getattr(command, "commands", {}))
    for parameter in command.params:
        kind = "flag" if getattr(parameter, "is_flag", False) else "value"
        many = " many" if parameter.multiple or parameter.nargs != 1 else ""
        asked = "required" if parameter.required else f"= {parameter.default!r}"
        where = parameter.name if parameter.param_type_name == "argument" else ""
        names = where or " ".join((*parameter.opts, *parameter.secondary_opts))
        yield f"{name} {names}", f"{kind}{many} {asked}"
    for inner, each in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {inner}", each)


_FIELD = re.compile(r'(?:^|,)(\w+)=(?:"(?:[^"\\]|\\.)*"|[^,]*)')


def influxdb() -> Part:
    """Measurements with their tags and fields."""
    from stream.stores.influxdb.line_protocol import line

    found: Part = {}
    for output in OUTPUTS:
        head, rest = line(output).decode().split(" ", 1)
        measurement, *tags = head.split(",")
        assert rest.rsplit(" ", 1)[1].isdigit(), "fields, then the time"
        found[f"{measurement} tags"] = _sorted(tag.split("=")[0] for tag in tags)
        found[f"{measurement} fields"] = _sorted(_FIELD.findall(rest.rsplit(" ", 1)[0]))
    return {**found, **_pipeline()}


def _pipeline() -> Part:
    """Figures of a worker, as rows and for Prometheus; something of everything has happened."""
    from stream.monitoring.metrics import Metrics
    from stream.monitoring.pipeline_rows import figures, pipeline_line, sample

    metrics = Metrics()
    before = sample(metrics.registry, 0.0)
    metrics.observed("vibration", "vibration", time.time())
    metrics.judged("observations", "observed_vibration", time.time_ns() // 1000)
    metrics.stored("rows", "row", time.time_ns() // 1_000_000)
    metrics.dead_letter("vibration", "rate: it makes no sense")
    metrics.store_rows.labels("kept").inc()
    metrics.lag.labels("vibration", "0").set(0)
    metrics.probe_age("vibration", 0, 0.0)
    for histogram in (metrics.checkpoint_s, metrics.store_write_s):
        histogram.observe(0.1)
    metrics.store_success.set_to_current_time()
    row = figures(before, sample(metrics.registry, 15.0), now_s=time.time())
    series = [one for metric in metrics.registry.collect() for one in metric.samples]
    return {
        "pipeline tags": _sorted(re.findall(r",(\w+)=", pipeline_line("w", {"a": 1.0}, 0).decode().split(" ")[0])),
        "pipeline fields": _sorted(row),
        **{f"metric {one.name}": _sorted(one.labels) for one in series if one.name.startswith("stethos")},
    }


def sqlite(folder: Any) -> Part:
    """Tables of the embedded store."""
    chosen = Settings(sqlite={"path": folder / "contract.db"})
    store = open_store(chosen)
    asyncio.run(store.open())
    asyncio.run(store.close())
    with sqlite3.connect(chosen.sqlite.path) as file:
        tables = file.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        (version,) = file.execute("PRAGMA user_version").fetchone()
    file.close()
    return {**{name: " ".join(sql.split()) for name, sql in sorted(tables)}, "version": str(version)}


def pages() -> Part:
    """Addresses of pages, and the keys of a log's lines."""
    import logging

    from stream.cli.logs import JsonLines
    from stream.web.paths import fleet_path, language_path, machine_path

    record = logging.LogRecord("stream", logging.INFO, "", 0, "told", (), None)
    return {
        "fleet": fleet_path("en"),
        "machine": machine_path("zh", "P-1"),
        "language": language_path("zh", "P-1"),
        "line of a log": " ".join(msgspec.json.decode(JsonLines().format(record))),
    }


PARTS = {
    "wire": wire, "codes": codes, "kafka": kafka, "files": files, "json": told_as_json, "settings": settings,
    "commands": commands, "influxdb": influxdb, "sqlite": sqlite, "pages and logs": pages,
}  # fmt: skip
