"""SQL of connections and of the consents that open them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx

from auth.scopes import brands_of, organization_of

from .domain import OpenConsent


@dataclass(frozen=True, slots=True)
class Connection:
    """One Amazon user's consent and how its latest discovery went."""

    id: UUID
    region: str
    label: str
    amazon_user_name: str
    status: str
    credential_state: str
    error_code: str | None
    created_at: datetime
    consented_at: datetime | None
    discovery_state: str
    discovery_error_code: str | None
    discovery_finished_at: datetime | None
    profiles: int
    advertisers: int


async def list_visible(tx: Tx, scope: Scope, connection_id: UUID | None = None) -> list[Connection]:
    """All of the organization, or the one asked for. A caller limited to brands sees the connections
    that serve these brands, and counts only what is theirs."""
    rows = await tx.fetch(
        """
        select c.id, c.region, c.label, c.amazon_user_name, c.status, c.credential_state,
               c.error_code, c.created_at, c.consented_at,
               coalesce(d.state, 'pending') as discovery_state,
               d.error_code as discovery_error_code, d.finished_at as discovery_finished_at,
               case when $2::uuid[] is null then coalesce(d.profiles, 0) else own.profiles end as profiles,
               case when $2::uuid[] is null then coalesce(d.advertisers, 0)
                    else own.advertisers end as advertisers
        from connection c
        left join lateral (
            select x.state, x.error_code, x.finished_at, x.profiles, x.advertisers
            from discovery x
            where x.organization_id = c.organization_id and x.connection_id = c.id
            order by x.finished_at is null desc, x.requested_at desc, x.id limit 1
        ) d on true
        left join lateral (
            select count(distinct l.profile_id) as profiles, count(*) as advertisers
            from advertiser_connection l
            join advertiser a on a.organization_id = l.organization_id and a.id = l.advertiser_id
            where l.organization_id = c.organization_id and l.connection_id = c.id
              and a.brand_id = any ($2)
        ) own on $2::uuid[] is not null
        where c.organization_id = $1
          and ($2::uuid[] is null or own.advertisers > 0)
          and ($3::uuid is null or c.id = $3)
        order by c.created_at, c.id
        """,
        organization_of(scope),
        brands_of(scope),
        connection_id,
    )
    return [_connection(row) for row in rows]


async def take_pending(
    tx: Tx, organization_id: UUID, region: str, user_id: UUID, session_id: UUID, now: datetime
) -> UUID | None:
    """A connection of this user that never came to be, to be tried again under its own id.

    Not one whose consent page is open in another session, nor one being completed right now.
    """
    return await tx.fetchval(
        """
        select c.id from connection c
        where c.organization_id = $1 and c.region = $2 and c.created_by = $3
          and c.status = 'pending'
          and not exists (select 1 from consent_state s
                          where s.organization_id = $1 and s.connection_id = c.id
                            and s.session_id <> $4 and s.expires_at > $5)
          and (c.error_code is not null
               or not exists (select 1 from handover h
                              where h.organization_id = $1 and h.connection_id = c.id))
        order by c.created_at limit 1
        for update skip locked
        """,
        organization_id,
        region,
        user_id,
        session_id,
        now,
    )


async def insert(
    tx: Tx,
    connection_id: UUID,
    organization_id: UUID,
    region: str,
    label: str,
    user_id: UUID,
    now: datetime,
) -> None:
    await tx.execute(
        """
        insert into connection (id, organization_id, region, label, created_by, created_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        connection_id,
        organization_id,
        region,
        label,
        user_id,
        now,
    )


async def reopen(tx: Tx, connection_id: UUID, organization_id: UUID, label: str | None) -> None:
    """A new consent page replaces the one before."""
    await tx.execute(
        """
        update connection set label = coalesce($3, label), error_code = null
        where organization_id = $2 and id = $1
        """,
        connection_id,
        organization_id,
        label,
    )
    await tx.execute(
        "delete from consent_state where organization_id = $2 and connection_id = $1",
        connection_id,
        organization_id,
    )


async def insert_state(tx: Tx, state_hash: bytes, consent: OpenConsent, now: datetime) -> None:
    await tx.execute(
        """
        insert into consent_state
            (state_hash, organization_id, connection_id, session_id, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        state_hash,
        consent.organization_id,
        consent.connection_id,
        consent.session_id,
        now,
        consent.expires_at,
    )


async def take_state(tx: Tx, state_hash: bytes) -> OpenConsent | None:
    """Uses a state up, whatever comes of it. System scope: the visitor is yet to be judged."""
    row = await tx.fetchrow(
        """
        delete from consent_state where state_hash = $1
        returning connection_id, organization_id, session_id, expires_at
        """,
        state_hash,
    )
    return (
        None
        if row is None
        else OpenConsent(
            row["connection_id"], row["organization_id"], row["session_id"], row["expires_at"]
        )
    )


async def note_error(tx: Tx, organization_id: UUID, connection_id: UUID, code: str | None) -> None:
    """What went wrong with the latest consent, shown with the connection."""
    await tx.execute(
        "update connection set error_code = $3 where organization_id = $1 and id = $2",
        organization_id,
        connection_id,
        code,
    )


async def activate(tx: Tx, organization_id: UUID, connection_id: UUID, now: datetime) -> bool:
    """Marks the consent as given; True when it had been given before."""
    before = await tx.fetchrow(
        "select consented_at from connection where organization_id = $1 and id = $2 for update",
        organization_id,
        connection_id,
    )
    await tx.execute(
        """
        update connection
        set status = 'active', credential_state = 'healthy', error_code = null, consented_at = $3
        where organization_id = $1 and id = $2
        """,
        organization_id,
        connection_id,
        now,
    )
    return before is not None and before["consented_at"] is not None


async def is_active(tx: Tx, organization_id: UUID, connection_id: UUID) -> bool:
    status = await tx.fetchval(
        "select status from connection where organization_id = $1 and id = $2",
        organization_id,
        connection_id,
    )
    return status == "active"


async def set_credential_state(
    tx: Tx, organization_id: UUID, connection_id: UUID, state: str
) -> None:
    await tx.execute(
        """
        update connection set credential_state = $3
        where organization_id = $1 and id = $2 and credential_state <> $3
        """,
        organization_id,
        connection_id,
        state,
    )


async def forget_abandoned(tx: Tx, state_before: datetime, pending_before: datetime) -> None:
    """Old consent pages, and connections that nobody ever completed."""
    await tx.execute("delete from consent_state where expires_at < $1", state_before)
    await tx.execute(
        """
        delete from connection c
        where c.status = 'pending' and c.created_at < $1
          and not exists (select 1 from consent_state s where s.connection_id = c.id)
          and not exists (select 1 from handover h where h.connection_id = c.id)
        """,
        pending_before,
    )


def _connection(row: Record) -> Connection:
    return Connection(**dict(row))
