"""The aliases agent: every worker reads, in one order, which further ids machines send under.

Renaming stands in partition 0 of `actions`, kept for ever. A worker reads all of it before it observes anything,
and goes on reading. What decides about a message is when the broker took it in, not when a worker heard of the
alias: one holds for what came ten seconds after it was said or later, and by then every worker has heard of it. So
a message that is read twice, as after a kill, is of the same machine both times, and counts once.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from models.machinery.aliases import Aliases
from stream.agents.context import Context
from stream.config.machines import Fleet
from stream.delivery.outbox import partition_of
from stream.kafka.consumer import new_consumer
from stream.messages.measurements import Message
from stream.messages.renaming import declare
from stream.messages.topics import ACTIONS, ACTIONS_PARTITION

__all__ = ["AliasLog", "add_aliases"]

log = logging.getLogger(__name__)

_FIRST_POLL_MS, _POLL_MS = 100, 1000
_RETRY_S = 5.0
_REFUSALS = 1000
_PLACE = TopicPartition(ACTIONS, ACTIONS_PARTITION)

M = TypeVar("M", bound=Message)


def add_aliases(context: Context, fleet: Fleet, machines_of: Callable[[int], Collection[str]]) -> "AliasLog":
    """Let the worker read what machines are renamed to; `machines_of` gives those that a partition has folded."""
    aliases = AliasLog(fleet.known_aliases(), partitions=context.settings.partitions)

    async def run() -> None:
        await context.runtime.started.wait()
        consumer = new_consumer(servers=context.settings.servers, client_id=context.client_id)
        await consumer.start()
        try:
            consumer.assign([_PLACE])
            await consumer.seek_to_beginning(_PLACE)
            while True:
                await aliases.poll(consumer)
                aliases.tell_of_histories(machines_of)
        finally:
            await consumer.stop()

    context.runtime.background(run)
    return aliases


class AliasLog:
    """What is known of aliases by now: those of machines.toml first, then those of `actions`, in their order."""

    def __init__(self, aliases: Aliases, *, partitions: int, all_read: bool = False) -> None:
        """`all_read`: there is no log to wait for."""
        self._aliases, self._partitions = aliases, partitions
        self._refusals: OrderedDict[int, str] = OrderedDict()
        self._next_offset = 0
        self._told: set[str] = set()
        self._read = asyncio.Condition()
        self._all_read = all_read

    @property
    def is_ready(self) -> bool:
        """Say whether all has been read that stood in the log when the worker began."""
        return self._all_read

    async def wait_until_ready(self) -> None:
        """Wait for that; without a broker for ever, as nothing else goes on then."""
        async with self._read:
            await self._read.wait_for(lambda: self._all_read)

    def resolved(self, message: M, arrived_us: int | None) -> M:
        """Give a message under the first id of whoever sent it; the same one where that is its own."""
        first = self._aliases.resolve(message.machine, arrived_us)
        return message if first == message.machine else msgspec.structs.replace(message, machine=first)

    async def refusal(self, offset: int) -> str:
        """Say why what stands at this offset of partition 0 renames nothing, once that is known; else nothing."""
        async with self._read:
            await self._read.wait_for(lambda: self._next_offset > offset)
        return self._refusals.get(offset, "")

    def gathered(self, counts: Mapping[str, int], owned: Collection[int]) -> Mapping[str, int]:
        """Count what was put aside under an alias to its machine, if that one's partition is `owned` here."""
        if not any(name in self._aliases for name in counts):
            return counts
        gathered: dict[str, int] = {}
        for name, count in counts.items():
            first = self._aliases.resolve(name)
            chosen = first if partition_of(first.encode(), self._partitions) in owned else name
            gathered[chosen] = gathered.get(chosen, 0) + count
        return gathered

    async def poll(self, consumer: AIOKafkaConsumer) -> None:
        """Read what has come, and note once that is known to be all there is."""
        try:
            polled = await consumer.getmany(timeout_ms=_POLL_MS if self._all_read else _FIRST_POLL_MS)
            for record in polled.get(_PLACE, ()):
                self.take(record)
            end = consumer.last_stable_offset(_PLACE)
            position = await consumer.position(_PLACE)
        except KafkaError as error:
            log.warning("actions: not read, trying again in %.0f s: %r", _RETRY_S, error)
            await asyncio.sleep(_RETRY_S)
            return
        async with self._read:
            self._next_offset = position
            self._all_read = self._all_read or (end is not None and position >= end)
            self._read.notify_all()

    def take(self, record: ConsumerRecord) -> None:
        """Take one record of the log; what renames nothing is passed by, its own agent puts it aside."""
        refusal = declare(self._aliases, record.key, record.value, record.timestamp, record.timestamp_type)
        if refusal:
            self._refusals[record.offset] = f"alias: {refusal}"
            if len(self._refusals) > _REFUSALS:
                self._refusals.popitem(last=False)
            log.warning("actions/%d@%d: %s", ACTIONS_PARTITION, record.offset, refusal)

    def tell_of_histories(self, machines_of: Callable[[int], Collection[str]]) -> None:
        """Tell once of each alias under which a machine was folded before it became one: it stays apart."""
        for name in self._aliases:
            if name in self._told or name not in machines_of(partition_of(name.encode(), self._partitions)):
                continue
            self._told.add(name)
            log.warning(
                "%s: has a history of its own from before it became an alias of %s; that stays apart, and nothing "
                "is added to it any more",
                name,
                self._aliases.resolve(name),
            )
