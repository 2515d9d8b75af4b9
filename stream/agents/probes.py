"""Probes: each owner of a partition sends one to every input of it, and takes it the way of a measurement.

They go by the producer, not by the outbox: a topic that takes none must not hold up what is measured. What is read
of them in between goes by the outbox like everything else. `stream.monitoring.probe_watch` says how far they got.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from models.clock import HOUR_US
from models.errors import MessageError, StethosError
from models.probes.judging import judge_probe
from models.probes.records import INPUTS, Input
from stream.agents.context import Context
from stream.delivery.outbox import Confirmation
from stream.messages.probes import (
    PROBE_KEY,
    decode_observed_probe,
    decode_probe,
    encode_observed_probe,
    encode_probe,
    observe_probe,
    probe_of,
)
from stream.messages.records import encode_output
from stream.messages.topics import OBSERVATIONS, ROWS
from stream.monitoring.probe_watch import Stage, Way
from stream.stores.reading_probes import read_probes

__all__ = ["Prober", "add_probes", "judge_record", "observe_record"]

log = logging.getLogger(__name__)

_OLD_US = HOUR_US
_LOOKS = 4
"""How often the store is asked between two probes."""
_FIRST_SHARE = 0.05
"""Of an interval passes before the first one (three seconds of a minute): what waits goes before it."""


def add_probes(context: Context, owned: Callable[[], Collection[int]]) -> "Prober":
    """Let the worker probe the partitions that `owned` gives, and look for what came of it in the store."""
    prober = Prober(context, owned)
    context.runtime.background(prober.run)
    context.runtime.background(prober.look)
    return prober


class Prober:
    """Sends probes, and reads back from the store what came of them."""

    def __init__(self, context: Context, owned: Callable[[], Collection[int]]) -> None:
        self._context, self._owned = context, owned
        self._watch, self._every_s = context.monitor.probes, context.settings.health.probe_s
        self._producer: AIOKafkaProducer | None = None
        self._due = asyncio.Event()
        self._sending: dict[Way, asyncio.Task[None]] = {}
        self._told: set[str] = set()

    def begin(self, producer: AIOKafkaProducer) -> None:
        """Probe before long what is owned now."""
        self._producer = producer
        self._watch.own(self._owned())
        self._due.set()

    def drop(self) -> None:
        """Own nothing: somebody else may now."""
        self._watch.own(())

    async def run(self) -> None:
        """Send a round at every interval, and when told to, until cancelled."""
        try:
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._due.wait(), self._every_s)
                    await asyncio.sleep(_FIRST_SHARE * self._every_s)
                self._due.clear()
                await self._send_round()
        finally:
            for task in self._sending.values():
                task.cancel()

    async def _send_round(self) -> None:
        """Send one to each that has the last one: while that is on its way, another would tell nothing more."""
        if self._producer is None:
            return
        time_us = time.time_ns() // 1000
        for partition in self._owned():
            for each in INPUTS:
                last = self._sending.get((each, partition))
                if last is None or last.done():
                    self._sending[each, partition] = asyncio.create_task(
                        self._send(self._producer, each, partition, time_us)
                    )
            await asyncio.sleep(0)  # others have their turn, however many partitions there are

    async def _send(self, producer: AIOKafkaProducer, topic: Input, partition: int, time_us: int) -> None:
        probe = probe_of(topic, partition, time_us)
        try:
            await producer.send_and_wait(topic, encode_probe(probe), key=PROBE_KEY, partition=partition)
        except KafkaError as error:
            self._watch.refused((topic, partition), repr(error))
            if topic not in self._told:  # once, until it works again: the next one comes in a minute
                self._told.add(topic)
                log.warning("probes: %s/%d takes none: %r", topic, partition, error)
        else:
            self._told.discard(topic)
            self._watch.sent((topic, partition), time_us)

    async def look(self) -> None:
        """Read from the store again and again, by a connection of its own, as whoever looks at it would."""
        failed = ""
        while True:
            await asyncio.sleep(self._every_s / _LOOKS)
            if not self._owned():
                continue
            try:
                self._watch.read_back(await read_probes(self._context.settings))
                failed = ""
            except StethosError as error:
                self._watch.unread(str(error))
                if str(error) != failed:
                    log.info("probes: not read back: %s", error)
                failed = str(error)
            except Exception as error:  # to watch must never end what is watched
                self._watch.unread(repr(error))
                log.exception("probes: not read back")


def observe_record(context: Context, record: Any) -> Confirmation:  # noqa: ANN401 -- a message of Faust
    """Observe a probe of an input topic; done once what comes of it is confirmed."""
    now_us = time.time_ns() // 1000
    try:
        probe = decode_probe(record.value, topic=record.topic, partition=record.partition, now_us=now_us)
        observed = observe_probe(probe, observed_us=now_us)
    except MessageError as error:
        return context.dead_letters.send(record, str(error))
    except Exception as error:
        # As with a measurement: a fault of ours must not stop all the others.
        log.exception("%s/%d@%d", record.topic, record.partition, record.offset)
        return context.dead_letters.send(record, f"internal error, please report it: {error!r}")
    return _send(context, OBSERVATIONS, "observed", (probe.input, probe.partition), encode_observed_probe(observed))


def judge_record(context: Context, record: Any) -> None:  # noqa: ANN401
    """Judge an observed probe and send what came out on to the store; raises `MessageError` for a foreign one.

    An old one is passed over: where all is folded anew, what a year of them came to would help nobody.
    """
    observed = decode_observed_probe(record.value, partition=record.partition)
    now_us = time.time_ns() // 1000
    if now_us - observed.sent_us > _OLD_US:
        return
    result = judge_probe(observed, now_us)
    _send(context, ROWS, "judged", (result.input, result.partition), encode_output(result))


def _send(context: Context, topic: str, stage: Stage, way: Way, value: bytes) -> Confirmation:
    confirmation = context.outbox.send(topic, key=PROBE_KEY, value=value, partition=way[1])
    confirmation.add_done_callback(lambda _: context.monitor.probes.passed(stage, way))
    return confirmation
