"""The query of a unified report, read into a request of reporting v3: that is why both show the same numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sandbox.entities.asking import Asked
from sandbox.envelopes import AdsError, ads_api
from sandbox.reports.request import ReportRequest
from sandbox.reports.types import DAILY, SUMMARY, TYPES
from sandbox.world.facts import Cell

from .fields import CURRENCY, DIMENSIONS, FILTERS, METRICS, PEOPLE, PRODUCT, RANGE

FORMATS = ("CSV", "GZIP_JSON", "PARTITIONED_CSV", "PARTITIONED_GZIP_JSON")
RETENTION_DAYS = 395
Keep = Callable[[Cell], bool]


class QueryError(Exception):
    """The one report of the request is refused; the call itself answers 207."""

    def __init__(self, code: str, where: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.where = f"reports[0].{where}"


@dataclass(frozen=True, slots=True)
class Query:
    """A report of reporting v3, and the dotted fields to show of it."""

    request: ReportRequest
    fields: tuple[str, ...]

    @property
    def partitioned(self) -> bool:
        return self.request.file_format.startswith("PARTITIONED_")


def refuse(field: str, text: str) -> AdsError:
    return ads_api(400, f"{field}: {text}" if field else text)


def the_report(asked: Asked) -> Asked:
    """The only entry of `reports`."""
    entries = asked.fields.get("reports")
    items = cast("list[Any]", entries) if isinstance(entries, list) else []
    if len(items) != 1 or not isinstance(items[0], dict):
        raise refuse("reports", "must have exactly 1 entry")
    return Asked(cast("dict[str, Any]", items[0]), refuse)


def read_query(report: Asked, advertiser_ids: Sequence[str], today: date) -> Query:
    """Raises QueryError for what this report gets wrong, AdsError for what is no report at all."""
    query = report.member("query")
    if query is None:
        raise refuse("query", "is required")
    fields = _fields(query)
    start, end = _period(report, today)
    daily = "date.value" in fields
    kind = TYPES[_kind(fields)]
    groups = tuple(dict.fromkeys(d.group for f in fields if (d := DIMENSIONS.get(f)) and d.group))
    columns = _columns(fields)
    unknown = sorted(set(columns) - set(kind.allowed(groups, DAILY if daily else SUMMARY)))
    if unknown:
        raise QueryError("FIELD_VALUE_IS_INVALID", "query.fields", "fields cannot be combined")
    file_format = report.fields.get("format")
    if file_format not in FORMATS:
        raise refuse("format", f"must be one of {', '.join(FORMATS)}")
    return Query(
        ReportRequest(
            kind=kind, file_format=file_format, name=None, start_date=start, end_date=end,
            groups=groups, columns=columns, time_unit=DAILY if daily else SUMMARY,
            advertiser_ids=tuple(advertiser_ids), configuration={}, keep=_keep(query),
        ),
        fields,
    )  # fmt: skip


def _fields(query: Asked) -> tuple[str, ...]:
    values = query.fields.get("fields")
    items = cast("list[Any]", values) if isinstance(values, list) else []
    if not 1 <= len(items) <= 1000 or not all(isinstance(item, str) for item in items):
        raise refuse("query.fields", "must have from 1 to 1000 values")
    known = {*DIMENSIONS, *METRICS, RANGE, PRODUCT, CURRENCY}
    wrong = [item for item in items if item not in known]
    if wrong:
        text = f"unknown fields: {', '.join(wrong)[:200]}"
        raise QueryError("FIELD_VALUE_IS_INVALID", "query.fields", text)
    if {"date.value", RANGE} <= set(items):
        text = "date.value and dateRange.value exclude each other"
        raise QueryError("FIELD_VALUE_IS_INVALID", "query.fields", text)
    if PEOPLE & set(items) and not any(item.startswith("campaign.") for item in items):
        text = "reach, frequency and long-term metrics need a campaign field"
        raise QueryError("FIELD_VALUE_IS_INVALID", "query.fields", text)
    return tuple(dict.fromkeys(items))


def _columns(fields: Sequence[str]) -> tuple[str, ...]:
    """v3's columns for the fields; the advertiser's id is always there, for the currency."""
    named = [DIMENSIONS[f].column if f in DIMENSIONS else METRICS.get(f, "") for f in fields]
    return tuple(dict.fromkeys(["advertiserId", *filter(None, named)]))


def _kind(fields: Sequence[str]) -> str:
    """The type that knows all dimensions; places, devices and supply do not go together."""
    kinds = {DIMENSIONS[f].kind for f in fields if f in DIMENSIONS} - {"dspCampaign"}
    if len(kinds) > 1:
        raise QueryError("FIELD_VALUE_IS_INVALID", "query.fields", "fields cannot be combined")
    return next(iter(kinds), "dspCampaign")


def _period(report: Asked, today: date) -> tuple[date, date]:
    periods = report.fields.get("periods")
    items = cast("list[Any]", periods) if isinstance(periods, list) else []
    entry = cast("dict[str, Any]", items[0]) if len(items) == 1 else {}
    dates = entry.get("datePeriod") if isinstance(entry, dict) else None  # pyright: ignore[reportUnnecessaryIsInstance]
    if not isinstance(dates, dict):
        raise refuse("periods", "must have exactly 1 datePeriod")
    inner = cast("dict[str, Any]", dates)
    start, end = _date(inner, "startDate"), _date(inner, "endDate")
    oldest = today - timedelta(days=RETENTION_DAYS)
    if not oldest <= start <= end <= today:
        text = f"the period must lie between {oldest} and {today}"
        raise QueryError("FIELD_VALUE_IS_OUT_OF_RANGE", "periods[0].datePeriod", text)
    return start, end


def _date(fields: dict[str, Any], name: str) -> date:
    value = fields.get(name)
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.isoformat() != value:
        raise refuse(f"periods.datePeriod.{name}", "must be a date of the form YYYY-MM-DD")
    return found


def _keep(query: Asked) -> Keep:
    tests = _tests(query.member("filter"), 0)
    return lambda cell: all(test(cell) for test in tests)


def _tests(found: Asked | None, depth: int) -> list[Keep]:
    if found is None:
        return []
    comparison, together = found.member("on"), found.member("and")
    if (comparison is None) == (together is None) or depth > 5:
        raise refuse("query.filter", "must be either on or and")
    if comparison is not None:
        return [_comparison(comparison)]
    inner = together.fields.get("filters") if together else None
    items = cast("list[Any]", inner) if isinstance(inner, list) else []
    if not 1 <= len(items) <= 10 or not all(isinstance(item, dict) for item in items):
        raise refuse("query.filter.and.filters", "must have from 1 to 10 filters")
    return [test for item in items for test in _tests(Asked(item, refuse), depth + 1)]


def _comparison(found: Asked) -> Keep:
    field, negated = found.fields.get("field"), found.fields.get("not")
    values = found.texts("values", 2000)
    operator = found.fields.get("comparisonOperator")
    if values is None or not isinstance(negated, bool) or operator not in ("EQUALS", "IN"):
        raise refuse("query.filter.on", "field, not, comparisonOperator and values are required")
    if operator == "EQUALS" and len(values) != 1:
        raise refuse("query.filter.on.values", "EQUALS compares with one value")
    value_of = FILTERS.get(str(field))
    if value_of is None:
        text = f"field must be one of {', '.join(FILTERS)}"
        raise QueryError("FIELD_VALUE_IS_INVALID", "query.filter.on.field", text)
    return lambda cell: (value_of(cell) in values) != negated
