import gzip
import io
import json
from pathlib import Path

import pytest

from models.errors import MessageError, RecordingError
from models.observations import Tick
from stream.messages.measurements import Reading
from stream.messages.records import observation_to_json
from stream.recordings.reading import LINE_BYTES, STDIN, Line, Recordings, decode_line, described

GOOD = b'{"type":"reading","machine":"P1","point":"DE","time":"2026-03-01T08:30:00Z","values":{"bar":2}}'


def lines_of(path: Path, data: bytes) -> list[Line]:
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return list(Recordings([path]))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_are_numbered_from_1_and_empty_ones_passed_over(tmp_path, name: str, end: bytes):
    lines = lines_of(tmp_path / name, b"\xef\xbb\xbf" + GOOD + end + end + b"  " + end + b"x" + end + GOOD)
    assert [(line.number, line.data) for line in lines] == [(1, GOOD), (4, b"x"), (5, GOOD)]


def test_progress_reaches_the_end(tmp_path):
    for name in ("a.jsonl", "b.jsonl.gz"):
        lines_of(tmp_path / name, (GOOD + b"\n") * 500)
    recordings = Recordings([tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"])
    told = [recordings.read_bytes for _ in recordings]
    assert told == sorted(told)
    assert 0 < told[600] <= recordings.read_bytes == recordings.total_bytes


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(GOOD + b"\n" + GOOD))))
    recordings = Recordings([STDIN])
    assert [described(line) for line in recordings] == ["stdin:1", "stdin:2"]
    assert recordings.total_bytes is None


def test_a_missing_file_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(RecordingError, match=r"none\.jsonl: there is no such file"):
        Recordings([tmp_path / "none.jsonl"])
    with pytest.raises(RecordingError, match="is a folder; name the recordings in it"):
        Recordings([tmp_path])


def test_a_gzip_file_that_is_cut_off_gives_what_is_whole(tmp_path):
    packed = gzip.compress(b"".join(GOOD.replace(b"P1", b"P%d" % n) + b"\n" for n in range(5000)))
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    read = []
    with pytest.raises(RecordingError, match="cut off or damaged"):
        read.extend(Recordings([tmp_path / "a.jsonl.gz"]))  # extend keeps what came before the error
    assert read
    assert decode_line(read[0]) == decode_line(Line("x", 1, GOOD.replace(b"P1", b"P0")))


@pytest.mark.parametrize(("name", "data"), [("a.jsonl.gz", GOOD), ("a.jsonl", gzip.compress(GOOD))])
def test_a_file_is_unpacked_by_what_it_holds_not_by_its_name(tmp_path, name: str, data: bytes):
    (tmp_path / name).write_bytes(data)
    assert [line.data for line in Recordings([tmp_path / name])] == [GOOD]


def test_a_line_without_end_is_refused_and_the_rest_goes_on(tmp_path):
    lines = lines_of(tmp_path / "a.jsonl", b"9" * (2 * LINE_BYTES + 77) + b"\n" + GOOD)
    with pytest.raises(MessageError, match="one message a line"):
        decode_line(lines[0])
    assert [line.number for line in lines] == [1, 2]
    assert isinstance(decode_line(lines[1]), Reading)


def test_messages_and_observations_are_told_apart():
    tick = Tick(machine="P1", observed_us=5)
    assert decode_line(Line("x", 1, observation_to_json(tick))) == tick
    assert isinstance(decode_line(Line("x", 1, GOOD)), Reading)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"{", "not JSON"),
        (b"[1]", "object"),
        (b'"text"', "object"),
        (b'{"type":1}', "type"),
        (b'{"type":"observed_vibration","machine":"P1"}', "not an observation"),
        (json.dumps({"type": "tick", "machine": "P1", "observed_us": 1, "schema": 99}).encode(), "upgrade Stethos"),
        (b'{"type":"health"}', "type"),
        ('{"type":"reading"}'.encode("utf-16"), "JSON Lines in UTF-8"),
    ],
)
def test_a_bad_line_is_a_message_error(text: bytes, told: str):
    with pytest.raises(MessageError, match=told):
        decode_line(Line("x", 1, text))
