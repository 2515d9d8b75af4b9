"""The worker: one Faust application with all agents, one outbox, and the order in which they start and stop.

What Faust does by itself loses events (an exception acknowledges, recovery clears queues), so its application is
set up for manual acknowledgement throughout: see `docs/decisions/`.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import faust
from aiokafka import AIOKafkaProducer, TopicPartition

from models.errors import StethosError
from stream.agents.admission import Admission
from stream.agents.aliases import add_aliases
from stream.agents.capture_policy import CapturePolicy
from stream.agents.condition import Condition
from stream.agents.context import Context
from stream.agents.experience import add_experience
from stream.agents.expiry import add_expiry
from stream.agents.indicators import add_indicator_agents
from stream.agents.intake import add_intake
from stream.agents.probes import Prober, add_probes
from stream.agents.rebuilding import add_rebuilding
from stream.agents.storage import add_storage
from stream.agents.ticks import add_ticks
from stream.config.machines import Fleet, load_fleet
from stream.config.settings import Settings
from stream.delivery.dead_letters import DeadLetters
from stream.delivery.faust_events import RawSchema, Sensors
from stream.delivery.faust_transport import Transport
from stream.delivery.generation import Generation
from stream.delivery.life_watch import LifeWatch
from stream.delivery.lives import Lives
from stream.delivery.outbox import Outbox
from stream.kafka.auto_creation import never_create_topics
from stream.kafka.groups import AGENT_OF, FAUST_GROUP, worker_identity
from stream.kafka.progress import Progress
from stream.kafka.topic_reader import TopicReader
from stream.messages.topics import MAXIMUM_MESSAGE_BYTES
from stream.monitoring.metrics import Metrics
from stream.monitoring.monitor import Monitor
from stream.monitoring.pipeline_rows import pipeline_rows

__all__ = ["Worker"]

log = logging.getLogger(__name__)

_HEADROOM_BYTES = 512 * 1024
_STOP_PATIENCE_S = 10
_YIELD_EVERY_S = 0.01


class _FaustRuntime:
    """What agents may ask of the Faust application that they run in."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 -- Faust has no types
        self.started = asyncio.Event()
        self.has_failed = False
        self._app, self._last_yield_s = app, 0.0

    def agent(self, topics: Sequence[str], function: Callable[[Any], Awaitable[None]], *, name: str) -> None:
        """Add an agent that reads raw bytes: decoding inside Faust would lose what cannot be decoded."""
        channel = self._app.topic(*topics, schema=RawSchema())
        self._app.agent(channel, name=name, concurrency=1)(function)

    def background(self, task: Callable[[], Awaitable[None]]) -> None:
        """Run `task` as long as the application runs; if it fails, the process ends with an error."""
        self._app.task(task)

    async def yield_to_others(self) -> None:
        """Let others run now and then: an agent that always has events would never yield by itself."""
        now = time.monotonic()
        if now - self._last_yield_s > _YIELD_EVERY_S:
            await asyncio.sleep(0)
            self._last_yield_s = time.monotonic()

    async def crash(self, error: Exception) -> None:
        """End the process with this error, for its supervisor to start it again; what is ours is told in a line."""
        if not isinstance(error, StethosError):
            await self._app.crash(error)
            return
        log.error("%s", error)
        self.has_failed = True
        signal.raise_signal(
            signal.SIGTERM
        )  # stops in order, where a crash would leave Faust's threads with tracebacks


