"""SQL of sessions and sign-in. By token or address: system scope. By id: within the organization."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from auth.roles.queries import grants_from

from .domain import Organization, Session, View


async def home_of(tx: Tx, user_id: UUID) -> UUID | None:
    """The organization in which a new session begins: the one they belong to the longest."""
    return await tx.fetchval(
        """
        select organization_id from membership where user_id = $1
        order by created_at, organization_id limit 1
        """,
        user_id,
    )


async def live_of_user(tx: Tx, user_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """(organization, session) of each that has not ended."""
    rows = await tx.fetch(
        """
        select organization_id, id from session
        where user_id = $1 and revoked_at is null and expires_at > $2 order by id
        """,
        user_id,
        now,
    )
    return [(row["organization_id"], row["id"]) for row in rows]


async def insert(
    tx: Tx,
    session_id: UUID,
    organization_id: UUID,
    user_id: UUID,
    token_hash: bytes,
    origin: tuple[str, str],
    times: tuple[datetime, datetime, datetime],
) -> None:
    """`origin`: address and user agent. `times`: now, idle end, absolute end."""
    await tx.execute(
        """
        insert into session (id, organization_id, user_id, token_hash, ip, user_agent,
                             created_at, last_seen_at, idle_expires_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
        """,
        session_id,
        organization_id,
        user_id,
        token_hash,
        *origin,
        *times,
    )


async def live_by_token(tx: Tx, token_hash: bytes, now: datetime) -> Session | None:
    row = await tx.fetchrow(
        "select organization_id, id from session where token_hash = $1", token_hash
    )
    return None if row is None else await live_by_id(tx, row["organization_id"], row["id"], now)


async def live_by_id(
    tx: Tx, organization_id: UUID, session_id: UUID, now: datetime
) -> Session | None:
    """With the member whom its user views as, while there is such a member."""
    row = await tx.fetchrow(
        """
        select s.id, s.user_id, u.email, u.name as user_name, s.organization_id,
               o.name as organization_name, s.last_seen_at, s.idle_expires_at, s.expires_at,
               s.created_at,
               exists (select 1 from second_factor f
                       where f.user_id = s.user_id and f.confirmed_at is not null) as second_factor,
               array(
                   select row(g.role, r.name, r.permissions, g.brand_ids)
                   from role_grant g
                   left join role r on r.organization_id = g.organization_id and r.id = g.role_id
                   where g.organization_id = m.organization_id and g.user_id = m.user_id
                   order by g.created_at, g.id
               ) as grants,
               array(
                   select row(x.id, x.name)
                   from membership y join organization x on x.id = y.organization_id
                   where y.user_id = s.user_id order by lower(x.name), x.id
               ) as organizations,
               vu.id as viewed_id, vu.email as viewed_email, vu.name as viewed_name,
               v.expires_at as viewed_until,
               array(
                   select row(g.role, r.name, r.permissions, g.brand_ids)
                   from role_grant g
                   left join role r on r.organization_id = g.organization_id and r.id = g.role_id
                   where g.organization_id = vm.organization_id and g.user_id = vm.user_id
                   order by g.created_at, g.id
               ) as viewed_grants
        from session s
        join app_user u on u.id = s.user_id
        join organization o on o.id = s.organization_id
        join membership m on m.organization_id = s.organization_id and m.user_id = s.user_id
        left join view_as v on v.organization_id = s.organization_id and v.session_id = s.id
                           and v.ended_at is null and v.expires_at > $3
        left join membership vm on vm.organization_id = v.organization_id and vm.user_id = v.user_id
        left join app_user vu on vu.id = vm.user_id
        where s.organization_id = $1 and s.id = $2 and s.revoked_at is null
          and s.idle_expires_at > $3 and s.expires_at > $3
        """,
        organization_id,
        session_id,
        now,
    )
    return None if row is None else _session(row)


async def touch(tx: Tx, session_id: UUID, now: datetime, idle_expires_at: datetime) -> None:
    await tx.execute(
        """
        update session set last_seen_at = $2, idle_expires_at = $3
        where id = $1 and last_seen_at < $2 and revoked_at is null
        """,
        session_id,
        now,
        idle_expires_at,
    )
    await tx.execute(
        """
        update membership m set last_seen_at = $2 from session s
        where s.id = $1 and m.organization_id = s.organization_id and m.user_id = s.user_id
        """,
        session_id,
        now,
    )


async def continue_in(
    tx: Tx,
    current: Session,
    organization_id: UUID,
    session_id: UUID,
    token_hash: bytes,
    times: tuple[datetime, datetime],
) -> None:
    """The same person and browser in another organization. `times`: now, idle end."""
    await tx.execute(
        """
        insert into session (id, organization_id, user_id, token_hash, ip, user_agent,
                             created_at, last_seen_at, idle_expires_at, expires_at)
        select $3, $4, user_id, $5, ip, user_agent, created_at, $6, $7, expires_at
        from session where organization_id = $1 and id = $2
        """,
        current.organization_id,
        current.id,
        session_id,
        organization_id,
        token_hash,
        *times,
    )


async def rotate(tx: Tx, organization_id: UUID, session_id: UUID, token_hash: bytes) -> None:
    """The session goes on under another token; the one before is worth nothing."""
    await tx.execute(
        "update session set token_hash = $3 where organization_id = $1 and id = $2",
        organization_id,
        session_id,
        token_hash,
    )


async def revoke(tx: Tx, organization_id: UUID, session_id: UUID, now: datetime) -> UUID | None:
    """The user whose session ended; None when it had ended before."""
    return await tx.fetchval(
        """
        update session set revoked_at = $3
        where organization_id = $1 and id = $2 and revoked_at is null
        returning user_id
        """,
        organization_id,
        session_id,
        now,
    )


async def forget_ended(tx: Tx, before: datetime) -> None:
    await tx.execute("delete from session where expires_at < $1", before)
    await tx.execute("delete from login_throttle where window_start < $1", before)


async def count_attempt(tx: Tx, key_hash: bytes, window_start: datetime) -> int:
    """Attempts of this window, this one included."""
    return await tx.fetchval(
        """
        insert into login_throttle (key_hash, window_start, attempts) values ($1, $2, 1)
        on conflict (key_hash, window_start) do update set attempts = login_throttle.attempts + 1
        returning attempts
        """,
        key_hash,
        window_start,
    )


async def forget_attempts(tx: Tx, key_hash: bytes) -> None:
    await tx.execute("delete from login_throttle where key_hash = $1", key_hash)


def _session(row: Record) -> Session:
    return Session(
        id=row["id"],
        user_id=row["user_id"],
        email=row["email"],
        user_name=row["user_name"],
        organization_id=row["organization_id"],
        organization_name=row["organization_name"],
        grants=grants_from(row["grants"]),
        last_seen_at=row["last_seen_at"],
        idle_expires_at=row["idle_expires_at"],
        expires_at=row["expires_at"],
        second_factor=row["second_factor"],
        created_at=row["created_at"],
        organizations=tuple(Organization(*each) for each in row["organizations"]),
        view=_view(row),
    )


def _view(row: Record) -> View | None:
    if row["viewed_id"] is None:
        return None
    return View(
        user_id=row["viewed_id"],
        email=row["viewed_email"],
        name=row["viewed_name"],
        grants=grants_from(row["viewed_grants"]),
        until=row["viewed_until"],
    )
