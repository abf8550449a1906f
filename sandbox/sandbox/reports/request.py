"""A createAsyncReport request: parsed and refused as reporting v3 does, `{code, detail}`.

Detail texts beyond those in Amazon's guide are ours, in the same style.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sandbox.envelopes import reporting
from sandbox.world.facts import Cell

from .types import ALIASES, TYPES, ReportType

MAX_FILTER_VALUES = 100
Fields = dict[str, Any]


def everything(_cell: Cell) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A valid request; `configuration` is echoed as it came, `keep` chooses the cells that count."""

    kind: ReportType
    file_format: str
    name: str | None
    start_date: date
    end_date: date
    groups: tuple[str, ...]
    columns: tuple[str, ...]
    time_unit: str
    advertiser_ids: tuple[str, ...]
    configuration: Fields
    keep: Callable[[Cell], bool] = everything

    def fingerprint(self, account: str) -> str:
        """Equal for requests Amazon calls duplicates: same account, span and configuration."""
        parts = (
            account, self.kind.report_type_id, self.file_format, self.start_date, self.end_date,
            sorted(self.groups), sorted(self.columns), self.time_unit, sorted(self.advertiser_ids),
        )  # fmt: skip
        return repr(parts)


def parse_request(body: object, today: date) -> ReportRequest:
    """Raises the 400 of reporting v3; `today` is the latest local date of the asked advertisers."""
    fields = _object(body, "request body")
    configuration = _object(fields.get("configuration"), "configuration")
    kind = _kind(configuration)
    start, end = _span(fields, kind, today)
    groups = _groups(configuration, kind)
    time_unit = _one(configuration, "timeUnit", kind.time_units)
    name = fields.get("name")
    if name is not None and not isinstance(name, str):
        raise reporting(400, "name must be a string")
    return ReportRequest(
        kind=kind,
        file_format=_one(configuration, "format", kind.formats),
        name=name,
        start_date=start,
        end_date=end,
        groups=groups,
        columns=_names(configuration, "columns", kind.allowed(groups, time_unit)),
        time_unit=time_unit,
        advertiser_ids=_advertisers(configuration.get("filters")),
        configuration=configuration,
    )


def _kind(configuration: Fields) -> ReportType:
    _one(configuration, "adProduct", ("DEMAND_SIDE_PLATFORM",))
    name = _one(configuration, "reportTypeId", (*TYPES, *ALIASES))
    return TYPES[ALIASES.get(name, name)]


def _one(configuration: Fields, field: str, allowed: Sequence[str]) -> str:
    value = configuration.get(field)
    if not isinstance(value, str) or value not in allowed:
        raise _invalid(field, [value], allowed)
    return value


def _groups(configuration: Fields, kind: ReportType) -> tuple[str, ...]:
    groups = _names(configuration, "groupBy", kind.groups)
    if kind.one_of and not set(kind.one_of) & set(groups):
        listed = ", ".join(kind.one_of)
        raise reporting(400, f"configuration groupBy must include one of: ({listed})")
    return groups


def _span(fields: Fields, kind: ReportType, today: date) -> tuple[date, date]:
    start, end = _date(fields, "startDate"), _date(fields, "endDate")
    if end < start:
        raise reporting(400, "endDate must not be before startDate")
    days = (end - start).days + 1
    if days > kind.span_days:
        text = f"startDate to endDate range ({days} days) must not exceed maximum range"
        raise reporting(400, f"{text} ({kind.span_days} days)")
    if end > today:
        raise reporting(400, f"endDate ({end}) must not be in the future")
    oldest = today - timedelta(days=kind.retention_days)
    if start < oldest:
        text = f"startDate ({start}) must not be before the retention limit"
        raise reporting(400, f"{text} ({oldest}, {kind.retention_days} days)")
    return start, end


def _date(fields: Fields, name: str) -> date:
    value = fields.get(name)
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else None
        if found is None or found.isoformat() != value:
            raise ValueError(name)
        return found
    except ValueError as error:
        raise reporting(400, f"{name} must be a date of the form YYYY-MM-DD") from error


def _names(configuration: Fields, field: str, allowed: Sequence[str]) -> tuple[str, ...]:
    values = configuration.get(field)
    if not isinstance(values, list) or not values:
        raise reporting(400, f"configuration {field} must have at least one value")
    items = cast("list[Any]", values)
    wrong = [item for item in items if item not in allowed]
    if wrong:
        raise _invalid(field, wrong, allowed)
    if len(set(items)) != len(items):
        raise reporting(400, f"configuration {field} includes duplicate values")
    return tuple(items)


def _advertisers(filters: object) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    for entry in cast("list[Any]", filters) if isinstance(filters, list) else []:
        item = _object(entry, "configuration filters")
        if item.get("field") != "advertiserId":
            raise _invalid("filters", [item.get("field")], ("advertiserId",))
        values = item.get("values")
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise reporting(400, "configuration filters values must be a list of strings")
        found = tuple(dict.fromkeys(cast("list[str]", values)))
    if not found:
        raise reporting(400, "configuration filters must include advertiserId")
    if len(found) > MAX_FILTER_VALUES:
        raise reporting(400, f"advertiserId filter must not exceed {MAX_FILTER_VALUES} values")
    return found


def _object(value: object, name: str) -> Fields:
    if not isinstance(value, dict):
        raise reporting(400, f"{name} must be an object")
    return cast("Fields", value)


def _invalid(field: str, wrong: Sequence[object], allowed: Sequence[str]) -> Exception:
    listed = ", ".join(str(item)[:100] for item in wrong[:20])
    text = f"configuration {field} includes invalid values: ({listed})."
    return reporting(400, f"{text} Allowed values: ({', '.join(allowed)})")
