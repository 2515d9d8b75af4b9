"""A secret that is read from its file again once that holds another one: tokens are renewed while we run."""

from pathlib import Path

from pydantic import SecretStr

from models.errors import ConfigurationError
from stream.config.secrets import read_secret

__all__ = ["RenewedSecret"]

_Mark = tuple[int, int, int] | None


class RenewedSecret:
    """A secret, and the file that a new one comes from, if any. What cannot be read there now is waited for.

    To be asked each time that the secret is used: that costs one look at the file's time.
    """

    def __init__(self, secret: SecretStr, file: Path | None = None, *, what: str = "token") -> None:
        self._secret, self._file, self._what = secret, file, what
        self._mark: _Mark = None  # so that the first use reads it: it may have changed since the settings were read

    def value(self) -> str:
        """Give the secret of now, to be put into a header and nowhere else."""
        if self._file is not None and self._marked() != self._mark:
            self._read()
        return self._secret.get_secret_value()

    def is_renewed(self) -> bool:
        """Read the file again after a refusal, whatever its time says; give whether another secret was found."""
        before = self._secret
        self._read()
        return self._secret.get_secret_value() != before.get_secret_value()

    def _read(self) -> None:
        if self._file is None:
            return
        mark = self._marked()
        try:
            self._secret = read_secret(self._file, self._what)
        except ConfigurationError:  # half written, empty or gone: the one that we have, until there is another
            return
        self._mark = mark

    def _marked(self) -> _Mark:
        assert self._file is not None
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size
