"""Request and response models of exports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from reporting.metrics.schemas import GapOut, QueryIn

from .domain import LINK_HOURS_MAX, Format, State


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExportIn(_Request):
    """`query` as for `POST /v1/metrics/query` (its limit does not apply). `bom`: a mark at the beginning
    of a CSV by which Excel sees that it is UTF-8."""

    format: Format
    query: QueryIn
    bom: bool = False


class LinkIn(_Request):
    """How long the link works; it never outlives the file."""

    hours: int = Field(default=24, ge=1, le=LINK_HOURS_MAX)


class ExportOut(BaseModel):
    """`rows` written so far, in `parts_done` of `parts_total` steps. The file can be had while `state` is
    `ready`, until `expires_at`. `brand_count` null: every brand of the organization."""

    id: UUID
    asked_by_kind: str
    asked_by: str
    format: Format
    bom: bool
    query: dict[str, Any]
    state: State
    rows: int
    parts_done: int
    parts_total: int | None
    bytes: int | None
    sha256: str | None
    error_code: str | None
    error_detail: str | None
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    brand_count: int | None
    link_count: int


class TickOut(BaseModel):
    """The file's sum against the answer's total, in the same snapshot."""

    currency: str
    metric: str
    in_file: str | None
    in_total: str | None
    ok: bool


class ReconciliationOut(BaseModel):
    ok: bool
    ticks: list[TickOut]


class ExportColumnOut(BaseModel):
    """`type`: text, day, moment, count, money or ratio."""

    name: str
    label: str
    type: str
    unit: str | None


class ManifestOut(BaseModel):
    """What the file says about itself. `as_of`: the oldest age of any number in it."""

    rows: int
    bytes: int
    sha256: str
    query: dict[str, Any]
    columns: list[ExportColumnOut]
    as_of: datetime | None
    newest_as_of: datetime | None
    generated_at: datetime
    gaps: list[GapOut]
    reconciliation: ReconciliationOut


class LinkOut(BaseModel):
    id: UUID
    made_by_kind: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    downloads: int


class NewLinkOut(BaseModel):
    """`path` begins at this server's address and is told this once."""

    id: UUID
    path: str
    made_at: datetime
    expires_at: datetime


class ExportDetailOut(ExportOut):
    manifest: ManifestOut | None
    links: list[LinkOut]


class ExportsOut(BaseModel):
    items: list[ExportOut]
    next_cursor: UUID | None
