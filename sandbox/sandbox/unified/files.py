"""Parts of a unified report's file: one, or for PARTITIONED_* formats as many as its rows ask for."""

from datetime import date
from typing import Any

from sandbox.deps import SandboxDeps
from sandbox.entities.asking import Asked
from sandbox.reports.files import encode
from sandbox.reports.lifecycle import Report
from sandbox.reports.measures import Value
from sandbox.reports.rows import report_rows
from sandbox.world.facts import World

from .fields import CURRENCY, DIMENSIONS, METRICS, PRODUCT, RANGE
from .request import Query, read_query, refuse

PART_ROWS = 1000
MOST_PARTS = 100
Shown = dict[str, Value]


def parts(report: Report, deps: SandboxDeps) -> list[bytes]:
    """The bytes of every part; the same every time."""
    latest = date.fromisoformat(report.body["periods"][0]["datePeriod"]["endDate"])
    query = read_query(Asked(report.body, refuse), report.advertiser_ids, latest)
    rows = [_shown(row, query, deps.world) for row in _rows(report, query, deps)]
    size = max(PART_ROWS, -(-len(rows) // MOST_PARTS)) if query.partitioned else len(rows)
    cut = [rows[start : start + size] for start in range(0, len(rows), size or 1)] or [[]]
    file_format = query.request.file_format.removeprefix("PARTITIONED_")
    return [encode(file_format, query.fields, part) for part in cut]


def _rows(report: Report, query: Query, deps: SandboxDeps) -> list[Shown]:
    return report_rows(deps.world, query.request, report.data_at)


def _shown(row: Shown, query: Query, world: World) -> Shown:
    advertiser = world.tree.advertisers[str(row["advertiserId"])]
    request = query.request
    other = {
        RANGE: f"{request.start_date}/{request.end_date}",
        PRODUCT: "AMAZON_DSP",
        CURRENCY: advertiser.currency,
    }
    return {field: _value(field, row, other) for field in query.fields}


def _value(field: str, row: Shown, other: dict[str, Any]) -> Value:
    if field in other:
        return other[field]
    return row[DIMENSIONS[field].column if field in DIMENSIONS else METRICS[field]]


def part_file(deps: SandboxDeps, name: str) -> bytes | None:
    """The object `{report id}.{number}` of the object store."""
    report_id, _, number = name.rpartition(".")
    report = deps.unified_reports.find(report_id)
    if not report or not (number.isascii() and number.isdigit()):
        return None
    found = parts(report, deps)
    return found[int(number)] if int(number) < len(found) else None
