"""HTTP edge of metrics."""

from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from shared.errors import Unprocessable

from reporting.deps import AppDeps, Reader, Snapshot

from . import service
from .catalogue import DIMENSIONS, METRICS
from .cursors import at_cursor
from .domain import plan
from .schemas import CatalogueOut, FreshnessOut, QueryIn, QueryOut

router = APIRouter(prefix="/v1/metrics", tags=["metrics"])


@router.get("/catalogue", response_model=CatalogueOut)
async def read_catalogue(_actor: Reader) -> dict[str, Any]:
    """What can be asked for: metrics with unit and formula, dimensions."""
    metrics = [
        {
            "name": m.name,
            "label": m.label,
            "unit": m.unit,
            "formula": m.formula,
            "description": m.description,
            "additive": m.additive,
            "aggregability": m.aggregability,
            "attribution_days": m.attribution_days,
            "maturity_group": m.maturity_group,
            "sources": [kind.report_type for kind in m.fact_types],
        }
        for m in METRICS.values()
    ]
    dimensions = [
        {"name": d.name, "label": d.label, "source": d.kind.report_type if d.kind else None}
        for d in DIMENSIONS.values()
    ]
    return {"metrics": metrics, "dimensions": dimensions}


@router.post("/query", response_model=QueryOut)
async def query_metrics(actor: Reader, body: QueryIn, deps: AppDeps, tx: Snapshot) -> Response:
    """Rows by dimensions, totals from counts, each number with its age, and the days that are missing."""
    checked = plan(body.question())
    if body.cursor is not None:
        checked = at_cursor(checked, body.cursor)
    caller = service.Caller.of(actor)
    found = await service.answer(tx, caller, checked, deps.clock(), explain=bool(body.explain))
    return Response(service.to_json(found), media_type="application/json")


@router.get("/freshness", response_model=FreshnessOut)
async def read_freshness(
    actor: Reader,
    deps: AppDeps,
    tx: Snapshot,
    start_date: date | None = None,
    end_date: date | None = None,
) -> dict[str, Any]:
    """Per advertiser: first and last day, age, and the days that no report covers."""
    if start_date and end_date and start_date > end_date:
        raise Unprocessable("start_date is after end_date.", code="date_range_invalid")
    caller = service.Caller.of(actor)
    return {"items": await service.freshness(tx, caller, start_date, end_date, deps.clock())}
