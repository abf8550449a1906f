"""What the HTTP edge takes and gives about campaigns, ad groups and ads."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from shared.errors import Unprocessable

from .domain import (
    Certainty,
    Change,
    Kind,
    Place,
    Wanted,
    WantedChanges,
    certainty_at,
)


def _plain_year(moment: datetime) -> datetime:
    """Far enough from the ends of the calendar that no time zone leaves it."""
    if not 2000 <= moment.year <= 2200:
        raise ValueError("must lie between the years 2000 and 2200")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_plain_year)]
AmazonId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
State = Literal["ENABLED", "PAUSED", "ARCHIVED"]
Brands = Annotated[list[UUID] | None, Field(max_length=200)]
Advertisers = Annotated[list[UUID] | None, Field(max_length=200)]
AmazonIds = Annotated[list[AmazonId] | None, Field(max_length=200)]
Cursor = Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_=-]{1,2000}$")]


class EntityQuery(BaseModel):
    """Repeat a parameter for several values. `at`: as it was then."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Moment | None = None
    brand_id: Brands = None
    advertiser_id: Advertisers = None
    state: Annotated[list[State] | None, Field(max_length=3)] = None
    q: Annotated[str | None, Field(pattern=r"^[^\x00]{1,200}$")] = None
    deleted: bool = False
    cursor: Cursor = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200

    def wanted(self, **more: Any) -> Wanted:
        return Wanted(
            at=self.at,
            brand_ids=self.brand_id,
            advertiser_ids=self.advertiser_id,
            states=self.state,
            text=self.q,
            deleted=self.deleted,
            **more,
        )

    def place(self) -> Place | None:
        """Where the page before ended. Raises Unprocessable for a cursor not of ours."""
        if self.cursor is None:
            return None
        try:
            name, advertiser_id, entity_id = json.loads(base64.urlsafe_b64decode(self.cursor))
            return Place(_text(name), UUID(advertiser_id), _text(entity_id))
        except (ValueError, TypeError, AttributeError) as error:
            hint = "Give the next_cursor of an answer, with the same filters."
            raise Unprocessable(
                "The cursor is none of ours.", code="cursor_invalid", hint=hint
            ) from error


