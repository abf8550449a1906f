"""SQL of invitations. By token: system scope. By id: within the organization."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.ids import new_id

from auth.roles.domain import Assignment
from auth.roles.queries import assignments_from

from .domain import Invitation, Offer


async def list_open(
    tx: Tx, organization_id: UUID, invitation_id: UUID | None = None
) -> list[Invitation]:
    """Neither accepted nor revoked, newest first; or the one asked for."""
    rows = await tx.fetch(
        """
        select i.id, i.organization_id, i.email, i.invited_by, i.created_at, i.sent_at, i.expires_at,
               coalesce(u.name, '') as inviter_name, coalesce(u.email, '') as inviter_email,
               array(
                   select row(g.role, g.role_id, r.name, r.permissions, g.brand_ids)
                   from invitation_grant g
                   left join role r on r.organization_id = g.organization_id and r.id = g.role_id
                   where g.organization_id = i.organization_id and g.invitation_id = i.id
                   order by g.position
               ) as assignments
        from invitation i left join app_user u on u.id = i.invited_by
        where i.organization_id = $1 and ($2::uuid is null or i.id = $2)
          and i.accepted_at is null and i.revoked_at is null
        order by i.created_at desc, i.id
        """,
        organization_id,
        invitation_id,
    )
    return [_invitation(row) for row in rows]


async def offer_of(tx: Tx, token_hash: bytes, now: datetime) -> Offer | None:
    """What a token offers while it holds."""
    row = await tx.fetchrow(
        """
        select i.id, i.organization_id, o.name, i.letter_hash = $1 as proves_address
        from invitation i join organization o on o.id = i.organization_id
        where (i.link_hash = $1 or i.letter_hash = $1) and i.expires_at > $2
          and i.accepted_at is null and i.revoked_at is null
        """,
        token_hash,
        now,
    )
    if row is None:
        return None
    (invitation,) = await list_open(tx, row["organization_id"], row["id"])
    return Offer(invitation, row["name"], row["proves_address"])


async def insert(tx: Tx, invitation: Invitation, hashes: tuple[bytes, bytes]) -> bool:
    """False when the address has an open invitation. `hashes`: of the link's and the letter's token."""
    tag = await tx.execute(
        """
        insert into invitation (id, organization_id, email, invited_by, link_hash, letter_hash,
                                created_at, sent_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (organization_id, email) where accepted_at is null and revoked_at is null
        do nothing
        """,
        invitation.id,
        invitation.organization_id,
        invitation.email,
        invitation.invited_by,
        *hashes,
        invitation.created_at,
        invitation.sent_at,
        invitation.expires_at,
    )
    if tag != "INSERT 0 1":
        return False
    await _insert_grants(tx, invitation, invitation.assignments)
    return True


async def _insert_grants(tx: Tx, invitation: Invitation, assignments: Iterable[Assignment]) -> None:
    await tx.executemany(
        """
        insert into invitation_grant
            (id, organization_id, invitation_id, role, role_id, brand_ids, position)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
            (
                new_id(),
                invitation.organization_id,
                invitation.id,
                each.role,
                each.role_id,
                None if each.brand_ids is None else sorted(each.brand_ids),
                position,
            )
            for position, each in enumerate(assignments)
        ],
    )


async def renew(tx: Tx, invitation: Invitation, hashes: tuple[bytes, bytes]) -> None:
    """The tokens before are worth nothing; who sends it again answers for it."""
    await tx.execute(
        """
        update invitation
        set link_hash = $3, letter_hash = $4, invited_by = $5, sent_at = $6, expires_at = $7
        where organization_id = $1 and id = $2
        """,
        invitation.organization_id,
        invitation.id,
        *hashes,
        invitation.invited_by,
        invitation.sent_at,
        invitation.expires_at,
    )


async def revoke(tx: Tx, organization_id: UUID, invitation_id: UUID, now: datetime) -> None:
    await tx.execute(
        """
        update invitation set revoked_at = $3
        where organization_id = $1 and id = $2 and accepted_at is null and revoked_at is null
        """,
        organization_id,
        invitation_id,
        now,
    )
    await _forget_grants(tx, organization_id, invitation_id)


async def accept(
    tx: Tx, organization_id: UUID, invitation_id: UUID, user_id: UUID, now: datetime
) -> bool:
    """False when it was accepted or revoked meanwhile: only one of two at once is told True."""
    tag = await tx.execute(
        """
        update invitation set accepted_at = $4, accepted_by = $3
        where organization_id = $1 and id = $2 and accepted_at is null and revoked_at is null
        """,
        organization_id,
        invitation_id,
        user_id,
        now,
    )
    await _forget_grants(tx, organization_id, invitation_id)
    return tag == "UPDATE 1"


async def _forget_grants(tx: Tx, organization_id: UUID, invitation_id: UUID) -> None:
    await tx.execute(
        "delete from invitation_grant where organization_id = $1 and invitation_id = $2",
        organization_id,
        invitation_id,
    )


async def forget_old(tx: Tx, before: datetime) -> None:
    """Whatever became of them, invitations that ended so long ago."""
    await tx.execute("delete from invitation where expires_at < $1", before)


async def user_of(tx: Tx, email: str) -> UUID | None:
    return await tx.fetchval("select id from app_user where email = $1", email)


async def email_of(tx: Tx, user_id: UUID) -> str | None:
    return await tx.fetchval("select email from app_user where id = $1", user_id)


async def belongs_anywhere(tx: Tx, user_id: UUID) -> bool:
    query = "select exists (select 1 from membership where user_id = $1)"
    return bool(await tx.fetchval(query, user_id))


async def is_member(tx: Tx, organization_id: UUID, user_id: UUID) -> bool:
    return bool(
        await tx.fetchval(
            "select exists (select 1 from membership where organization_id = $1 and user_id = $2)",
            organization_id,
            user_id,
        )
    )


async def rename_user(tx: Tx, user_id: UUID, name: str) -> None:
    await tx.execute("update app_user set name = $2 where id = $1", user_id, name)


def _invitation(row: Record) -> Invitation:
    return Invitation(
        id=row["id"],
        organization_id=row["organization_id"],
        email=row["email"],
        invited_by=row["invited_by"],
        inviter_name=row["inviter_name"],
        inviter_email=row["inviter_email"],
        assignments=assignments_from(row["assignments"]),
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        expires_at=row["expires_at"],
    )
