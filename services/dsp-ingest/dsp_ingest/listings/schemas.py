"""What the HTTP edge tells about listings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from dsp_ingest.entities.domain import Kind


class Listing(BaseModel):
    """How old an advertiser's campaigns are (`listed_at`; null: never listed to the end), also their ads
    (`full_listed_at`). `started_at`, `kind` and `page_count` tell of the listing under way."""

    advertiser_id: UUID
    advertiser_name: str
    brand_id: UUID | None
    listed_at: datetime | None
    full_listed_at: datetime | None
    started_at: datetime | None
    kind: Kind | None
    page_count: int
    next_attempt_at: datetime
    error_code: str | None
    error_detail: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Listing":
        told = {**dict(row), "next_attempt_at": row["due_at"], "error_detail": row["detail"]}
        return cls.model_validate(told)


class ListingList(BaseModel):
    items: list[Listing]
    next_cursor: None = None
