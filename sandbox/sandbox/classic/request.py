"""A classic report request, read into a request of reporting v3; refusals count their validation errors."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sandbox.envelopes import AdsError
from sandbox.reports.request import ReportRequest, everything
from sandbox.reports.types import DAILY, SUMMARY, TYPES

from .columns import ALWAYS, CONSTANTS, METRICS, ORDER, TYPE_NAMES, UNASKED, ClassicType, groups_of

Fields = dict[str, Any]
FORMATS = ("JSON", "CSV")
SPAN_DAYS, RETENTION_DAYS, MOST_IDS = 31, 90, 100
_PROPERTIES = {
    "startDate", "endDate", "type", "dimensions", "metrics", "timeUnit", "format", "advertiserIds",
    "orderIds",
}  # fmt: skip
MEDIA = "application/vnd.dsperror.v1+json"


@dataclass(frozen=True, slots=True)
class ClassicRequest:
    """`columns`: classic names of the file's columns to v3's; `constants` stand beside them."""

    request: ReportRequest
    kind: str
    file_format: str
    by_order: bool
    columns: Mapping[str, str]
    constants: Mapping[str, str | int]


@dataclass(slots=True)
class Faults:
    """What is wrong with a body, all of it: Amazon tells everything at once."""

    errors: list[Fields]

    def add(self, error_type: str, field: str, text: str) -> None:
        self.errors.append({"errorType": error_type, "field": field, "message": text})

    def stop(self) -> None:
        if self.errors:
            raise refusal(self.errors)


def refusal(errors: Sequence[Fields]) -> AdsError:
    count = len(errors)
    text = f"'{count}' validation error(s) occurred. Please correct them and request again."
    body = {"message": text, "requestId": str(uuid.uuid4()), "errors": list(errors)}
    return AdsError(400, body, MEDIA)


def read_request(fields: Fields, advertiser_ids: tuple[str, ...], today: date) -> ClassicRequest:
    """The request over these advertisers; `today` is the latest of their local dates."""
    faults = Faults([])
    for name in sorted(set(fields) - _PROPERTIES):
        faults.add("REQUEST_BODY_UNKNOWN_PROPERTY", name, f"Unknown property {name[:100]}")
    start, end = _span(fields, today, faults)
    kind_name = _one(fields, "type", tuple(TYPE_NAMES), "CAMPAIGN", faults)
    kind = TYPE_NAMES[kind_name]
    unit = _one(fields, "timeUnit", kind.time_units, SUMMARY, faults)
    file_format = _one(fields, "format", FORMATS, "JSON", faults)
    dimensions = _dimensions(fields, kind, faults)
    columns = _columns(fields, kind_name, dimensions, unit, faults)
    orders = frozenset(_texts(fields, "orderIds", MOST_IDS, faults))
    faults.stop()
    request = ReportRequest(
        kind=TYPES[kind.v3], file_format="CSV", name=None, start_date=start, end_date=end,
        groups=groups_of(kind, dimensions), columns=tuple(dict.fromkeys(columns.values())),
        time_unit=unit, advertiser_ids=advertiser_ids, configuration={},
        keep=(lambda cell: cell.order.order_id in orders) if orders else everything,
    )  # fmt: skip
    constants = CONSTANTS.get(kind_name, {})
    return ClassicRequest(request, kind_name, file_format, ORDER in dimensions, columns, constants)


def advertiser_filter(fields: Fields, *, allowed: bool) -> list[str]:
    """`advertiserIds`, which only a request to an entity may have."""
    faults = Faults([])
    found = _texts(fields, "advertiserIds", MOST_IDS, faults)
    if found and not allowed:
        text = "advertiserIds is not allowed for an advertiser account"
        faults.add("REQUEST_BODY_FIELD_INVALID_ADVERTISER_IDS", "advertiserIds", text)
    faults.stop()
    return found


def _columns(
    fields: Fields, kind_name: str, dimensions: tuple[str, ...], unit: str, faults: Faults
) -> dict[str, str]:
    """What comes unasked, then the metrics asked for."""
    dates = ("date",) if unit == DAILY else ("intervalStart", "intervalEnd")
    found = {name: name for name in dates} | dict(ALWAYS)
    for name in (*dimensions, kind_name):
        found |= UNASKED.get(name, {})
    if kind_name == "CONVERSION_SOURCE":
        found.pop("creativeAdId", None)
    kind = TYPE_NAMES[kind_name]
    allowed = set(TYPES[kind.v3].allowed(groups_of(kind, dimensions), unit))
    if "site" in groups_of(kind, dimensions):
        allowed |= {"placementName", "placementSize"}
    unasked = set(found)
    for name in _texts(fields, "metrics", 1000, faults):
        if name in unasked or METRICS.get(name) not in allowed:
            text = f"{name[:100]} is not a valid metric"
            faults.add("REQUEST_BODY_FIELD_INVALID_METRICS", "metrics", text)
        else:
            found[name] = METRICS[name]
    return found


def _dimensions(fields: Fields, kind: ClassicType, faults: Faults) -> tuple[str, ...]:
    found = _texts(fields, "dimensions", 20, faults) or [ORDER]
    wrong = [name for name in found if name not in kind.dimensions]
    if wrong:
        text = f"Invalid dimensions: {', '.join(wrong)[:200]}"
        faults.add("REQUEST_BODY_FIELD_INVALID_DIMENSIONS", "dimensions", text)
    elif kind.one_of and not set(kind.one_of) & set(found):
        text = f"One of {', '.join(kind.one_of)} is required"
        faults.add("REQUEST_BODY_FIELD_INVALID_DIMENSIONS", "dimensions", text)
    return tuple(dict.fromkeys(name for name in found if name in kind.dimensions))


def _one(fields: Fields, name: str, among: tuple[str, ...], default: str, faults: Faults) -> str:
    value = fields.get(name, default)
    if value in among:
        return value
    text = f"{name} must be one of {', '.join(among)}"
    faults.add(f"REQUEST_BODY_FIELD_INVALID_{name.upper()}", name, text)
    return among[0]


def _texts(fields: Fields, name: str, most: int, faults: Faults) -> list[str]:
    value = fields.get(name)
    found = cast("list[Any]", value) if isinstance(value, list) else []
    texts = [item for item in found if isinstance(item, str)]
    if (value is not None and not isinstance(value, list)) or len(texts) != len(found):
        faults.add("REQUEST_BODY_FIELD_INVALID", name, f"{name} must be a list of strings")
    elif len(texts) > most:
        faults.add("REQUEST_BODY_FIELD_INVALID", name, f"{name} must have at most {most} values")
    return texts


def _span(fields: Fields, today: date, faults: Faults) -> tuple[date, date]:
    start, end = _date(fields, "startDate", today, faults), _date(fields, "endDate", today, faults)
    oldest = today - timedelta(days=RETENTION_DAYS)
    if end < start or (end - start).days >= SPAN_DAYS:
        text = f"startDate to endDate must span from 1 to {SPAN_DAYS} days"
        faults.add("REQUEST_BODY_FIELD_INVALID_DATE_RANGE", "endDate", text)
    elif not oldest <= start <= end <= today:
        text = f"Dates must be within the last {RETENTION_DAYS} days"
        faults.add("REQUEST_BODY_FIELD_INVALID_DATE_RANGE", "startDate", text)
    return start, end


def _date(fields: Fields, name: str, default: date, faults: Faults) -> date:
    value = fields.get(name)
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.isoformat() != value:
        text = f"{name} must be a date of the form yyyy-MM-dd"
        faults.add("REQUEST_BODY_FIELD_INVALID_DATE", name, text)
        return default
    return found
