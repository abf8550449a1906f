"""Requests and responses about succession."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from .domain import Cause, Part, Ranked
from .service import Departure, Explained

TEXTS: dict[Part, str] = {
    "connection_ended": "The connection has ended.",
    "credential_unfit": "Its token does not work.",
    "credential_failing": "Its token could not be refreshed for some time.",
    "on_probation": "It has only just recovered, and waits until it has proved steady.",
    "pinned": "Somebody chose it for this advertiser.",
    "poor_health": "Its consent is in poor health.",
    "serving_now": "It serves this advertiser now.",
    "edit_access": "Its Amazon user may edit the account.",
    "view_access": "Its Amazon user may only view the account, which is enough to pull numbers.",
    "oldest_link": "It has seen the advertiser longest.",
}
CAUSES: dict[Cause, str] = {
    "first_seen": "It was the first to see the advertiser.",
    "credential_failed": "The token of the connection before stopped working.",
    "connection_ended": "The connection before ended.",
    "access_lost": "The connection before no longer sees the advertiser.",
    "pinned": "Somebody chose this connection.",
    "better_grant": "It ranks above the connection before.",
    "recovered": "It works again.",
    "nobody_left": "No connection of the advertiser works.",
}


class ReasonView(BaseModel):
    """Why a candidate stands where it stands."""

    code: Part
    text: str


class CandidateView(BaseModel):
    """A connection that sees the advertiser; `usable`: numbers can be pulled through it now."""

    connection_id: UUID
    usable: bool
    access: Literal["edit", "view"]
    linked_at: datetime
    reasons: list[ReasonView]

    @classmethod
    def of(cls, ranked: Ranked) -> "CandidateView":
        return cls(
            connection_id=ranked.candidate.connection_id,
            usable=ranked.usable,
            access="edit" if ranked.candidate.access == "edit" else "view",
            linked_at=ranked.candidate.linked_at,
            reasons=[ReasonView(code=part, text=TEXTS[part]) for part in ranked.parts],
        )


class ServingView(BaseModel):
    """Which connection serves an advertiser, since when and why; candidates best first. One that no
    longer works stays named while nobody else can serve: `served` is then false."""

    advertiser_id: UUID
    connection_id: UUID | None
    served: bool
    since: datetime
    cause: Cause
    cause_text: str
    previous_connection_id: UUID | None
    pinned_connection_id: UUID | None
    candidates: list[CandidateView]

    @classmethod
    def of(cls, found: Explained) -> "ServingView":
        return cls(
            advertiser_id=found.advertiser_id,
            connection_id=found.connection_id,
            served=found.served,
            since=found.since,
            cause=found.cause,
            cause_text=CAUSES[found.cause],
            previous_connection_id=found.previous_connection_id,
            pinned_connection_id=found.pinned_connection_id,
            candidates=[CandidateView.of(ranked) for ranked in found.candidates],
        )


class PinRequest(BaseModel):
    """`connection_id` serves whenever it works; null leaves it to the rule."""

    model_config = ConfigDict(extra="forbid")

    connection_id: UUID | None


class AffectedView(BaseModel):
    """An advertiser that the connections see. `successor` would go on with it; null: it goes dark
    (`dark_already`: it is so now)."""

    advertiser_id: UUID
    name: str
    region: Literal["NA", "EU", "FE"]
    brand_id: UUID | None
    brand_name: str | None
    served_by: UUID | None
    successor: UUID | None
    dark_already: bool


class AffectedInstanceView(BaseModel):
    """An AMC instance that the connections reach."""

    instance_id: UUID
    name: str
    account_name: str
    successor: UUID | None


class DepartureView(BaseModel):
    """What would go on, and through whom, without these connections."""

    connection_ids: list[UUID]
    advertisers: list[AffectedView]
    instances: list[AffectedInstanceView]
    dark_advertisers: int
    dark_instances: int

    @classmethod
    def of(cls, found: Departure) -> "DepartureView":
        return cls(
            connection_ids=list(found.connection_ids),
            advertisers=[AffectedView.model_validate(asdict(a)) for a in found.advertisers],
            instances=[AffectedInstanceView.model_validate(asdict(i)) for i in found.instances],
            dark_advertisers=len(found.dark_advertisers),
            dark_instances=len(found.dark_instances),
        )
