"""SQL of erasures."""

# ruff: noqa: S608 - pyright proves every fragment a literal (LiteralString)

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from shared.db import Tx

from reporting.fact_types import CAMPAIGN, FACT_TYPES

_BURY = """
insert into erased_advertiser (organization_id, advertiser_id, erased_at) values ($1, $2, $3)
on conflict do nothing
"""
_FORGET_LOADS = "delete from load where organization_id = $1 and advertiser_id = $2"
_FORGET_ADVERTISER = "delete from advertiser where organization_id = $1 and advertiser_id = $2"
_NEXT = """
select organization_id, advertiser_id from erased_advertiser
where finished_at is null order by erased_at limit 1 for update skip locked
"""
# A batch is of one partition: `ctid` is unique in a table, not over its partitions.
_TABLES: tuple[LiteralString, ...] = (
    *(table for kind in FACT_TYPES.values() for table in (kind.fact, kind.history)),
    *(level + "_day" for level in CAMPAIGN.rollups),
)
_REST: tuple[LiteralString, ...] = (
    "advertiser_day_total", "advertiser_day", "day_version", "entity_name",
    *(kind.key for kind in FACT_TYPES.values()),
)  # fmt: skip
_FINISH = """
update erased_advertiser set finished_at = $3 where organization_id = $1 and advertiser_id = $2
"""


async def bury(tx: Tx, organization_id: UUID, advertiser_id: UUID, at: datetime) -> None:
    """The tombstone; no load of it starts or ends from here on, and nobody sees its numbers."""
    await tx.execute(_BURY, organization_id, advertiser_id, at)
    await tx.execute(_FORGET_LOADS, organization_id, advertiser_id)
    await tx.execute(_FORGET_ADVERTISER, organization_id, advertiser_id)


async def next_due(tx: Tx) -> tuple[UUID, UUID] | None:
    """Organization and advertiser whose numbers are yet to be deleted, locked."""
    row = await tx.fetchrow(_NEXT)
    return None if row is None else (row["organization_id"], row["advertiser_id"])


async def delete_facts(tx: Tx, organization_id: UUID, advertiser_id: UUID, limit: int) -> int:
    """At most `limit` facts; how many that were."""
    deleted = 0
    for table in _TABLES:
        tag = await tx.execute(_batch_of(table), organization_id, advertiser_id, limit - deleted)
        deleted += int(tag.rsplit(" ", 1)[1])
        if deleted >= limit:
            break
    return deleted


async def finish(tx: Tx, organization_id: UUID, advertiser_id: UUID, now: datetime) -> None:
    """What is left beside the facts; the tombstone stays."""
    for table in _REST:
        await tx.execute(_all_of(table), organization_id, advertiser_id)
    for statement in (_FORGET_LOADS, _FORGET_ADVERTISER):
        await tx.execute(statement, organization_id, advertiser_id)
    await tx.execute(_FINISH, organization_id, advertiser_id, now)


def _batch_of(table: LiteralString) -> LiteralString:
    return (
        "delete from " + table + " where (tableoid, ctid) in (select tableoid, ctid from " + table
        + " where organization_id = $1 and advertiser_id = $2 limit $3)"
    )  # fmt: skip


def _all_of(table: LiteralString) -> LiteralString:
    return "delete from " + table + " where organization_id = $1 and advertiser_id = $2"
