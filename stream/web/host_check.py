"""The check of host names before everything that the page answers, requests and sockets alike."""

from starlette.types import ASGIApp, Receive, Scope, Send

from stream.config.hosts import refusal

__all__ = ["HostCheck"]


class HostCheck:
    """Passes on what is asked by a known name from the page itself, and refuses anything else before it is read."""

    def __init__(self, app: ASGIApp, known: frozenset[str]) -> None:
        self.app, self._known = app, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403, in words where there is room for them, or leave the answer to the page."""
        asked = scope["type"] in ("http", "websocket")
        why = refusal(_headers(scope, b"host"), _headers(scope, b"origin"), self._known) if asked else None
        if why is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: servers make it a 403
        else:
            await _send_403(send, why)


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


async def _send_403(send: Send, why: str) -> None:
    body = why.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
