"""Use cases of reading the log: a page with names, the check of a chain, the retention."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.db import SYSTEM, Db, Scope, Tx

from auth.scopes import organization_of
from shared import audit

from . import queries
from .domain import Chain, Check, Entry, Point, reduced
from .queries import Filter

CHECKED_PER_REPORT = 5_000


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads: their user or key id, and whose entries they see."""

    id: str
    scope: Scope

    @property
    def limited(self) -> bool:
        return self.scope.brand_ids is not None

    def shown(self, entry: Entry) -> Entry:
        """The entry as this viewer may read it."""
        brands = self.scope.brand_ids
        return entry if brands is None else reduced(entry, brands, self.id)


@dataclass(frozen=True, slots=True)
class Names:
    """What ids in the log are called now; ids without a name are gone or not the viewer's."""

    actors: dict[str, str]
    brands: dict[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """Entries newest first; `before` continues with older ones, None at the end."""

    entries: list[Entry]
    names: Names
    before: int | None


async def read_page(tx: Tx, db: Db, viewer: Viewer, wanted: Filter, limit: int) -> Page:
    """One page of what the viewer may see."""
    found = await queries.newest(tx, viewer.scope, wanted, limit + 1)
    shown = [viewer.shown(entry) for entry in found[:limit]]
    names = await names_in(tx, db, viewer, shown)
    more = len(found) > limit
    return Page(shown, names, shown[-1].sequence if more else None)


async def names_in(tx: Tx, db: Db, viewer: Viewer, entries: Sequence[Entry]) -> Names:
    """Of the actors and brands in these entries."""
    actors = {entry.actor_id for entry in entries} | {entry.impersonator for entry in entries}
    brands = {brand_id for entry in entries for brand_id in entry.brand_ids}
    return Names(
        await names_of_actors(db, organization_of(viewer.scope), sorted(actors)),
        await queries.names_of_brands(tx, viewer.scope, sorted(brands)),
    )


async def names_of_actors(db: Db, organization_id: UUID, ids: Sequence[str]) -> dict[str, str]:
    """People who have left the organization are still called by their name: hence the system scope,
    bound to those who are in this organization's log."""
    known = [UUID(actor_id) for actor_id in ids if audit.is_uuid(actor_id)]
    async with db.read(SYSTEM) as tx:
        return await queries.names_of_actors(tx, organization_id, known)


async def check_chain(
    tx: Tx, organization_id: UUID, known: Point | None = None
) -> AsyncIterator[tuple[Chain, Check, bool]]:
    """Walks the whole chain in one snapshot; tells the state so far now and then, True at the end."""
    chain = await queries.chain(tx, organization_id)
    check = Check(chain, known)
    async for entry in queries.walk(tx, organization_id):
        check.feed(entry)
        if check.checked % CHECKED_PER_REPORT == 0:
            yield chain, check, False
    check.finish()
    yield chain, check, True


async def change_retention(tx: Tx, organization_id: UUID, days: int) -> Chain:
    """How many days entries are kept from now on."""
    before = await queries.chain(tx, organization_id)
    await queries.set_retention(tx, organization_id, days)
    audit.note(tx, days_before=before.retention_days, days=days)
    return await queries.chain(tx, organization_id)
