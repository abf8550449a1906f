"""Events of dsp-ingest. Report rows travel by claim check: the event names the object and its sha256."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

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
    generated the report. A `provisional` one is a running day as the Marketing Stream tells it, with no
    report and no sync behind it; the report of a later `as_of` replaces it.
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
    provisional: bool = False


class ReportRejected(_Report):
    """The report's file was broken; nothing of it was landed."""

    TYPE = "report.rejected"

    error_code: str
    detail: str


class EntityFieldChange(BaseModel):
    """What a field was and is. Both null: it is a list or an object, only that it changed is told.
    Money in micros of the advertiser's currency."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    field: str
    before: str | int | bool | None = None
    after: str | int | bool | None = None


class EntityChange(EventData):
    """A new version. `change`: found (there when the advertiser was first listed), created, changed,
    deleted or restored. Valid from when Amazon says it was changed, else from when it was seen."""

    TOPIC = "dsp-ingest.entity.v1"

    advertiser_id: UUID
    name: str
    change: str
    changes: list[EntityFieldChange]
    seen_at: datetime
    valid_from: datetime
    amazon_updated_at: datetime | None


class CampaignChanged(EntityChange):
    """Ids are Amazon's."""

    TYPE = "campaign.changed"
    KEY = "campaign_id"

    campaign_id: str


class AdGroupChanged(EntityChange):
    """Ids are Amazon's."""

    TYPE = "ad_group.changed"
    KEY = "ad_group_id"

    ad_group_id: str
    campaign_id: str


class AdChanged(EntityChange):
    """Ids are Amazon's. With an `ad_group_id` the change is about the ad in this ad group."""

    TYPE = "ad.changed"
    KEY = "ad_id"

    ad_id: str
    ad_group_id: str | None = None
