"""A createAsyncReport request: parsed and refused as reporting v3 does, `{code, detail}`.

Detail texts beyond those in Amazon's guide are ours, in the same style.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sandbox.envelopes import reporting

from .columns import allowed_columns

SPAN_DAYS = 31
RETENTION_DAYS = 95
MAX_FILTER_VALUES = 100
GROUPS = ("campaign", "ad", "creative")
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A valid dspCampaign request; `configuration` is echoed as it came."""

    name: str | None
    start_date: date
    end_date: date
    groups: tuple[str, ...]
    columns: tuple[str, ...]
    time_unit: str
    advertiser_ids: tuple[str, ...]
    configuration: Fields

    def fingerprint(self, account: str) -> str:
        """Equal for requests Amazon calls duplicates: same account, span and configuration."""
        parts = (
            account, self.start_date, self.end_date, sorted(self.groups), sorted(self.columns),
            self.time_unit, sorted(self.advertiser_ids),
        )  # fmt: skip
        return repr(parts)


def parse_request(body: object, today: date) -> ReportRequest:
    """Raises the 400 of reporting v3; `today` is the latest local date of the asked advertisers."""
    fields = _object(body, "request body")
    configuration = _object(fields.get("configuration"), "configuration")
    _check_kind(configuration)
    start, end = _span(fields, today)
    groups = _names(configuration, "groupBy", GROUPS)
    time_unit = configuration.get("timeUnit")
    if time_unit not in {"DAILY", "SUMMARY"}:
        raise _invalid("timeUnit", [time_unit], ("DAILY", "SUMMARY"))
    name = fields.get("name")
    if name is not None and not isinstance(name, str):
        raise reporting(400, "name must be a string")
    return ReportRequest(
        name=name,
        start_date=start,
        end_date=end,
        groups=groups,
        columns=_names(configuration, "columns", allowed_columns(groups, time_unit)),
        time_unit=time_unit,
        advertiser_ids=_advertisers(configuration.get("filters")),
        configuration=configuration,
    )


def _check_kind(configuration: Fields) -> None:
    for field, allowed in (
        ("adProduct", ("DEMAND_SIDE_PLATFORM",)),
        ("reportTypeId", ("dspCampaign",)),
        ("format", ("GZIP_JSON",)),
    ):
        if configuration.get(field) not in allowed:
            raise _invalid(field, [configuration.get(field)], allowed)


def _span(fields: Fields, today: date) -> tuple[date, date]:
    start, end = _date(fields, "startDate"), _date(fields, "endDate")
    if end < start:
        raise reporting(400, "endDate must not be before startDate")
    days = (end - start).days + 1
    if days > SPAN_DAYS:
        text = f"startDate to endDate range ({days} days) must not exceed maximum range"
        raise reporting(400, f"{text} ({SPAN_DAYS} days)")
    if end > today:
        raise reporting(400, f"endDate ({end}) must not be in the future")
    oldest = today - timedelta(days=RETENTION_DAYS)
    if start < oldest:
        text = f"startDate ({start}) must not be before the retention limit"
        raise reporting(400, f"{text} ({oldest}, {RETENTION_DAYS} days)")
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
