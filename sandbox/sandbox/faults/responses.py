"""Answers that lie or break: error bodies per family, cut and broken content."""

import asyncio
import gzip
from datetime import datetime, timedelta
from email.utils import format_datetime

import orjson
from starlette.types import Message, Receive, Scope, Send

from sandbox.envelopes import family_of

from .rules import Rule

_TEXTS = {401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests",
          500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
          504: "Endpoint Request Timed-out"}  # fmt: skip
HTML = (
    b"<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n"
    b"<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>openresty"
    b"</center>\r\n</body>\r\n</html>\r\n"
)
Headers = list[tuple[bytes, bytes]]


def error_answer(rule: Rule, path: str, now: datetime) -> tuple[int, Headers, bytes]:
    """Status, headers and body in the envelope of the family that owns `path`."""
    if rule.kind == "html":
        return 503, typed(b"text/html", len(HTML)), HTML
    status = int(rule.kind[:3])
    media, body = _worded(status, "/" + path.split("/", 2)[2] if path.count("/") > 1 else path)
    return status, typed(media, len(body)) + _retry_after(rule, now), body


def typed(media: bytes, length: int) -> Headers:
    return [(b"content-type", media), (b"content-length", str(length).encode())]


def _worded(status: int, inner: str) -> tuple[bytes, bytes]:
    """Media type and body of an error, as whoever answers on the path would say it."""
    text = _TEXTS[status]
    if inner.startswith("/auth/o2/token"):
        name = "temporarily_unavailable" if status in {429, 503} else "server_error"
        return b"application/json", orjson.dumps({"error_description": text, "error": name})
    if inner.startswith("/_download"):
        body = f"<Error><Code>SlowDown</Code><Message>{text}</Message></Error>"
        return b"application/xml", body.encode()
    error = family_of(inner)(status, text)
    return error.media.encode(), orjson.dumps(error.body)


def _retry_after(rule: Rule, now: datetime) -> Headers:
    """In seconds, as a date beside `Date`, or not at all."""
    if rule.kind == "429":
        return [(b"retry-after", str(rule.retry_after).encode())]
    if rule.kind == "429_date":
        return dated_retry(now, rule.retry_after)
    return []


def dated_retry(now: datetime, seconds: int) -> Headers:
    """`Retry-After` as a date, and the sandbox's own `Date` beside it."""
    now = now.replace(microsecond=0)
    until = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    return [
        (b"date", format_datetime(now, usegmt=True).encode()),
        (b"retry-after", until.encode()),
    ]


class Recorded:
    """Runs the application and keeps its answer instead of sending it."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def resized(self, length: int, media: bytes | None = None) -> Headers:
        """Its headers for a body of another length, and of another type."""
        replaced = {b"content-length": str(length).encode()}
        if media:
            replaced[b"content-type"] = media
        kept = [(name, value) for name, value in self.headers if name not in replaced]
        return [*kept, *replaced.items()]


def broken(body: bytes) -> bytes:
    """Whole by its length, unreadable by its content: bad gzip or half a JSON document."""
    if body[:2] == b"\x1f\x8b":
        plain = gzip.decompress(body)
        packed = bytearray(gzip.compress(plain[: len(plain) // 2] + b'"\xff', 6, mtime=0))
        packed[-8] ^= 0xFF
        return bytes(packed)
    return body[: max(1, len(body) // 2)]


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def trickle(send: Send, kept: Recorded, seconds: float) -> None:
    """The whole answer in ten pieces, spread over so many real seconds."""
    headers = kept.resized(len(kept.body))
    await send({"type": "http.response.start", "status": kept.status, "headers": headers})
    size = len(kept.body) // 10 + 1
    for start in range(0, len(kept.body), size):
        await asyncio.sleep(seconds / 10)
        piece = kept.body[start : start + size]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Closes the connection under the server; without a socket, raises ConnectionResetError."""
    close = scope.get("extensions", {}).get("sandbox.close")
    if close is None:
        raise ConnectionResetError("the sandbox dropped this connection")
    close()
    while (await receive())["type"] != "http.disconnect":
        pass
