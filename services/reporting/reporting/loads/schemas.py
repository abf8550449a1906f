"""Response models of the loads API."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

LoadState = Literal["pending", "loaded", "superseded", "rejected", "parked"]


class LoadOut(BaseModel):
    """A landed report and what became of it. `rejected`: the file is wrong; `parked`: tried often
    enough; `superseded`: every day already had newer numbers."""

    id: UUID
    advertiser_id: UUID
    advertiser_name: str | None
    amazon_report_id: str
    report_type: str
    start_date: date
    end_date: date
    state: LoadState
    error_code: str | None
    detail: str | None
    attempts: int
    rows: int
    as_of: datetime
    next_attempt_at: datetime
    updated_at: datetime


class LoadsOut(BaseModel):
    items: list[LoadOut]
    next_cursor: None = None
