"""Request and response models of the metrics API."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from reporting.maturity.domain import LEVELS

from .domain import Filters, Granularity, Question, Sort

AmazonId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{0,64}$")]
Name = Annotated[str, Field(min_length=1, max_length=64)]
MAX_VALUES = 1000
Value = Annotated[str, Field(max_length=500)]
Cursor = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FiltersIn(_Request):
    """A missing, null or empty list keeps everything; Amazon's ids are text. `dimensions`: values of any
    other dimension by its name. `maturity`: the least ripe days that are kept."""

    brand_ids: list[UUID] | None = Field(default=None, max_length=MAX_VALUES)
    advertiser_ids: list[UUID] | None = Field(default=None, max_length=MAX_VALUES)
    order_ids: list[AmazonId] | None = Field(default=None, max_length=MAX_VALUES)
    line_item_ids: list[AmazonId] | None = Field(default=None, max_length=MAX_VALUES)
    creative_ids: list[AmazonId] | None = Field(default=None, max_length=MAX_VALUES)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    dimensions: dict[Name, Annotated[list[Value], Field(max_length=MAX_VALUES)]] | None = Field(
        default=None, max_length=8
    )
    maturity: Literal["settled", "provisional", "arriving"] | None = None

    def domain(self) -> Filters:
        return Filters(
            self.brand_ids or None,
            self.advertiser_ids or None,
            self.order_ids or None,
            self.line_item_ids or None,
            self.creative_ids or None,
            self.currency,
            {name: values for name, values in (self.dimensions or {}).items() if values},
            None if self.maturity is None else LEVELS.index(self.maturity),
        )


class SortIn(_Request):
    field: Name
    descending: bool = False


class QueryIn(_Request):
    """Days are inclusive and are the advertisers' own. `granularity` concerns the date dimension:
    weeks begin on Monday; a week or month shows its first day, also where the range begins later.
    `as_of`: as Amazon had reported it at that moment. `cursor`: `next_cursor` of the same query's last page.
    `explain`: with the reports the numbers come from."""

    start_date: date
    end_date: date
    dimensions: list[Name] = Field(default_factory=list, max_length=10)
    granularity: Granularity | None = None
    metrics: list[Name] = Field(min_length=1, max_length=50)
    filters: FiltersIn | None = None
    sort: SortIn | None = None
    limit: int | None = Field(default=None, ge=1, le=10_000)
    as_of: AwareDatetime | None = None
    cursor: Cursor | None = None
    explain: bool | None = None

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
            as_of=self.as_of,
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


class ReportOut(BaseModel):
    """A report behind the numbers, and how many of the asked days it told."""

    advertiser_id: UUID
    report_id: UUID
    amazon_report_id: str | None
    report_type: str
    first_date: date
    last_date: date
    days: int
    as_of: datetime
    landed_at: datetime | None
    loaded_at: datetime


class QueryOut(BaseModel):
    """Rows and totals hold the columns by name, `as_of` and `maturity` (of traffic and conversions). `row_count`
    counts all rows, `rows` holds those within the limit; totals are over all rows, one per currency, and
    null where rows must not be added up. `source`: the report type that answered."""

    columns: list[ColumnOut]
    rows: list[dict[str, Any]]
    totals: list[dict[str, Any]]
    row_count: int
    truncated: bool
    as_of: datetime | None
    newest_as_of: datetime | None
    gaps: list[GapOut]
    generated_at: datetime
    next_cursor: str | None
    source: str
    reported_on: datetime | None
    lineage: list[ReportOut] | None


class MetricOut(BaseModel):
    name: str
    label: str
    unit: Literal["count", "money", "ratio", "multiple"]
    formula: str
    description: str
    additive: bool
    aggregability: str
    attribution_days: int | None
    maturity_group: Literal["traffic", "conversion"]
    sources: list[str]


class DimensionOut(BaseModel):
    """`source`: the report type that alone has it; null where several do."""

    name: str
    label: str
    source: str | None


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
