"""SQL of consent requests. By token: system scope, for the visitor has no organization here."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx

from auth.scopes import organization_of

from .domain import ConsentRequest


async def insert(
    tx: Tx, scope: Scope, row: tuple[object, ...], token_hash: bytes, now: datetime
) -> None:
    """`row`: id, connection, whether it re-authorises, region, label, note, recipient, requester, end."""
    await tx.execute(
        """
        insert into consent_request
            (organization_id, id, connection_id, reauthorizes, region, label, note, recipient_email,
             requested_by, expires_at, token_hash, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        organization_of(scope),
        *row,
        token_hash,
        now,
    )


async def list_all(tx: Tx, scope: Scope, request_id: UUID | None = None) -> list[ConsentRequest]:
    """All of the organization, newest first, or the one asked for."""
    rows = await tx.fetch(
        """
        select r.id, r.organization_id, o.name as organization_name, r.connection_id,
               c.label as connection_label, r.reauthorizes, r.region, r.label, r.note,
               r.recipient_email, r.requested_by, u.email as requester, r.created_at, r.expires_at,
               r.sent_at, r.letters, r.opened_at, r.error_code, r.completed_at, r.revoked_at,
               h.connection_id is not null as consenting
        from consent_request r
        join organization o on o.id = r.organization_id
        join app_user u on u.id = r.requested_by
        left join connection c on c.organization_id = r.organization_id and c.id = r.connection_id
        left join handover h on h.organization_id = r.organization_id
          and h.consent_request_id = r.id
        where r.organization_id = $1 and ($2::uuid is null or r.id = $2)
        order by r.created_at desc, r.id limit 200
        """,
        organization_of(scope),
        request_id,
    )
    return [ConsentRequest(**dict(row)) for row in rows]


async def of_token(tx: Tx, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """Organization and id of the request a token stands for, held until the transaction ends."""
    row = await tx.fetchrow(
        "select organization_id, id from consent_request where token_hash = $1 for no key update",
        token_hash,
    )
    return None if row is None else (row["organization_id"], row["id"])


async def lock(tx: Tx, organization_id: UUID, request_id: UUID) -> Record | None:
    return await tx.fetchrow(
        """
        select connection_id, region, label, requested_by, completed_at, revoked_at, expires_at
        from consent_request where organization_id = $1 and id = $2 for no key update
        """,
        organization_id,
        request_id,
    )


async def note_sent(tx: Tx, organization_id: UUID, request_id: UUID, now: datetime) -> None:
    await tx.execute(
        """
        update consent_request set sent_at = $3, letters = letters + 1
        where organization_id = $1 and id = $2
        """,
        organization_id,
        request_id,
        now,
    )


async def note_opened(tx: Tx, organization_id: UUID, request_id: UUID, now: datetime) -> None:
    await tx.execute(
        """
        update consent_request set opened_at = $3, error_code = null
        where organization_id = $1 and id = $2
        """,
        organization_id,
        request_id,
        now,
    )


async def note_error(tx: Tx, organization_id: UUID, request_id: UUID, code: str) -> None:
    await tx.execute(
        "update consent_request set error_code = $3 where organization_id = $1 and id = $2",
        organization_id,
        request_id,
        code,
    )


async def set_connection(
    tx: Tx, organization_id: UUID, request_id: UUID, connection_id: UUID
) -> None:
    await tx.execute(
        "update consent_request set connection_id = $3 where organization_id = $1 and id = $2",
        organization_id,
        request_id,
        connection_id,
    )


async def complete(tx: Tx, organization_id: UUID, request_id: UUID, now: datetime) -> None:
    await tx.execute(
        """
        update consent_request set completed_at = $3, error_code = null
        where organization_id = $1 and id = $2
        """,
        organization_id,
        request_id,
        now,
    )


async def revoke(tx: Tx, organization_id: UUID, request_id: UUID, now: datetime) -> bool:
    """Also ends the pages at Amazon that it opened; False when it was over already."""
    tag = await tx.execute(
        """
        update consent_request set revoked_at = $3
        where organization_id = $1 and id = $2 and revoked_at is null and completed_at is null
        """,
        organization_id,
        request_id,
        now,
    )
    await tx.execute(
        "delete from consent_state where organization_id = $1 and consent_request_id = $2",
        organization_id,
        request_id,
    )
    return tag == "UPDATE 1"


async def open_of_connection(tx: Tx, organization_id: UUID, connection_id: UUID) -> list[UUID]:
    rows = await tx.fetch(
        """
        select id from consent_request
        where organization_id = $1 and connection_id = $2
          and revoked_at is null and completed_at is null order by id
        """,
        organization_id,
        connection_id,
    )
    return [row["id"] for row in rows]


async def forget_old(tx: Tx, before: datetime) -> None:
    """Requests that ended long ago, with what was written in them."""
    await tx.execute("delete from consent_request where expires_at < $1", before)
