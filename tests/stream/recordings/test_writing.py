"""What is written down is whole lines in a whole file, however the writing ends."""

import errno
import gzip
import io
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from models.errors import RecordingError
from stream.recordings.writing import QUICK_PACKING, open_recording

LINES = [b'{"n":%d}' % n for n in range(50)]
TEXT = b"".join(line + b"\n" for line in LINES)


def write_down(file: Path | None, lines=LINES, **how) -> None:
    with open_recording(file, **how) as append:
        for line in lines:
            append(line)


def content(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "记录.jsonl.gz"])
@pytest.mark.parametrize("packing", [QUICK_PACKING, 6])
def test_lines_come_back_and_the_same_lines_are_the_same_file(tmp_path, name, packing):
    first, second = tmp_path / name, tmp_path / f"again-{name}"
    write_down(first, packing=packing)
    write_down(second, packing=packing)
    assert content(first) == TEXT
    assert first.read_bytes() == second.read_bytes()


def test_without_a_file_lines_go_to_standard_output(monkeypatch):
    taken = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(taken))
    write_down(None)
    assert taken.getvalue() == TEXT


def test_a_file_that_is_there_is_kept_unless_it_may_be_overwritten(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"kept\n")
    with pytest.raises(RecordingError, match=r"a\.jsonl: is there already; give another name, or --overwrite"):
        write_down(file)
    assert file.read_bytes() == b"kept\n"
    write_down(file, overwrite=True)
    assert file.read_bytes() == TEXT


def test_a_missing_folder_is_made_only_when_asked_for(tmp_path):
    file = tmp_path / "new" / "folder" / "a.jsonl"
    with pytest.raises(RecordingError, match="cannot be written"):
        write_down(file)
    assert not file.parent.exists()
    write_down(file, new_folder=True)
    assert file.read_bytes() == TEXT


def test_a_folder_in_the_file_s_place_is_told(tmp_path):
    with pytest.raises(RecordingError, match=r"cannot be written \(Is a directory\)"):
        write_down(tmp_path, overwrite=True)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
@pytest.mark.parametrize("broken_off", [KeyboardInterrupt, ZeroDivisionError])
def test_what_breaks_off_leaves_a_whole_file_of_what_came(tmp_path, name, broken_off):
    file = tmp_path / name
    with pytest.raises(broken_off), open_recording(file) as append:  # noqa: PT012 -- breaks off after some lines
        for line in LINES[:20]:
            append(line)
        raise broken_off
    assert content(file).splitlines() == LINES[:20]


def test_a_reader_sees_the_lines_of_a_plain_file_once_they_are_flushed(tmp_path):
    file = tmp_path / "a.jsonl"
    with open_recording(file) as append:
        append(LINES[0])
        append.flush()
        assert file.read_bytes() == LINES[0] + b"\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("packed", [False, True])
def test_a_full_disk_is_told(tmp_path, packed):
    file = tmp_path / ("a.jsonl.gz" if packed else "a.jsonl")
    file.symlink_to("/dev/full")
    with pytest.raises(RecordingError, match=r"cannot be written \(No space left on device\)"):
        write_down(file, LINES * 1000, overwrite=True)


def test_a_full_disk_behind_standard_output_is_told(monkeypatch):
    class Full(io.BytesIO):
        def write(self, _data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=Full()))
    with pytest.raises(RecordingError, match=r"standard output: cannot be written \(No space left on device\)"):
        write_down(None)


def test_a_reader_of_standard_output_who_has_had_enough_is_no_trouble_of_the_file(monkeypatch):
    class Closed(io.BytesIO):
        def write(self, _data):
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=Closed()))
    with pytest.raises(BrokenPipeError):
        write_down(None)
