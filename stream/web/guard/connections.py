"""Connections that say nothing, or take for ever to say it: they are ended, as each costs a file of ours."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from stream.web.guard.headers import secured

__all__ = ["MOST_HEADER_BYTES", "MOST_MESSAGE_BYTES", "PatientHttp"]

MOST_HEADER_BYTES = 16 * 1024
MOST_MESSAGE_BYTES = 1024 * 1024
"""Of a message on a socket: a page sends what a reader clicked."""
_PATIENCE_S = 10.0


class PatientHttp(H11Protocol):
    """Waits some seconds for a request to come in full, the first one too; uvicorn would wait for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 -- the library's own signature
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Stop waiting once a request is there in full."""
        super().data_received(data)
        if self._is_asking():
            self._wait()
        else:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Wait for the next request from now on."""
        super().on_response_complete()
        if self._is_asking():
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, in the library's words, with the headers that every answer has."""
        body = msg.encode()
        given = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        lines = [b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in secured(given, ""))]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_asking(self) -> bool:
        """Whether nothing is worked on, so that it is the other side's turn."""
        upgraded = self.transport.get_protocol() is not self
        return not upgraded and (self.cycle is None or self.cycle.response_complete)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(_PATIENCE_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._is_asking():
            self.transport.close()
