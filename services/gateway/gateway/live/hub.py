"""Fan-out to the open streams of this process, and the short memory that lets a browser resume."""

import asyncio
from collections import OrderedDict, deque
from contextlib import suppress
from uuid import UUID

from shared.errors import TooManyRequests
from shared.internal_tokens import Actor
from shared.metrics import counter, gauge

from .domain import LiveEvent, may_see

_STREAMS = gauge("live_streams", "Open live update streams")
_DROPPED = counter("live_streams_ended_total", "Streams ended by the server", ["reason"])


class Subscriber:
    """One open stream. `close` may be called from anywhere; the stream notices at its next step."""

    def __init__(self, actor: Actor, *, queue_events: int) -> None:
        self.actor = actor
        self.closed_because = ""
        self.recheck = False
        self._limit = queue_events
        self._waiting: deque[LiveEvent] = deque()
        self._news = asyncio.Event()

    def offer(self, event: LiveEvent) -> None:
        """Queue an event if this subscriber may see it; one who reads too slowly is let go."""
        if self.closed_because or not may_see(self.actor, event):
            return
        if len(self._waiting) >= self._limit:
            self.close("too_slow")
            return
        self._waiting.append(event)
        self._news.set()

    def close(self, reason: str) -> None:
        """End the stream after what is being written; what waits is dropped."""
        if not self.closed_because:
            self.closed_because = reason
            self._waiting.clear()
            _DROPPED.labels(reason=reason).inc()
        self._news.set()

    def ask_again(self) -> None:
        """Have the stream ask auth about its session now."""
        self.recheck = True
        self._news.set()

    def allow(self, actor: Actor) -> None:
        """The rights as they are now: what waits is judged by them when it is taken."""
        self.actor = actor

    async def wait(self, seconds: float) -> None:
        """Until something waits or is signalled, `seconds` at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        self._news.clear()

    def take(self) -> bytes:
        """All that waits and may be seen, as one piece."""
        piece = b"".join(event.frame for event in self._waiting if may_see(self.actor, event))
        self._waiting.clear()
        return piece


class Hub:
    """All subscribers of this process."""

    def __init__(self, *, ring_events: int, queue_events: int, per_session: int) -> None:
        self._ring: OrderedDict[UUID, LiveEvent] = OrderedDict()
        self._ring_events = ring_events
        self._queue_events = queue_events
        self._per_session = per_session
        self._subscribers: set[Subscriber] = set()
        self._stopping = False

    def publish(self, event: LiveEvent) -> None:
        """Remember and hand out; the same event a second time is ignored."""
        if event.id in self._ring:
            return
        self._ring[event.id] = event
        while len(self._ring) > self._ring_events:
            self._ring.popitem(last=False)
        for subscriber in tuple(self._subscribers):
            subscriber.offer(event)

    def subscribe(self, actor: Actor) -> Subscriber:
        """A new stream's queue; raises TooManyRequests when the session or key holds enough of them."""
        mine = sum(_holder(s.actor) == _holder(actor) for s in self._subscribers)
        if mine >= self._per_session:
            raise TooManyRequests(
                "This session or key has too many live streams open.",
                code="too_many_streams",
                retry_after_seconds=5,
            )
        subscriber = Subscriber(actor, queue_events=self._queue_events)
        if self._stopping:
            subscriber.close("shutdown")
        self._subscribers.add(subscriber)
        _STREAMS.set(len(self._subscribers))
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Forget a stream that ended."""
        self._subscribers.discard(subscriber)
        _STREAMS.set(len(self._subscribers))

    def since(self, actor: Actor, last_event_id: str) -> list[bytes] | None:
        """What this actor missed after an event, None when that event is no longer remembered."""
        try:
            last = UUID(last_event_id)
        except ValueError:
            return None
        if last not in self._ring:
            return None
        events = list(self._ring.values())
        after = next(n for n, event in enumerate(events) if event.id == last) + 1
        return [event.frame for event in events[after:] if may_see(actor, event)]

    def session_revoked(self, session_id: UUID) -> None:
        """End the streams of a session at once."""
        for subscriber in tuple(self._subscribers):
            if subscriber.actor.session_id == session_id:
                subscriber.close("session_ended")

    def member_updated(self, user_id: UUID) -> None:
        """Have the streams of a user ask for their rights anew."""
        for subscriber in tuple(self._subscribers):
            if str(user_id) in (subscriber.actor.subject, subscriber.actor.impersonator):
                subscriber.ask_again()

    def rights_changed(self, organization_id: UUID) -> None:
        """Have the streams of an organization's API keys ask for their rights anew."""
        for subscriber in tuple(self._subscribers):
            actor = subscriber.actor
            if actor.kind == "key" and actor.organization_id == organization_id:
                subscriber.ask_again()

    def start_over(self) -> None:
        """Forget what could be resumed from and end every stream: something was missed."""
        self._ring.clear()
        for subscriber in tuple(self._subscribers):
            subscriber.close("events_missed")

    def close(self) -> None:
        """End every stream: the process stops (browsers reconnect to another replica)."""
        self._stopping = True
        for subscriber in tuple(self._subscribers):
            subscriber.close("shutdown")


def _holder(actor: Actor) -> str:
    """Whose streams are counted together: a session's, or an API key's."""
    return actor.subject if actor.kind == "key" else str(actor.session_id)
