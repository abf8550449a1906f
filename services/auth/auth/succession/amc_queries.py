"""SQL of AMC instances: which connections reach one, as amc-runner tells."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.events import InstanceDiscovered

from .domain import Candidate, Standing


async def put_link(tx: Tx, organization_id: UUID, data: InstanceDiscovered, at: datetime) -> None:
    """Told late changes nothing; of a connection that is gone there is nothing to keep."""
    await tx.execute(
        """
        insert into amc_instance_connection as k
            (organization_id, connection_id, instance_id, amazon_instance_id, name, account_name,
             told_at)
        select $1, $2, $3, $4, $5, $6, $7
        where exists (select 1 from connection where organization_id = $1 and id = $2)
        on conflict (connection_id, instance_id) do update
        set name = excluded.name, account_name = excluded.account_name,
            told_at = excluded.told_at, lost = false
        where k.organization_id = excluded.organization_id and k.told_at <= excluded.told_at
        """,
        organization_id,
        data.connection_id,
        data.instance_id,
        data.amazon_instance_id,
        data.name,
        data.account_name,
        at,
    )


async def lose_link(
    tx: Tx, organization_id: UUID, connection_id: UUID, instance_id: UUID, at: datetime
) -> None:
    await tx.execute(
        """
        update amc_instance_connection set lost = true, told_at = $4
        where organization_id = $1 and connection_id = $2 and instance_id = $3 and told_at <= $4
        """,
        organization_id,
        connection_id,
        instance_id,
        at,
    )


async def reached(tx: Tx, organization_id: UUID, connection_ids: Sequence[UUID]) -> list[Record]:
    """Each connection that reaches an instance which one of `connection_ids` reaches."""
    return await tx.fetch(
        """
        select k.instance_id, k.name, k.account_name, k.told_at as linked_at,
               c.id as connection_id, c.status = 'active' as active, c.credential_state,
               s.failing_since, s.recovered_at, coalesce(s.falls, 0) as falls,
               coalesce(s.level, 'good') as level
        from amc_instance_connection k
        join connection c on c.organization_id = k.organization_id and c.id = k.connection_id
        left join grant_standing s
          on s.organization_id = c.organization_id and s.connection_id = c.id
        where k.organization_id = $1 and not k.lost and c.status = 'active'
          and exists (select 1 from amc_instance_connection o
                      where o.organization_id = $1 and o.instance_id = k.instance_id
                        and o.connection_id = any ($2::uuid[]) and not o.lost)
        order by lower(k.name), k.instance_id, k.told_at, c.id
        """,
        organization_id,
        connection_ids,
    )


def candidate(row: Record) -> Candidate:
    """A row of `reached`; AMC knows no access levels."""
    return Candidate(
        connection_id=row["connection_id"],
        active=row["active"],
        credential_state=row["credential_state"],
        failing_since=row["failing_since"],
        recovered_at=row["recovered_at"],
        probation=Standing(falls=row["falls"]).probation,
        level=row["level"],
        access="view",
        linked_at=row["linked_at"],
    )
