"""Passing a request on to the service that owns it, and its answer back, chunk by chunk.

Raw ASGI and one pooled aiohttp client. Nothing is collected on the way: a body is counted against its
limit while it streams, and an answer is sent as it comes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import aiohttp
from shared.errors import (
    AppError,
    PayloadTooLarge,
    Unavailable,
    UpstreamFailed,
    UpstreamTimeout,
)
from shared.telemetry import get_logger
from yarl import URL

from .headers import API_SECURITY, to_client
from .requests import EdgeRequest, Headers
from .routing import is_callback

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_CHUNK_BYTES = 1 << 16
_log = get_logger("gateway.forwarding")


class ClientGone(Exception):
    """The caller hung up before the request was complete; there is nobody to answer."""


class Body:
    """The caller's body as it arrives; raises PayloadTooLarge at the byte that is one too many."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self._limit = limit
        self.failure: AppError | ClientGone | None = None

    async def first(self) -> tuple[bytes, bool]:
        """The first chunk, and whether more follows."""
        return await self._next()

    async def rest(self, first: bytes) -> AsyncIterator[bytes]:
        """Everything, beginning with the chunk already taken."""
        yield first
        more = True
        while more:
            chunk, more = await self._next()
            yield chunk

    async def _next(self) -> tuple[bytes, bool]:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.failure = ClientGone()
            raise self.failure
        chunk: bytes = message.get("body", b"")
        self._left -= len(chunk)
        if self._left < 0:
            self.failure = too_large(self._limit)
            raise self.failure
        return chunk, bool(message.get("more_body", False))


def too_large(limit: int) -> PayloadTooLarge:
    """The error for a body over `limit` bytes."""
    return PayloadTooLarge(
        f"The body is larger than {limit} bytes.", hint="Send it in smaller parts."
    )


