"""`GET /v1/events`: one browser's stream, from hello to the reason it ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.clock import Clock, utc_now
from shared.errors import AppError, Unauthenticated
from shared.internal_tokens import Actor

from gateway.callers import Caller
from gateway.forwarding import Receive, ResponseSender
from gateway.requests import EdgeRequest, Headers

from .domain import closed, ended, heartbeat, hello
from .hub import Hub, Subscriber

HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
RETRY = b"retry: 2000\n\n"
UNCHECKED_SECONDS = 60.0
Recheck = Callable[[], Awaitable[Caller]]
"""Asks auth again who holds a stream; raises Unauthenticated when that has ended."""


@dataclass(frozen=True)
class Live:
    """What every stream is made of. Seconds between heartbeats and between looks at the session;
    `opened` tells the audit log of a stream before its first byte."""

    hub: Hub
    heartbeat_seconds: float
    check_seconds: float
    write_seconds: float
    opened: Callable[[EdgeRequest, Actor], Awaitable[None]]
    now: Clock = utc_now
    monotonic: Callable[[], float] = time.monotonic

    async def serve(
        self, request: EdgeRequest, caller: Caller, recheck: Recheck,
        receive: Receive, send: ResponseSender,
    ) -> None:  # fmt: skip
        """Stream until the reader leaves, their session or key ends, or they are too slow."""
        subscriber = self.hub.subscribe(caller.actor)
        try:
            missed = self._missed(request, subscriber)
            await self.opened(request, caller.actor)
            await send.start(200, HEADERS)
            if request.method == "HEAD":
                await send.chunk(b"", more=False)
                return
            first = hello(self.now(), resumed=missed is not None)
            await self.write(send, RETRY + first + b"".join(missed or ()))
            await self._until_gone(_Stream(self, subscriber, recheck, send), receive)
        finally:
            self.hub.unsubscribe(subscriber)

    def _missed(self, request: EdgeRequest, subscriber: Subscriber) -> list[bytes] | None:
        last = request.header(b"last-event-id")
        return None if last is None else self.hub.since(subscriber.actor, last)

    async def _until_gone(self, stream: "_Stream", receive: Receive) -> None:
        gone = asyncio.create_task(_left(receive))
        running = asyncio.create_task(stream.run())
        try:
            await asyncio.wait({gone, running}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            gone.cancel()
            running.cancel()
            await asyncio.gather(gone, running, return_exceptions=True)

    async def write(self, send: ResponseSender, data: bytes, *, more: bool = True) -> None:
        """A piece of the stream; raises TimeoutError when the browser does not read."""
        async with asyncio.timeout(self.write_seconds):
            await send.chunk(data, more=more)


class _Stream:
    def __init__(
        self, live: Live, subscriber: Subscriber, recheck: Recheck, send: ResponseSender
    ) -> None:
        self._live = live
        self._subscriber = subscriber
        self._recheck = recheck
        self._send = send
        self._beat_at = live.monotonic() + live.heartbeat_seconds
        self._checked_at = live.monotonic()
        self._check_at = self._checked_at + live.check_seconds

    async def run(self) -> None:
        live, subscriber = self._live, self._subscriber
        while not subscriber.closed_because:
            pause = min(self._beat_at, self._check_at) - live.monotonic()
            await subscriber.wait(max(pause, 0.0))
            await self._check()
            if piece := subscriber.take():
                await live.write(self._send, piece)
            if live.monotonic() >= self._beat_at:
                self._beat_at = live.monotonic() + live.heartbeat_seconds
                await live.write(self._send, heartbeat(live.now()))
        await live.write(self._send, closed(subscriber.closed_because), more=False)

    async def _check(self) -> None:
        """Ask auth again when it is time: the rights may have changed, or the session ended."""
        live, subscriber = self._live, self._subscriber
        now = live.monotonic()
        if now < self._check_at and not subscriber.recheck:
            return
        self._check_at = now + live.check_seconds
        try:
            caller = await self._recheck()
        except Unauthenticated:
            subscriber.close(ended(subscriber.actor))
        except AppError:
            if now - self._checked_at > UNCHECKED_SECONDS:
                subscriber.close("session_unchecked")
        else:
            self._checked_at = now
            subscriber.recheck = False
            subscriber.allow(caller.actor)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
