"""SQL of connections and of the consents that open them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx

from auth.scopes import brands_of, organization_of

from .domain import AmazonUser, Before, OpenConsent


@dataclass(frozen=True, slots=True)
class Connection:
    """One Amazon user's consent and how its latest discovery went. `handing_over`: a consent is on its
    way to token-refresher; `held_*`: one waits for a person's decision."""

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
    revoked_at: datetime | None
    refreshed_at: datetime | None
    handing_over: bool
    held_reason: str | None
    held_user_name: str | None
    held_until: datetime | None
    looked_at: datetime | None
    visible_now: int
    visible_before: int
    failed_looks: int


_VISIBLE = """
select c.id, c.region, c.label, c.amazon_user_name, c.status, c.credential_state,
       c.error_code, c.created_at, c.consented_at, c.revoked_at, c.refreshed_at,
       coalesce(h.stage in ('code', 'grant'), false) as handing_over,
       case when h.stage = 'held' then h.held_reason end as held_reason,
       case when h.stage = 'held' then h.amazon_user_name end as held_user_name,
       case when h.stage = 'held' then h.expires_at end as held_until,
       looks.looked_at, coalesce(looks.visible_now, 0) as visible_now,
       coalesce(looks.visible_before, 0) as visible_before,
       coalesce(looks.failed, 0) as failed_looks,
       coalesce(d.state, 'pending') as discovery_state,
       d.error_code as discovery_error_code, d.finished_at as discovery_finished_at,
       case when $2::uuid[] is null then coalesce(d.profiles, 0) else own.profiles end as profiles,
       case when $2::uuid[] is null then coalesce(d.advertisers, 0)
            else own.advertisers end as advertisers
from connection c
left join handover h on h.organization_id = c.organization_id and h.connection_id = c.id
left join lateral (
    select max(x.finished_at) filter (where x.state = 'done') as looked_at,
           (array_agg(x.advertisers order by x.finished_at desc)
                filter (where x.state = 'done'))[1] as visible_now,
           max(x.advertisers) filter (where x.state = 'done') as visible_before,
           count(*) filter (where x.state = 'failed' and x.finished_at > coalesce(
               (select max(y.finished_at) from discovery y
                where y.organization_id = c.organization_id and y.connection_id = c.id
                  and y.state = 'done'), '-infinity')) as failed
    from discovery x
    where x.organization_id = c.organization_id and x.connection_id = c.id
) looks on true
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
"""


