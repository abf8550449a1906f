"""Responses about discoveries."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from .history import Difference

Kind = Literal["seat", "profile", "manager", "advertiser", "amc_account"]


class LookView(BaseModel):
    """One look at what a connection sees; counts are null for callers limited to brands, `gained` and
    `lost` are then of their brands' advertisers."""

    id: UUID
    state: Literal["pending", "running", "done", "failed"]
    error_code: str | None
    requested_at: datetime
    finished_at: datetime | None
    profiles: int | None
    advertisers: int | None
    managers: int | None
    amc_accounts: int | None
    gained: int
    lost: int


class LookList(BaseModel):
    items: list[LookView]
    next_cursor: str | None = None


class SightingView(BaseModel):
    """A thing a connection sees. `parent_id`: a seat's entity, an advertiser's seat (profile) or manager
    account, an AMC account's marketplace. `complete` is false for a manager account of which Amazon lists
    only the `linked` first; `advertiser_id` is ours."""

    kind: Kind
    amazon_id: str
    name: str
    region: Literal["NA", "EU", "FE"]
    parent_id: str
    access: Literal["", "edit", "view"]
    linked: int
    complete: bool
    seen_at: datetime
    gone_at: datetime | None
    advertiser_id: UUID | None


class SightingList(BaseModel):
    items: list[SightingView]
    next_cursor: str | None = None


class ChangesView(BaseModel):
    """What a look sees and an earlier one did not, and the other way round; `since_id` is the look before
    unless another was asked for, null for a connection's first."""

    discovery_id: UUID
    since_id: UUID | None
    gained: list[SightingView]
    lost: list[SightingView]

    @classmethod
    def of(cls, found: Difference) -> "ChangesView":
        return cls(
            discovery_id=found.discovery_id,
            since_id=found.since_id,
            gained=[SightingView.model_validate(dict(row)) for row in found.gained],
            lost=[SightingView.model_validate(dict(row)) for row in found.lost],
        )
