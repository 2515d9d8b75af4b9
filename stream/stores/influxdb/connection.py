"""The connection to an InfluxDB 2: lines out, rows in, with the token of now, and errors that name the fix."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import aiohttp
import msgspec
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.rest import ApiException

from models.errors import ServiceError
from stream.config.renewed_secret import RenewedSecret
from stream.stores.influxdb.errors import service_error_of, too_old
from stream.stores.influxdb.influxql import Series, series_of

__all__ = ["Connection"]

_REFUSALS = frozenset({401, 403})


class _Answer(NamedTuple):
    status: int
    body: Any
    """Bytes, or text."""
    headers: Mapping[str, str] | None


class Connection:
    """Asks one server; every method raises `ServiceError`, `PermanentStoreError` where no repeat can help."""

    def __init__(self, url: str, org: str, token: RenewedSecret, *, timeout_s: float) -> None:
        self._url, self._org, self._token = url, org, token
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(5.0, timeout_s))
        self._client: Any = None  # The library's own types are of no use.

    def open(self) -> bool:
        """Have a client; gives whether there was none. Nothing is asked yet."""
        if self._client is not None:
            return False
        self._client = InfluxDBClientAsync(
            self._url, token=self._token.value(), org=self._org, timeout=self._timeout
        )
        return True

    async def close(self) -> None:
        """Close the connections; may be called twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def send(self, bucket: str, lines: bytes) -> tuple[int, str]:
        """Write lines; gives how many were older than the retention, with the server's words."""
        answer = await self._asked(lambda client: self._write(client, bucket, lines))
        if answer.status < 300:
            return 0, ""
        old = too_old(answer.status, answer.body)
        if old is None:
            raise service_error_of(self._url, answer.status, answer.body, answer.headers)
        return old

    async def _write(self, client: Any, bucket: str, lines: bytes) -> _Answer:  # noqa: ANN401 (see _connected)
        try:
            await client.write_api().write(bucket, self._org, lines, "us")
        except ApiException as error:
            return _Answer(error.status, error.body, error.headers)
        return _Answer(204, b"", None)

    async def rows(self, bucket: str, query: str, **values: str | int) -> list[list[Any]]:
        """Give the rows of a query, times in microseconds; `$name` in it stands for the value of that name."""
        return [row for group in await self.groups(bucket, query, **values) for row in group.values]

    async def groups(self, bucket: str, query: str, **values: str | int) -> list[Series]:
        """Give the answer to a query group by group, each with the tags that it is grouped by."""
        bound = msgspec.json.encode(values).decode()
        parameters = [("db", bucket), ("q", query), ("epoch", "u"), ("params", bound)]

        async def read(client: Any) -> _Answer:  # noqa: ANN401 (see _connected)
            response = await client.api_client.call_api(
                "/query", "GET", query_params=parameters, _preload_content=False
            )
            async with response:
                return _Answer(response.status, await response.read(), response.headers)

        answer = await self._asked(read)
        if answer.status != 200:
            raise service_error_of(self._url, answer.status, answer.body, answer.headers)
        return series_of(answer.body)

    async def _asked(self, ask: Callable[[Any], Awaitable[_Answer]]) -> _Answer:
        """Ask with the token of now, and once more if that is refused and its file holds another one."""
        client = self._connected()
        try:
            for _ in range(2):
                client.api_client.set_default_header("Authorization", f"Token {self._token.value()}")
                answer = await ask(client)
                if answer.status not in _REFUSALS or not self._token.is_renewed():
                    break
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from error
        return answer

    def _connected(self) -> Any:  # noqa: ANN401 (the library's own types are of no use)
        if self._client is None:
            raise ServiceError(f"the store at {self._url} is not open: open it before use")
        return self._client

    def _unreachable(self, error: Exception) -> ServiceError:
        why = "no answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        return ServiceError(
            f"InfluxDB at {self._url} is not reachable ({why}): start it, or correct [influxdb] url"
        )
