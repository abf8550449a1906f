"""SQL that makes users, organizations and memberships here agree with what Clerk told."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.db import Tx

from .domain import Here, Joined


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A Clerk user and whom they are here, if anybody yet."""

    user_id: UUID | None
    email: str | None
    name: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class KnownOrganization:
    """A Clerk organization and which it is here, if any yet."""

    organization_id: UUID | None
    name: str
    deleted: bool
    owner_id: UUID | None


async def find_user(tx: Tx, clerk_id: str) -> KnownUser | None:
    row = await tx.fetchrow(
        "select user_id, email, name, deleted_at from clerk_user where clerk_id = $1", clerk_id
    )
    if row is None:
        return None
    return KnownUser(row["user_id"], row["email"], row["name"], row["deleted_at"] is not None)


async def find_organization(tx: Tx, clerk_id: str) -> KnownOrganization | None:
    row = await tx.fetchrow(
        """
        select organization_id, name, deleted_at, owner_id from clerk_organization
        where clerk_id = $1
        """,
        clerk_id,
    )
    if row is None:
        return None
    deleted = row["deleted_at"] is not None
    return KnownOrganization(row["organization_id"], row["name"], deleted, row["owner_id"])


async def link_user(tx: Tx, clerk_id: str, user_id: UUID) -> None:
    await tx.execute("update clerk_user set user_id = $2 where clerk_id = $1", clerk_id, user_id)


async def link_organization(tx: Tx, clerk_id: str, organization_id: UUID) -> None:
    await tx.execute(
        """
        insert into clerk_organization (clerk_id, organization_id, version) values ($1, $2, 0)
        on conflict (clerk_id) do update set organization_id = $2
        """,
        clerk_id,
        organization_id,
    )


async def linked_elsewhere(tx: Tx, clerk_id: str, organization_id: UUID) -> bool:
    """Whether either of the two belongs to another one already."""
    return bool(
        await tx.fetchval(
            """
            select exists (
                select 1 from clerk_organization
                where (clerk_id = $1 and organization_id is distinct from $2
                       and organization_id is not null)
                   or (clerk_id <> $1 and organization_id = $2)
            )
            """,
            clerk_id,
            organization_id,
        )
    )


async def unlinked_user(tx: Tx, email: str) -> UUID | None:
    """A user with this address who was never one of Clerk's: from before the switch to Clerk."""
    return await tx.fetchval(
        """
        select u.id from app_user u
        where u.email = $1 and not exists (select 1 from clerk_user c where c.user_id = u.id)
        """,
        email,
    )


async def email_winner(tx: Tx, email: str) -> UUID | None:
    """Whose address it is: of several live Clerk users the one who was changed last."""
    return await tx.fetchval(
        """
        select user_id from clerk_user
        where email = $1 and deleted_at is null and user_id is not null
        order by version desc, clerk_id desc limit 1
        """,
        email,
    )


async def release_email(tx: Tx, email: str, winner: UUID) -> None:
    """Everybody else who holds the address gets a placeholder that no mail reaches."""
    await tx.execute(
        """
        update app_user set email = id::text || '@clerk.invalid' where email = $1 and id <> $2
        """,
        email,
        winner,
    )


async def put_email(tx: Tx, user_id: UUID, email: str) -> None:
    await tx.execute("update app_user set email = $2 where id = $1 and email <> $2", user_id, email)


async def drop_email(tx: Tx, user_id: UUID, unless: str) -> None:
    """The address is no longer theirs, unless it is this one."""
    await tx.execute(
        """
        update app_user set email = id::text || '@clerk.invalid' where id = $1 and email <> $2
        """,
        user_id,
        unless,
    )


async def email_of(tx: Tx, user_id: UUID) -> str:
    return await tx.fetchval("select email from app_user where id = $1", user_id)


async def rename_user(tx: Tx, user_id: UUID, name: str) -> None:
    await tx.execute("update app_user set name = $2 where id = $1 and name <> $2", user_id, name)


async def rename_organization(tx: Tx, organization_id: UUID, name: str) -> None:
    await tx.execute(
        "update organization set name = $2 where id = $1 and name <> $2", organization_id, name
    )


async def joined(tx: Tx, clerk_id: str, roles: Mapping[str, str]) -> Mapping[UUID, Joined]:
    """Whom Clerk has in the organization, by their newest membership; unmapped roles left out."""
    rows = await tx.fetch(
        """
        select distinct on (u.user_id) u.user_id, m.role, m.admin_since, m.clerk_id
        from clerk_membership m
        join clerk_user u on u.clerk_id = m.clerk_user_id
        where m.clerk_organization_id = $1 and m.deleted_at is null
          and u.deleted_at is null and u.user_id is not null
        order by u.user_id, m.version desc, m.clerk_id desc
        """,
        clerk_id,
    )
    return {
        row["user_id"]: Joined(
            row["user_id"], roles[row["role"]], row["admin_since"], row["clerk_id"]
        )
        for row in rows
        if row["role"] in roles
    }


async def here(tx: Tx, organization_id: UUID, made_owner: UUID | None) -> Here:
    """The organization as it is."""
    members = await tx.fetch(
        """
        select m.user_id, c.role as brought,
               exists (select 1 from role_grant g
                       where g.organization_id = m.organization_id and g.user_id = m.user_id
                         and g.role = 'owner') as owner
        from membership m
        left join clerk_member c
          on c.organization_id = m.organization_id and c.user_id = m.user_id
        where m.organization_id = $1
        """,
        organization_id,
    )
    brought = await tx.fetch(
        "select user_id, role from clerk_member where organization_id = $1", organization_id
    )
    return Here(
        members=frozenset(row["user_id"] for row in members),
        owners=frozenset(row["user_id"] for row in members if row["owner"]),
        brought={row["user_id"]: row["role"] for row in brought},
        made_owner=made_owner,
    )


async def note_member(tx: Tx, organization_id: UUID, user_id: UUID, role: str) -> None:
    await tx.execute(
        """
        insert into clerk_member (organization_id, user_id, role) values ($1, $2, $3)
        on conflict (organization_id, user_id) do update set role = excluded.role
        """,
        organization_id,
        user_id,
        role,
    )


async def forget_member(tx: Tx, organization_id: UUID, user_id: UUID) -> None:
    await tx.execute(
        "delete from clerk_member where organization_id = $1 and user_id = $2",
        organization_id,
        user_id,
    )


async def note_owner(tx: Tx, clerk_id: str, user_id: UUID | None) -> None:
    await tx.execute(
        "update clerk_organization set owner_id = $2 where clerk_id = $1", clerk_id, user_id
    )
