"""Requests and responses about advertisers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auth.text import Line

from .queries import Advertiser
from .service import Mapping


class AdvertiserView(BaseModel):
    """An Amazon DSP advertiser; `connection_ids` see it, oldest link first (none: it was lost). One of
    them serves it; `served` is false while none works; `grants` of them work: with one alone, it goes
    dark when that person leaves."""

    id: UUID
    amazon_advertiser_id: str
    name: str
    currency: str
    country: str
    timezone: str
    region: Literal["NA", "EU", "FE"]
    entity_id: str
    brand_id: UUID | None
    brand_name: str | None
    connection_ids: list[UUID]
    serving_connection_id: UUID | None
    served: bool
    serving_since: datetime | None
    serving_cause: str | None
    pinned: bool
    grants: int

    @classmethod
    def of(cls, advertiser: Advertiser) -> "AdvertiserView":
        return cls.model_validate(advertiser, from_attributes=True)


class AdvertiserList(BaseModel):
    items: list[AdvertiserView]
    next_cursor: str | None = None


class BrandMapping(BaseModel):
    """One advertiser's brand: `brand_id`, or `new_brand_name`, or (both null) none."""

    model_config = ConfigDict(extra="forbid")

    advertiser_id: UUID
    brand_id: UUID | None = None
    new_brand_name: Line | None = None

    @model_validator(mode="after")
    def one_target(self) -> "BrandMapping":
        if self.brand_id is not None and self.new_brand_name is not None:
            raise ValueError("give brand_id or new_brand_name, not both")
        return self

    def mapping(self) -> Mapping:
        return Mapping(self.advertiser_id, self.brand_id, self.new_brand_name)


class BrandMappings(BaseModel):
    """`PUT /v1/advertisers/brands`: applied together or not at all."""

    model_config = ConfigDict(extra="forbid")

    mappings: Annotated[list[BrandMapping], Field(min_length=1, max_length=5000)]

    @model_validator(mode="after")
    def each_once(self) -> "BrandMappings":
        if len({m.advertiser_id for m in self.mappings}) != len(self.mappings):
            raise ValueError("an advertiser is listed twice")
        return self
