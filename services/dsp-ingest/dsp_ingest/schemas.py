"""What the HTTP edge takes and gives."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from .planning.domain import FIRST_TYPE
from .report_types import REPORT_TYPES
from .syncs.domain import progress_of

SyncState = Literal["waiting", "running", "completed", "failed"]
Stage = Literal["waiting", "requested", "processing", "downloading", "landed"]
ReportState = Literal[
    "planned", "requesting", "requested", "processing", "downloading",
    "landed", "rejected", "failed",
]  # fmt: skip


def _pulled(name: str) -> str:
    if name not in REPORT_TYPES:
        raise ValueError(f"there is no such report type; there are {', '.join(REPORT_TYPES)}")
    return name


ReportTypeName = Annotated[str, AfterValidator(_pulled)]


class SyncRequest(BaseModel):
    """Pull the whole window of an advertiser now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    advertiser_id: UUID
    report_type: ReportTypeName = FIRST_TYPE


class TypeSync(BaseModel):
    """The newest sync of one report type of an advertiser."""

    report_type: str
    state: SyncState
    fraction: float
    stage: Stage
    slices_total: int
    slices_done: int
    start_date: date
    end_date: date
    as_of: datetime | None
    error_code: str | None
    error_detail: str | None
    next_attempt_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "TypeSync":
        progress = progress_of(row["states"])
        same = ("report_type", "state", "start_date", "end_date", "as_of", "error_code")
        return cls(
            fraction=progress.fraction,
            stage=progress.stage,  # pyright: ignore[reportArgumentType]
            slices_total=progress.slices_total,
            slices_done=progress.slices_done,
            next_attempt_at=row["retry_at"],
            completed_at=row["closed_at"],
            error_detail=row["error_detail"],
            **{name: row[name] for name in same},
        )


class Sync(BaseModel):
    """An advertiser's newest sync of the dashboard's report type (`dspCampaign`): its state, `fraction`
    0..1, days (the advertiser's, inclusive). `types`: the newest of every type; `fraction_of_all`: over
    all of them."""

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
    fraction_of_all: float
    types: list[TypeSync]

    @classmethod
    def of(cls, row: Mapping[str, Any], types: Sequence[Mapping[str, Any]]) -> "Sync":
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
            fraction_of_all=progress_of([s for kind in types for s in kind["states"]]).fraction,
            types=[TypeSync.of(kind) for kind in types],
            **{name: row[name] for name in (*same, *rest)},
        )


class SyncList(BaseModel):
    items: list[Sync]
    next_cursor: None = None

    @classmethod
    def of(
        cls, rows: Sequence[Mapping[str, Any]], types: Sequence[Mapping[str, Any]]
    ) -> "SyncList":
        """`types`: the newest sync of each report type of each advertiser."""
        known: dict[UUID, list[Mapping[str, Any]]] = {}
        for kind in types:
            known.setdefault(kind["advertiser_id"], []).append(kind)
        return cls(items=[Sync.of(row, known.get(row["advertiser_id"], [])) for row in rows])


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
