"""Files of classic reports: plain JSON with ids as numbers and days as epoch milliseconds, or CSV."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import orjson

from sandbox.deps import SandboxDeps
from sandbox.reports.files import encode
from sandbox.reports.lifecycle import Report
from sandbox.reports.measures import Value
from sandbox.reports.rows import report_rows

from .columns import DATES, NUMBERS
from .request import ClassicRequest, read_request

MOST_ROWS = 250_000
Shown = dict[str, Value]


class TooLargeError(Exception):
    """The report has more rows than Amazon makes."""


def classic_rows(report: Report, deps: SandboxDeps) -> tuple[ClassicRequest, list[Shown]]:
    """The rows in classic names, days still as text."""
    latest = date.fromisoformat(report.body["endDate"])
    asked = read_request(report.body, report.advertiser_ids, latest)
    rows = report_rows(deps.world, asked.request, report.data_at)
    if len(rows) > MOST_ROWS:
        raise TooLargeError
    return asked, [_classic(row, asked) for row in rows]


def classic_file(deps: SandboxDeps, report_id: str) -> bytes | None:
    """The object of a report; the same bytes every time."""
    report = deps.classic_reports.find(report_id)
    if report is None:
        return None
    asked, rows = classic_rows(report, deps)
    names = [*asked.columns, *asked.constants]
    if asked.file_format == "CSV":
        shown = [{name: _text(name, row[name]) for name in names} for row in rows]
        return encode("CSV", names, shown)
    return orjson.dumps([{name: _json(name, row[name]) for name in names} for row in rows])


def _classic(row: Mapping[str, Value], asked: ClassicRequest) -> Shown:
    """An order that began inside the range is told from its first day on."""
    found = {name: row[v3] for name, v3 in asked.columns.items()} | dict(asked.constants)
    if asked.by_order and "intervalStart" in found:
        found["intervalStart"] = max(str(found["intervalStart"]), str(found["orderStartDate"]))
    return found


def _json(name: str, value: Value) -> Value | None:
    if name in DATES:
        return int(_midnight(value).timestamp()) * 1000
    if name in NUMBERS:
        return int(value)
    return value if value != "" else None


def _text(name: str, value: Value) -> Value:
    return f"{_midnight(value):%Y-%m-%d %H:%M:%S} UTC" if name in DATES else value


def _midnight(value: Value) -> datetime:
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
