"""SQL of API keys. By the hash of a secret: system scope. By id: within the organization and brands."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx

from auth.roles.domain import Effective
from auth.scopes import brands_of, organization_of

from .domain import ApiKey, EndedKey, LiveKey, Wish


async def list_all(tx: Tx, scope: Scope, now: datetime) -> list[ApiKey]:
    """Those not revoked, newest first; limited callers see keys of their brands only."""
    rows = await tx.fetch(
        """
        select k.id, k.organization_id, k.owner_id, k.name, k.permissions, k.brand_ids,
               k.allowed_networks, k.rate_limit_per_minute, k.created_at, k.expires_at,
               k.last_used_at, k.last_used_ip, u.name as owner_name, s.shown_to,
               (select max(r.expires_at) from api_key_secret r
                where r.organization_id = k.organization_id and r.api_key_id = k.id
                  and r.expires_at > $3) as replaced_until
        from api_key k
        join api_key_secret s on s.organization_id = k.organization_id and s.api_key_id = k.id
                             and s.expires_at is null
        left join membership m on m.organization_id = k.organization_id and m.user_id = k.owner_id
        left join app_user u on u.id = m.user_id
        where k.organization_id = $1 and ($2::uuid[] is null or k.brand_ids <@ $2)
          and k.revoked_at is null
        order by k.created_at desc, k.id
        """,
        organization_of(scope),
        brands_of(scope),
        now,
    )
    return [_key(row) for row in rows]


async def get(tx: Tx, scope: Scope, key_id: UUID, now: datetime) -> ApiKey | None:
    """One that is not revoked."""
    row = await tx.fetchrow(
        """
        select k.id, k.organization_id, k.owner_id, k.name, k.permissions, k.brand_ids,
               k.allowed_networks, k.rate_limit_per_minute, k.created_at, k.expires_at,
               k.last_used_at, k.last_used_ip, u.name as owner_name, s.shown_to,
               (select max(r.expires_at) from api_key_secret r
                where r.organization_id = k.organization_id and r.api_key_id = k.id
                  and r.expires_at > $3) as replaced_until
        from api_key k
        join api_key_secret s on s.organization_id = k.organization_id and s.api_key_id = k.id
                             and s.expires_at is null
        left join membership m on m.organization_id = k.organization_id and m.user_id = k.owner_id
        left join app_user u on u.id = m.user_id
        where k.organization_id = $1 and ($2::uuid[] is null or k.brand_ids <@ $2)
          and k.revoked_at is null and k.id = $4
        """,
        organization_of(scope),
        brands_of(scope),
        now,
        key_id,
    )
    return None if row is None else _key(row)


async def insert(
    tx: Tx, organization_id: UUID, key_id: UUID, owner_id: UUID, wish: Wish, now: datetime
) -> None:
    await tx.execute(
        """
        insert into api_key (id, organization_id, owner_id, name, permissions, brand_ids,
                             allowed_networks, rate_limit_per_minute, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        key_id,
        organization_id,
        owner_id,
        wish.name,
        sorted(wish.permissions),
        None if wish.brand_ids is None else sorted(wish.brand_ids),
        list(wish.networks),
        wish.per_minute,
        now,
        wish.expires_at,
    )


async def insert_secret(
    tx: Tx, organization_id: UUID, key_id: UUID, secret_hash: bytes, shown_to: UUID, now: datetime
) -> None:
    await tx.execute(
        """
        insert into api_key_secret (secret_hash, organization_id, api_key_id, shown_to, created_at)
        values ($1, $2, $3, $4, $5)
        """,
        secret_hash,
        organization_id,
        key_id,
        shown_to,
        now,
    )


async def replace_secret(
    tx: Tx, organization_id: UUID, key_id: UUID, until: datetime, now: datetime
) -> None:
    """The current secret works until then; those replaced before end now, so that two work at most."""
    await tx.execute(
        """
        update api_key_secret set expires_at = $3
        where organization_id = $1 and api_key_id = $2 and expires_at > $3
        """,
        organization_id,
        key_id,
        now,
    )
    await tx.execute(
        """
        update api_key_secret set expires_at = $3
        where organization_id = $1 and api_key_id = $2 and expires_at is null
        """,
        organization_id,
        key_id,
        until,
    )


async def set_expiry(
    tx: Tx, organization_id: UUID, key_id: UUID, expires_at: datetime | None
) -> None:
    await tx.execute(
        "update api_key set expires_at = $3 where organization_id = $1 and id = $2",
        organization_id,
        key_id,
        expires_at,
    )


