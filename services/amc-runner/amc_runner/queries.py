"""Every SQL statement of amc-runner."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from .domain import Account, Claim, Failure, Instance


async def upsert_connection(
    tx: Tx, connection_id: UUID, organization_id: UUID, region: str, consented_at: datetime
) -> bool:
    """Know a consented connection; False when it was revoked after that consent."""
    row = await tx.fetchrow(
        """insert into connection as c (id, organization_id, region, consented_at)
           values ($1, $2, $3, $4)
           on conflict (id) do update
             set region = excluded.region, consented_at = excluded.consented_at, revoked_at = null
             where c.organization_id = excluded.organization_id
               and (c.revoked_at is null or c.revoked_at < excluded.consented_at)
           returning id""",
        connection_id,
        organization_id,
        region,
        consented_at,
    )
    return row is not None


async def want_discovery(
    tx: Tx, connection_id: UUID, organization_id: UUID, due_at: datetime
) -> None:
    """Have a living connection looked at from `due_at` on, also when it is being looked at now."""
    await tx.execute(
        """insert into discovery as d (connection_id, organization_id, due_at)
           select c.id, c.organization_id, $3 from connection c
           where c.id = $1 and c.organization_id = $2 and c.revoked_at is null
           on conflict (connection_id) do update
             set generation = d.generation + 1, attempts = 0, due_at = least(d.due_at, excluded.due_at),
                 state = case when d.lease_token is null then 'pending' else d.state end""",
        connection_id,
        organization_id,
        due_at,
    )


async def revoke_connection(
    tx: Tx, connection_id: UUID, organization_id: UUID, revoked_at: datetime
) -> None:
    """Leave a tombstone and forget what the connection reached."""
    await tx.execute(
        """insert into connection as c (id, organization_id, revoked_at) values ($1, $2, $3)
           on conflict (id) do update set revoked_at = greatest(c.revoked_at, excluded.revoked_at)
           where c.organization_id = excluded.organization_id""",
        connection_id,
        organization_id,
        revoked_at,
    )
    await tx.execute(
        "delete from discovery where connection_id = $1 and organization_id = $2",
        connection_id,
        organization_id,
    )
    await tx.execute(
        "delete from amc_account where connection_id = $1 and organization_id = $2",
        connection_id,
        organization_id,
    )
    await tx.execute(
        "delete from amc_instance_connection where connection_id = $1 and organization_id = $2",
        connection_id,
        organization_id,
    )


async def forget_unreached(tx: Tx, organization_id: UUID) -> None:
    """Deletes the organization's instances that no connection reaches."""
    await tx.execute(
        """delete from amc_instance i where i.organization_id = $1
           and not exists (select 1 from amc_instance_connection l where l.instance_id = i.id)""",
        organization_id,
    )


async def claim_discoveries(
    tx: Tx, lease_token: UUID, now: datetime, expires_at: datetime, limit: int
) -> list[Claim]:
    """Take up to `limit` due discoveries whose lease is free or has run out."""
    rows = await tx.fetch(
        """update discovery d
           set state = 'running', attempts = d.attempts + 1, lease_token = $1, lease_expires_at = $3
           from connection c
           where c.id = d.connection_id and d.connection_id in (
             select connection_id from discovery
             where due_at <= $2 and (lease_expires_at is null or lease_expires_at <= $2)
             order by due_at limit $4 for update skip locked)
           returning d.connection_id, d.organization_id, c.region, d.generation, d.attempts""",
        lease_token,
        now,
        expires_at,
        limit,
    )
    return [Claim(lease_token=lease_token, **dict(row)) for row in rows]


async def renew_lease(tx: Tx, claim: Claim, expires_at: datetime) -> bool:
    """Keep a lease; False when it is lost."""
    row = await tx.fetchrow(
        """update discovery set lease_expires_at = $4
           where connection_id = $1 and organization_id = $2 and lease_token = $3
           returning connection_id""",
        claim.connection_id,
        claim.organization_id,
        claim.lease_token,
        expires_at,
    )
    return row is not None


