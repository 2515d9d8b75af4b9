"""Copies a whole InfluxDB 2 into a folder and brings it back, through its own API; both want an operator's token.

The folder holds what the server gives: its accounts, tokens, buckets (`kv`, `sql`, `buckets.json`) and its rows, a
file a shard. So whoever may read it may do everything on that server: folder and files are for their owner alone.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
import urllib3
from pydantic import SecretStr
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from models.errors import ConfigurationError, ServiceError
from stream.stores.influxdb.errors import service_error_of

__all__ = ["back_up", "restore"]

_ANSWER_S = 600.0
_CHUNK_BYTES = 1024 * 1024
_KV, _SQL, _BUCKETS, _SHARDS = "kv", "sql", "buckets.json", "shards"
_PART = re.compile(rb'name="(\w+)"')

_T = TypeVar("_T")

Tell = Callable[[int, int | None], None]
"""Is told how many shards are done, of how many."""


class _Shard(msgspec.Struct, frozen=True):
    id: int


class _ShardGroup(msgspec.Struct, frozen=True, rename="camel"):
    shards: tuple[_Shard, ...] = ()
    deleted_at: str | None = None


class _Policy(msgspec.Struct, frozen=True, rename="camel"):
    shard_groups: tuple[_ShardGroup, ...] = ()


class _Bucket(msgspec.Struct, frozen=True, rename="camel"):
    retention_policies: tuple[_Policy, ...] = ()


class _NewToken(msgspec.Struct, frozen=True):
    token: str


def back_up(url: str, token: SecretStr, folder: Path, tell: Tell) -> int:
    """Copy the server at `url` into `folder`, which must be new or empty, while it runs; gives the bytes copied.

    Raises `ServiceError` where the server fails or refuses, `ConfigurationError` where the folder can't be used;
    what was copied until then is removed.
    """
    server = _Server(url, token)
    _prepare(folder)
    try:
        for name, content in server.metadata():
            _write(folder / name, content)
        shards = _shard_ids((folder / _BUCKETS).read_bytes())
        (folder / _SHARDS).mkdir(mode=0o700)
        for number, shard in enumerate(shards, 1):
            server.save_shard(shard, folder / _SHARDS / f"{shard}.tar")
            tell(number, len(shards))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def restore(url: str, token: SecretStr, folder: Path, tell: Tell) -> SecretStr:
    """Make the server at `url` what it was: accounts, tokens, buckets and rows; what it holds now is gone.

    Afterwards the tokens of the backup count, not the present ones: gives an operator's. Raises
    `ConfigurationError` where the folder is no backup, `ServiceError` where the server fails or refuses.
    """
    if not all((folder / name).is_file() for name in (_KV, _SQL, _BUCKETS)):
        raise ConfigurationError(f"{folder}: is no backup of an InfluxDB; name the folder that one was written to")
    shards = _shard_ids((folder / _BUCKETS).read_bytes())
    server = _Server(url, token)
    with (folder / _KV).open("rb") as kv:
        answer = server.post("/api/v2/restore/kv", kv)
    its_own = SecretStr(_decoded(answer, _NewToken).token)
    then = _Server(url, its_own)  # the former token is gone with its account
    with (folder / _SQL).open("rb") as sql:
        then.post("/api/v2/restore/sql", sql)
    for number, shard in enumerate(shards, 1):
        file = folder / _SHARDS / f"{shard}.tar"
        if file.exists():
            with file.open("rb") as content:
                then.post(f"/api/v2/restore/shards/{shard}", content)
        tell(number, len(shards))
    return its_own


class _Server:
    """What is asked of the server, with one token."""

    def __init__(self, url: str, token: SecretStr) -> None:
        self._url = url
        self._headers = {"Authorization": f"Token {token.get_secret_value()}"}

    def metadata(self) -> Iterator[tuple[str, bytes]]:
        """Give names and contents of what is no rows, of one moment."""
        with self._asked("GET", "/api/v2/backup/metadata") as answer:
            boundary = answer.headers.get("Content-Type", "").partition("boundary=")[2].encode()
            parts = (b"\r\n" + answer.data).split(b"\r\n--" + boundary) if boundary else []
        found = {}
        for part in parts:
            head, _, content = part.partition(b"\r\n\r\n")
            if name := _PART.search(head):
                found[name[1].decode()] = content
        if found.keys() != {"kv", "sql", "buckets"}:
            raise ServiceError(f"what InfluxDB at {self._url} gives for a backup is not known; use InfluxDB 2.7")
        yield from ((_KV, found["kv"]), (_SQL, found["sql"]), (_BUCKETS, found["buckets"]))

    def save_shard(self, shard: int, file: Path) -> None:
        """Write a shard's rows; one whose time is over may be gone meanwhile."""
        with self._asked("GET", f"/api/v2/backup/shards/{shard}", may_be_gone=True) as answer:
            if answer.status == 404:
                return
            with _created(file) as output:
                for chunk in answer.stream(_CHUNK_BYTES):
                    output.write(chunk)

    def post(self, path: str, content: BinaryIO) -> bytes:
        with self._asked("POST", path, content) as answer:
            return answer.data

    @contextmanager
    def _asked(
        self, method: str, path: str, body: BinaryIO | None = None, *, may_be_gone: bool = False
    ) -> Iterator[BaseHTTPResponse]:
        """Ask through no proxy and follow no redirect: the token would go along."""
        try:
            with urllib3.PoolManager(timeout=urllib3.Timeout(total=None, connect=10, read=_ANSWER_S)) as pools:
                answer = pools.request(
                    method,
                    self._url + path,
                    headers=self._headers,
                    body=body,
                    redirect=False,
                    retries=False,
                    preload_content=False,
                )
                if answer.status in (401, 403):
                    raise ServiceError(
                        f"InfluxDB at {self._url} wants the token of an operator for this; name its file with "
                        "--admin-token-file (`stethos influx setup --admin-token-file FILE` writes it)"
                    )
                if answer.status >= 300 and not (may_be_gone and answer.status == 404):
                    raise service_error_of(self._url, answer.status, answer.data, answer.headers)
                yield answer
        except HTTPError as error:
            raise ServiceError(
                f"InfluxDB at {self._url} broke off ({type(error).__name__}): start it, or correct [influxdb] url"
            ) from None


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigurationError(f"{folder}: there is something in it; name a new folder")
        folder.chmod(0o700)
    except OSError as error:
        raise ConfigurationError(f"{folder}: cannot be written ({error.strerror}); name another folder") from None


def _write(file: Path, content: bytes) -> None:
    with _created(file) as output:
        output.write(content)


@contextmanager
def _created(file: Path) -> Iterator[BinaryIO]:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
            yield output
            output.flush()
            os.fsync(output.fileno())
    except OSError as error:
        raise ServiceError(
            f"{file} cannot be written ({error.strerror}); free some space, or name another folder"
        ) from None


def _shard_ids(manifest: bytes) -> list[int]:
    buckets = _decoded(manifest, tuple[_Bucket, ...])
    groups = (group for bucket in buckets for policy in bucket.retention_policies for group in policy.shard_groups)
    return [shard.id for group in groups if group.deleted_at is None for shard in group.shards]


def _decoded(data: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        raise ServiceError("what InfluxDB tells of its backup is not known; use InfluxDB 2.7") from None
