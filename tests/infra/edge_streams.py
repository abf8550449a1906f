"""Live streams through the edge, as a client reads them, and events for them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import aiohttp
from gateway.live.domain import live_event
from shared.clock import utc_now
from shared.events import Event, MetricsUpdated, make_event
from shared.ids import new_id

from infra.edge import Running, as_user


class Stream:
    """The events of one open stream."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def next(self) -> tuple[str, dict[str, Any], str]:
        """(name, data, id) of the next event."""
        fields = dict[str, str]()
        async with asyncio.timeout(20):
            while "event" not in fields:
                fields = await self._block()
        return fields["event"], json.loads(fields["data"]), fields.get("id", "")

    async def _block(self) -> dict[str, str]:
        fields = dict[str, str]()
        while line := (await self.answer.content.readline()).decode().strip():
            name, _, value = line.partition(": ")
            fields[name] = value
        assert fields or not self.answer.content.at_eof(), "the stream ended"
        return fields


@asynccontextmanager
async def opened(root: str, token: str, **headers: str) -> AsyncGenerator[Stream]:
    """The stream of a session."""
    async with opened_with(root, as_user(token, **headers)) as stream:
        yield stream


@asynccontextmanager
async def opened_with(root: str, headers: dict[str, str]) -> AsyncGenerator[Stream]:
    """The stream of whoever sends these headers."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        http.get(f"{root}/v1/events", headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)


def metrics(organization_id: UUID, brand_id: UUID | None = None) -> Event[Any]:
    """Numbers of a brand have changed."""
    data = MetricsUpdated(
        advertiser_id=new_id(),
        report_id=new_id(),
        start_date=date(2026, 1, 1),
        end_date=date(2026, 1, 2),
        rows_changed=3,
        as_of=utc_now(),
    )
    return make_event(data, organization_id, brand_id)


def publish(running: Running, event: Event[Any]) -> None:
    """As if the bus had brought it."""
    shown = live_event(event)
    assert shown is not None
    running.edge.parts.live.hub.publish(shown)