async def list_visible(tx: Tx, scope: Scope, connection_id: UUID | None = None) -> list[Connection]:
    """All of the organization, or the one asked for. A caller limited to brands sees the connections
    that serve these brands, and counts only what is theirs."""
    rows = await tx.fetch(
        _VISIBLE,
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
          and not exists (select 1 from consent_request r
                          where r.organization_id = $1 and r.connection_id = c.id)
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
            (state_hash, organization_id, connection_id, session_id, created_at, expires_at,
             consent_request_id, browser_hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        state_hash,
        consent.organization_id,
        consent.connection_id,
        consent.session_id,
        now,
        consent.expires_at,
        consent.consent_request_id,
        consent.browser_hash,
    )


async def forget_states_of(
    tx: Tx, organization_id: UUID, connection_id: UUID, session_id: UUID
) -> None:
    """A page that the same session opens again for the same connection replaces the one before."""
    await tx.execute(
        """
        delete from consent_state
        where organization_id = $1 and connection_id = $2 and session_id = $3
        """,
        organization_id,
        connection_id,
        session_id,
    )


async def take_state(tx: Tx, state_hash: bytes) -> OpenConsent | None:
    """Uses a state up, whatever comes of it. System scope: the visitor is yet to be judged."""
    row = await tx.fetchrow(
        """
        delete from consent_state where state_hash = $1
        returning organization_id, expires_at, connection_id, session_id, consent_request_id,
                  browser_hash
        """,
        state_hash,
    )
    return None if row is None else OpenConsent(**dict(row))


async def note_error(tx: Tx, organization_id: UUID, connection_id: UUID, code: str | None) -> None:
    """What went wrong with the latest consent, shown with the connection."""
    await tx.execute(
        "update connection set error_code = $3 where organization_id = $1 and id = $2",
        organization_id,
        connection_id,
        code,
    )


async def lock(tx: Tx, organization_id: UUID, connection_id: UUID) -> Record | None:
    """Status, region, label and owner, held until the transaction ends."""
    return await tx.fetchrow(
        """
        select status, region, label, created_by, consented_at, error_code from connection
        where organization_id = $1 and id = $2 for no key update
        """,
        organization_id,
        connection_id,
    )


async def before(tx: Tx, organization_id: UUID, connection_id: UUID) -> Before:
    """What a connection is before a consent arrives."""
    row = await tx.fetchrow(
        """
        select c.status, c.amazon_user_id, c.amazon_user_name,
               array(select distinct l.region || ':' || l.profile_id
                     from advertiser_connection l
                     where l.organization_id = $1 and l.connection_id = $2) as seats
        from connection c where c.organization_id = $1 and c.id = $2
        """,
        organization_id,
        connection_id,
    )
    if row is None:
        return Before("revoked", AmazonUser(), frozenset())
    seats = frozenset((r, p) for r, _, p in (seat.partition(":") for seat in row["seats"]))
    user = AmazonUser(row["amazon_user_id"], row["amazon_user_name"])
    return Before(row["status"], user, seats)


async def activate(
    tx: Tx, organization_id: UUID, connection_id: UUID, user: AmazonUser, now: datetime
) -> None:
    """Marks the consent as given, by whom where that is known."""
    await tx.execute(
        """
        update connection
        set status = 'active', credential_state = 'healthy', error_code = null, consented_at = $3,
            refreshed_at = $3, expiry_warned_days = null, amazon_user_id = $4, amazon_user_name = $5
        where organization_id = $1 and id = $2
        """,
        organization_id,
        connection_id,
        now,
        user.id,
        user.name,
    )


async def rename(tx: Tx, organization_id: UUID, connection_id: UUID, label: str) -> bool:
    tag = await tx.execute(
        "update connection set label = $3 where organization_id = $1 and id = $2 and label <> $3",
        organization_id,
        connection_id,
        label,
    )
    return tag == "UPDATE 1"


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
    """Of a connection that has not ended: what is told late about one that has changes nothing."""
    await tx.execute(
        """
        update connection set credential_state = $3
        where organization_id = $1 and id = $2 and credential_state <> $3 and status <> 'revoked'
        """,
        organization_id,
        connection_id,
        state,
    )


async def note_refresh(
    tx: Tx, organization_id: UUID, connection_id: UUID, refreshed_at: datetime
) -> None:
    await tx.execute(
        """
        update connection set refreshed_at = $3
        where organization_id = $1 and id = $2 and (refreshed_at is null or refreshed_at < $3)
        """,
        organization_id,
        connection_id,
        refreshed_at,
    )


async def expiring(
    tx: Tx, since: date, consented_before: datetime, consented_after: datetime
) -> list[Record]:
    """Active connections whose consent ends within the longest warning, with whom to tell; locked."""
    return await tx.fetch(
        """
        select c.id, c.organization_id, o.name as organization_name, c.label, c.consented_at,
               c.expiry_warned_days, u.email
        from connection c
        join organization o on o.id = c.organization_id
        join app_user u on u.id = c.created_by
        where c.status = 'active' and c.consented_at <= $2 and c.consented_at > $3
          and c.consented_at >= $1::date
          and (c.expiry_warned_days is null or c.expiry_warned_days > 1)
        order by c.id for no key update of c skip locked
        """,
        since,
        consented_before,
        consented_after,
    )


async def note_expiry_warning(
    tx: Tx, organization_id: UUID, connection_id: UUID, days: int
) -> None:
    await tx.execute(
        "update connection set expiry_warned_days = $3 where organization_id = $1 and id = $2",
        organization_id,
        connection_id,
        days,
    )


async def forget_abandoned(tx: Tx, state_before: datetime, pending_before: datetime) -> None:
    """Old consent pages, and connections that nobody ever completed."""
    await tx.execute("delete from consent_state where expires_at < $1", state_before)
    await tx.execute(
        """
        delete from connection c
        where c.created_at < $1
          and (c.status = 'pending' or (c.status = 'revoked' and c.consented_at is null))
          and not exists (select 1 from disconnection d
                          where d.connection_id = c.id and d.ended_at is null)
          and not exists (select 1 from consent_state s where s.connection_id = c.id)
          and not exists (select 1 from handover h where h.connection_id = c.id)
        """,
        pending_before,
    )


def _connection(row: Record) -> Connection:
    return Connection(**dict(row))
