"""Requests and responses about connections."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

from amazon_ads.lwa import MANAGE_ACCESS_URL
from pydantic import BaseModel, ConfigDict

from auth.text import Line

from .disconnection import Plan
from .health import ConsentRule, Facts, assess
from .queries import Connection


class ConnectRequest(BaseModel):
    """`POST /v1/connections`; `region` is where the person's Amazon login lives."""

    model_config = ConfigDict(extra="forbid")

    region: Literal["NA", "EU", "FE"]
    label: Line | None = None


class OpenedConsentView(BaseModel):
    """Send the browser to `authorize_url` before `expires_at`."""

    connection_id: UUID
    authorize_url: str
    expires_at: datetime


class DiscoveryView(BaseModel):
    """The latest look at what the connection can see; `error_code` also while it is being retried."""

    state: Literal["pending", "running", "done", "failed"]
    error_code: str | None
    finished_at: datetime | None
    profiles: int
    advertisers: int


class HealthReason(BaseModel):
    """One part of a score: the points it takes off, and why."""

    code: str
    points: int
    text: str


class HealthView(BaseModel):
    """0 to 100, the gravest reason first."""

    score: int
    level: Literal["good", "watch", "poor", "dead"]
    reasons: list[HealthReason]


class ReplacementView(BaseModel):
    """A consent that came from somebody else than before and waits for a decision until then."""

    reason: Literal["other_user", "other_accounts"]
    amazon_user_name: str
    expires_at: datetime


class ConnectionView(BaseModel):
    """One Amazon user's consent. `error_code`: what went wrong with the latest attempt to consent;
    `handing_over`: it is still on its way; `health` is null unless active; `consent_expires_at` is
    reckoned (Amazon does not tell it), null where consents do not end."""

    id: UUID
    region: Literal["NA", "EU", "FE"]
    label: str
    amazon_user_name: str
    status: Literal["pending", "active", "revoked"]
    credential_state: str
    error_code: str | None
    discovery: DiscoveryView
    created_at: datetime
    consented_at: datetime | None
    consent_expires_at: datetime | None
    revoked_at: datetime | None
    handing_over: bool
    replacement: ReplacementView | None
    health: HealthView | None

    @classmethod
    def of(cls, connection: Connection, rule: ConsentRule, now: datetime) -> "ConnectionView":
        expires_at = rule.expires_at(connection.consented_at)
        made: dict[str, object] = {
            "discovery": _discovery(connection),
            "consent_expires_at": expires_at if connection.status == "active" else None,
            "replacement": _replacement(connection),
            "health": _health(connection, expires_at, now),
        }
        names = cls.model_fields.keys() - made.keys()
        fields = {name: getattr(connection, name) for name in names}
        return cls.model_validate({**fields, **made})


def _discovery(connection: Connection) -> dict[str, object]:
    return {
        "state": connection.discovery_state,
        "error_code": connection.discovery_error_code,
        "finished_at": connection.discovery_finished_at,
        "profiles": connection.profiles,
        "advertisers": connection.advertisers,
    }


def _replacement(connection: Connection) -> dict[str, object] | None:
    if connection.held_reason is None:
        return None
    return {
        "reason": connection.held_reason,
        "amazon_user_name": connection.held_user_name,
        "expires_at": connection.held_until,
    }


def _health(
    connection: Connection, expires_at: datetime | None, now: datetime
) -> dict[str, object] | None:
    if connection.status != "active" or connection.consented_at is None:
        return None
    facts = Facts(
        credential_state=connection.credential_state,
        consented_at=connection.consented_at,
        consent_expires_at=expires_at,
        refreshed_at=connection.refreshed_at,
        visible_now=connection.visible_now,
        visible_before=connection.visible_before,
        looked_at=connection.looked_at,
        failed_looks=connection.failed_looks,
    )
    return asdict(assess(facts, now))


class RenameRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    label: Line


class ReplacementDecision(BaseModel):
    """`accept`: the new Amazon user takes the connection over; else their consent is dropped."""

    model_config = ConfigDict(extra="forbid")

    accept: bool


class ServedView(BaseModel):
    """An advertiser of the connection; `served_by` is the connection that goes on with it, null when
    nothing more arrives for it."""

    advertiser_id: UUID
    name: str
    brand_id: UUID | None
    brand_name: str | None
    served_by: UUID | None


class DisconnectionView(BaseModel):
    """`possible`: what would happen; `ending`: the secrets are being deleted (`error_code` when that
    has to be tried again); `ended`. `manage_access_url` is where the Amazon user removes the consent at
    Amazon, which no application can."""

    connection_id: UUID
    state: Literal["possible", "ending", "ended"]
    advertisers: list[ServedView]
    keep_history: bool | None
    requested_at: datetime | None
    ended_at: datetime | None
    error_code: str | None
    manage_access_url: str

    @classmethod
    def of(cls, plan: Plan) -> "DisconnectionView":
        begun = plan.begun
        state = "possible" if begun is None else "ended" if begun.ended_at else "ending"
        return cls(
            connection_id=plan.connection_id,
            state=state,
            advertisers=[ServedView.model_validate(asdict(one)) for one in plan.served],
            keep_history=begun and begun.keep_history,
            requested_at=begun and begun.requested_at,
            ended_at=begun and begun.ended_at,
            error_code=begun and begun.error_code,
            manage_access_url=MANAGE_ACCESS_URL,
        )


class ConnectionList(BaseModel):
    items: list[ConnectionView]
    next_cursor: str | None = None
