"""SQL of erasures."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx

from dsp_ingest.streams import queries as streams


@dataclass(frozen=True, slots=True)
class Erasure:
    """An advertiser whose files are to be deleted, for the n-th time."""

    advertiser_id: UUID
    organization_id: UUID
    deletions: int


async def bury(tx: Tx, organization_id: UUID, advertiser_id: UUID, at: datetime) -> bool:
    """The tombstone; False when it stands already."""
    tag = await tx.execute(
        """
        insert into erased_advertiser (advertiser_id, organization_id, erased_at, next_attempt_at)
        values ($1, $2, $3, $3) on conflict (advertiser_id) do nothing
        """,
        advertiser_id,
        organization_id,
        at,
    )
    return tag == "INSERT 0 1"


async def delete_rows(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> None:
    """Everything about the advertiser; steps under way find their leases gone."""
    where = (organization_id, advertiser_id)
    await tx.execute(
        "delete from listed_entity where organization_id = $1 and advertiser_id = $2", *where
    )
    await tx.execute(
        "delete from listing where organization_id = $1 and advertiser_id = $2", *where
    )
    await tx.execute(
        "delete from entity_version where organization_id = $1 and advertiser_id = $2", *where
    )
    await streams.delete_advertiser(tx, *where)
    await tx.execute("delete from report where organization_id = $1 and advertiser_id = $2", *where)
    await tx.execute(
        "delete from coverage where organization_id = $1 and advertiser_id = $2", *where
    )
    await tx.execute("delete from gap where organization_id = $1 and advertiser_id = $2", *where)
    await tx.execute(
        "delete from backfill where organization_id = $1 and advertiser_id = $2", *where
    )
    await tx.execute("delete from brand_turn where organization_id = $1 and brand_key = $2", *where)
    await tx.execute("delete from sync where organization_id = $1 and advertiser_id = $2", *where)
    await tx.execute(
        "delete from advertiser_source where organization_id = $1 and advertiser_id = $2", *where
    )
    await tx.execute(
        "delete from advertiser where organization_id = $1 and advertiser_id = $2", *where
    )


async def claim_due(tx: Tx, now: datetime, again_at: datetime) -> Erasure | None:
    """The next one due; who dies with it leaves it due again at `again_at`."""
    row = await tx.fetchrow(
        """
        update erased_advertiser set next_attempt_at = $2
        where advertiser_id = (
            select advertiser_id from erased_advertiser
            where finished_at is null and next_attempt_at <= $1
            order by next_attempt_at limit 1 for update skip locked)
        returning advertiser_id, organization_id, deletions
        """,
        now,
        again_at,
    )
    return None if row is None else Erasure(**dict(row))


async def note_deletion(
    tx: Tx, erasure: Erasure, next_attempt_at: datetime, finished_at: datetime | None
) -> None:
    await tx.execute(
        """
        update erased_advertiser
        set deletions = $3, next_attempt_at = $4, finished_at = $5
        where organization_id = $1 and advertiser_id = $2
        """,
        erasure.organization_id,
        erasure.advertiser_id,
        erasure.deletions + 1,
        next_attempt_at,
        finished_at,
    )
