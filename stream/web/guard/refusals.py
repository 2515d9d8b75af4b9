"""Plain answers of a guard, in both languages: whoever is refused gets words, and nothing is read or run for it."""

from starlette.types import Scope, Send

__all__ = ["refuse"]


async def refuse(scope: Scope, send: Send, status: int, text: str, *, retry_after_s: int | None = None) -> None:
    """Answer a request in words, and a socket, which has no room for any, before it is accepted."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008 if status == 403 else 1013, "reason": text})
        return
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if retry_after_s is not None:
        after_s = str(retry_after_s).encode()
        headers += [(b"retry-after", after_s), (b"refresh", after_s)]  # the second one is for browsers
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
