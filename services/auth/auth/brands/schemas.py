"""Requests and responses about brands."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from auth.text import Line

from .queries import Brand


class BrandRequest(BaseModel):
    """`POST /v1/brands`, `PATCH /v1/brands/{brand_id}`."""

    model_config = ConfigDict(extra="forbid")

    name: Line


class BrandView(BaseModel):
    """A client of the organization; `advertisers` counts those mapped to it."""

    id: UUID
    name: str
    archived: bool
    advertisers: int
    created_at: datetime

    @classmethod
    def of(cls, brand: Brand) -> "BrandView":
        return cls.model_validate(brand, from_attributes=True)


class BrandList(BaseModel):
    items: list[BrandView]
    next_cursor: str | None = None
