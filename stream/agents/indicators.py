"""The indicator agents: vibration, temperature, readings and actions become `observations`; no state is here.

Now and then a block of vibration also leaves a spectrum or its waveform behind (`stream.agents.capture_policy`).
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from models.errors import MessageError
from models.observations import Configured, Observation, VibrationObserved
from stream.agents.admission import Admission
from stream.agents.capture_policy import CapturePolicy
from stream.agents.context import Context
from stream.agents.probes import observe_record
from stream.config.machines import Fleet
from stream.delivery.acknowledger import Acknowledger
from stream.delivery.outbox import Confirmation
from stream.kafka.groups import AGENT_OF
from stream.messages.arrivals import arrived_us
from stream.messages.measurements import Vibration, decode
from stream.messages.observe import observe
from stream.messages.probes import PROBE_KEY
from stream.messages.records import encode_observation, encode_output, tag_of
from stream.messages.topics import INPUTS, OBSERVATIONS, ROWS

__all__ = ["add_indicator_agents"]

log = logging.getLogger(__name__)


def add_indicator_agents(context: Context, fleet: Fleet, captures: CapturePolicy, admission: Admission) -> None:
    """Give the worker one agent for each input topic."""
    for topic in INPUTS:
        acknowledger = Acknowledger(context.generation)
        context.runtime.background(acknowledger.run)
        observer = _Observer(context, fleet, captures, admission)
        name = AGENT_OF[topic]
        context.runtime.agent([topic], _agent(context, observer, acknowledger, name), name=name)


def _agent(
    context: Context, observer: "_Observer", acknowledger: Acknowledger, name: str
) -> Callable[[Any], Awaitable[None]]:
    async def indicators(stream: Any) -> None:  # noqa: ANN401 -- Faust has no types
        stream = stream.noack()
        async for event in stream.events():
            await context.outbox.wait_for_room()
            context.monitor.event(name)
            acknowledger.add(stream, event, observer.handle(event.message))
            await context.runtime.yield_to_others()

    return indicators


class _Observer:
    """Turns one record into one observation, or into a dead letter."""

    def __init__(self, context: Context, fleet: Fleet, captures: CapturePolicy, admission: Admission) -> None:
        self._context, self._fleet, self._captures, self._admission = context, fleet, captures, admission
        self._announced: set[str] = set()
        self._generation = -1

    def handle(self, record: Any) -> Confirmation:  # noqa: ANN401
        """Send what comes of a record; done once that is confirmed."""
        if record.key == PROBE_KEY:
            return observe_record(self._context, record)
        try:
            message = decode(record.value, key=record.key, topic=record.topic)
            if refusal := self._admission.refusal(message.machine):
                return self._context.dead_letters.send(record, refusal, told=False)
            configuration = self._fleet.configuration(message.machine)
            now_us = time.time_ns() // 1000
            observation = observe(
                message,
                configuration,
                observed_us=now_us,
                source=self._context.lives.source(record),
                arrived_us=arrived_us(record.timestamp, record.timestamp_type),
            )
        except MessageError as error:
            return self._context.dead_letters.send(record, str(error))
        except Exception as error:
            # A fault of ours in one message must not stop all the others; the message is kept, the fault is told.
            log.exception("%s/%d@%d", record.topic, record.partition, record.offset)
            return self._context.dead_letters.send(record, f"internal error, please report it: {error!r}")
        self._announce(Configured(machine=message.machine, observed_us=now_us, configuration=configuration))
        if isinstance(message, Vibration) and isinstance(observation, VibrationObserved):
            for capture in self._captures.on_block(message, observation):
                # Before the observation, whose confirmation so means that of the capture as well.
                self._context.outbox.send(ROWS, key=capture.machine.encode(), value=encode_output(capture))
        self._context.metrics.observed(record.topic, tag_of(message), record.timestamp)
        return self._send(observation)

    def _announce(self, configured: Configured) -> None:
        """Let the machine's configuration stand before the first observation of each generation that it judges."""
        if self._generation != self._context.generation.current:
            self._generation = self._context.generation.current
            self._announced.clear()
        if configured.machine not in self._announced:
            self._announced.add(configured.machine)
            self._send(configured)

    def _send(self, observation: Observation) -> Confirmation:
        return self._context.outbox.send(
            OBSERVATIONS, key=observation.machine.encode(), value=encode_observation(observation)
        )
