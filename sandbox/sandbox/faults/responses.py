"""Answers that lie or break: error bodies per family, cut and broken content."""

import gzip

import orjson
from starlette.types import Message, Receive, Scope, Send

from sandbox.envelopes import family_of

from .rules import Rule

_TEXTS = {401: "Unauthorized", 429: "Too Many Requests", 500: "Internal Server Error",
          503: "Service Unavailable"}  # fmt: skip
Headers = list[tuple[bytes, bytes]]


def error_answer(rule: Rule, path: str) -> tuple[int, Headers, bytes]:
    """Status, headers and body in the envelope of the family that owns `path`."""
    status = int(rule.kind[:3])
    inner = "/" + path.split("/", 2)[2] if path.count("/") > 1 else path
    error = family_of(inner)(status, _TEXTS[status])
    body = orjson.dumps(error.body)
    media = error.media.encode()
    if inner.startswith("/auth/o2/token"):
        words = {429: "temporarily_unavailable", 503: "temporarily_unavailable"}
        name = words.get(status, "server_error")
        body = orjson.dumps({"error_description": _TEXTS[status], "error": name})
    elif inner.startswith("/_download"):
        body = f"<Error><Code>SlowDown</Code><Message>{_TEXTS[status]}</Message></Error>".encode()
        media = b"application/xml"
    headers = [(b"content-type", media), (b"content-length", str(len(body)).encode())]
    if rule.kind == "429":
        headers.append((b"retry-after", str(rule.retry_after).encode()))
    return status, headers, body


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

    def resized(self, length: int) -> Headers:
        kept = [(name, value) for name, value in self.headers if name != b"content-length"]
        return [*kept, (b"content-length", str(length).encode())]


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


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Closes the connection under the server; without a socket, raises ConnectionResetError."""
    close = scope.get("extensions", {}).get("sandbox.close")
    if close is None:
        raise ConnectionResetError("the sandbox dropped this connection")
    close()
    while (await receive())["type"] != "http.disconnect":
        pass
