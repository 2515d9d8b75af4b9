"""What would fill the memory is noticed before it is unpacked."""

import gzip
import tracemalloc

import cramjam
import pytest
from aiokafka.codec import gzip_encode, lz4_encode, zstd_encode
from hypothesis import given
from hypothesis import strategies as st

from stream.kafka.unpacking import unpacks_beyond
from stream.kafka.unreadable import UnreadableBatch
from tests.services.damaging import resealed
from tests.stream.kafka.batches import CLIENTS, batch

PACK = {1: gzip_encode, 3: lz4_encode, 4: zstd_encode}
LIMIT = 1 << 20


@pytest.mark.parametrize("codec", PACK)
@given(st.integers(0, 3 * LIMIT), st.sampled_from([1, 2]))
def test_exactly_what_unpacks_to_more_than_the_limit_is_noticed(codec: int, size: int, times: int):
    assert unpacks_beyond(codec, bytes(PACK[codec](bytes(size))) * times, LIMIT) is (size * times > LIMIT)


@pytest.mark.parametrize("codec", [0, 2, *PACK, 5, 7])
@given(st.binary(max_size=3000))
def test_what_cannot_be_unpacked_unpacks_to_nothing(codec: int, rubbish: bytes):
    assert not unpacks_beyond(codec, rubbish * 100, LIMIT)


def test_what_java_packs_without_telling_its_size_is_counted_too():
    compressor = cramjam.zstd.Compressor()
    compressor.compress(bytes(2 * LIMIT))
    assert unpacks_beyond(4, bytes(compressor.finish()), LIMIT)
    assert unpacks_beyond(1, gzip.compress(b"") + gzip.compress(bytes(2 * LIMIT)), LIMIT)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_bomb_is_put_aside_unopened(client):
    bomb = batch(10, [b"small"], codec=4)
    bomb[61:] = bytes(cramjam.zstd.compress(bytes(1 << 30)))
    bomb[8:12] = (len(bomb) - 12).to_bytes(4)
    before, behind = batch(0, [b"a"] * 10), batch(11, [b"c"] * 10)
    tracemalloc.start()
    records, position = client(bytes(before + resealed(bomb) + behind), 0, [])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    (marker,) = [record.value for record in records if isinstance(record.value, UnreadableBatch)]
    assert "packed with zstd and cannot be unpacked (ValueError('more than fits into memory'))" in marker.reason
    assert (len(records), position) == (21, 21)
    assert peak < 64 << 20