async def finish_discovery(
    tx: Tx, claim: Claim, failure: Failure | None, now: datetime, next_due_at: datetime
) -> bool:
    """Give the lease back with the outcome; False (and no change) when it was lost meanwhile."""
    row = await tx.fetchrow(
        """update discovery
           set lease_token = null, lease_expires_at = null, finished_at = $4::timestamptz,
               state = case when $5::text is null then 'done' else 'failed' end,
               error_code = $5::text, error_detail = $6::text,
               attempts = case when $5::text is null or generation <> $7::integer then 0 else attempts end,
               due_at = case when generation = $7::integer then $8::timestamptz else $4::timestamptz end
           where connection_id = $1 and organization_id = $2 and lease_token = $3
           returning connection_id""",
        claim.connection_id,
        claim.organization_id,
        claim.lease_token,
        now,
        failure.code if failure else None,
        failure.detail if failure else None,
        claim.generation,
        next_due_at,
    )
    return row is not None


async def put_account(tx: Tx, claim: Claim, account: Account, now: datetime) -> None:
    """Insert an account of a connection, or its new name."""
    await tx.execute(
        """insert into amc_account
             (connection_id, account_id, marketplace_id, organization_id, name, region, discovered_at)
           values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (connection_id, account_id, marketplace_id) do update
             set name = excluded.name, region = excluded.region""",
        claim.connection_id,
        account.account_id,
        account.marketplace_id,
        claim.organization_id,
        account.name,
        claim.region,
        now,
    )


async def drop_other_accounts(tx: Tx, claim: Claim, accounts: tuple[Account, ...]) -> None:
    """Forget accounts that the connection no longer reaches."""
    await tx.execute(
        """delete from amc_account a
           where a.connection_id = $1 and a.organization_id = $2
             and not exists (select 1 from unnest($3::text[], $4::text[]) k (account_id, marketplace_id)
                             where (k.account_id, k.marketplace_id) = (a.account_id, a.marketplace_id))""",
        claim.connection_id,
        claim.organization_id,
        [account.account_id for account in accounts],
        [account.marketplace_id for account in accounts],
    )


async def put_instance(
    tx: Tx, claim: Claim, instance: Instance, new_id: UUID, now: datetime
) -> tuple[UUID, bool]:
    """Insert or update an instance; its id, and whether anything is new or changed."""
    row = await tx.fetchrow(
        """insert into amc_instance as i
             (id, organization_id, amazon_instance_id, name, kind, customer_name, account_id,
              account_name, marketplace_id, status, discovered_at, changed_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
           on conflict (organization_id, amazon_instance_id) do update
             set name = excluded.name, kind = excluded.kind, customer_name = excluded.customer_name,
                 account_id = excluded.account_id, account_name = excluded.account_name,
                 marketplace_id = excluded.marketplace_id, status = excluded.status,
                 changed_at = excluded.changed_at
             where (i.name, i.kind, i.customer_name, i.account_id, i.account_name,
                    i.marketplace_id, i.status)
               is distinct from
                   (excluded.name, excluded.kind, excluded.customer_name, excluded.account_id,
                    excluded.account_name, excluded.marketplace_id, excluded.status)
           returning i.id""",
        new_id,
        claim.organization_id,
        instance.amazon_instance_id,
        instance.name,
        instance.kind,
        instance.customer_name,
        instance.account.account_id,
        instance.account.name,
        instance.account.marketplace_id,
        instance.status,
        now,
    )
    if row is not None:
        return row["id"], True
    known = await tx.fetchval(
        "select id from amc_instance where organization_id = $1 and amazon_instance_id = $2",
        claim.organization_id,
        instance.amazon_instance_id,
    )
    return known, False