async def lock(tx: Tx, organization_id: UUID, key_id: UUID) -> None:
    """One change of a key at a time."""
    await tx.execute(
        "select 1 from api_key where organization_id = $1 and id = $2 for no key update",
        organization_id,
        key_id,
    )


async def rename(tx: Tx, organization_id: UUID, key_id: UUID, name: str) -> None:
    await tx.execute(
        "update api_key set name = $3 where organization_id = $1 and id = $2",
        organization_id,
        key_id,
        name,
    )


async def revoke(tx: Tx, organization_id: UUID, key_id: UUID, now: datetime) -> None:
    """For good. The hashes of its secrets stay: who still calls with one is known to the audit log."""
    await tx.execute(
        "update api_key set revoked_at = $3 where organization_id = $1 and id = $2",
        organization_id,
        key_id,
        now,
    )


async def of_owner(tx: Tx, organization_id: UUID, user_id: UUID) -> list[tuple[UUID, str]]:
    """Ids and names of the keys somebody owns that are not revoked."""
    rows = await tx.fetch(
        """
        select id, name from api_key
        where organization_id = $1 and owner_id = $2 and revoked_at is null
        order by lower(name), id
        """,
        organization_id,
        user_id,
    )
    return [(row["id"], row["name"]) for row in rows]


async def change_owner(tx: Tx, organization_id: UUID, key_id: UUID, owner_id: UUID) -> None:
    await tx.execute(
        "update api_key set owner_id = $3 where organization_id = $1 and id = $2",
        organization_id,
        key_id,
        owner_id,
    )


async def live_by_secret(tx: Tx, secret_hash: bytes, now: datetime) -> LiveKey | None:
    """The key with this secret, while key, secret and the owner's membership last."""
    row = await tx.fetchrow(
        """
        select k.id, k.organization_id, k.owner_id, k.permissions, k.brand_ids,
               k.allowed_networks, k.rate_limit_per_minute, k.last_used_at,
               least(k.expires_at, s.expires_at) as expires_at
        from api_key_secret s
        join api_key k on k.organization_id = s.organization_id and k.id = s.api_key_id
        join membership m on m.organization_id = k.organization_id and m.user_id = k.owner_id
        where s.secret_hash = $1 and k.revoked_at is null
          and (s.expires_at is null or s.expires_at > $2)
          and (k.expires_at is null or k.expires_at > $2)
        """,
        secret_hash,
        now,
    )
    return None if row is None else _live(row)


async def ended_by_secret(tx: Tx, secret_hash: bytes, now: datetime) -> EndedKey | None:
    """The key that had this secret, where `live_by_secret` finds none."""
    row = await tx.fetchrow(
        """
        select k.id, k.organization_id,
               case when k.revoked_at is not null then 'revoked'
                    when k.expires_at <= $2 then 'expired'
                    when s.expires_at <= $2 then 'replaced'
                    else 'ownerless' end as reason
        from api_key_secret s
        join api_key k on k.organization_id = s.organization_id and k.id = s.api_key_id
        where s.secret_hash = $1
        """,
        secret_hash,
        now,
    )
    return None if row is None else EndedKey(row["id"], row["organization_id"], row["reason"])


async def touch(tx: Tx, organization_id: UUID, key_id: UUID, ip: str, now: datetime) -> None:
    await tx.execute(
        """
        update api_key set last_used_at = $4, last_used_ip = $3
        where organization_id = $1 and id = $2 and (last_used_at is null or last_used_at < $4)
        """,
        organization_id,
        key_id,
        ip,
        now,
    )


def _key(row: Record) -> ApiKey:
    return ApiKey(
        id=row["id"],
        organization_id=row["organization_id"],
        owner_id=row["owner_id"],
        owner_name=row["owner_name"],
        wish=Wish(
            name=row["name"],
            permissions=frozenset(row["permissions"]),
            brand_ids=_brands(row),
            networks=tuple(row["allowed_networks"]),
            per_minute=row["rate_limit_per_minute"],
            expires_at=row["expires_at"],
        ),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        last_used_ip=row["last_used_ip"],
        shown_to=row["shown_to"],
        replaced_until=row["replaced_until"],
    )


def _live(row: Record) -> LiveKey:
    return LiveKey(
        id=row["id"],
        organization_id=row["organization_id"],
        owner_id=row["owner_id"],
        access=Effective(frozenset(row["permissions"]), _brands(row), {}),
        networks=tuple(row["allowed_networks"]),
        per_minute=row["rate_limit_per_minute"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
    )


def _brands(row: Record) -> frozenset[UUID] | None:
    return None if row["brand_ids"] is None else frozenset(row["brand_ids"])