class Worker:
    """All parts of one worker process; `app` is the Faust application to run."""

    def __init__(self, settings: Settings) -> None:
        never_create_topics()
        fleet = load_fleet(settings)
        identity = worker_identity(settings, fleet)
        self.app = _faust_app(settings, identity.client_id())
        self.metrics = Metrics(settings=f"{identity.judgement_digest}-{identity.storage_digest}")
        self.monitor = Monitor(
            self.metrics,
            servers=settings.servers,
            patience_s=settings.health.patience_s,
            probe_s=settings.health.probe_s,
        )
        self._runtime = _FaustRuntime(self.app)
        self._generation = Generation()
        self._lives = Lives()
        self._outbox = Outbox(partitions=settings.partitions, one_record_a_batch=settings.embedded_broker)
        self._producer: AIOKafkaProducer | None = None
        self._sending: asyncio.Future[None] | None = None
        self._settings = settings
        self._reader = TopicReader(settings)
        context = Context(
            runtime=self._runtime,
            settings=settings,
            client_id=identity.client_id(),
            generation=self._generation,
            lives=self._lives,
            reader=self._reader,
            outbox=self._outbox,
            dead_letters=DeadLetters(self._outbox, self.metrics),
            metrics=self.metrics,
            monitor=self.monitor,
        )
        self._condition, self._prober = self._add_agents(context, fleet)
        self._watch = LifeWatch(
            self._reader,
            self._lives,
            save_states=self._condition.save_all,
            crash=self._runtime.crash,
        )
        self.app.transport = Transport(
            self.app.conf.broker_consumer, self.app, lives=self._lives, watch=self._watch
        )
        self._add_monitoring()
        self.app.on_partitions_revoked.connect(self._on_partitions_revoked)
        self.app.on_rebalance_complete.connect(self._on_rebalance_complete)
        self.app.on_before_shutdown.connect(self._on_before_shutdown)

    @property
    def has_failed(self) -> bool:
        """Whether it has ended because going on would be wrong, having said so."""
        return self._runtime.has_failed

    def _add_agents(self, context: Context, fleet: Fleet) -> tuple[Condition, Prober]:
        captures = CapturePolicy()
        condition = Condition(context, captures)
        admission = Admission(
            context.settings.limits, fleet, condition.machines, partitions=context.settings.partitions
        )
        condition.on_forgotten = admission.release
        aliases = add_aliases(context, fleet, condition.machines)
        add_indicator_agents(context, fleet, captures, admission, aliases)
        add_rebuilding(context, condition)
        add_storage(context)
        add_ticks(context, condition)
        add_expiry(context, condition, fleet)
        add_experience(context, condition)
        add_intake(context, condition, admission, aliases)
        return condition, add_probes(context, lambda: tuple(condition.partitions))

    def _add_monitoring(self) -> None:
        self.monitor.count(self._condition.owned)
        self.monitor.warn(self._watch.warnings)
        self.monitor.follow(FAUST_GROUP, self._progress)
        self._runtime.background(self.monitor.beat)
        self._runtime.background(self._watch_monitor)
        self._runtime.background(self._watch_lives)
        write_rows = pipeline_rows(self._settings, self.metrics, self.monitor)
        if write_rows is not None:
            self._runtime.background(write_rows)

    async def _watch_monitor(self) -> None:
        await self.monitor.watch(self._runtime.started)

    def _progress(self) -> dict[TopicPartition, Progress]:
        """Give how far Faust's agents have come with each partition that they read."""
        return {tp: one for tp, one in self.app.consumer.progress().items() if tp.topic in AGENT_OF}

    async def _watch_lives(self) -> None:
        await self._runtime.started.wait()
        await self._watch.run(lambda: self.app.consumer)

    async def _start_outbox(self) -> None:
        if self._sending is not None:
            return
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.servers,
            acks="all",
            max_batch_size=1024 * 1024,
            max_request_size=MAXIMUM_MESSAGE_BYTES + _HEADROOM_BYTES,
        )
        await self._producer.start()
        self._sending = self.app.add_future(self._outbox.run(self._producer))
        self._runtime.started.set()

    async def _on_partitions_revoked(self, *_: object, **__: object) -> None:
        """Make all that was read before void: another worker may own these partitions from now on."""
        self._generation.advance()
        self._lives.settled = False
        self.monitor.enter("rebalancing")
        self._condition.drop()
        self._prober.drop()

    async def _on_rebalance_complete(self, *_: object, **__: object) -> None:
        """Restore before Faust seeks and resumes: its own recovery would drop events that are already fetched."""
        self.app.consumer.stop_flow()  # Faust lets it flow again by itself
        began = time.monotonic()
        await self._watch.begin(self.app.consumer)
        await self._start_outbox()
        if await self._condition.restore(self.app.consumer):
            partitions, machines = self._condition.owned()
            log.info(
                "ready: %d partitions, %d machines restored in %.2f s",
                partitions,
                machines,
                time.monotonic() - began,
            )
            self.monitor.enter("running")
            assert self._producer is not None
            self._prober.begin(self._producer)

    async def _on_before_shutdown(self, *_: object, **__: object) -> None:
        """Nothing flows any more: finish what is in hand, so that the next start repeats nothing."""
        self.monitor.enter("stopping")
        if self._sending is not None:
            steps = {"sending": self._outbox.flush, "the last checkpoint": self._condition.checkpoint_all}
            for name, step in steps.items():
                try:
                    await asyncio.wait_for(step(), _STOP_PATIENCE_S)
                except TimeoutError:
                    log.warning("stopping: %s took too long; it will be repeated at the next start", name)
        self._generation.advance()
        if self._sending is not None:
            self._sending.cancel()  # it would go on trying, and tell each time that its producer is closed
        if self._producer is not None:
            with suppress(TimeoutError):  # without a broker it waits for ever, with what it could not send
                await asyncio.wait_for(self._producer.stop(), _STOP_PATIENCE_S)


def _faust_app(settings: Settings, client_id: str) -> Any:  # noqa: ANN401 -- Faust has no types
    app = faust.App(
        FAUST_GROUP,
        broker=[f"kafka://{server}" for server in settings.servers],
        broker_client_id=client_id,
        autodiscover=False,
        producer_acks=-1,
        stream_wait_empty=False,  # acknowledgements follow checkpoints; with True a stop hangs
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=MAXIMUM_MESSAGE_BYTES + _HEADROOM_BYTES,
        broker_session_timeout=10,
        broker_heartbeat_interval=3,
        broker_rebalance_timeout=10,
        broker_commit_interval=1.0,
        broker_max_poll_records=100,
        stream_buffer_maxsize=256,  # of messages that may have megabytes each
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        store="memory://",
    )
    app.sensors = Sensors(app)
    return app
