"""A token that is renewed in its file while it is in use."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from stream.config.renewed_secret import RenewedSecret
from stream.config.settings_sections import Influxdb


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("first\n")
    return path


def secret_in(file: Path) -> RenewedSecret:
    token = Influxdb(token_file=file).renewed_token()
    assert token is not None
    return token


def test_a_new_secret_is_taken_without_being_asked_for(file: Path):
    secret = secret_in(file)
    assert secret.value() == "first"
    for text in ("second\n", "third\r\n", "\ufefffourth\n", "  fifth  "):
        file.write_text(text, encoding="utf-8")
        assert secret.value() == text.strip("\ufeff \r\n")


def test_a_file_that_was_replaced_counts_as_new(file: Path):
    secret = secret_in(file)
    other = file.with_name("other")
    other.write_text("later\n")
    times = file.stat()
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.rename(file)
    assert secret.value() == "later"


@pytest.mark.parametrize("broken", [b"", b"\n", b"two\nlines\n", "口令".encode(), b"x" * 100_000])
def test_what_is_no_secret_yet_is_waited_for(file: Path, broken: bytes):
    secret = secret_in(file)
    file.write_bytes(broken)
    assert secret.value() == "first"
    assert not secret.is_renewed()
    file.unlink()
    assert secret.value() == "first"
    file.write_text("second")
    assert secret.value() == "second"


def test_after_a_refusal_the_file_is_read_whatever_its_time_says(file: Path):
    secret = secret_in(file)
    secret.value()
    times = file.stat()
    file.write_text("fresh\n")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert secret.value() == "first"  # size, time and file are the same
    assert secret.is_renewed()
    assert secret.value() == "fresh"
    assert not secret.is_renewed()


def test_a_secret_that_was_given_itself_goes_before_the_file(file: Path):
    token = Influxdb(token="given", token_file=file).renewed_token()
    assert token is not None
    assert token.value() == "given"
    assert not token.is_renewed()
    assert Influxdb().renewed_token() is None
    assert RenewedSecret(SecretStr("alone")).value() == "alone"


def test_nothing_that_is_printed_shows_it(file: Path):
    secret = secret_in(file)
    secret.value()
    assert "first" not in repr(secret) + str(vars(secret))
