"""The content of a report file, computed again at will from the request and its data time."""

from collections.abc import Iterator
from datetime import date, datetime

from sandbox.world.delivery import ZERO, Metrics
from sandbox.world.facts import Cell, World
from sandbox.world.parts.looks import Names

from .files import encode
from .labels import KEYS
from .measures import Row, Value
from .request import ReportRequest

Key = tuple[date | str, ...]


def report_rows(world: World, request: ReportRequest, at: datetime) -> list[dict[str, Value]]:
    """Rows with exactly the asked columns, valued as known at `at`."""
    known = request.kind.columns
    columns = [(name, known[name].value) for name in request.columns]
    rows = filter(request.kind.shows, _grouped(world, request, at))
    return [{name: value(row) for name, value in columns} for row in rows]


def report_file(world: World, request: ReportRequest, at: datetime) -> bytes:
    """The file in the asked format; the same bytes every time."""
    return encode(request.file_format, request.columns, report_rows(world, request, at))


def _grouped(world: World, request: ReportRequest, at: datetime) -> Iterator[Row]:
    sums: dict[Key, Metrics] = {}
    faces: dict[Key, tuple[Cell, Names]] = {}
    look = request.kind.looking(request.groups)
    keys = [KEYS[group] for group in _distinguishing(request)]
    for cell in _cells(world, request, at):
        whose = (cell.day if request.time_unit == "DAILY" else "", cell.advertiser.advertiser_id)
        for part, metrics in look(world.dice, cell):
            key = (*whose, *(value(cell, part) for value in keys))
            sums[key] = sums.get(key, ZERO).plus(metrics)
            faces.setdefault(key, (cell, part))
    return (_row(request, *faces[key], metrics) for key, metrics in sums.items())


def _distinguishing(request: ReportRequest) -> list[str]:
    """What makes rows distinct: the groups, what the type always tells apart, and the order where its
    columns are asked for without it."""
    groups = [*request.groups, *request.kind.always]
    if any(name.startswith("order") for name in request.columns):
        groups.append("campaign")
    return groups


def _cells(world: World, request: ReportRequest, at: datetime) -> Iterator[Cell]:
    for advertiser_id in request.advertiser_ids:
        advertiser = world.tree.advertisers[advertiser_id]
        cells = world.cells(advertiser, request.start_date, request.end_date, at)
        yield from (cell for cell in cells if request.keep(cell))


def _row(request: ReportRequest, face: Cell, part: Names, metrics: Metrics) -> Row:
    if request.time_unit == "DAILY":
        return Row(face, metrics, face.day, face.day, part)
    return Row(face, metrics, request.start_date, request.end_date, part)
