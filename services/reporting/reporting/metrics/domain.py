"""A question about the numbers, checked; and the exact text of every answer's value. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.errors import Unprocessable

from reporting.fact_types import FactType
from reporting.measures import is_money

from .catalogue import DIMENSIONS, METRICS, Dimension, Metric
from .meeting import check_aggregation, kind_of

Granularity = Literal["day", "week", "month"]

MAX_DAYS: Final = 800
RATIO_PLACES: Final = 10
MONEY_PLACES: Final = 6


@dataclass(frozen=True)
class Filters:
    """What to keep; None keeps everything. Values of one field are alternatives, fields add up.

    `values`: dimension → its ids or texts. `ripest`: the least ripe that is kept (0 settled … 2 arriving).
    """

    brand_ids: Sequence[UUID] | None = None
    advertiser_ids: Sequence[UUID] | None = None
    order_ids: Sequence[str] | None = None
    line_item_ids: Sequence[str] | None = None
    creative_ids: Sequence[str] | None = None
    currency: str | None = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    ripest: int | None = None

    @property
    def by_dimension(self) -> dict[str, Sequence[str]]:
        """Every filter on a dimension of the key tables."""
        entities = {
            "order": self.order_ids,
            "line_item": self.line_item_ids,
            "creative": self.creative_ids,
        }
        chosen = {name: ids for name, ids in entities.items() if ids is not None}
        return {**chosen, **self.values}


@dataclass(frozen=True)
class Sort:
    """By a column of the answer; missing values come last either way."""

    field: str
    descending: bool = False


@dataclass(frozen=True)
class Question:
    """As asked, unchecked. Days are inclusive and are the advertisers' own."""

    start_date: date
    end_date: date
    dimensions: Sequence[str]
    metrics: Sequence[str]
    granularity: Granularity = "day"
    filters: Filters = Filters()
    sort: Sort | None = None
    limit: int = 1000
    as_of: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """A checked question: what the SQL is put together from. `kind`: the facts that answer it; `kept`: the
    dimensions that are filtered, with their values; `skip`: rows before the page."""

    start_date: date
    end_date: date
    dimensions: tuple[Dimension, ...]
    metrics: tuple[Metric, ...]
    granularity: Granularity
    filters: Filters
    sort: Sort
    limit: int
    kind: FactType
    kept: tuple[tuple[Dimension, Sequence[str]], ...] = ()
    as_of: datetime | None = None
    skip: int = 0

    @property
    def needs_key(self) -> bool:
        """Whether the days' sums per advertiser are not enough."""
        return any(d.needs_key for d in self.touched)

    @property
    def touched(self) -> list[Dimension]:
        """Dimensions that are split or filtered by."""
        return [*self.dimensions, *(dimension for dimension, _ in self.kept)]

    @property
    def summable(self) -> bool:
        """Whether totals over the rows mean something."""
        return self.kind.additive

    @property
    def columns(self) -> list[str]:
        """Names of the answer's columns, in order (without as_of)."""
        split = [column.name for d in self.dimensions for column in d.columns]
        return [*split, "currency", *(metric.name for metric in self.metrics)]


def plan(question: Question) -> Plan:
    """Check a question; raises Unprocessable naming what is wrong and what was probably meant."""
    _check_range(question.start_date, question.end_date)
    dimensions = tuple(_find("dimension", name, DIMENSIONS) for name in _once(question.dimensions))
    metrics = tuple(_find("metric", name, METRICS) for name in _once(question.metrics))
    kept = tuple(
        (_filterable(name), values) for name, values in question.filters.by_dimension.items()
    )
    kind = kind_of([*dimensions, *(dimension for dimension, _ in kept)], metrics)
    check_aggregation(kind, dimensions, metrics, question.granularity)
    checked = Plan(
        question.start_date,
        question.end_date,
        dimensions,
        metrics,
        question.granularity,
        question.filters,
        question.sort or _default_sort(dimensions, metrics),
        question.limit,
        kind,
        kept,
        question.as_of,
    )
    _find("sort", checked.sort.field, dict.fromkeys(checked.columns))
    return checked


def _filterable(name: str) -> Dimension:
    dimension: Dimension = _find("dimension", name, DIMENSIONS)
    if not dimension.needs_key:
        raise Unprocessable(
            f"{name} is filtered by its own field.",
            code="filter_invalid",
            hint="Use start_date and end_date, brand_ids or advertiser_ids.",
        )
    return dimension


def _check_range(start: date, end: date) -> None:
    if start > end:
        raise Unprocessable(
            f"start_date {start} is after end_date {end}.", code="date_range_invalid"
        )
    if (end - start).days >= MAX_DAYS:
        raise Unprocessable(
            f"The range holds {(end - start).days + 1} days; at most {MAX_DAYS} are possible.",
            code="date_range_too_long",
            hint="Ask for shorter ranges.",
        )


def _default_sort(dimensions: Sequence[Dimension], metrics: Sequence[Metric]) -> Sort:
    """Days in order where there are days, else the first metric's largest values first."""
    if any(dimension.name == "date" for dimension in dimensions):
        return Sort("date")
    return Sort(metrics[0].name, descending=True)


def _find(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"Known: {', '.join(known)}."
    raise Unprocessable(
        f"There is no {kind} named {name[:80]!r}.", code=f"unknown_{kind}", hint=hint
    )


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def value_text(metric: Metric, sums: Mapping[str, int]) -> str | None:
    """The metric over sums of measures as exact decimal text; None where the denominator is 0.

    Money in currency units with at most 6 decimals (derived money is rounded to micros, half to even);
    ratios and multiples with at most 10. The same text goes into JSON and CSV.
    """
    numerator = sums[metric.numerator]
    if metric.denominator is None:
        return decimal_text(numerator, MONEY_PLACES) if metric.unit == "money" else str(numerator)
    unit = 10**MONEY_PLACES
    denominator = sums[metric.denominator] * (unit if is_money(metric.numerator) else 1)
    numerator *= metric.factor * (unit if is_money(metric.denominator) else 1)
    if denominator == 0:
        return None
    places = MONEY_PLACES if metric.unit == "money" else RATIO_PLACES
    return decimal_text(_divide(numerator * 10**places, denominator), places)


def _divide(numerator: int, denominator: int) -> int:
    """The quotient rounded to the nearest integer, half to even; exact for any size."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * abs(rest)
    if twice > abs(denominator) or (twice == abs(denominator) and quotient % 2):
        quotient += 1
    return quotient


def decimal_text(scaled: int, places: int) -> str:
    """`scaled` / 10^places as plain decimal text without trailing zeros: (1230000, 6) → 1.23."""
    sign = "-" if scaled < 0 else ""
    whole, fraction = divmod(abs(scaled), 10**places)
    digits = f"{fraction:0{places}d}".rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def today_in(timezone: str, now: datetime) -> date:
    """The advertiser's current day; UTC's where the zone is unknown."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return now.astimezone(zone).date()
