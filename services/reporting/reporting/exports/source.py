"""The rows of an answer out of Postgres, as CSV text in large pieces: nothing is held, nothing is lost.

Where rows come in order of days, each day (week, month) is asked for on its own, in the same snapshot:
the first rows leave at once, and no sort has to hold them all.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import anyio
from shared.db import Tx

from reporting.metrics import queries
from reporting.metrics.domain import Granularity, Plan

PIECE_BYTES: Final = 2 << 20
COPY_SECONDS: Final = 6 * 3600
_SETTINGS: Final = "select set_config('work_mem', '64MB', true)"


@dataclass(frozen=True)
class Piece:
    """Whole CSV lines, and how many of the parts were begun when it was read."""

    names: Sequence[str]
    lines: bytes
    part: int


def parts_of(plan: Plan) -> list[Plan]:
    """Plans whose rows, one after the other, are the plan's rows in its order."""
    if plan.sort.field != "date" or not plan.needs_key:
        return [plan]
    periods = _periods(plan.start_date, plan.end_date, plan.granularity)
    parts = [replace(plan, start_date=first, end_date=last) for first, last in periods]
    return parts[::-1] if plan.sort.descending else parts


async def pieces(
    tx: Tx, plan: Plan, organization_id: UUID, advertiser_ids: Sequence[UUID]
) -> AsyncGenerator[Piece]:
    """All rows, in pieces of about `PIECE_BYTES`."""
    await tx.execute(_SETTINGS)
    for number, part in enumerate(parts_of(plan), 1):
        values = queries.arguments(part, organization_id, advertiser_ids, None)
        async with aclosing(_copied(tx, queries.rows_sql(part), values)) as chunks:
            names, first = _heading(await anext(chunks))
            waiting = bytearray(first)
            async for chunk in chunks:
                waiting += chunk
                if len(waiting) >= PIECE_BYTES:
                    yield Piece(names, bytes(waiting), number)
                    waiting.clear()
            if waiting:
                yield Piece(names, bytes(waiting), number)


async def _copied(tx: Tx, sql: Any, values: Sequence[Any]) -> AsyncGenerator[bytes]:
    """What COPY sends, no faster than it is taken."""
    send, receive = anyio.create_memory_object_stream[bytes](2)

    async def copy() -> None:
        async with send:
            await tx.copy_csv(sql, *values, output=send.send, timeout_seconds=COPY_SECONDS)

    async with anyio.create_task_group() as tasks, receive:
        tasks.start_soon(copy)
        async for chunk in receive:
            yield chunk


def _heading(chunk: bytes) -> tuple[list[str], bytes]:
    line, _, rest = chunk.partition(b"\n")
    return line.decode().split(","), rest


def _periods(start: date, end: date, granularity: Granularity) -> list[tuple[date, date]]:
    """The days, weeks (from Monday) or months of start..end, cut at both ends."""
    found: list[tuple[date, date]] = []
    while start <= end:
        last = min(_last_day(start, granularity), end)
        found.append((start, last))
        start = last + timedelta(days=1)
    return found


def _last_day(day: date, granularity: Granularity) -> date:
    if granularity == "day":
        return day
    if granularity == "week":
        return day + timedelta(days=6 - day.weekday())
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
