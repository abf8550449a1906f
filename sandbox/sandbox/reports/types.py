"""The DSP report types of reporting v3: what each groups by, holds, allows and looks at.

Source: Amazon Ads API, reporting v3 report types (reference of spans, retention, formats). A type
that is missing here is refused as unknown, as Amazon does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.world.parts import looks
from sandbox.world.parts.looks import Look

from . import labels
from .measures import BIDS, BRAND_HALO, PEOPLE, Column, Row, bids, measures_in

DAILY, SUMMARY = "DAILY", "SUMMARY"
BOTH = (DAILY, SUMMARY)
TEXT = ("GZIP_JSON", "CSV")
TABLE = (*TEXT, "XLSX")
Looking = Callable[[tuple[str, ...]], Look]


@dataclass(frozen=True, slots=True)
class ReportType:
    """`one_of`: groups of which a request names at least one. `always`: keys of every row besides."""

    report_type_id: str
    groups: tuple[str, ...]
    looking: Looking
    columns: Mapping[str, Column] = field(repr=False)
    one_of: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    span_days: int = 31
    retention_days: int = 95
    time_units: tuple[str, ...] = BOTH
    formats: tuple[str, ...] = TEXT
    shows: Callable[[Row], bool] = lambda _row: True

    def allowed(self, groups: tuple[str, ...], time_unit: str) -> list[str]:
        """Names of columns a request may ask for, given its groupBy and timeUnit."""
        return [
            name
            for name, column in self.columns.items()
            if (not column.groups or set(column.groups) & set(groups))
            and column.time_unit in {None, time_unit}
        ]


def _often_bid(row: Row) -> bool:
    """Rows with fewer than two bids an hour are left out."""
    days = (row.last_day - row.first_day).days + 1
    return bids(row) >= 2 * 24 * days


def _always(look: Look) -> Looking:
    return lambda _groups: look


def _reach_look(groups: tuple[str, ...]) -> Look:
    if "supplySource" in groups:
        return looks.by_supply
    return looks.by_frequency if "frequencyGroup" in groups else looks.whole


def _reach_columns() -> dict[str, Column]:
    people = {name: Column(PEOPLE[name].value) for name in ("reach", "frequencyAverage")}
    counts = measures_in("C")
    return people | {name: counts[name] for name in ("impressions", "clicks", "totalCost")}


def _entities(*, free_order: bool = False) -> dict[str, Column]:
    orders = labels.order_names() if free_order else labels.order_names(*labels.ORDER)
    return labels.BASE | orders | labels.LINE_ITEM_NAMES


_TYPES = (
    ReportType(
        "dspCampaign",
        groups=("campaign", "ad", "creative"),
        looking=_always(looks.whole),
        columns=_entities(free_order=True) | labels.CREATIVE_NAMES | measures_in("C") | PEOPLE,
    ),
    ReportType(
        "dspInventory",
        groups=("supplySource", "site", "campaign", "ad", "creative", "placementSize", "placement", "deal"),
        one_of=("supplySource", "site"),
        looking=_always(looks.by_supply),
        columns=_entities() | labels.CREATIVE_NAMES | labels.SUPPLY_NAMES | measures_in("I"),
    ),
    ReportType(
        "dspAudience",
        groups=("order", "lineItem"),
        looking=_always(looks.by_segment),
        always=("segment",),
        columns=_entities() | labels.SEGMENT_NAMES | measures_in("A"),
    ),
    ReportType(
        "dspProduct",
        groups=("order", "lineItem"),
        looking=_always(looks.by_product),
        always=("asin",),
        columns=_entities() | labels.PRODUCT_NAMES | measures_in("P") | BRAND_HALO,
    ),
    ReportType(
        "dspGeo",
        groups=("order", "lineItem", "country", "region", "city", "postalCode", "dma"),
        looking=_always(looks.by_place),
        columns=_entities() | labels.PLACE_NAMES | measures_in("G"),
    ),
    ReportType(
        "dspTech",
        groups=("order", "lineItem", "operatingSystem", "browserType", "browserVersion", "deviceType", "environmentType"),
        looking=_always(looks.by_device),
        columns=_entities() | labels.DEVICE_NAMES | measures_in("T"),
    ),
    ReportType(
        "dspAudioAndVideo",
        groups=("campaign", "ad", "supplySource", "creative", "content"),
        looking=_always(looks.by_content),
        columns=_entities() | labels.CREATIVE_NAMES | labels.SUPPLY_NAMES | labels.CONTENT_NAMES | measures_in("I"),
        span_days=395,
        retention_days=395,
        time_units=(SUMMARY,),
        formats=TABLE,
    ),
    ReportType(
        "dspReachFrequency",
        groups=("advertiser", "supplySource", "frequencyGroup"),
        one_of=("advertiser",),
        looking=_reach_look,
        columns=labels.BASE | labels.SUPPLY_NAMES | labels.FREQUENCY_NAMES | _reach_columns(),
    ),
    ReportType(
        "dspBidAdjustment",
        groups=("bidAdjustmentRule", "bidAdjustmentMatchedTerms"),
        looking=_always(looks.by_bid_term),
        always=("lineItem", "bidAdjustmentRule"),
        columns=labels.BID_NAMES | BIDS,
        retention_days=395,
        formats=TABLE,
        shows=_often_bid,
    ),
)  # fmt: skip
TYPES: Mapping[str, ReportType] = {item.report_type_id: item for item in _TYPES}
ALIASES: Mapping[str, str] = {"dspBidAdjustments": "dspBidAdjustment"}
"""Names that Amazon's own samples use."""
