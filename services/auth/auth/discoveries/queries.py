"""SQL of the discovery queue: durable, leased, one open per connection."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.ids import new_id

from .domain import Claim, Look


async def enqueue(tx: Tx, organization_id: UUID, connection_id: UUID, now: datetime) -> None:
    """Due now; one that waits for its next attempt is brought forward, a running one is enough."""
    await tx.execute(
        """
        insert into discovery (id, organization_id, connection_id, requested_at, next_attempt_at)
        values ($1, $2, $3, $4, $4)
        on conflict (connection_id) where state in ('pending', 'running') do update
        set next_attempt_at = excluded.next_attempt_at,
            attempts = case when discovery.state = 'pending' then 0 else discovery.attempts end
        """,
        new_id(),
        organization_id,
        connection_id,
        now,
    )


async def latest_failed(tx: Tx, organization_id: UUID, connection_id: UUID) -> bool:
    state = await tx.fetchval(
        """
        select state from discovery where organization_id = $1 and connection_id = $2
        order by finished_at is null desc, requested_at desc, id limit 1
        """,
        organization_id,
        connection_id,
    )
    return state == "failed"


async def enqueue_stale(tx: Tx, finished_before: datetime, now: datetime) -> int:
    """Active connections last looked at too long ago, a hundred at a time."""
    tag = await tx.execute(
        """
        insert into discovery (id, organization_id, connection_id, requested_at, next_attempt_at)
        select gen_random_uuid(), c.organization_id, c.id, $2, $2 from connection c
        where c.status = 'active'
          and not exists (select 1 from discovery d
                          where d.organization_id = c.organization_id and d.connection_id = c.id
                            and (d.state in ('pending', 'running') or d.finished_at > $1))
        order by c.id limit 100
        on conflict (connection_id) where state in ('pending', 'running') do nothing
        """,
        finished_before,
        now,
    )
    return int(tag.rpartition(" ")[2])


async def claim_due(
    tx: Tx, lease_token: UUID, now: datetime, leased_until: datetime
) -> Claim | None:
    """The discovery longest due, also one whose holder died."""
    row = await tx.fetchrow(
        """
        update discovery
        set state = 'running', attempts = attempts + 1, lease_token = $1, leased_until = $3
        where id = (
            select id from discovery
            where state in ('pending', 'running') and next_attempt_at <= $2
              and (leased_until is null or leased_until <= $2)
            order by next_attempt_at limit 1
            for update skip locked)
        returning id, organization_id, connection_id, attempts, regions_done, lease_token
        """,
        lease_token,
        now,
        leased_until,
    )
    return (
        None
        if row is None
        else Claim(
            row["id"],
            row["organization_id"],
            row["connection_id"],
            row["attempts"],
            frozenset(row["regions_done"]),
            row["lease_token"],
        )
    )


async def renew(tx: Tx, lease_tokens: Sequence[UUID], leased_until: datetime) -> None:
    await tx.execute(
        "update discovery set leased_until = $2 where lease_token = any ($1::uuid[])",
        lease_tokens,
        leased_until,
    )


async def hold(tx: Tx, claim: Claim) -> bool:
    """Whether the claim is still ours; if so it stays so until the end of the transaction."""
    found = await tx.fetchval(
        """
        select true from discovery
        where organization_id = $1 and id = $2 and lease_token = $3 for update
        """,
        claim.organization_id,
        claim.id,
        claim.lease_token,
    )
    return bool(found)


async def note_region(tx: Tx, claim: Claim, look: Look) -> None:
    """A region is done: it is not looked at again by a later attempt of this discovery."""
    await tx.execute(
        """
        update discovery
        set regions_done = array_append(regions_done, $3), error_code = null,
            profiles = profiles + $4, advertisers = advertisers + $5, managers = managers + $6,
            amc_accounts = amc_accounts + $7
        where organization_id = $1 and lease_token = $2
        """,
        claim.organization_id,
        claim.lease_token,
        look.region,
        look.seats,
        len(look.amazon_ids),
        look.count("manager"),
        look.count("amc_account"),
    )


async def finish(tx: Tx, claim: Claim, state: str, error_code: str | None, now: datetime) -> None:
    await tx.execute(
        """
        update discovery
        set state = $3, error_code = $4, finished_at = $5, lease_token = null, leased_until = null
        where organization_id = $1 and lease_token = $2
        """,
        claim.organization_id,
        claim.lease_token,
        state,
        error_code,
        now,
    )


async def put_off(tx: Tx, claim: Claim, error_code: str, next_attempt_at: datetime) -> None:
    await tx.execute(
        """
        update discovery
        set state = 'pending', error_code = $3, next_attempt_at = $4,
            lease_token = null, leased_until = null
        where organization_id = $1 and lease_token = $2
        """,
        claim.organization_id,
        claim.lease_token,
        error_code,
        next_attempt_at,
    )


async def forget_old(tx: Tx, before: datetime) -> None:
    """History of a connection's looks, but for the latest."""
    await tx.execute(
        """
        delete from discovery d where d.finished_at < $1
          and exists (select 1 from discovery n where n.connection_id = d.connection_id
                      and n.requested_at > d.requested_at)
        """,
        before,
    )


async def ended_looks(tx: Tx, organization_id: UUID, connection_id: UUID) -> dict[UUID, datetime]:
    """When each of a connection's discoveries ended."""
    rows = await tx.fetch(
        """
        select id, finished_at from discovery
        where organization_id = $1 and connection_id = $2 and finished_at is not null
        """,
        organization_id,
        connection_id,
    )
    return {row["id"]: row["finished_at"] for row in rows}


async def list_looks(
    tx: Tx, organization_id: UUID, connection_id: UUID, brands: list[UUID] | None, limit: int
) -> list[Record]:
    """Newest first, with what each gained and lost; for a caller limited to brands of theirs only."""
    return await tx.fetch(
        """
        select d.id, d.state, d.error_code, d.requested_at, d.finished_at,
               case when $3::uuid[] is null then d.profiles end as profiles,
               case when $3::uuid[] is null then d.advertisers end as advertisers,
               case when $3::uuid[] is null then d.managers end as managers,
               case when $3::uuid[] is null then d.amc_accounts end as amc_accounts,
               moved.gained, moved.lost
        from discovery d
        left join lateral (
            select count(*) filter (where s.seen_by = d.id) as gained,
                   count(*) filter (where s.gone_by = d.id) as lost
            from sighting s
            left join advertiser a on s.kind = 'advertiser' and a.organization_id = $1
              and a.amazon_advertiser_id = s.amazon_id
            where s.organization_id = $1 and s.connection_id = $2 and (s.seen_by = d.id or s.gone_by = d.id)
              and ($3::uuid[] is null or a.brand_id = any ($3))
        ) moved on true
        where d.organization_id = $1 and d.connection_id = $2
        order by d.finished_at is null desc, d.requested_at desc, d.id limit $4
        """,
        organization_id,
        connection_id,
        brands,
        limit,
    )
