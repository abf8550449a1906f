"""CSV of an answer: RFC 4180, UTF-8, numbers as exact decimals, text that no spreadsheet executes."""

from datetime import UTC, date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from .domain import Plan, value_text

LINE_END: Final = "\r\n"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_UNIT_LABELS: Final = {"money": " (in currency)", "ratio": " (ratio)", "multiple": " (multiple)"}


class Row(Protocol):
    """Values by column name: a database record or a mapping."""

    def __getitem__(self, name: str, /) -> Any: ...


def csv_header(plan: Plan) -> str:
    """Labels, with the unit where it is not a count; the last column is the age of the row."""
    labels = [column.label for dimension in plan.dimensions for column in dimension.columns]
    metrics = [metric.label + _UNIT_LABELS.get(metric.unit, "") for metric in plan.metrics]
    return _line([_text(label) for label in (*labels, "Currency", *metrics, "As of")])


def csv_row(plan: Plan, row: Row) -> str:
    """One row: `row` holds the dimensions' columns, currency, as_of and the measures' sums."""
    split = [_cell(row[column.name]) for d in plan.dimensions for column in d.columns]
    sums = {measure: row[measure] for measure in plan.kind.measures}
    metrics = [value_text(metric, sums) or "" for metric in plan.metrics]
    return _line([*split, _text(row["currency"]), *metrics, _cell(row["as_of"])])


def _line(cells: list[str]) -> str:
    return ",".join(cells) + LINE_END


def _cell(value: UUID | str | date | datetime | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return _text(str(value))


def _text(text: str) -> str:
    """Quoted always, so that ids stay text; a leading formula sign gets an apostrophe before it."""
    guarded = "'" + text if text.startswith(_FORMULA_STARTS) else text
    return '"' + guarded.replace('"', '""') + '"'
