"""SQL of what Clerk told. System scope: Clerk speaks for all organizations at once."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shared.db import Tx

from .domain import MembershipTold, OrganizationTold, UserTold


async def lock(tx: Tx) -> None:
    """One webhook is applied at a time, and no sign-in meanwhile."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('auth:clerk'))")


async def lock_shared(tx: Tx) -> None:
    """Sign-ins go on side by side, but not while a webhook is applied."""
    await tx.execute("select pg_advisory_xact_lock_shared(hashtext('auth:clerk'))")


async def note_delivery(tx: Tx, delivery_id: str, now: datetime) -> bool:
    """False when this webhook was applied before."""
    tag = await tx.execute(
        "insert into clerk_delivery (id, received_at) values ($1, $2) on conflict do nothing",
        delivery_id,
        now,
    )
    return tag == "INSERT 0 1"


async def forget_old(tx: Tx, before: datetime) -> None:
    """Deliveries that Svix no longer repeats, ended sessions whose tokens expired long ago."""
    await tx.execute("delete from clerk_delivery where received_at < $1", before)
    await tx.execute("delete from clerk_session_end where ended_at < $1", before)


async def put_user(tx: Tx, user: UserTold) -> None:
    """Newer versions replace older ones; of two with the same time the same one wins in any order."""
    await tx.execute(
        """
        insert into clerk_user (clerk_id, email, name, version) values ($1, $2, $3, $4)
        on conflict (clerk_id) do update
        set email = excluded.email, name = excluded.name, version = excluded.version
        where clerk_user.deleted_at is null
          and (excluded.version, coalesce(excluded.email, ''), excluded.name)
              > (clerk_user.version, coalesce(clerk_user.email, ''), clerk_user.name)
        """,
        user.clerk_id,
        user.email,
        user.name,
        user.version,
    )


async def delete_user(tx: Tx, clerk_id: str, now: datetime) -> None:
    await tx.execute(
        """
        insert into clerk_user (clerk_id, version, deleted_at) values ($1, 0, $2)
        on conflict (clerk_id) do update set deleted_at = coalesce(clerk_user.deleted_at, $2)
        """,
        clerk_id,
        now,
    )


async def put_organization(tx: Tx, told: OrganizationTold) -> None:
    await tx.execute(
        """
        insert into clerk_organization (clerk_id, name, version) values ($1, $2, $3)
        on conflict (clerk_id) do update set name = excluded.name, version = excluded.version
        where clerk_organization.deleted_at is null
          and (excluded.version, excluded.name)
              > (clerk_organization.version, clerk_organization.name)
        """,
        told.clerk_id,
        told.name,
        told.version,
    )


async def delete_organization(tx: Tx, clerk_id: str, now: datetime) -> None:
    await tx.execute(
        """
        insert into clerk_organization (clerk_id, version, deleted_at) values ($1, 0, $2)
        on conflict (clerk_id) do update
        set deleted_at = coalesce(clerk_organization.deleted_at, $2)
        """,
        clerk_id,
        now,
    )


async def put_membership(tx: Tx, told: MembershipTold, admin_since: int | None) -> None:
    """`admin_since`: the version, where its role is an admin's; the oldest one seen is kept."""
    await tx.execute(
        """
        insert into clerk_membership as m (clerk_id, clerk_organization_id, clerk_user_id, role,
                                           version, admin_since)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (clerk_id) do update
        set clerk_organization_id = excluded.clerk_organization_id,
            clerk_user_id = excluded.clerk_user_id,
            role = case when (excluded.version, excluded.role) > (m.version, m.role)
                        then excluded.role else m.role end,
            version = greatest(m.version, excluded.version),
            admin_since = least(m.admin_since, excluded.admin_since)
        """,
        told.clerk_id,
        told.organization.clerk_id,
        told.user,
        told.role,
        told.version,
        admin_since,
    )


async def delete_membership(tx: Tx, clerk_id: str, now: datetime) -> str | None:
    """The Clerk organization it belonged to; None when that is not known yet."""
    return await tx.fetchval(
        """
        insert into clerk_membership as m (clerk_id, version, deleted_at) values ($1, 0, $2)
        on conflict (clerk_id) do update set deleted_at = coalesce(m.deleted_at, $2)
        returning clerk_organization_id
        """,
        clerk_id,
        now,
    )


async def end_session(tx: Tx, clerk_id: str, now: datetime) -> None:
    await tx.execute(
        """
        insert into clerk_session_end (clerk_id, ended_at) values ($1, $2)
        on conflict (clerk_id) do nothing
        """,
        clerk_id,
        now,
    )


async def session_ended(tx: Tx, clerk_id: str) -> bool:
    """Whether it ended at Clerk, or the last session opened with it was ended here: who signs out here,
    or is signed out, has to sign in at Clerk again."""
    return bool(
        await tx.fetchval(
            """
            select exists (select 1 from clerk_session_end where clerk_id = $1)
                or (select revoked_at is not null from session
                    where clerk_session_id = $1 order by created_at desc, id desc limit 1)
            """,
            clerk_id,
        )
    )


async def bind_session(tx: Tx, organization_id: UUID, session_id: UUID, clerk_id: str) -> None:
    await tx.execute(
        "update session set clerk_session_id = $3 where organization_id = $1 and id = $2",
        organization_id,
        session_id,
        clerk_id,
    )


async def sessions_of_clerk_session(tx: Tx, clerk_id: str) -> list[tuple[UUID, UUID]]:
    """(organization, session) of every live session opened with it."""
    rows = await tx.fetch(
        """
        select organization_id, id from session
        where clerk_session_id = $1 and revoked_at is null order by id
        """,
        clerk_id,
    )
    return [(row["organization_id"], row["id"]) for row in rows]


async def organizations_of_user(tx: Tx, clerk_user_id: str) -> list[str]:
    rows = await tx.fetch(
        """
        select distinct clerk_organization_id from clerk_membership
        where clerk_user_id = $1 and clerk_organization_id is not null
        order by clerk_organization_id
        """,
        clerk_user_id,
    )
    return [row["clerk_organization_id"] for row in rows]


async def roles_of_user(tx: Tx, clerk_user_id: str) -> Mapping[str, str]:
    """Clerk organization → the newest live Clerk role there, organizations that are gone left out."""
    rows = await tx.fetch(
        """
        select distinct on (m.clerk_organization_id) m.clerk_organization_id, m.role
        from clerk_membership m
        join clerk_organization o on o.clerk_id = m.clerk_organization_id
        where m.clerk_user_id = $1 and m.deleted_at is null and o.deleted_at is null
        order by m.clerk_organization_id, m.version desc, m.clerk_id desc
        """,
        clerk_user_id,
    )
    return {row["clerk_organization_id"]: row["role"] for row in rows}


async def memberships_of(tx: Tx, user_id: UUID) -> list[UUID]:
    """The organizations a person belongs to here, oldest membership first."""
    rows = await tx.fetch(
        """
        select organization_id from membership
        where user_id = $1 order by created_at, organization_id
        """,
        user_id,
    )
    return [row["organization_id"] for row in rows]
