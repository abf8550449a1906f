"""Reads the bus for live updates: every replica reads everything, from now on.

Not the shared consumer: there is no inbox and no group, because each replica needs each event and none
needs an old one. What is missed while Kafka is away is read again by the browser (`hello` says so).
"""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from shared.events import BY_TYPE, Event, MemberRemoved, MemberUpdated, SessionRevoked, decode
from shared.kafka import client_options, ensure_topics
from shared.metrics import counter
from shared.settings import KafkaSettings
from shared.telemetry import get_logger

from gateway.keys import Keys
from gateway.sessions import Sessions

from .domain import SHOWN, live_event
from .hub import Hub

TOPICS = sorted({BY_TYPE[name].TOPIC for name in SHOWN} | {SessionRevoked.TOPIC})
MAX_PAUSE_SECONDS = 5.0

_EVENTS = counter("live_events_total", "Events read for live updates", ["outcome"])
_log = get_logger(__name__)


class Reader:
    """What one message means here: shown to who may see it, or a change of somebody's rights."""

    def __init__(self, hub: Hub, sessions: Sessions, keys: Keys) -> None:
        self._hub = hub
        self._sessions = sessions
        self._keys = keys

    def read(self, raw: bytes) -> None:
        """Take one message in; one that is not an event is counted and left (its readers park it)."""
        try:
            event = decode(raw)
        except ValueError:
            _EVENTS.labels(outcome="undecodable").inc()
            return
        if event is None:
            _EVENTS.labels(outcome="unknown").inc()
            return
        _EVENTS.labels(outcome=self._take(event)).inc()

    def interrupted(self) -> None:
        """Events may have been missed: let every browser start over and read anew."""
        self._hub.start_over()

    def _take(self, event: Event[Any]) -> str:
        if isinstance(event.data, SessionRevoked):
            return self._session_revoked(event.data.subject_id)
        if event.data.TOPIC == SessionRevoked.TOPIC:
            self._keys.forget_organization(event.tenantid)
            self._hub.rights_changed(event.tenantid)
        if isinstance(event.data, (MemberUpdated, MemberRemoved)):
            return self._member_updated(event.data.user_id)
        shown = live_event(event)
        if shown is None:
            return "not_shown"
        self._hub.publish(shown)
        return "shown"

    def _session_revoked(self, session_id: UUID) -> str:
        self._sessions.forget_session(session_id)
        self._hub.session_revoked(session_id)
        return "access"

    def _member_updated(self, user_id: UUID) -> str:
        self._sessions.forget_user(user_id)
        self._hub.member_updated(user_id)
        return "access"


class Feed:
    """A resource: `start` returns at once, the connection is made and kept in the background."""

    def __init__(self, settings: KafkaSettings, reader: Reader, *, client_id: str) -> None:
        self._settings = settings
        self._reader = reader
        self._client_id = client_id
        self._task: asyncio.Task[None] | None = None
        self._reading = False
        self._has_read = False

    async def start(self) -> None:
        """Begin to read, and go on reading whatever happens to the broker."""
        self._task = asyncio.create_task(self._forever(), name="live:feed")

    async def stop(self) -> None:
        """Stop reading; nothing is committed, so there is nothing to finish."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def alive(self) -> str | None:
        """None, or that the reader has died."""
        dead = self._task is not None and self._task.done()
        return "the live feed's reader has died" if dead else None

    async def state(self) -> str | None:
        """None while reading, else that it is not (live updates are late, nothing else)."""
        return None if self._reading else "kafka: not reading live updates"

    async def _forever(self) -> None:
        pause = 0.2
        while True:
            try:
                await self._read_until_failure()
            except Exception as error:  # noqa: BLE001 - the broker may be anything but there
                _log.warning("live_feed_interrupted", error=type(error).__name__)
            pause = 0.2 if self._reading else min(pause * 2, MAX_PAUSE_SECONDS)
            self._reading = False
            await asyncio.sleep(pause)

    async def _read_until_failure(self) -> None:
        await ensure_topics(self._settings, TOPICS)
        consumer = _consumer(self._settings, self._client_id)
        try:
            await consumer.start()
            await _seek_to_now(consumer)
            if self._has_read:
                self._reader.interrupted()
            self._reading = self._has_read = True
            async for message in consumer:
                self._reader.read(message.value or b"")
        finally:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(consumer.stop(), 5)


def _consumer(settings: KafkaSettings, client_id: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        *TOPICS,
        **client_options(settings),
        client_id=client_id,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="latest",
        fetch_max_wait_ms=100,
        metadata_max_age_ms=30_000,
    )


async def _seek_to_now(consumer: AIOKafkaConsumer) -> None:
    """Fix every partition's place before saying that we read, or the first events could be missed."""
    for partition in consumer.assignment():
        await asyncio.wait_for(consumer.position(partition), 30)
