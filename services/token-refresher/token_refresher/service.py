"""Grants come in from auth and go out on revocation; users see how their credentials do."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from uuid import UUID

from shared.db import Tx
from shared.errors import Conflict, NotFound
from shared.keyring import KeyRing

from . import announcing, continuity, queries
from .continuity import Tally
from .domain import Credential, Grant, next_refresh_at


async def store_grant(
    tx: Tx,
    keys: KeyRing,
    connection_id: UUID,
    organization_id: UUID,
    region: str,
    grant: Grant,
    now: datetime,
) -> None:
    """Keeps a grant that auth hands over; the same hand-over again changes nothing.

    A suspended connection gets the new grant and stays suspended: a consent is not its owner's word.
    Raises Conflict when the connection is another organization's.
    """
    expires_at = now + timedelta(seconds=grant.expires_in)
    next_at = next_refresh_at(now, expires_at, random.random())  # noqa: S311
    row = (connection_id, organization_id, region)
    sealed = (keys.encrypt(grant.refresh_token), keys.encrypt(grant.access_token))
    digest = _digest(region, grant)
    times = {"granted_at": now, "expires_at": expires_at, "next_refresh_at": next_at}
    created = await queries.insert(tx, *row, *sealed, grant_sha256=digest, **times)
    before = await queries.get_for_update(tx, connection_id, organization_id)
    if before is None:
        raise Conflict("This connection is known already.", code="connection_taken")
    if not created:
        if before.grant_sha256 == digest:
            return
        await queries.replace(tx, *row, *sealed, grant_sha256=digest, **times)
    if before.state != "suspended":
        await announcing.announce_token(
            tx, before, expires_at=expires_at, refreshed_at=now, next_refresh_at=next_at
        )


async def delete_grant(
    tx: Tx, connection_id: UUID, organization_id: UUID, revoked_at: datetime
) -> bool:
    """Deletes the secrets. A grant handed over after `revoked_at` is a new consent and stays."""
    return await queries.delete(tx, connection_id, organization_id, revoked_at)


async def suspend(
    tx: Tx, connection_id: UUID, organization_id: UUID, reason: str, now: datetime
) -> Credential:
    """Stops refreshes and hand-outs until it is resumed. A second time changes nothing.

    Raises NotFound.
    """
    before = await _locked(tx, connection_id, organization_id)
    if await queries.suspend(tx, connection_id, organization_id, reason, now):
        await announcing.announce_suspension(tx, before, reason)
    return await _locked(tx, connection_id, organization_id)


async def resume(tx: Tx, connection_id: UUID, organization_id: UUID, now: datetime) -> Credential:
    """Lets it be used again: its refresh is due now. Raises NotFound."""
    before = await _locked(tx, connection_id, organization_id)
    if await queries.resume(tx, connection_id, organization_id, now):
        await announcing.announce_resumption(tx, before)
    return await _locked(tx, connection_id, organization_id)


async def _locked(tx: Tx, connection_id: UUID, organization_id: UUID) -> Credential:
    found = await queries.get_for_update(tx, connection_id, organization_id)
    if found is None:
        raise NotFound("There is no credential of this connection.", code="credential_unknown")
    return found


async def list_credentials(tx: Tx, organization_id: UUID) -> list[Credential]:
    return await queries.list_all(tx, organization_id)


async def read_continuity(tx: Tx, organization_id: UUID, now: datetime, hours: int) -> Tally:
    return await continuity.read(tx, organization_id, now, hours)


def _digest(region: str, grant: Grant) -> str:
    """Recognises a hand-over; a hash of two random tokens tells nothing about them."""
    text = "\n".join((region, grant.refresh_token, grant.access_token))
    return hashlib.sha256(text.encode()).hexdigest()
