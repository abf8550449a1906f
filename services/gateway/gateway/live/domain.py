"""Who may see which event. Pure: the whole rule stands here and nowhere else.

An event reaches a subscriber when its organization is the subscriber's, the subscriber holds the
permission of its type, and its brand is one of the subscriber's. An event without a brand (connections,
credentials, AMC instances, unmapped advertisers) is for those only who may see every brand.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.events import Event
from shared.internal_tokens import Actor

SHOWN: dict[str, str] = {
    "connection.authorized": "connection:read",
    "connection.reauthorized": "connection:read",
    "connection.revoked": "connection:read",
    "connection.updated": "connection:read",
    "connection.consent_expiring": "connection:read",
    "consent_request.updated": "connection:manage",
    "credential.refreshed": "connection:read",
    "credential.refresh_failed": "connection:read",
    "credential.reauth_required": "connection:read",
    "credential.recovered": "connection:read",
    "advertiser.linked": "report:read",
    "advertiser.unlinked": "report:read",
    "advertiser.lost": "report:read",
    "advertiser.recovered": "report:read",
    "sync.started": "sync:read",
    "sync.progressed": "sync:read",
    "sync.completed": "sync:read",
    "sync.failed": "sync:read",
    "instance.discovered": "amc:read",
    "metrics.updated": "report:read",
    "export.requested": "report:export",
    "export.ready": "report:export",
    "export.failed": "report:export",
}


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event as it is shown: encoded once, however many read it."""

    id: UUID
    permission: str
    organization_id: UUID
    brand_id: UUID | None
    frame: bytes


def live_event(event: Event[Any]) -> LiveEvent | None:
    """The event for showing, None when its type is not shown."""
    permission = SHOWN.get(event.type)
    if permission is None:
        return None
    shown = {
        "type": event.type,
        "time": event.time.isoformat(),
        "organization_id": str(event.tenantid),
        "brand_id": None if event.brandid is None else str(event.brandid),
        "data": event.data.model_dump(mode="json"),
    }
    return LiveEvent(
        id=event.id,
        permission=permission,
        organization_id=event.tenantid,
        brand_id=event.brandid,
        frame=frame(event.type, shown, str(event.id)),
    )


def may_see(actor: Actor, event: LiveEvent) -> bool:
    """Whether this subscriber may see this event."""
    if not actor.is_caller or actor.organization_id != event.organization_id:
        return False
    if event.permission not in actor.permissions:
        return False
    brands = actor.narrower.get(event.permission, actor.brand_ids)
    return brands is None or event.brand_id in brands


def ended(actor: Actor) -> str:
    """Why a stream ends whose holder is nobody any more."""
    return "key_ended" if actor.kind == "key" else "session_ended"


def frame(name: str, data: dict[str, Any], event_id: str = "") -> bytes:
    """One server-sent event (`id` only when the browser should remember it for resuming)."""
    body = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: {body}\n\n".encode()


def hello(now: datetime, *, resumed: bool) -> bytes:
    """The first event: the server's clock, and whether what was missed follows (else: read anew)."""
    return frame("hello", {"server_time": now.isoformat(), "resumed": resumed})


def heartbeat(now: datetime) -> bytes:
    """The server's clock, so that countdowns in the browser stay right."""
    return frame("heartbeat", {"server_time": now.isoformat()})


def closed(reason: str) -> bytes:
    """The last event of a stream that the server ends: why."""
    return frame("closed", {"reason": reason})
