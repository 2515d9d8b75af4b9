"""A batch that cannot be read is one record, whatever is wrong with it; what stands around it comes as ever."""

import aiokafka.codec
import kafka.codec
import pytest
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from models.errors import MessageError
from stream.kafka.unreadable import UnreadableBatch
from stream.messages.unreadable_batch import refuse_unreadable
from tests.services.damaging import resealed
from tests.stream.kafka.batches import CLIENTS, Void, batch, fetched

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
TRANSACTIONAL, CONTROL = 0x10, 0x20
SIZE, END = 10, 30
EPOCH = range(12, 16)
"""Of the partition's leader: no client looks at it."""

clients = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)


def values(name: str) -> list[bytes]:
    return [f"{name}{number}".encode() * 20 for number in range(SIZE)]


def between(poison: bytes, codec: int = 0) -> list[bytes]:
    return [bytes(batch(0, values("a"), codec=codec)), bytes(poison), bytes(batch(20, values("c"), codec=codec))]


def split(records: list) -> tuple[list, list[UnreadableBatch]]:
    markers = [record for record in records if isinstance(record.value, UnreadableBatch)]
    assert all(marker.offset == marker.value.last_offset for marker in markers)
    return [record for record in records if record not in markers], [marker.value for marker in markers]


def check_neighbours(records: list) -> list[UnreadableBatch]:
    """What stands before and behind came once and in order; give the markers."""
    good, markers = split(records)
    assert [record.value for record in good] == [*values("a"), *values("c")]
    assert [record.offset for record in good] == [*range(10), *range(20, 30)]
    return markers


@clients
@pytest.mark.parametrize("codec", range(5), ids=CODECS)
@given(st.data())
def test_whatever_byte_is_damaged_the_neighbours_come_and_the_batch_is_told(client, codec, data):
    whole = batch(10, values("b"), codec=codec)
    at = data.draw(st.one_of(st.integers(0, 60), st.integers(0, len(whole) - 1)).filter(lambda at: at not in EPOCH))
    whole[at] ^= data.draw(st.integers(1, 255))
    markers = check_neighbours(fetched(client, between(whole, codec), end=END))
    assert [(marker.first_offset, marker.last_offset) for marker in markers] == [(10, 19)]
    assert "damaged" in markers[0].reason
    assert markers[0] == whole


