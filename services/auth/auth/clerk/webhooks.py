"""Clerk's webhooks: signed by Svix, repeated at will, in any order.

Signatures: https://docs.svix.com/receiving/verifying-payloads/how-manual. Svix signs
`{svix-id}.{svix-timestamp}.{body}` with HMAC-SHA256 and the base64 part of `whsec_…`; the header may
hold several signatures while a secret is being replaced; five minutes of clock difference are allowed.
Svix's own package verifies through `standardwebhooks`, which is all that is needed of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from shared.db import Tx
from shared.errors import Unauthenticated
from shared.metrics import counter
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from . import queries
from .domain import (
    MembershipDeleted,
    MembershipTold,
    OrganizationDeleted,
    OrganizationTold,
    SessionEnded,
    Told,
    UserDeleted,
    UserTold,
)
from .payloads import read_event
from .settle import end_sessions, settle_organization, settle_user
from .tokens import MAX_ID_CHARACTERS

WEBHOOKS = counter("clerk_webhooks_total", "Webhooks of Clerk", ["outcome"])
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it arrived: the bytes that were signed, and Svix's three headers."""

    body: bytes
    id: str
    timestamp: str
    signature: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Applies what Clerk tells, each delivery once."""

    signer: Webhook
    roles: Mapping[str, str]

    def read(self, delivery: Delivery) -> Told | None:
        """What a rightly signed delivery tells, None when nothing of interest; raises Unauthenticated
        (webhook_signature_invalid), also for old deliveries that somebody plays again."""
        headers = {
            "webhook-id": delivery.id,
            "webhook-timestamp": delivery.timestamp,
            "webhook-signature": delivery.signature,
        }
        try:
            self.signer.verify(delivery.body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError, OverflowError) as error:
            WEBHOOKS.labels(outcome="refused").inc()
            _log.warning("clerk_webhook_refused", reason=str(error)[:120])
            raise Unauthenticated(
                "The signature does not belong to this webhook, or it is too old.",
                code="webhook_signature_invalid",
                hint="Compare CLERK_WEBHOOK_SECRET with the endpoint's signing secret at Clerk.",
            ) from None
        return read_event(delivery.body)

    async def apply(self, tx: Tx, delivery_id: str, told: Told | None, now: datetime) -> None:
        """Notes what was told and makes everything here agree with it, in one transaction."""
        await queries.lock(tx)
        if not await queries.note_delivery(tx, delivery_id[:MAX_ID_CHARACTERS], now):
            WEBHOOKS.labels(outcome="repeated").inc()
            return
        if told is None:
            WEBHOOKS.labels(outcome="ignored").inc()
            return
        for clerk_organization_id in await _note(tx, told, self.roles, now):
            await settle_organization(tx, clerk_organization_id, self.roles, now)
        WEBHOOKS.labels(outcome="applied").inc()


async def _note(tx: Tx, told: Told, roles: Mapping[str, str], now: datetime) -> list[str]:
    """Writes the fact down; returns the Clerk organizations that it concerns."""
    match told:
        case UserTold() | UserDeleted():
            return await _note_user(tx, told, now)
        case OrganizationTold():
            await queries.put_organization(tx, told)
            return [told.clerk_id]
        case OrganizationDeleted():
            await queries.delete_organization(tx, told.clerk_id, now)
            return [told.clerk_id]
        case MembershipTold():
            admin_since = told.version if roles.get(told.role) == "admin" else None
            await queries.put_organization(tx, told.organization)
            await queries.put_membership(tx, told, admin_since)
            return [told.organization.clerk_id]
        case MembershipDeleted():
            organization = await queries.delete_membership(tx, told.clerk_id, now)
            return [] if organization is None else [organization]
        case SessionEnded():
            await queries.end_session(tx, told.clerk_id, now)
            live = await queries.sessions_of_clerk_session(tx, told.clerk_id)
            await end_sessions(tx, live, now)
            return []


async def _note_user(tx: Tx, told: UserTold | UserDeleted, now: datetime) -> list[str]:
    if isinstance(told, UserTold):
        await queries.put_user(tx, told)
    else:
        await queries.delete_user(tx, told.clerk_id, now)
    await settle_user(tx, told.clerk_id, now)
    return await queries.organizations_of_user(tx, told.clerk_id)
