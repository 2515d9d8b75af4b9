"""Agents of the inputs: vibration, temperature, readings and actions become `observations`; no state is here.

Now and then a block of vibration also leaves a spectrum or its waveform behind (`stream.capturing`).
"""

import logging
import time
from typing import TYPE_CHECKING, Any

from models.errors import MessageError
from models.observations import Configured, Observation, Source, VibrationObserved
from stream.acknowledging import Acknowledger
from stream.dead_letters import send_dead_letter
from stream.messages import Vibration, decode
from stream.observe import observe
from stream.outbox import Confirmation
from stream.records import encode_observation, encode_output, tag_of
from stream.topics import INPUTS, OBSERVATIONS, ROWS
from stream.vitals.monitor import AGENT_OF

if TYPE_CHECKING:
    from stream.app import Worker

__all__ = ["add_indicator_agents"]

log = logging.getLogger(__name__)


def add_indicator_agents(worker: "Worker") -> None:
    """Give the worker one agent for each input topic."""
    for topic in INPUTS:
        acknowledger = Acknowledger(worker.epoch)
        worker.background(acknowledger.run)
        name = AGENT_OF[topic]
        worker.agent([topic], _agent(worker, acknowledger, name), name=name)


def _agent(worker: "Worker", acknowledger: Acknowledger, name: str) -> Any:  # noqa: ANN401 -- Faust has no types
    observer = _Observer(worker)

    async def indicators(stream: Any) -> None:  # noqa: ANN401
        stream = stream.noack()
        async for event in stream.events():
            await worker.outbox.room()
            worker.monitor.event(name)
            acknowledger.add(stream, event, observer.handle(event.message))
            await worker.breathe()

    return indicators


class _Observer:
    """Turns one record into one observation, or into a dead letter."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._announced: dict[str, str] = {}
        self._epoch = -1

    def handle(self, record: Any) -> Confirmation:  # noqa: ANN401
        """Send what comes of a record; done once that is confirmed."""
        try:
            message = decode(record.value, key=record.key, topic=record.topic)
            configuration = self._worker.fleet.configuration(message.machine)
            now_us = time.time_ns() // 1000
            source = Source(record.topic, record.partition, record.offset)
            observation = observe(message, configuration, observed_us=now_us, source=source)
        except MessageError as error:
            return send_dead_letter(self._worker, record, str(error))
        except Exception as error:
            # A fault of ours in one message must not stop all the others; the message is kept, the fault is told.
            log.exception("%s/%d@%d", record.topic, record.partition, record.offset)
            return send_dead_letter(self._worker, record, f"internal error, please report it: {error!r}")
        self._announce(Configured(machine=message.machine, observed_us=now_us, configuration=configuration))
        if isinstance(message, Vibration) and isinstance(observation, VibrationObserved):
            for capture in self._worker.capturing.block(message, observation):
                # Before the observation, whose confirmation so means that of the capture as well.
                self._worker.outbox.send(ROWS, key=capture.machine.encode(), value=encode_output(capture))
        self._worker.metrics.observed(record.topic, tag_of(message), record.timestamp)
        return self._send(observation)

    def _announce(self, configured: Configured) -> None:
        """Let the machine's configuration stand before the first observation of each epoch that it judges."""
        if self._epoch != self._worker.epoch.current:
            self._epoch = self._worker.epoch.current
            self._announced.clear()
        if configured.machine not in self._announced:
            self._announced[configured.machine] = configured.configuration.version()
            self._send(configured)

    def _send(self, observation: Observation) -> Confirmation:
        return self._worker.outbox.send(
            OBSERVATIONS, key=observation.machine.encode(), value=encode_observation(observation)
        )
