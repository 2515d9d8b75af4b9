"""The worker: one Faust application with all agents, one outbox, and the order in which they start and stop.

What Faust does by itself loses events (an exception acknowledges, recovery clears queues), so its application is
set up for manual acknowledgement throughout: see `docs/decisions/`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import faust
from aiokafka import AIOKafkaProducer

from stream.acknowledging import Epoch
from stream.agents.condition import Condition
from stream.agents.experience import add_experience
from stream.agents.indicators import add_indicator_agents
from stream.agents.storage import Storage
from stream.agents.ticks import add_ticks
from stream.capturing import Capturing
from stream.groups import FAUST_GROUP, mark_of
from stream.machines import load_fleet
from stream.outbox import Outbox
from stream.settings import Settings
from stream.topics import MAXIMUM_MESSAGE_BYTES
from stream.transport import Transport
from stream.vitals.metrics import Metrics
from stream.vitals.monitor import Monitor
from stream.vitals.pipeline import add_pipeline_rows

__all__ = ["Worker"]

log = logging.getLogger(__name__)

_HEADROOM_BYTES = 512 * 1024
_STOP_PATIENCE_S = 10
_BREATH_S = 0.01


class Worker:
    """All parts of one worker process; `app` is the Faust application to run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.fleet = load_fleet(settings)
        self.epoch = Epoch()
        self.capturing = Capturing()
        self.mark = mark_of(settings, self.fleet)
        self.app = _faust_app(settings, self.mark.client_id())
        self._producer: AIOKafkaProducer | None = None
        self._outbox: Outbox | None = None
        self._sending: asyncio.Future[None] | None = None
        self._last_breath = 0.0
        self.begun = asyncio.Event()
        self.metrics = Metrics(settings=f"{self.mark.judging}-{self.mark.keeping}")
        self.monitor = Monitor(self, self.metrics, patience_s=settings.health.patience_s)
        add_indicator_agents(self)
        self.condition = Condition(self)
        Storage(self)
        add_ticks(self, self.condition)
        add_experience(self, self.condition)
        add_pipeline_rows(self)
        self.app.on_partitions_revoked.connect(self._on_partitions_revoked)
        self.app.on_rebalance_complete.connect(self._on_rebalance_complete)
        self.app.on_before_shutdown.connect(self._on_before_shutdown)

    @property
    def outbox(self) -> Outbox:
        """Where everything is sent; there before the first event is."""
        assert self._outbox is not None, "nothing flows before the first rebalance is complete"
        return self._outbox

    def agent(self, topics: Sequence[str], function: Callable[[Any], Awaitable[None]], *, name: str) -> None:
        """Add an agent that reads raw bytes: decoding inside Faust would lose what cannot be decoded."""
        channel = self.app.topic(
            *topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        self.app.agent(channel, name=name, concurrency=1)(function)

    def background(self, task: Callable[[], Awaitable[None]]) -> None:
        """Run `task` as long as the application runs; if it fails, the process ends with an error."""
        self.app.task(task)

    async def breathe(self) -> None:
        """Let others run now and then: an agent that always has events would never yield by itself."""
        now = time.monotonic()
        if now - self._last_breath > _BREATH_S:
            await asyncio.sleep(0)
            self._last_breath = time.monotonic()

    async def _start_outbox(self) -> None:
        if self._outbox is not None:
            return
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self.settings.servers,
            acks="all",
            max_batch_size=1024 * 1024,
            max_request_size=MAXIMUM_MESSAGE_BYTES + _HEADROOM_BYTES,
        )
        await self._producer.start()
        self._outbox = Outbox(
            self._producer,
            partitions=self.settings.partitions,
            one_record_a_batch=self.settings.embedded_broker,
        )
        self._sending = self.app.add_future(self._outbox.run())
        self.begun.set()

    async def _on_partitions_revoked(self, *_: object, **__: object) -> None:
        self.epoch.begin()
        self.monitor.enter("rebalancing")
        self.condition.drop()

    async def _on_rebalance_complete(self, *_: object, **__: object) -> None:
        """Restore before Faust seeks and resumes: its own recovery would drop events that are already fetched."""
        self.app.consumer.stop_flow()  # Faust lets it flow again by itself
        await self._start_outbox()
        began = time.monotonic()
        if await self.condition.restore(self.app.consumer):
            machines = sum(len(partition.machines) for partition in self.condition.partitions.values())
            log.info(
                "ready: %d partitions, %d machines restored in %.2f s",
                len(self.condition.partitions),
                machines,
                time.monotonic() - began,
            )
            self.monitor.enter("running")

    async def _on_before_shutdown(self, *_: object, **__: object) -> None:
        """Nothing flows any more: finish what is in hand, so that the next start repeats nothing."""
        self.monitor.enter("stopping")
        if self._outbox is not None:
            for step in (self._outbox.confirmed, self.condition.checkpoint_all):
                try:
                    await asyncio.wait_for(step(), _STOP_PATIENCE_S)
                except TimeoutError:
                    log.warning("stopping: %s took too long; it will be repeated at the next start", step.__name__)
        self.epoch.begin()
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
    app.transport = Transport(app.conf.broker_consumer, app)
    return app
