"""Use cases: knowing connections, and storing what a look at Amazon brought."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.events import InstanceDiscovered, InstanceLost
from shared.ids import new_id

from shared import outbox

from . import queries
from .domain import Claim, Found, Instance


async def connection_authorized(
    tx: Tx,
    connection_id: UUID,
    organization_id: UUID,
    region: str,
    consented_at: datetime,
    now: datetime,
) -> None:
    """Look at a connection as soon as it is consented to, or consented to again; its grant works."""
    await queries.set_credential(tx, connection_id, organization_id, consented_at, usable=True)
    if await queries.upsert_connection(tx, connection_id, organization_id, region, consented_at):
        await queries.want_discovery(tx, connection_id, organization_id, now)


async def store(
    tx: Tx, claim: Claim, found: Found, *, now: datetime, next_due_at: datetime
) -> bool:
    """Everything one look brought, in one transaction; False when the lease was lost meanwhile.

    Says instance.discovered for what is new, changed, or newly reached by this connection.
    """
    if not await queries.finish_discovery(tx, claim, found.failure, now, next_due_at):
        return False
    if found.failure is not None and not found.accounts:
        return True
    for account in found.accounts:
        await queries.put_account(tx, claim, account, now)
    await queries.drop_other_accounts(tx, claim, found.accounts)
    kept = [await _store_instance(tx, claim, instance, now) for instance in found.instances]
    for instance_id in await queries.unlink_other_instances(tx, claim, kept, list(found.unread)):
        lost = InstanceLost(instance_id=instance_id, connection_id=claim.connection_id)
        await outbox.add(tx, lost, organization_id=claim.organization_id)
    return True


async def _store_instance(tx: Tx, claim: Claim, instance: Instance, now: datetime) -> UUID:
    account = instance.account
    instance_id, changed = await queries.put_instance(tx, claim, instance, new_id(), now)
    linked = await queries.link_instance(tx, claim, instance_id, account, now)
    if changed or linked:
        discovered = InstanceDiscovered(
            instance_id=instance_id,
            amazon_instance_id=instance.amazon_instance_id,
            name=instance.name,
            account_id=account.account_id,
            account_name=account.name,
            marketplace_id=account.marketplace_id,
            connection_id=claim.connection_id,
            status=instance.status,
        )
        await outbox.add(tx, discovered, organization_id=claim.organization_id)
    return instance_id
