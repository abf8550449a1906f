"""What the HTTP edge takes and gives."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from .syncs.domain import progress_of

SyncState = Literal["waiting", "running", "completed", "failed"]
Stage = Literal["waiting", "requested", "processing", "downloading", "landed"]
ReportState = Literal[
    "planned", "requesting", "requested", "processing", "downloading",
    "landed", "rejected", "failed",
]  # fmt: skip


class SyncRequest(BaseModel):
    """Pull the whole window of an advertiser now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    advertiser_id: UUID


class Sync(BaseModel):
    """The newest sync of an advertiser. `fraction` 0..1; days are the advertiser's, inclusive."""

    id: UUID
    advertiser_id: UUID
    advertiser_name: str
    brand_id: UUID | None
    report_type: str
    start_date: date
    end_date: date
    state: SyncState
    fraction: float
    stage: Stage
    slices_total: int
    slices_done: int
    rows: int
    as_of: datetime | None
    error_code: str | None
    error_detail: str | None
    next_attempt_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Sync":
        progress = progress_of(row["states"])
        same = ("advertiser_id", "advertiser_name", "brand_id", "report_type", "start_date")
        rest = ("end_date", "state", "as_of", "error_code", "error_detail", "started_at")
        return cls(
            id=row["sync_id"],
            fraction=progress.fraction,
            stage=progress.stage,  # pyright: ignore[reportArgumentType]
            slices_total=progress.slices_total,
            slices_done=progress.slices_done,
            rows=row["landed_rows"],
            next_attempt_at=row["retry_at"],
            completed_at=row["closed_at"],
            **{name: row[name] for name in (*same, *rest)},
        )


class SyncList(BaseModel):
    items: list[Sync]
    next_cursor: None = None


class Drift(BaseModel):
    """What the file had that nobody asked for, in Amazon's names: it landed all the same."""

    unknown_columns: list[str] = []
    changed_types: dict[str, str] = {}


class Report(BaseModel):
    """A report file, for whoever looks into what went wrong with it."""

    id: UUID
    advertiser_id: UUID
    advertiser_name: str
    amazon_report_id: str | None
    report_type: str
    start_date: date
    end_date: date
    state: ReportState
    error_code: str | None
    detail: str | None
    raw_uri: str | None
    attempts: int
    updated_at: datetime
    drift: Drift

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Report":
        known = {n: row[n] for n in cls.model_fields if n not in ("id", "drift")}
        return cls(id=row["report_id"], drift=Drift(**json.loads(row["drift"])), **known)


class ReportList(BaseModel):
    items: list[Report]
    next_cursor: None = None
