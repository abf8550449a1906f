"""Request and response models of the metrics API."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from .domain import Filters, Granularity, Question, Sort

AmazonId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{0,64}$")]
Name = Annotated[str, Field(min_length=1, max_length=64)]
MAX_VALUES = 1000


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FiltersIn(_Request):
    """A missing, null or empty list keeps everything; Amazon's ids are text."""

    brand_ids: list[UUID] | None = Field(default=None, max_length=MAX_VALUES)
    advertiser_ids: list[UUID] | None = Field(default=None, max_length=MAX_VALUES)
    order_ids: list[AmazonId] | None = Field(default=None, max_length=MAX_VALUES)
    line_item_ids: list[AmazonId] | None = Field(default=None, max_length=MAX_VALUES)
    creative_ids: list[AmazonId] | None = Field(default=None, max_length=MAX_VALUES)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")

    def domain(self) -> Filters:
        return Filters(
            self.brand_ids or None,
            self.advertiser_ids or None,
            self.order_ids or None,
            self.line_item_ids or None,
            self.creative_ids or None,
            self.currency,
        )


class SortIn(_Request):
    field: Name
    descending: bool = False


class QueryIn(_Request):
    """Days are inclusive and are the advertisers' own. `granularity` concerns the date dimension:
    weeks begin on Monday; a week or month shows its first day, also where the range begins later."""

    start_date: date
    end_date: date
    dimensions: list[Name] = Field(default_factory=list, max_length=10)
    granularity: Granularity | None = None
    metrics: list[Name] = Field(min_length=1, max_length=50)
    filters: FiltersIn | None = None
    sort: SortIn | None = None
    limit: int | None = Field(default=None, ge=1, le=10_000)

    def question(self) -> Question:
        return Question(
            start_date=self.start_date,
            end_date=self.end_date,
            dimensions=self.dimensions,
            metrics=self.metrics,
            granularity=self.granularity or "day",
            filters=(self.filters or FiltersIn()).domain(),
            sort=Sort(self.sort.field, self.sort.descending) if self.sort else None,
            limit=self.limit or 1000,
        )


class ColumnOut(BaseModel):
    name: str
    label: str
    kind: Literal["dimension", "metric"]
    unit: str | None


class GapOut(BaseModel):
    """Days of an advertiser between its first loaded day and its today that no report covers."""

    advertiser_id: UUID
    advertiser_name: str
    dates: list[date]


class QueryOut(BaseModel):
    """Rows and totals hold the columns by name and `as_of`. `row_count` counts all rows, `rows` holds
    those within the limit; totals are over all rows, one per currency."""

    columns: list[ColumnOut]
    rows: list[dict[str, Any]]
    totals: list[dict[str, Any]]
    row_count: int
    truncated: bool
    as_of: datetime | None
    newest_as_of: datetime | None
    gaps: list[GapOut]
    generated_at: datetime


class MetricOut(BaseModel):
    name: str
    label: str
    unit: Literal["count", "money", "ratio", "multiple"]
    formula: str
    description: str
    additive: bool


class DimensionOut(BaseModel):
    name: str
    label: str


class CatalogueOut(BaseModel):
    metrics: list[MetricOut]
    dimensions: list[DimensionOut]


class FreshnessItem(BaseModel):
    """What is loaded of an advertiser; `as_of` is the oldest age within the asked days."""

    advertiser_id: UUID
    advertiser_name: str
    brand_id: UUID | None
    brand_name: str | None
    currency: str
    timezone: str
    first_date: date | None
    last_date: date | None
    as_of: datetime | None
    missing_dates: list[date]
    lost_at: datetime | None


class FreshnessOut(BaseModel):
    items: list[FreshnessItem]
    next_cursor: None = None
