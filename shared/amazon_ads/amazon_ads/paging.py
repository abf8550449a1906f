"""Walks Amazon's lists: by token or by offset, each row once, never for ever and never short."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

from .errors import MalformedResponse
from .fields import identifier, optional_integer, text
from .responses import Json, objects

AskToken = Callable[[str | None], Awaitable[Json]]
"""Gives the page of a token; None asks for the first."""
AskOffset = Callable[[int], Awaitable[Json]]
"""Gives the page that starts at an offset."""


async def by_token(ask: AskToken, name: str, *, key: str = "") -> AsyncIterator[Json]:
    """The rows of `name` of every page. With `key`, the name of the rows' id, a row that a changing
    list repeats comes out once. MalformedResponse when a page token comes back a second time."""
    tokens, seen = set[str](), set[str]()
    token: str | None = None
    while True:
        page = await ask(token)
        for row in objects(page.get(name)):
            if _is_new(row, key, seen):
                yield row
        token = text(page, "nextToken") or None
        if token is None:
            return
        if token in tokens:
            raise MalformedResponse(f"the list of {name} repeats a page token", status=200)
        tokens.add(token)


async def by_offset(
    ask: AskOffset, *, key: str = "", last_offset: int | None = None
) -> AsyncIterator[Json]:
    """The rows of `response` of every page, until `totalResults` are seen. MalformedResponse when
    Amazon stops short of its own total. Amazon serves no page behind `last_offset`."""
    seen = set[str]()
    start = 0
    while last_offset is None or start <= last_offset:
        page = await ask(start)
        rows = objects(page.get("response"))
        for row in rows:
            if _is_new(row, key, seen):
                yield row
        total = optional_integer(page, "totalResults")
        start += len(rows)
        if total is None or start >= total:
            return
        if not rows:
            raise MalformedResponse(f"the list ends at {start} of {total}", status=200)


def _is_new(row: Json, key: str, seen: set[str]) -> bool:
    if not key:
        return True
    row_id = identifier(row, key)
    if row_id in seen:
        return False
    seen.add(row_id)
    return True


def chunks(ids: Sequence[str] | None, size: int) -> Iterator[Sequence[str] | None]:
    """`ids` in runs a filter takes; None (everything) as it is, and nothing for no ids."""
    if ids is None:
        yield None
        return
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