@clients
@pytest.mark.parametrize("codec", range(5), ids=CODECS)
@given(st.data())
def test_whatever_a_sender_puts_under_a_right_checksum_the_neighbours_come(client, codec, data):
    whole = batch(10, values("b"), codec=codec)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(61, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    records = fetched(client, between(resealed(whole), codec), end=END)
    markers = [record.value for record in records if isinstance(record.value, UnreadableBatch)]
    told = [record.offset for record in records if 10 <= record.offset < 20]
    if markers:
        assert told == [19]
        check_neighbours(records)
    else:
        assert {record.offset for record in records} >= {*range(10), *range(20, 30)}


@clients
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_raise_nothing(client, rubbish):
    for raw in (rubbish, bytes(batch(0, values("a"))) + rubbish, rubbish + bytes(batch(20, values("c")))):
        records, position = client(raw, 0, [])
        assert position >= len([record for record in records if not isinstance(record.value, UnreadableBatch)])


@clients
@pytest.mark.parametrize("damaged", [0, 29], ids=["first", "last"])
@pytest.mark.parametrize("at", [17, 23, 57, 70], ids=["checksum", "distance", "count", "records"])
def test_a_damaged_batch_with_no_neighbour_on_one_side_is_passed(client, damaged, at):
    batches = [batch(0, values("a")), batch(10, values("b")), batch(20, values("c"))]
    batches[damaged // 10][at] ^= 0x41
    good, markers = split(fetched(client, [bytes(each) for each in batches], end=END))
    assert len(good) == 20
    spans = [offset for marker in markers for offset in range(marker.first_offset, marker.last_offset + 1)]
    assert spans == list(range(damaged // 10 * 10, damaged // 10 * 10 + 10))


@clients
def test_two_in_a_row_are_two(client):
    poison = [batch(10, values("b")[:5]), batch(15, values("b")[5:])]
    for each in poison:
        each[80] ^= 1
    first, last = between(b"")[::2]
    markers = check_neighbours(fetched(client, [first, *map(bytes, poison), last], end=END))
    offsets = [offset for marker in markers for offset in range(marker.first_offset, marker.last_offset + 1)]
    assert offsets == list(range(10, 20))


@clients
def test_an_answer_that_is_cut_off_in_a_batch_gives_what_is_whole(client):
    first, second, _ = between(batch(10, values("b")))
    records, position = client(first + second[:50], 0, [])
    assert (len(records), position) == (SIZE, 10)
    records, position = client(first + second[:14], 0, [])
    assert (len(records), position) == (SIZE, 10)


@clients
def test_a_question_in_the_middle_of_a_batch_gives_the_rest_of_it(client):
    records = fetched(client, between(batch(10, values("b"), codec=4), codec=4), end=END, begin=14)
    assert [record.offset for record in records] == list(range(14, 30))
    poison = batch(10, values("b"))
    poison[70] ^= 1
    good, (marker,) = split(fetched(client, between(poison), end=END, begin=14))
    assert len(good) == 10
    assert (marker.first_offset, marker.last_offset) == (14, 19)


@clients
def test_gaps_that_compaction_left_are_none(client):
    batches = [bytes(batch(base, values("a")[:3])) for base in (0, 7, 1_000_000)]
    records = fetched(client, batches, end=8, begin=0)
    assert [record.offset for record in records] == [0, 1, 2, 7, 8, 9, 1_000_000, 1_000_001, 1_000_002]


def reason(client, poison: bytearray) -> str:
    (marker,) = check_neighbours(fetched(client, between(resealed(poison)), end=END))
    assert "\n" not in marker.reason
    with pytest.raises(MessageError, match="the batch at offsets 10 to 19"):
        refuse_unreadable(marker)
    return marker.reason


@clients
def test_a_codec_that_nobody_knows_is_named(client):
    assert "unknown here (number 6)" in reason(client, batch(10, values("b"), attributes=6))


@clients
@pytest.mark.parametrize("codec", range(2, 5), ids=CODECS[2:])
def test_a_codec_whose_library_is_missing_is_named(client, codec, monkeypatch):
    poison = batch(10, values("b"), codec=codec)
    for module in (aiokafka.codec, kafka.codec):
        monkeypatch.setattr(module, f"has_{CODECS[codec]}", lambda: False)
    said = reason(client, poison)
    assert f"packed with {CODECS[codec]}, for which a library is missing" in said


@clients
@pytest.mark.parametrize("codec", range(1, 5), ids=CODECS[1:])
def test_what_cannot_be_unpacked_is_told_with_its_codec(client, codec):
    poison = batch(10, values("b"), codec=codec)
    poison[61:] = b"\xff" * (len(poison) - 61)
    assert f"packed with {CODECS[codec]} and cannot be unpacked" in reason(client, poison)


@clients
def test_a_batch_that_says_it_is_packed_and_is_not_is_told(client):
    assert "packed with zstd and cannot be unpacked" in reason(client, batch(10, values("b"), attributes=4))


def control(base: int, producer: int, *, commit: bool) -> bytes:
    """The end of a transaction, as the broker writes it."""
    made = batch(base, [b""], producer=producer, attributes=TRANSACTIONAL | CONTROL)
    at = made.index(b"key")
    made[at - 1 : at + 3] = b"\x08\x00\x00\x00" + bytes([commit])
    made[61] += 2  # a record that is longer by a byte; numbers are doubled for their sign
    made[8:12] = (len(made) - 12).to_bytes(4)
    return bytes(resealed(made))


@clients
def test_a_poisoned_batch_of_an_aborted_transaction_is_nobodys_loss(client):
    poison = batch(0, values("b"), codec=4, producer=7, attributes=TRANSACTIONAL)
    poison[70] ^= 1
    batches = [bytes(resealed(poison)), control(10, 7, commit=False), bytes(batch(11, values("c")))]
    good, markers = split(fetched(client, batches, end=21, voids=[Void(7, 0)]))
    assert (len(good), markers) == (SIZE, [])


@clients
def test_a_poisoned_batch_of_a_committed_transaction_is_told(client):
    poison = batch(0, values("b"), codec=4, producer=7, attributes=TRANSACTIONAL)
    poison[70] ^= 1
    batches = [bytes(resealed(poison)), control(10, 7, commit=True), bytes(batch(11, values("c")))]
    good, (marker,) = split(fetched(client, batches, end=21))
    assert len(good) == SIZE
    assert (marker.first_offset, marker.last_offset) == (0, 9)


@clients
def test_a_damaged_end_of_an_aborted_transaction_takes_nothing_of_the_next_one_with_it(client):
    end = bytearray(control(10, 7, commit=False))
    end[70] ^= 1
    of_producer = {"producer": 7, "attributes": TRANSACTIONAL}
    batches = [
        bytes(batch(0, values("a"), **of_producer)),
        bytes(end),
        bytes(batch(11, values("c"), **of_producer)),
        control(21, 7, commit=True),
    ]

    def answering(raw: bytes, position: int, _: object) -> tuple[list, int]:
        return client(raw, position, [Void(7, 0)] if position <= 10 else [])

    good, (marker,) = split(fetched(answering, batches, end=22))
    assert [record.value for record in good] == values("c")
    assert (marker.first_offset, marker.last_offset) == (10, 10)


@clients
def test_a_control_batch_that_compaction_has_emptied_is_passed(client):
    end = bytearray(control(10, 7, commit=False)[:61])
    end[8:12], end[57:61] = (49).to_bytes(4), bytes(4)
    batches = [bytes(batch(0, values("a"))), bytes(resealed(end)), bytes(batch(11, values("c")))]
    good, markers = split(fetched(client, batches, end=21))
    assert (len(good), markers) == (2 * SIZE, [])


def old(offset: int, number: int, values: list[bytes], *, codec: int = 0) -> bytes:
    """A batch of the formats before: one message, or several packed into one whose offset is that of the last."""
    builder = LegacyRecordBatchBuilder(number, codec, 1 << 24)
    first = offset - len(values) + 1 if number == 0 else 0  # within a batch: as such, or counted from its first
    for at, value in enumerate(values, first):
        assert builder.append(at, 1_000_000, b"key", value) is not None
    made = bytearray(builder.build())
    made[:8] = offset.to_bytes(8)
    return bytes(made)


@clients
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("codec", [0, 1, 2], ids=CODECS[:3])
def test_batches_of_the_formats_before_are_read_and_damaged_ones_told(client, number, codec):
    last = 9 if codec else 0
    first = old(last, number, values("a")[: last + 1], codec=codec)
    poison = bytearray(old(last + 1, number, values("b")[:1], codec=codec))
    behind = bytes(batch(last + 2, values("c")))
    records, position = client(first + bytes(poison) + behind, 0, [])
    assert ([record.value for record in records][: last + 2], position) == (
        [*values("a")[: last + 1], values("b")[0]],
        last + 12,
    )
    poison[-1] ^= 1
    for at in (0, last + 1):
        raw = (first if at == 0 else b"") + bytes(poison) + behind
        records, position = client(raw, at, [])
        _, (marker,) = split(records)
        assert (marker.first_offset, marker.last_offset, position) == (last + 1, last + 1, last + 2)
