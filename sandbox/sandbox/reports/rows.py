"""The content of a report file, computed again at will from the request and its data time."""

import gzip
from datetime import date, datetime

import orjson

from sandbox.world.delivery import ZERO, Metrics
from sandbox.world.facts import Cell, World

from .columns import COLUMNS, Row, Value
from .request import ReportRequest


def report_rows(world: World, request: ReportRequest, at: datetime) -> list[dict[str, Value]]:
    """Rows with exactly the asked columns, valued as known at `at`."""
    columns = [(name, COLUMNS[name].value) for name in request.columns]
    return [{name: value(row) for name, value in columns} for row in _grouped(world, request, at)]


def report_file(world: World, request: ReportRequest, at: datetime) -> bytes:
    """Gzip of a JSON array; the same bytes every time."""
    return gzip.compress(orjson.dumps(report_rows(world, request, at)), 6, mtime=0)


def _grouped(world: World, request: ReportRequest, at: datetime) -> list[Row]:
    daily = request.time_unit == "DAILY"
    by_order = "campaign" in request.groups or any(c.startswith("order") for c in request.columns)
    sums: dict[tuple[date | str, ...], Metrics] = {}
    faces: dict[tuple[date | str, ...], Cell] = {}
    for advertiser_id in request.advertiser_ids:
        advertiser = world.tree.advertisers[advertiser_id]
        for cell in world.cells(advertiser, request.start_date, request.end_date, at):
            key = (
                cell.day if daily else "",
                advertiser_id,
                cell.order.order_id if by_order else "",
                cell.line_item.line_item_id if "ad" in request.groups else "",
                cell.creative.ad_id if "creative" in request.groups else "",
            )
            sums[key] = sums.get(key, ZERO).plus(cell.metrics)
            faces.setdefault(key, cell)
    return [_row(request, faces[key], metrics) for key, metrics in sums.items()]


def _row(request: ReportRequest, face: Cell, metrics: Metrics) -> Row:
    if request.time_unit == "DAILY":
        return Row(face, metrics, face.day, face.day)
    return Row(face, metrics, request.start_date, request.end_date)
