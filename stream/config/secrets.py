"""Secrets in files of their own: tokens and passwords, which are never printed."""

import os
import tempfile
from pathlib import Path

from pydantic import SecretStr

from models.errors import ConfigurationError

__all__ = ["EmptySecretError", "MissingSecretError", "is_plain", "read_secret", "write_secret"]

_MAX_BYTES = 64 * 1024


class MissingSecretError(ConfigurationError):
    """There is no such file; some are written later."""


class EmptySecretError(ConfigurationError):
    """There is nothing in the file."""


def read_secret(path: Path, what: str) -> SecretStr:
    """Give what a file, or a pipe, holds without the white space around it: one line of ASCII, as HTTP wants it.

    `what` is the secret's name for people, `token` for example. Raises `ConfigurationError` with the file and the
    fix, never with anything that stands in it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise MissingSecretError(
            f"{path} cannot be read (FileNotFoundError); name the file that holds the {what}"
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({type(error).__name__}); check its permissions, or name the file that holds "
            f"the {what}"
        ) from None
    text = data.removeprefix(b"\xef\xbb\xbf").decode("ascii", errors="replace").strip()
    if not text:
        raise EmptySecretError(f"{path} is empty; put the {what} in it")
    if len(data) > _MAX_BYTES or not is_plain(text):
        raise ConfigurationError(f"{path} holds no {what}; write it there in plain ASCII, and nothing else")
    return SecretStr(text)


def write_secret(path: Path, secret: str) -> None:
    """Write a file for its owner alone, whole or not at all. Raises `ConfigurationError` where it can't."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secret + "\n")
        Path(part).replace(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written ({error.strerror}): name another file") from error


def is_plain(text: str) -> bool:
    r"""Say whether a secret is what a header of HTTP carries: one line of ASCII.

    >>> is_plain("s3cret=="), is_plain("two\nlines"), is_plain("口令")
    (True, False, False)
    """
    return text.isascii() and text.isprintable()