def _text(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not text")
    return value


class CampaignQuery(EntityQuery):
    campaign_id: AmazonIds = None


class AdGroupQuery(EntityQuery):
    campaign_id: AmazonIds = None
    ad_group_id: AmazonIds = None


class AdQuery(EntityQuery):
    """`ad_group_id`: ads shown in this ad group."""

    ad_group_id: AmazonId | None = None
    ad_id: AmazonIds = None


class ChangeQuery(BaseModel):
    """Repeat a parameter for several values. `since` (inclusive) and `until` count when it was seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: Annotated[str | None, Field(pattern=r"^\d{1,18}$")] = None
    order: Literal["oldest", "newest"] = "oldest"
    brand_id: Brands = None
    advertiser_id: Advertisers = None
    kind: Annotated[list[Kind] | None, Field(max_length=4)] = None
    campaign_id: AmazonId | None = None
    field: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]] | None, Field(max_length=20)
    ] = None
    since: Moment | None = None
    until: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200

    def wanted(self) -> WantedChanges:
        return WantedChanges(
            self.brand_id,
            self.advertiser_id,
            self.kind,
            self.campaign_id,
            self.field,
            self.since,
            self.until,
            None if self.cursor is None else int(self.cursor),
            self.order == "newest",
        )


class Flight(BaseModel):
    flight_id: str | None
    name: str
    starts_at: datetime | None
    ends_at: datetime | None
    budget_micros: int | None


class FrequencyCap(BaseModel):
    """At most `impressions` in `count` of `unit`, to each USER or HOUSEHOLD."""

    impressions: int
    count: int
    unit: str
    to_each: str


class MoreBudget(BaseModel):
    period: str
    budget_micros: int | None


class _Entity(BaseModel):
    """Ids are Amazon's, money in micros of `currency`. `certainty`: seen (we had seen it so by then), told
    (Amazon said later that it was so since before), unknown (created before then, state not known:
    what is not known is null). `missing_since`: the newest listing had it no more, another one will
    confirm. `valid_from` and `valid_to` are those of this version."""

    id: str
    advertiser_id: UUID
    advertiser_name: str
    brand_id: UUID | None
    currency: str
    name: str
    state: str | None
    deleted: bool
    certainty: Certainty
    missing_since: datetime | None
    amazon_created_at: datetime | None
    amazon_updated_at: datetime | None
    seen_at: datetime
    valid_from: datetime
    valid_to: datetime | None


class _Booked(_Entity):
    delivery_status: str | None
    delivery_reasons: list[str]
    budget_micros: int | None
    budget_period: str | None
    more_budgets: list[MoreBudget]
    frequency_caps: list[FrequencyCap]
    purchase_order: str
    starts_at: datetime | None
    ends_at: datetime | None


class Campaign(_Booked):
    goal: str
    kpi: str
    kpi_target_micros: int | None
    bid_strategy: str
    agency_fee_percent: str | None
    flights: list[Flight]
    ad_group_count: int

    @classmethod
    def of(cls, row: Mapping[str, Any], at: datetime | None) -> "Campaign":
        return cls.model_validate({**_known(row, at), "ad_group_count": row["ad_group_count"]})


class AdGroup(_Booked):
    campaign_id: str
    inventory_type: str
    base_bid_micros: int | None
    max_bid_micros: int | None
    pacing: str

    @classmethod
    def of(cls, row: Mapping[str, Any], at: datetime | None) -> "AdGroup":
        return cls.model_validate(_known(row, at))


class Association(BaseModel):
    ad_group_id: str
    state: str
    weight: int | None
    starts_at: datetime | None
    ends_at: datetime | None


class Ad(_Entity):
    type: str
    size: str
    ad_groups: list[Association]

    @classmethod
    def of(cls, row: Mapping[str, Any], at: datetime | None) -> "Ad":
        return cls.model_validate({**_known(row, at), "ad_groups": json.loads(row["associations"])})


_MOVES = ("state", "delivery_status", "budget_micros", "budget_period", "kpi_target_micros",
          "base_bid_micros", "max_bid_micros")  # fmt: skip
_LISTS = ("delivery_reasons", "more_budgets", "frequency_caps", "flights")
_DELIVERY: Mapping[str, Any] = {"delivery_status": None, "delivery_reasons": []}


def _known(row: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    """A row without what nobody can know of that moment. Amazon doesn't tell when delivery changed."""
    certainty = certainty_at(row["valid_from"], row["seen_at"], at)
    fields: dict[str, Any] = json.loads(row["fields"])
    if certainty == "told" and "delivery_status" in fields:
        fields |= _DELIVERY
    if certainty == "unknown":
        fields |= {name: None for name in _MOVES if name in fields}
        fields |= {name: [] for name in _LISTS if name in fields}
    same = ("advertiser_id", "advertiser_name", "brand_id", "currency", "deleted", "missing_since",
            "amazon_created_at", "amazon_updated_at", "seen_at", "valid_from", "valid_to")  # fmt: skip
    kept = {name: row[name] for name in same}
    return {**fields, **kept, "id": row["entity_id"], "certainty": certainty}


class CampaignList(BaseModel):
    """`listed_at`: the oldest age among the advertisers in it; null where one was never listed."""

    items: list[Campaign]
    next_cursor: str | None


class AdGroupList(BaseModel):
    items: list[AdGroup]
    next_cursor: str | None


class AdList(BaseModel):
    items: list[Ad]
    next_cursor: str | None


def next_cursor(rows: Sequence[Mapping[str, Any]], limit: int) -> str | None:
    """None where the page was not filled."""
    if len(rows) < limit:
        return None
    last = rows[-1]
    name = json.loads(last["fields"]).get("name", "")
    place = json.dumps([name, str(last["advertiser_id"]), last["entity_id"]])
    return base64.urlsafe_b64encode(place.encode()).decode()


class FieldChange(BaseModel):
    """Both null: a list or an object; only that it changed is told."""

    field: str
    before: str | int | bool | None
    after: str | int | bool | None


class EntityVersion(BaseModel):
    """One version. `fields`: everything that is followed, by name; money in micros of `currency`."""

    id: str
    entity_id: str
    advertiser_id: UUID
    currency: str
    change: Change
    fields: dict[str, Any]
    changes: list[FieldChange]
    deleted: bool
    amazon_updated_at: datetime | None
    seen_at: datetime
    valid_from: datetime
    valid_to: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "EntityVersion":
        decoded = {name: json.loads(row[name]) for name in ("fields", "changes")}
        return cls.model_validate({**dict(row), **decoded, "id": str(row["version_id"])})


class EntityVersionList(BaseModel):
    items: list[EntityVersion]
    next_cursor: None = None


class EntityChange(BaseModel):
    """A change of one entity. `seen_at`: when we saw it; `valid_from`: since when it holds."""

    id: str
    kind: Kind
    entity_id: str
    advertiser_id: UUID
    advertiser_name: str
    brand_id: UUID | None
    currency: str
    campaign_id: str | None
    ad_group_id: str | None
    ad_id: str | None
    name: str
    change: Change
    changes: list[FieldChange]
    amazon_updated_at: datetime | None
    seen_at: datetime
    valid_from: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "EntityChange":
        changes = json.loads(row["changes"])
        return cls.model_validate({**dict(row), "changes": changes, "id": str(row["version_id"])})


class EntityChangeList(BaseModel):
    """`next_cursor` goes on after this page, also when it is the last one so far: ask again later."""

    items: list[EntityChange]
    next_cursor: str | None
    has_more: bool

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]], asked: ChangeQuery) -> "EntityChangeList":
        items = [EntityChange.of(row) for row in rows]
        last = items[-1].id if items else asked.cursor
        return cls(items=items, next_cursor=last, has_more=len(items) == asked.limit)
