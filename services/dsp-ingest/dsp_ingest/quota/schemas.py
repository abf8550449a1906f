"""What the HTTP edge tells about quota."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from .service import FamilyUse, RegionUse

FamilyName = Literal["report_create", "report_read", "entities", "insights", "download"]
RegionName = Literal["NA", "EU", "FE"]


class QuotaFamily(BaseModel):
    """One kind of call in a region. `requests` and what follows are yours; the allowance is shared by
    everybody on this installation, and null for downloads, which nothing limits."""

    family: FamilyName
    requests: int
    throttled: int
    throttled_share: float
    bytes: int
    allowance_left: int | None
    rate_per_minute: float | None
    budget_per_minute: float | None
    blocked_seconds: float

    @classmethod
    def of(cls, use: FamilyUse) -> "QuotaFamily":
        stands = use.standing
        return cls(
            family=use.family,  # pyright: ignore[reportArgumentType]
            requests=use.requests,
            throttled=use.throttled,
            throttled_share=_share(use.throttled, use.requests),
            bytes=use.byte_count,
            allowance_left=None if stands is None else stands.left,
            rate_per_minute=None if stands is None else round(stands.rate, 2),
            budget_per_minute=None if stands is None else stands.budget,
            blocked_seconds=0.0 if stands is None else round(stands.blocked_seconds, 1),
        )


class QuotaRegion(BaseModel):
    """`refresh_requests`: what bringing one advertiser up to date costs, measured over the window or
    estimated from the plan."""

    region: RegionName
    advertisers: int
    requests: int
    throttled: int
    throttled_share: float
    refresh_requests: int
    refresh_measured: bool
    families: list[QuotaFamily]

    @classmethod
    def of(cls, use: RegionUse) -> "QuotaRegion":
        requests = sum(each.requests for each in use.families)
        throttled = sum(each.throttled for each in use.families)
        return cls(
            region=use.region,  # pyright: ignore[reportArgumentType]
            advertisers=use.advertisers,
            requests=requests,
            throttled=throttled,
            throttled_share=_share(throttled, requests),
            refresh_requests=use.refresh_requests,
            refresh_measured=use.measured,
            families=[QuotaFamily.of(each) for each in use.families],
        )


class QuotaSpent(BaseModel):
    """What requests were for."""

    region: RegionName
    family: FamilyName
    report_type: str
    reason: str
    requests: int
    throttled: int
    bytes: int


class QuotaList(BaseModel):
    """Whole hours from `since` on."""

    since: datetime
    items: list[QuotaRegion]
    spent: list[QuotaSpent]
    next_cursor: None = None

    @classmethod
    def of(
        cls, since: datetime, uses: list[RegionUse], lines: list[Mapping[str, Any]]
    ) -> "QuotaList":
        items = [QuotaRegion.of(use) for use in uses]
        return cls(since=since, items=items, spent=[QuotaSpent(**dict(line)) for line in lines])


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
