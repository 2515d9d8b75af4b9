"""Bounds of what is sent to the page: nothing needs a large body, so none is read or waited for for long."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stream.web.guard.refusals import refuse

__all__ = ["BodyLimit"]

_MOST_BYTES = 1024 * 1024
_PATIENCE_S = 20.0
_NO_LENGTH = "Say how long the request is (Content-Length).\n请求须注明长度（Content-Length）。\n"
_TOO_LARGE = "The request is too large.\n请求过大。\n"
_TOO_SLOW = "The request did not come in time.\n请求超时。\n"


class BodyLimit:
    """Reads a body whole, in bounds of size and time, before anybody works on it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 408, 411 or 413, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if b"transfer-encoding" in headers or not length.isdigit():
            await refuse(scope, send, 411, _NO_LENGTH)
        elif len(length) > len(str(_MOST_BYTES)) or int(length) > _MOST_BYTES:
            await refuse(scope, send, 413, _TOO_LARGE)
        elif int(length) == 0:
            await self.app(scope, receive, send)
        else:
            await self._with_body(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await asyncio.wait_for(_body(receive), _PATIENCE_S)
        except TimeoutError:
            await refuse(scope, send, 408, _TOO_SLOW)
            return
        if body is None:  # gone meanwhile
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, replay, send)


async def _body(receive: Receive) -> bytes | None:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
