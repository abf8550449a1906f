"""Events of reporting."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from .envelope import EventData

GapReason = Literal["gap", "mismatch", "stale"]


class MetricsUpdated(EventData):
    """Numbers of an advertiser changed for `start_date`..`end_date` (inclusive)."""

    TYPE = "metrics.updated"
    TOPIC = "reporting.metrics.v1"
    KEY = "advertiser_id"

    advertiser_id: UUID
    report_id: UUID
    report_type: str = "dspCampaign"
    start_date: date
    end_date: date
    rows_changed: int
    as_of: datetime


class MetricsRestated(EventData):
    """Numbers that were thought settled moved, within `start_date`..`end_date` (inclusive).

    `moved`: measure → difference of the sums over those days (money in micros of the advertiser's currency);
    measures whose sums stayed are not in it.
    """

    TYPE = "metrics.restated"
    TOPIC = "reporting.metrics.v1"
    KEY = "advertiser_id"

    advertiser_id: UUID
    report_id: UUID
    report_type: str
    start_date: date
    end_date: date
    moved: dict[str, int]
    as_of: datetime


class MetricsReconciled(EventData):
    """A day's checks of one sum against another were made: how many agree, differ or lack a side."""

    TYPE = "metrics.reconciled"
    TOPIC = "reporting.metrics.v1"
    KEY = "advertiser_id"

    advertiser_id: UUID
    start_date: date
    end_date: date
    ticks: int
    differences: int
    gaps: int


class MetricsGapFound(EventData):
    """Days of a report type that are missing or wrong where they are read: whoever pulls them asks again.

    `days` are the advertiser's own. `reason`: `gap` (never loaded), `mismatch` (the loaded rows do not add
    up to what the report said), `stale` (older numbers stand than those that were landed).
    """

    TYPE = "metrics.gap_found"
    TOPIC = "reporting.metrics.v1"
    KEY = "advertiser_id"

    advertiser_id: UUID
    report_type: str
    days: tuple[date, ...]
    reason: GapReason


class _Export(EventData):
    TOPIC = "reporting.export.v1"
    KEY = "export_id"

    export_id: UUID
    format: Literal["csv", "xlsx", "parquet"]


class ExportRequested(_Export):
    """Somebody asked for a file of numbers; `asked_by` is the user or the API key."""

    TYPE = "export.requested"

    asked_by: str


class ExportReady(_Export):
    """The file can be downloaded until `expires_at`; `as_of` is the oldest age of any number in it."""

    TYPE = "export.ready"

    rows: int
    bytes: int
    sha256: str
    as_of: datetime | None
    expires_at: datetime


class ExportFailed(_Export):
    """There will be no file; `error_code` is `cancelled` where somebody wanted it so."""

    TYPE = "export.failed"

    error_code: str
