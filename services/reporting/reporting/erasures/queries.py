"""SQL of erasures."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx

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
_FACTS = """
delete from fact_campaign_daily where ctid = any (array(
    select ctid from fact_campaign_daily
    where organization_id = $1 and advertiser_id = $2 limit $3))
"""
_REST = (
    "delete from advertiser_day_total where organization_id = $1 and advertiser_id = $2",
    "delete from advertiser_day where organization_id = $1 and advertiser_id = $2",
    "delete from placement where organization_id = $1 and advertiser_id = $2",
    "delete from ad_order where organization_id = $1 and advertiser_id = $2",
    "delete from line_item where organization_id = $1 and advertiser_id = $2",
    "delete from creative where organization_id = $1 and advertiser_id = $2",
)
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
    tag = await tx.execute(_FACTS, organization_id, advertiser_id, limit)
    return int(tag.rsplit(" ", 1)[1])


async def finish(tx: Tx, organization_id: UUID, advertiser_id: UUID, now: datetime) -> None:
    """What is left beside the facts; the tombstone stays."""
    for statement in (_FORGET_LOADS, *_REST, _FORGET_ADVERTISER):
        await tx.execute(statement, organization_id, advertiser_id)
    await tx.execute(_FINISH, organization_id, advertiser_id, now)
