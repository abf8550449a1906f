"""Events of dsp-ingest. Report rows travel by claim check: the event names the object and its sha256."""

from datetime import date, datetime
from uuid import UUID

from .envelope import EventData


class _Sync(EventData):
    TOPIC = "dsp-ingest.sync.v1"
    KEY = "advertiser_id"

    sync_id: UUID
    advertiser_id: UUID


class SyncStarted(_Sync):
    """Reports covering `start_date`..`end_date` (inclusive, advertiser's days) will be pulled."""

    TYPE = "sync.started"

    report_type: str
    start_date: date
    end_date: date
    slices_total: int


class SyncProgressed(_Sync):
    """`fraction` is 0..1 over all slices; `stage` is that of the slice which moved."""

    TYPE = "sync.progressed"

    slices_total: int
    slices_done: int
    fraction: float
    stage: str


class SyncCompleted(_Sync):
    """Every slice landed; `as_of` is the oldest moment Amazon generated one of them."""

    TYPE = "sync.completed"

    rows: int
    as_of: datetime


class SyncFailed(_Sync):
    """The sync cannot go on by itself before `retry_at` (None: not without help)."""

    TYPE = "sync.failed"

    error_code: str
    detail: str
    retry_at: datetime | None


class _Report(EventData):
    TOPIC = "dsp-ingest.report.v1"
    KEY = "advertiser_id"

    report_id: UUID
    advertiser_id: UUID
    amazon_report_id: str
    report_type: str
    start_date: date
    end_date: date


class ReportLanded(_Report):
    """A normalised slice is in object storage (Parquet at `uri`).

    `totals` are sums over its rows: counts, and money in micros of `currency`. `as_of` is when Amazon
    generated the report.
    """

    TYPE = "report.landed"

    sync_id: UUID
    uri: str
    sha256: str
    bytes: int
    rows: int
    totals: dict[str, int]
    currency: str
    as_of: datetime
    landed_at: datetime


class ReportRejected(_Report):
    """The report's file was broken; nothing of it was landed."""

    TYPE = "report.rejected"

    error_code: str
    detail: str
