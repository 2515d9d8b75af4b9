import json
import struct
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import MessageError
from stream.messages.actions import Rename
from stream.messages.measurements import Temperature, Vibration, encode
from stream.messages.topics import ACTIONS_PARTITION, MAXIMUM_MESSAGE_BYTES
from stream.recordings.publishing import BLOCK_BYTES, RecordingClock, _records, blocks
from stream.recordings.reading import Line, decode_line

WHEN = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def vibration(samples: bytes | list[float], **changes: object) -> Vibration:
    fields = {"machine": "P1", "point": "DE", "time": WHEN, "rate": 1000.0, "unit": "g", "samples": samples}
    return Vibration(**(fields | changes))


@given(st.integers(1, 200), st.integers(8, 300), st.booleans())
def test_blocks_join_to_the_whole(count: int, most_bytes: int, as_list: bool):  # noqa: FBT001 -- hypothesis gives it
    whole = vibration(
        [float(i) for i in range(count)] if as_list else struct.pack(f"<{count}h", *range(count)), dtype="i2"
    )
    cut = list(blocks(whole, max(most_bytes, 9)))
    assert np.concatenate([block.waveform() for block in cut]).tolist() == whole.waveform().tolist()
    done = 0
    for block in cut:
        assert block.time_us == whole.time_us + done * 1000
        done += block.count
    assert max(block.count for block in cut) * (9 if as_list else 2) <= max(most_bytes, 9)
    assert len({block.count for block in cut[:-1]}) <= 1


def test_a_short_waveform_is_one_block_as_it_is():
    whole = vibration([1.0, 2.0], sequence=7)
    assert list(blocks(whole)) == [whole]


def test_no_block_is_larger_than_a_topic_takes():
    whole = vibration(bytes(4 * (2 * MAXIMUM_MESSAGE_BYTES // 4)))
    sizes = [len(encode(block)) for block in blocks(whole)]
    assert max(sizes) < BLOCK_BYTES + 1000 < MAXIMUM_MESSAGE_BYTES
    assert len({record.time_us for record in _records(whole)}) == len(sizes) == 4


def test_a_temperature_block_that_no_topic_takes_is_refused():
    with pytest.raises(MessageError, match="shorter blocks"):
        list(_records(Temperature(machine="P1", point="DE", time=WHEN, rate=10.0, value=[1.0] * 1_000_000)))


class Clock:
    def __init__(self) -> None:
        self.now_s, self.slept = 100.0, []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def test_pace_keeps_time_and_never_waits_for_what_is_late():
    clock = Clock()
    pace = RecordingClock(10.0, clock=lambda: clock.now_s, sleep=clock.sleep)
    for second in (0, 10, 5, 10, 30):  # 5 has a clock that stepped back
        pace.wait(second * 1_000_000)
    assert clock.slept == pytest.approx([1.0, 2.0])
    clock.now_s += 60  # the broker was slow: nothing is waited for until it has caught up
    pace.wait(300 * 1_000_000)
    assert clock.slept == pytest.approx([1.0, 2.0])


def test_a_renaming_goes_where_all_workers_read_it_whatever_its_machine():
    records = [each for i in range(9) for each in _records(Rename(machine=f"P{i}", alias="P-9", time=WHEN))]
    assert {(record.topic, record.partition, record.renames) for record in records} == {("actions", 0, True)}
    assert [record.key for record in records] == [f"P{i}".encode() for i in range(9)]


def test_what_is_sent_is_messagepack_under_the_machines_id():
    message = vibration(bytes(8), machine="泵 1")
    (record,) = _records(message)
    assert (record.topic, record.key) == ("vibration", "泵 1".encode())
    with pytest.raises(ValueError, match="utf-8"):
        json.loads(record.value)


def test_an_alias_said_of_a_machine_goes_where_all_workers_read_it_and_who_leaves_goes_by_its_key():
    said = {"type": "machine", "machine": "P-1", "time": "2026-03-01T00:00:00Z"}
    alias, leaving = (
        next(_records(decode_line(Line("f", 1, json.dumps(said | more).encode()))))
        for more in ({"do": "alias", "alias": "P-9"}, {"do": "retire"})
    )
    assert (alias.partition, alias.renames, alias.key) == (ACTIONS_PARTITION, True, b"P-1")
    assert (leaving.partition, leaving.renames, leaving.key) == (None, False, b"P-1")
