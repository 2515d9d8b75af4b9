"""The indicator agents: vibration, temperature, readings and actions become `observations`; no state is here.

Now and then a block of vibration also leaves a spectrum or its waveform behind (`stream.agents.capture_policy`).
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeVar

from models.advice.actions import ActionObserved
from models.errors import MessageError
from models.machinery.machine import Configuration
from models.observations import (
    Configured,
    Observation,
    ReadingObserved,
    TemperatureObserved,
    VibrationObserved,
)
from stream.agents.admission import Admission
from stream.agents.aliases import AliasLog
from stream.agents.capture_policy import CapturePolicy
from stream.agents.context import Context
from stream.agents.probes import observe_record
from stream.config.machines import Fleet
from stream.delivery.acknowledger import Acknowledger
from stream.delivery.outbox import Confirmation
from stream.kafka.groups import AGENT_OF
from stream.messages.actions import Rename, RosterAction
from stream.messages.arrivals import arrived_us
from stream.messages.measurements import Message, Vibration, decode
from stream.messages.observe import observe
from stream.messages.probes import PROBE_KEY
from stream.messages.records import encode_observation, encode_output, tag_of
from stream.messages.topics import ACTIONS_PARTITION, INPUTS, OBSERVATIONS, ROWS

__all__ = ["add_indicator_agents"]

log = logging.getLogger(__name__)

_P = ParamSpec("_P")
_T = TypeVar("_T")

_LARGE_BYTES = 256 * 1024
"""From here on a message takes more than ten milliseconds, and another thread for it pays."""


def add_indicator_agents(
    context: Context, fleet: Fleet, captures: CapturePolicy, admission: Admission, aliases: AliasLog
) -> None:
    """Give the worker one agent for each input topic."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="large-message")
    for topic in INPUTS:
        acknowledger = Acknowledger(context.generation)
        context.runtime.background(acknowledger.run)
        observer = _Observer(context, fleet, captures, admission, aliases, executor)
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
            confirmation = await observer.handle(event.message)
            if confirmation is not None:
                acknowledger.add(stream, event, confirmation)
                event.value = event.message.value = None  # megabytes, perhaps, while it waits to be acknowledged
            await context.runtime.yield_to_others()

    return indicators


class _Observed(NamedTuple):
    """A message that became an observation."""

    message: Message
    configuration: Configuration
    observation: VibrationObserved | TemperatureObserved | ReadingObserved | ActionObserved


class _Unobserved(NamedTuple):
    """Why a record became none."""

    reason: str
    of_stranger: bool = False


class _Observer:
    """Turns one record into one observation, or into a dead letter."""

    def __init__(
        self,
        context: Context,
        fleet: Fleet,
        captures: CapturePolicy,
        admission: Admission,
        aliases: AliasLog,
        executor: Executor,
    ) -> None:
        self._context, self._fleet, self._captures, self._admission = context, fleet, captures, admission
        self._aliases, self._executor = aliases, executor
        self._announced: set[str] = set()
        self._generation = -1

    async def handle(self, record: Any) -> Confirmation | None:  # noqa: ANN401
        """Send what comes of a record; done once that is confirmed.

        None where a rebalance has come meanwhile: whoever owns the partition now reads the record again.
        """
        if record.key == PROBE_KEY:
            return observe_record(self._context, record)
        if not self._aliases.is_ready:
            await self._aliases.wait_until_ready()
        generation = self._context.generation.current
        found: _Observed | _Unobserved
        try:
            found = await self._observe(record)
        except MessageError as error:
            found = _Unobserved(str(error))
        except Exception as error:
            # A fault of ours in one message must not stop all the others; the message is kept, the fault is told.
            log.exception("%s/%d@%d", record.topic, record.partition, record.offset)
            found = _Unobserved(f"internal error, please report it: {error!r}")
        if generation != self._context.generation.current:
            return None
        if isinstance(found, _Observed):
            return self._send_observed(record, found)
        letters = self._context.dead_letters
        send = letters.send_untold if found.of_stranger else letters.send
        return send(record, found.reason)

    async def _observe(self, record: Any) -> "_Observed | _Unobserved":  # noqa: ANN401
        message = await self._work(record, decode, record.value, key=record.key, topic=record.topic)
        taken_us = arrived_us(record.timestamp, record.timestamp_type)
        if isinstance(message, Rename):
            if refusal := await self._renaming_refusal(record):
                return _Unobserved(refusal)
            message = self._aliases.resolved(message, None)
        elif not isinstance(message, RosterAction):  # of who leaves, nobody but the one that is named is meant
            message = self._aliases.resolved(message, taken_us)
        # Who is refused by now may have been taken before: that somebody wants it to leave is always heard.
        stays = not isinstance(message, RosterAction)
        if stays and (refusal := self._admission.refusal(message.machine)):
            return _Unobserved(refusal, of_stranger=True)
        configuration = self._fleet.configuration(message.machine)
        now_us = time.time_ns() // 1000
        observation = await self._work(
            record,
            observe,
            message,
            configuration,
            observed_us=now_us,
            source=self._context.lives.source(record),
            arrived_us=taken_us,
        )
        return _Observed(message, configuration, observation)

    async def _renaming_refusal(self, record: Any) -> str:  # noqa: ANN401
        if record.partition != ACTIONS_PARTITION:
            return (
                f"alias: it stands in partition {record.partition}, where not all workers read it; send it to "
                f"partition {ACTIONS_PARTITION}, as `stethos machines rename` does"
            )
        return await self._aliases.refusal(record.offset)

    async def _work(
        self,
        record: Any,  # noqa: ANN401
        work: Callable[_P, _T],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        """Work on a record; on a large one beside the event loop, to hold up only those behind it."""
        if len(record.value or b"") <= _LARGE_BYTES:
            return work(*args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *args, **kwargs))

    def _send_observed(self, record: Any, found: "_Observed") -> Confirmation:  # noqa: ANN401
        message, configuration, observation = found
        self._announce(message.machine, observation.observed_us, configuration)
        if isinstance(message, Vibration) and isinstance(observation, VibrationObserved):
            for capture in self._captures.on_block(message, observation):
                # Before the observation, whose confirmation so means that of the capture as well.
                self._context.outbox.send(ROWS, key=capture.machine.encode(), value=encode_output(capture))
        self._context.metrics.observed(record.topic, tag_of(message), record.timestamp)
        return self._send(observation)

    def _announce(self, machine: str, observed_us: int, configuration: Configuration) -> None:
        """Let the machine's configuration stand before the first observation of each generation that it judges."""
        if self._generation != self._context.generation.current:
            self._generation = self._context.generation.current
            self._announced.clear()
        if machine not in self._announced:
            self._announced.add(machine)
            self._send(Configured(machine=machine, observed_us=observed_us, configuration=configuration))

    def _send(self, observation: Observation) -> Confirmation:
        return self._context.outbox.send(
            OBSERVATIONS, key=observation.machine.encode(), value=encode_observation(observation)
        )
