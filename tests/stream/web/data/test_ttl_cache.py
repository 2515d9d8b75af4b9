"""What was read for one viewer serves the next while it is good, and nobody reads beside another."""

import asyncio

import pytest

from models.errors import ServiceError
from stream.web.data.ttl_cache import TtlCache


class Source:
    """Counts how often it is read, and how many read at once."""

    def __init__(self):
        self.reads, self.most_at_once, self._now = [], 0, 0
        self.trouble = None

    def reading(self, key):
        async def read():
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            await asyncio.sleep(0)
            self._now -= 1
            if self.trouble is not None:
                raise self.trouble
            self.reads.append(key)
            return f"{key} {len(self.reads)}"

        return read


def test_a_result_is_kept_as_long_as_it_is_good():
    async def scenario():
        now, source = [0.0], Source()
        kept = TtlCache(monotonic=lambda: now[0], reading=asyncio.Lock())
        found = []
        for moment in (0.0, 9.9, 10.0, 19.0):
            now[0] = moment
            found.append(await kept.get("a", source.reading("a"), good_s=10.0))
        return found

    assert asyncio.run(scenario()) == ["a 1", "a 1", "a 2", "a 2"]


def test_many_viewers_at_once_cause_one_reading_of_each_and_none_beside_another():
    async def scenario():
        source, lock = Source(), asyncio.Lock()
        first, second = (TtlCache(monotonic=lambda: 0.0, reading=lock) for _ in range(2))
        asked = [each.get(key, source.reading(key), good_s=1.0) for each in (first, second) for key in "abab"]
        await asyncio.gather(*asked)
        return source

    source = asyncio.run(scenario())
    assert source.reads == ["a", "b", "a", "b"]
    assert source.most_at_once == 1


def test_trouble_is_told_and_not_kept():
    async def scenario():
        source = Source()
        kept = TtlCache(monotonic=lambda: 0.0, reading=asyncio.Lock())
        source.trouble = ServiceError("away")
        with pytest.raises(ServiceError):
            await kept.get("a", source.reading("a"), good_s=1.0)
        source.trouble = None
        return await kept.get("a", source.reading("a"), good_s=1.0)

    assert asyncio.run(scenario()) == "a 1"


def test_the_oldest_of_too_many_is_read_again():
    async def scenario():
        source = Source()
        kept = TtlCache(monotonic=lambda: 0.0, reading=asyncio.Lock(), most=2)
        for key in ("a", "b", "c", "b", "a"):
            await kept.get(key, source.reading(key), good_s=1.0)
        return source.reads

    assert asyncio.run(scenario()) == ["a", "b", "c", "a"]
