"""A secret's file: what counts as its content, and what is told, without its content, where it holds none."""

import os
import threading
from pathlib import Path

import pytest

from models.errors import ConfigurationError
from stream.config.secrets import EmptySecretError, MissingSecretError, read_secret

TOKEN = "glsa_Abc-123_xyz=="


def holding(folder: Path, content: bytes, name: str = "secret") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path) -> str:
    return read_secret(path, "token").get_secret_value()


@pytest.mark.parametrize(
    "content",
    [
        TOKEN,
        f"{TOKEN}\n",
        f"\r\n  {TOKEN}\t\r\n\n",
        f"\ufeff{TOKEN}\r\n",
    ],
    ids=["bare", "a line", "white space around", "byte order mark"],
)
def test_white_space_and_a_byte_order_mark_do_not_count(tmp_path, content):
    assert read(holding(tmp_path, content.encode())) == TOKEN


def test_a_passphrase_keeps_its_spaces(tmp_path):
    assert read(holding(tmp_path, b"correct horse  battery\n")) == "correct horse  battery"


def test_names_in_chinese_are_names(tmp_path):
    folder = tmp_path / "密钥"
    folder.mkdir()
    assert read(holding(folder, TOKEN.encode(), "令牌 1")) == TOKEN


def test_a_pipe_is_read_as_a_file_is(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(f"{TOKEN}\n",))
    writer.start()
    assert read(pipe) == TOKEN
    writer.join(10)
    assert not writer.is_alive()


def test_one_that_everybody_may_read_is_read_for_the_doctor_tells_that(tmp_path):
    path = holding(tmp_path, TOKEN.encode())
    path.chmod(0o644)
    assert read(path) == TOKEN


def test_a_secret_does_not_show_where_it_is_printed(tmp_path):
    secret = read_secret(holding(tmp_path, TOKEN.encode()), "token")
    assert TOKEN not in f"{secret} {secret!r}"


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_one_is_told(tmp_path, content):
    path = holding(tmp_path, content)
    with pytest.raises(EmptySecretError) as told:
        read(path)
    assert str(told.value) == f"{path} is empty; put the token in it"


@pytest.mark.parametrize(
    "content",
    [
        f"{TOKEN}\nsecond-secret\n".encode(),
        f"{TOKEN}\0".encode(),
        f"{TOKEN}令牌".encode(),
        f"{TOKEN}令牌".encode("gb18030"),
        f"{TOKEN}\n".encode("utf-16"),
        TOKEN.encode() + b"\xff",
        TOKEN.encode() * 10_000,
        TOKEN.encode() + b"\n" * 100_000,
    ],
    ids=["two lines", "a zero", "Chinese", "GB 18030", "UTF-16", "not UTF-8", "huge", "huge with lines"],
)
def test_what_no_header_carries_is_told_and_never_shown(tmp_path, content):
    path = holding(tmp_path, content)
    with pytest.raises(ConfigurationError) as told:
        read(path)
    assert str(told.value) == f"{path} holds no token; write it there in plain ASCII, and nothing else"
    assert told.value.__cause__ is None


def test_what_never_ends_is_not_read_to_its_end():
    with pytest.raises(ConfigurationError, match="holds no token"):
        read(Path("/dev/zero"))


def test_one_that_is_missing_is_told_apart(tmp_path):
    with pytest.raises(MissingSecretError, match=r"none cannot be read \(FileNotFoundError\); name the file"):
        read(tmp_path / "none")


@pytest.mark.parametrize("name", [".", "file/below"])
def test_what_is_no_file_is_told(tmp_path, name):
    holding(tmp_path, TOKEN.encode(), "file")
    with pytest.raises(ConfigurationError, match=r"cannot be read \((IsA|NotA)DirectoryError\)") as told:
        read(tmp_path / name)
    assert not isinstance(told.value, MissingSecretError)


def test_one_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    path = holding(tmp_path, TOKEN.encode())
    monkeypatch.setattr(Path, "open", refused)  # root may read everything
    with pytest.raises(ConfigurationError, match=r"cannot be read \(PermissionError\); check its permissions"):
        read(path)
