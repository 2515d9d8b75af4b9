"""A worker ends where a topic is not what it was, says why in a line, and commits nothing of it any more."""

import asyncio

import pytest
from aiokafka import TopicPartition

from models.errors import ServiceError
from stream.delivery.life_watch import LifeWatch
from stream.delivery.lives import Lives
from stream.kafka.outdated import Committed
from stream.kafka.topic_reader import Span
from stream.messages.topics import TOPICS

READINGS = ("readings", 5)
IDS = {name: f"{name}-1" for name in TOPICS}


class FakeReader:
    """A broker that holds what the test says, or that is away."""

    def __init__(self):
        self.topics, self.held, self.away = dict(IDS), {READINGS: Span(0, 200)}, False

    def ids(self, topics=TOPICS):
        if self.away:
            raise ServiceError("away")
        return {name: id_ for name, id_ in self.topics.items() if name in topics}

    def spans(self, places):
        if self.away:
            raise ServiceError("away")
        return {place: self.held[place] for place in places}


class FakeConsumer:
    """Faust's, as far as it is used here: one partition."""

    def __init__(self):
        self.committed, self.position, self.rewound = Committed(200, "readings-1"), 200, {}

    def assignment(self):
        return {TopicPartition(*READINGS), TopicPartition("observations", 5)}

    async def committed_positions(self, partitions):
        assert [tuple(tp) for tp in partitions] == [READINGS]
        return {READINGS: self.committed}

    def positions(self):
        return {READINGS: self.position}

    async def rewind(self, begins):
        self.rewound |= begins


class Watched:
    def __init__(self):
        self.reader, self.consumer, self.lives = FakeReader(), FakeConsumer(), Lives()
        self.reasons, self.saved = [], 0
        self.watch = LifeWatch(self.reader, self.lives, save_states=self._save, crash=self._crash)

    async def _save(self):
        assert not self.lives.over
        self.saved += 1

    async def _crash(self, error):
        self.reasons.append(str(error))

    def look(self, change=lambda: None):
        """Begin, let something happen, and look once; gives why the worker ends, if it does."""

        async def run():
            await self.watch.begin(self.consumer)
            self.consumer.rewound.clear()
            change()
            self.watch.wake()
            task = asyncio.create_task(self.watch.run(lambda: self.consumer))
            for _ in range(200):
                await asyncio.sleep(0.001)
            task.cancel()

        asyncio.run(run())
        return self.reasons


@pytest.fixture
def watched():
    return Watched()


def test_what_is_as_it_was_goes_on(watched):
    assert watched.look() == []
    assert not watched.lives.over
    assert watched.lives.id_of("readings") == "readings-1"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_made_anew_ends_the_worker(watched, topic):
    (reason,) = watched.look(lambda: watched.reader.topics.update({topic: "another"}))
    assert reason.startswith(f"{topic}: made anew; this worker ends")
    assert watched.lives.over
    assert watched.lives.id_of(topic) == f"{topic}-1", "what is acknowledged on the way out is of the former life"
    assert watched.saved == (topic == "checkpoints")


def test_a_topic_that_is_missing_is_told_and_waited_for(watched, caplog):
    assert watched.look(lambda: watched.reader.topics.pop("readings")) == []
    (warning,) = watched.watch.warnings()
    assert "missing topics: readings" in warning
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [warning]


def test_a_topic_that_was_missing_when_partitions_came_ends_the_worker_once_it_is_there(watched):
    del watched.reader.topics["readings"], watched.reader.held[READINGS]
    watched.consumer.committed = Committed(0)
    (reason,) = watched.look(lambda: watched.reader.topics.update({"readings": "new"}))
    assert "readings: made anew" in reason


def test_a_broker_that_is_away_ends_nothing(watched):
    assert watched.look(lambda: setattr(watched.reader, "away", True)) == []


def test_a_position_beyond_the_end_goes_back_to_the_beginning_before_the_worker_ends(watched):
    (reason,) = watched.look(lambda: watched.reader.held.update({READINGS: Span(20, 180)}))
    assert reason.startswith("readings/5: ends before what was read of it")
    assert watched.consumer.rewound == {READINGS: 20}
    assert watched.lives.over


def test_an_offset_that_was_not_there_for_a_moment_counts_though_the_log_has_grown_past_it(watched):
    def grow():
        watched.reader.held[READINGS] = Span(0, 5000)
        watched.watch.out_of_range(TopicPartition(*READINGS), 200)

    (reason,) = watched.look(grow)
    assert reason.startswith("readings/5: ends before")
    assert watched.consumer.rewound == {READINGS: 0}


def test_an_offset_that_had_expired_is_no_reason_to_end(watched):
    def expire():
        watched.reader.held[READINGS] = Span(300, 5000)
        watched.watch.out_of_range(TopicPartition(*READINGS), 200)

    assert watched.look(expire) == []


def test_nothing_is_judged_while_partitions_are_given_out(watched):
    def rebalance():
        watched.lives.settled = False
        watched.reader.topics["readings"] = "another"

    assert watched.look(rebalance) == []


@pytest.mark.parametrize(
    ("committed", "end", "rewound", "told"),
    [
        (Committed(200, "readings-1"), 200, {}, ""),
        (Committed(200, "readings-0"), 300, {READINGS: 0}, "readings/5 was made anew: read from its beginning"),
        (Committed(200, ""), 300, {}, ""),
        (Committed(200, ""), 100, {READINGS: 0}, "readings/5 was made anew or lost its end (it ends at 100, and"),
        (Committed(200, "readings-1"), 100, {READINGS: 0}, "readings/5 lost its end (it ends at 100, and had been"),
    ],
)
def test_when_partitions_come_each_is_read_where_it_means_something(watched, caplog, committed, end, rewound, told):
    watched.consumer.committed, watched.reader.held = committed, {READINGS: Span(0, end)}
    asyncio.run(watched.watch.begin(watched.consumer))
    assert watched.consumer.rewound == rewound
    assert told in caplog.text
    assert bool(told) == ("WARNING" in caplog.text)


def test_any_thread_learns_whether_the_life_is_still_the_same(watched):
    async def ask():
        assert await watched.watch.is_same_life(TOPICS), "nothing has been given out yet"
        await watched.watch.begin(watched.consumer)
        assert await watched.watch.is_same_life(TOPICS)
        watched.reader.away = True
        assert not await watched.watch.is_same_life(TOPICS), "nobody knows"
        watched.reader.away = False
        watched.reader.topics["vibration"] = "another"
        assert not await watched.watch.is_same_life(TOPICS)
        assert not await watched.watch.is_same_life({"vibration"})
        assert await watched.watch.is_same_life({"readings"}), "of this one nothing has changed"
        watched.lives.settled = False
        assert await watched.watch.is_same_life(TOPICS), "what is fetched meanwhile is dropped"
        watched.lives.over = True
        assert not await watched.watch.is_same_life(TOPICS)

    asyncio.run(ask())


def test_brokers_without_ids_and_the_embedded_one_are_taken_as_they_are(watched):
    watched.reader.topics = dict.fromkeys(TOPICS, "")
    assert watched.look() == []
    watched.reader.topics, watched.consumer.committed = {}, Committed(0)
    watched.reader.held = {READINGS: Span(0, 0)}
    assert Watched.look(watched) == []
