"""Where to read on in topics that may have been made anew: where the group stands, or else at the beginning."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from models.errors import ServiceError
from stream.delivery.lives import Lives
from stream.kafka.outdated import Committed, outdated
from stream.kafka.topic_reader import Place, TopicReader

__all__ = ["Rewinding", "committed_in", "stale_positions"]

log = logging.getLogger(__name__)

_RETRY_S = 1.0


async def committed_in(consumer: Any, partitions: Iterable[TopicPartition]) -> dict[Place, Committed]:  # noqa: ANN401 -- of aiokafka, without types
    """Ask what a consumer's group has committed, with the ids; nothing of partitions where it has not."""
    coordinator = consumer._coordinator  # noqa: SLF001 -- the public `committed` gives no metadata
    found = await coordinator.fetch_committed_offsets(list(partitions))
    return {tuple(tp): Committed(at.offset, at.metadata) for tp, at in found.items() if at.offset >= 0}


async def stale_positions(
    committed: Mapping[Place, Committed], reader: TopicReader, ids: Mapping[str, str]
) -> dict[Place, int]:
    """Give where to begin in each partition whose position means nothing any more, having said so in the log.

    Raises `ServiceError` where no broker answers.
    """
    there = await asyncio.to_thread(reader.ids)
    committed = {place: at for place, at in committed.items() if place[0] in there}
    held = await asyncio.to_thread(reader.spans, list(committed))
    stale = outdated(committed, held, ids)
    for (topic, number), why in sorted(stale.items()):
        log.warning("%s/%d %s: read from its beginning", topic, number, why)
    return {place: held[place].begin for place in stale}


class Rewinding(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Lets a consumer of a group, that gets partitions, begin again where these have been made anew."""

    def __init__(self, consumer: AIOKafkaConsumer, reader: TopicReader, lives: Lives) -> None:
        self._consumer, self._reader, self._lives = consumer, reader, lives

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Do nothing: what is in hand may be written twice."""

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Compare, and go back; as long as the broker can't be asked nothing may be read."""
        while True:
            try:
                committed = await committed_in(self._consumer, assigned)
                stale = await stale_positions(committed, self._reader, self._lives.ids)
            except ServiceError as error:
                log.warning("where to read on is unknown, trying again in %.0f s: %s", _RETRY_S, error)
                await asyncio.sleep(_RETRY_S)
            else:
                break
        for place, begin in stale.items():
            self._consumer.seek(TopicPartition(*place), begin)