async def link_instance(
    tx: Tx, claim: Claim, instance_id: UUID, account: Account, now: datetime
) -> bool:
    """Note that the connection reaches the instance; True when that is new."""
    inserted = await tx.fetchval(
        """insert into amc_instance_connection
             (instance_id, connection_id, organization_id, account_id, marketplace_id, linked_at)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (instance_id, connection_id) do update
             set account_id = excluded.account_id, marketplace_id = excluded.marketplace_id
           returning xmax = 0""",
        instance_id,
        claim.connection_id,
        claim.organization_id,
        account.account_id,
        account.marketplace_id,
        now,
    )
    return bool(inserted)


async def unlink_other_instances(
    tx: Tx, claim: Claim, kept: list[UUID], unread: list[Account]
) -> list[UUID]:
    """Forget links to instances no longer listed, save those of accounts that could not be read; which."""
    rows = await tx.fetch(
        """delete from amc_instance_connection l
           where l.connection_id = $1 and l.organization_id = $2 and l.instance_id <> all ($3::uuid[])
             and not exists (select 1 from unnest($4::text[], $5::text[]) k (account_id, marketplace_id)
                             where (k.account_id, k.marketplace_id) = (l.account_id, l.marketplace_id))
           returning l.instance_id""",
        claim.connection_id,
        claim.organization_id,
        kept,
        [account.account_id for account in unread],
        [account.marketplace_id for account in unread],
    )
    return sorted(row["instance_id"] for row in rows)


async def set_credential(
    tx: Tx, connection_id: UUID, organization_id: UUID, at: datetime, *, usable: bool
) -> None:
    """Whether the connection's grant works, as of `at`; what is told late changes nothing."""
    await tx.execute(
        """insert into credential as c (connection_id, organization_id, usable, told_at)
           values ($1, $2, $3, $4)
           on conflict (connection_id) do update
             set usable = excluded.usable, told_at = excluded.told_at
             where c.organization_id = excluded.organization_id and c.told_at <= excluded.told_at""",
        connection_id,
        organization_id,
        usable,
        at,
    )


async def list_accounts(tx: Tx, organization_id: UUID) -> list[Record]:
    """Accounts of the organization's living connections."""
    return await tx.fetch(
        """select account_id, name as account_name, marketplace_id, connection_id, region
           from amc_account where organization_id = $1
           order by name, account_id, marketplace_id, connection_id""",
        organization_id,
    )


async def list_instances(tx: Tx, organization_id: UUID) -> list[Record]:
    """Instances that some connection reaches, each once, with the connection that serves it: one whose
    grant works before one whose does not, then the one that has reached it longest."""
    return await tx.fetch(
        """select i.id, i.amazon_instance_id, i.name, i.kind, i.customer_name, i.account_id,
                  i.account_name, i.marketplace_id, l.connection_id, l.served, i.status,
                  i.discovered_at
           from amc_instance i
           join lateral (
             select k.connection_id, coalesce(c.usable, true) as served
             from amc_instance_connection k
             left join credential c using (connection_id)
             where k.instance_id = i.id and k.organization_id = $1
             order by coalesce(c.usable, true) desc, k.linked_at, k.connection_id limit 1) l on true
           where i.organization_id = $1
           order by i.account_name, i.name, i.amazon_instance_id""",
        organization_id,
    )


async def list_discoveries(tx: Tx, organization_id: UUID) -> list[Record]:
    """How looking at Amazon goes, per connection."""
    return await tx.fetch(
        """select d.connection_id, d.state, d.error_code, d.error_detail, d.attempts, d.finished_at,
                  d.due_at as next_attempt_at,
                  (select count(*) from amc_account a where a.connection_id = d.connection_id) as accounts,
                  (select count(*) from amc_instance_connection l
                   where l.connection_id = d.connection_id) as instances
           from discovery d where d.organization_id = $1 order by d.connection_id""",
        organization_id,
    )
