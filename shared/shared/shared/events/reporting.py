"""Events of reporting."""

from datetime import date, datetime
from uuid import UUID

from .envelope import EventData


class MetricsUpdated(EventData):
    """Numbers of an advertiser changed for `start_date`..`end_date` (inclusive)."""

    TYPE = "metrics.updated"
    TOPIC = "reporting.metrics.v1"
    KEY = "advertiser_id"

    advertiser_id: UUID
    report_id: UUID
    start_date: date
    end_date: date
    rows_changed: int
    as_of: datetime
