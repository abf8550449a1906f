"""Settings of dsp-ingest; the README's table says what each is for."""

import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from shared.settings import ServiceSettings

from .report_types import REPORT_TYPES


def _ages(text: str) -> str:
    ages = [int(age) for age in text.split(",")]
    if ages != sorted(set(ages)) or ages[0] < 2:
        raise ValueError("ages are whole days, each greater than the one before, from 2 on")
    return text


def _names(text: str) -> str:
    unknown = set(text.split(",")) - set(REPORT_TYPES)
    if unknown:
        raise ValueError(f"no such report types: {', '.join(sorted(unknown))}")
    return text


Ages = Annotated[str, AfterValidator(_ages)]
ReportTypeNames = Annotated[str, AfterValidator(_names)]


class Settings(ServiceSettings):
    """Read once, in main. All intervals in seconds."""

    token_refresher_url: str
    lwa_client_id: str = Field(min_length=1)
    amazon_base_url: str = ""
    scratch_dir: Path = Field(default_factory=lambda: Path(tempfile.gettempdir()))

    sync_interval_seconds: float = Field(default=3600, ge=60)
    sync_history_days: int = Field(default=30, ge=1, le=94)
    sync_fresh_days: int = Field(default=3, ge=0, le=30)
    sync_slice_days: int = Field(default=31, ge=1, le=31)
    sync_report_types: ReportTypeNames = ",".join(REPORT_TYPES)
    sync_requests_per_day: int = Field(default=2, ge=1, le=96)
    sync_intraday_per_day: int = Field(default=0, ge=0, le=96)
    sync_interactive_per_day: int = Field(default=24, ge=1)
    settle_ages_days: Ages = "3,7,14"
    restate_ages_days: Ages = "28,42"

    plan_tick_seconds: float = Field(default=2, gt=0)
    work_tick_seconds: float = Field(default=1, gt=0)
    work_concurrency: int = Field(default=4, ge=1, le=64)
    lease_seconds: float = Field(default=30, ge=5)

    poll_min_seconds: float = Field(default=2, gt=0)
    poll_max_seconds: float = Field(default=60, gt=0)
    backoff_base_seconds: float = Field(default=2, gt=0)
    backoff_max_seconds: float = Field(default=300, gt=0)
    paused_retry_seconds: float = Field(default=900, gt=0)
    stuck_report_seconds: float = Field(default=14_400, gt=0)

    list_light_interval_seconds: float = Field(default=3600, ge=300)
    list_full_interval_seconds: float = Field(default=86_400, ge=300)
    list_concurrency: int = Field(default=2, ge=1, le=32)
    list_page_rows: int = Field(default=100, ge=1, le=100)

    quota_create_per_minute: float = Field(default=300, ge=1)
    quota_read_per_minute: float = Field(default=1800, ge=1)
    quota_entities_per_minute: float = Field(default=240, ge=1)
    quota_insights_per_minute: float = Field(default=60, ge=1)
    quota_account_share: float = Field(default=0.5, gt=0, le=1)

    stream_queue_urls: str = ""
    stream_wait_seconds: int = Field(default=10, ge=0, le=20)
    stream_tick_seconds: float = Field(default=2, gt=0)
    stream_settle_seconds: float = Field(default=20, ge=0)
    stream_longest_wait_seconds: float = Field(default=300, gt=0)
    stream_check_seconds: float = Field(default=900, gt=0)

    max_broken_files: int = Field(default=3, ge=1)
    max_download_attempts: int = Field(default=10, ge=1)
    max_recreations: int = Field(default=3, ge=0)
    max_denials: int = Field(default=8, ge=1)
    max_file_bytes: int = Field(default=4 * 1024**3, ge=1024)