class Forwarder:
    """One pool of connections to all services; a resource."""

    def __init__(
        self, *, connections: int, connect_seconds: float, read_seconds: float, max_body: int
    ) -> None:
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=connect_seconds + read_seconds,
            sock_connect=connect_seconds, sock_read=read_seconds,
        )  # fmt: skip
        self._max_body = max_body
        self._client: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Opens the pool (connections are made on demand)."""
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30.0),
            timeout=self._timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
        )

    async def stop(self) -> None:
        """Closes every connection."""
        if self._client is not None:
            await self._client.close()

    async def reach(self, url: str, seconds: float) -> str | None:
        """None when `url` answers 2xx within `seconds`, else the reason."""
        client = self._open()
        try:
            timeout = aiohttp.ClientTimeout(total=seconds)
            async with client.get(url, timeout=timeout, allow_redirects=False) as answer:
                return None if answer.status < 300 else f"answers {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return type(error).__name__

    async def forward(
        self, request: EdgeRequest, receive: Receive, send: "ResponseSender", base_url: str,
        headers: list[tuple[str, str]], cookies: bool,
    ) -> int:  # fmt: skip
        """Sends the request to `base_url`, streams the answer, returns its status.

        Raises PayloadTooLarge, Unavailable (the service is not there), UpstreamTimeout (it did not
        answer in time); after the answer has begun a failure cuts the connection instead.
        """
        body = Body(receive, self._max_body)
        data = await self._data_of(request, body, headers)
        query = f"?{request.query}" if request.query else ""
        url = URL(base_url + request.target + query, encoded=True)
        try:
            async with self._open().request(
                request.method, url, headers=headers, data=data, allow_redirects=False
            ) as answer:
                if answer.status == 401 and not cookies:
                    raise _refused(base_url)
                if answer.status >= 500 and is_callback(request.method, request.path):
                    raise UpstreamFailed("The service behind could not take the answer in.")
                passed = to_client(answer.raw_headers, base_url=base_url, cookies=cookies)
                await _relay(answer, passed, receive, send)
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._failure(body, error, base_url) from error

    async def _data_of(
        self, request: EdgeRequest, body: Body, headers: list[tuple[str, str]]
    ) -> bytes | AsyncIterator[bytes] | None:
        declared = request.content_length
        if declared is not None and declared > self._max_body:
            raise too_large(self._max_body)
        if not declared and request.header(b"transfer-encoding") is None:
            return None
        first, more = await body.first()
        if not more:
            return first
        if declared is not None:
            headers.append(("content-length", str(declared)))
        return body.rest(first)

    def _failure(self, body: Body, error: Exception, base_url: str) -> Exception:
        if body.failure is not None:
            return body.failure
        if isinstance(error, TimeoutError) and not isinstance(
            error, aiohttp.ConnectionTimeoutError
        ):
            _log.warning("upstream_timeout", upstream=base_url)
            return UpstreamTimeout("The service behind did not answer in time.")
        _log.warning("upstream_unreachable", upstream=base_url, error=type(error).__name__)
        return Unavailable("The service behind is not reachable.", retry_after_seconds=1)

    def _open(self) -> aiohttp.ClientSession:
        if self._client is None:
            raise Unavailable("The gateway is starting or stopping.")
        return self._client


def _refused(base_url: str) -> UpstreamFailed:
    """A service that does not accept our token: a fault of the installation, not of the caller."""
    _log.error("internal_token_refused", upstream=base_url)
    return UpstreamFailed(
        "The service behind refused the gateway.", code="internal_call_refused", retryable=False
    )


class ResponseSender:
    """Sends one response; knows whether it has begun. `on_success` is done before a good one begins."""

    def __init__(self, send: Send, always: Headers) -> None:
        self._send = send
        self.always = always
        self.status: int | None = None
        self.on_success: Callable[[], None] | None = None

    @property
    def begun(self) -> bool:
        """Whether the status line is out: from then on no error page can be sent."""
        return self.status is not None

    async def raw(self, message: Message) -> None:
        """An ASGI message of the app behind, with this request's headers added."""
        if message["type"] == "http.response.start":
            await self.start(message["status"], list(message["headers"]))
        else:
            await self._send(message)

    async def start(self, status: int, headers: Headers) -> None:
        """Status and headers, with those every response of this request carries."""
        self.status = status
        if status < 300 and self.on_success is not None:
            self.on_success()
        await self._send(
            {"type": "http.response.start", "status": status, "headers": headers + self.always}
        )

    async def chunk(self, data: bytes, *, more: bool) -> None:
        """A piece of the body; `more=False` ends the response."""
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """A response whose body is at hand."""
        length = (b"content-length", str(len(body)).encode())
        await self.start(status, [*headers, length])
        await self.chunk(body, more=False)


async def _relay(
    answer: aiohttp.ClientResponse, headers: Headers, receive: Receive, send: ResponseSender
) -> None:
    await send.start(answer.status, headers + API_SECURITY)
    content = answer.content
    chunk = await content.read(_CHUNK_BYTES) if not content.at_eof() else b""
    if content.at_eof():
        await send.chunk(chunk, more=False)
        return
    await send.chunk(chunk, more=True)
    await _stream(content, receive, send)


async def _stream(content: aiohttp.StreamReader, receive: Receive, send: ResponseSender) -> None:
    """The rest of a long answer, given up as soon as the caller hangs up."""
    gone = asyncio.create_task(_disconnected(receive))
    copying = asyncio.create_task(_copy(content, send))
    try:
        await asyncio.wait({gone, copying}, return_when=asyncio.FIRST_COMPLETED)
        if copying.done():
            copying.result()
    finally:
        gone.cancel()
        copying.cancel()
        await asyncio.gather(gone, copying, return_exceptions=True)


async def _copy(content: aiohttp.StreamReader, send: ResponseSender) -> None:
    while True:
        chunk = await content.read(_CHUNK_BYTES)
        if not chunk:
            break
        await send.chunk(chunk, more=True)
    await send.chunk(b"", more=False)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
