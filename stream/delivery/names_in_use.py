"""Names in use: which ids are one machine's, and which have a history of their own, asked of the broker itself."""

import logging
import time

import msgspec
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from models.clock import SECOND_US
from models.errors import ServiceError
from models.machinery.aliases import Aliases
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.delivery.checkpoint_reader import read_checkpoints
from stream.delivery.outbox import partition_of
from stream.kafka.consumer import new_consumer
from stream.messages.renaming import declare
from stream.messages.topics import ACTIONS, ACTIONS_PARTITION

__all__ = ["NamesInUse", "read_names_in_use"]

_POLL_MS, _READ_TIMEOUT_S = 500, 60


class NamesInUse(msgspec.Struct, frozen=True, kw_only=True):
    """What workers know of some names."""

    aliases: Aliases
    heard_s: dict[str, float]
    """How long each has been heard under an id of its own, as far as checkpoints tell; never: not here."""


async def read_names_in_use(settings: Settings, fleet: Fleet, *names: str) -> NamesInUse:
    """Read what renaming there has been, and which of these names has been folded as a machine.

    Raises `ServiceError` where the broker does not answer.
    """
    aliases = fleet.known_aliases()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it would say in its own words what is said below
    try:
        await _read_renaming(settings, aliases)
    except KafkaError as error:
        raise ServiceError(
            f"the broker {settings.broker} does not answer as it should ({type(error).__name__}); start Kafka, or "
            "name another one as broker in stethos.toml or STETHOS_BROKER"
        ) from error
    wanted = {name: partition_of(name.encode(), settings.partitions) for name in names}
    restored = await read_checkpoints(settings.servers, set(wanted.values()))
    heard_s: dict[str, float] = {}
    for name, number in wanted.items():
        state = restored[number].machines.get(name)
        if state is not None and state.counts.accepted:
            heard_s[name] = state.heard_for_us / SECOND_US
        elif name in restored[number].damaged:
            heard_s[name] = 0.0
    return NamesInUse(aliases=aliases, heard_s=heard_s)


async def _read_renaming(settings: Settings, aliases: Aliases) -> None:
    place = TopicPartition(ACTIONS, ACTIONS_PARTITION)
    consumer = new_consumer(servers=settings.servers, group_id=None)
    try:
        await consumer.start()
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        until_s = time.monotonic() + _READ_TIMEOUT_S
        while True:
            for record in (await consumer.getmany(place, timeout_ms=_POLL_MS)).get(place, ()):
                declare(aliases, record.key, record.value, record.timestamp, record.timestamp_type)
            end = consumer.last_stable_offset(place)
            if end is not None and await consumer.position(place) >= end:
                return
            if time.monotonic() > until_s:
                raise ServiceError(f"actions: nothing came for {_READ_TIMEOUT_S} s; is the broker well?")
    finally:
        await consumer.stop()
