"""POST /dsp/v1/frequencyDistributionInsights/list: how many people saw an ad once, twice … ten times or more.

The bins of a row add up to the reach that a report shows for the same entity and days. Bins 1 to 5 hold
the same activity as the frequency groups of the reach report.
"""

from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps, SandboxDeps
from sandbox.entities.asking import Asked, RawBody, answer
from sandbox.envelopes import frequency, json_response
from sandbox.reports.measures import MEASURES, PEOPLE, RATIOS, Row
from sandbox.world.delivery import ZERO, Metrics
from sandbox.world.facts import Cell
from sandbox.world.parts.split import split
from sandbox.world.parts.supply import FREQUENCIES
from sandbox.world.tree import Advertiser

from .asking import insight_advertisers
from .period import Grain, Span, refuse, span, spans

router = APIRouter()

Shown = dict[str, Any]
MEDIA = "application/vnd.dspFrequencyDistributionInsight.v1+json"
LEVELS = ("AD_GROUP", "CAMPAIGN")
GRAINS = ("DAILY", "WEEKLY", "MONTHLY")
LARGEST_PAGE = 10_000
BINS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10+")
_SIX_TO_TEN = (0.3, 0.24, 0.19, 0.15, 0.12)
_RATIOS = {
    "ROAS": "ROAS", "TOTAL_ROAS": "totalROAS", "COMBINED_ROAS": "combinedROAS",
    "CTR": "clickThroughRate", "CPC": "eCPC", "CPA": "eCPP", "CPDPV": "eCPDetailPageView",
    "DPVR": "detailPageViewRate",
}  # fmt: skip
_VIDEO = ("CPVC", "COMPLETION_RATE")
_NEVER = ("CPD", "TOTAL_CPSU")
_NAMES = ("REACH", *_RATIOS, *_VIDEO, *_NEVER)
HOUSEHOLD = "HOUSEHOLD_"
METRICS = (*_NAMES, *(HOUSEHOLD + name for name in _NAMES))


def _bin_shares() -> tuple[float, ...]:
    groups = dict(FREQUENCIES)
    middle = [groups["6-10"] * share for share in _SIX_TO_TEN]
    return (*(groups[name] for name in BINS[:5]), *middle[:4], middle[4] + groups["11+"])


SHARES = _bin_shares()


@router.post("/dsp/v1/frequencyDistributionInsights/list")
def list_distribution(request: Request, body: RawBody, deps: Deps) -> Response:
    advertisers = insight_advertisers(request, deps, frequency, MEDIA)
    asked = Asked.of(body, refuse)
    filters = _filters(asked)
    chosen = filters.texts("advertiserIdFilter", 1)
    if chosen is not None:
        advertisers = [item for item in advertisers if item.advertiser_id in chosen]
        if not advertisers:
            raise frequency(403, "Not authorized to access the advertiser")
    metrics = filters.texts("metricsFilter", 1000, least=0, among=METRICS)
    names = [name for name in METRICS if not metrics or name in metrics]
    rows = [row for item in advertisers for row in _rows(item, filters, names, deps)]
    # The schema allows a page of 0, which could never end; it counts as the default.
    counted = Asked({**asked.fields, "maxResults": asked.number("maxResults", 0, 0, LARGEST_PAGE) or LARGEST_PAGE}, refuse)  # fmt: skip
    page, token = counted.page(rows, LARGEST_PAGE, LARGEST_PAGE)
    return json_response(answer("frequencyDistributionInsights", page, token), media=MEDIA)


def _filters(asked: Asked) -> Asked:
    found = asked.member("filters")
    if found is None:
        raise refuse("filters", "filters is required")
    return found


def _rows(
    advertiser: Advertiser, filters: Asked, names: list[str], deps: SandboxDeps
) -> Iterator[Shown]:
    level = one_of(filters, "levelFilter", LEVELS, "CAMPAIGN")
    grain = cast("Grain", one_of(filters, "timeGrainFilter", GRAINS, "DAILY"))
    now = deps.clock.now()
    whole = span(filters, now.astimezone(advertiser.zone).date())
    campaigns = filters.texts("campaignIdFilter", 10, least=0)
    groups = filters.texts("adGroupIdFilter", 10, least=0)
    cells = [
        cell
        for cell in deps.world.cells(advertiser, *whole, deps.clock.data_time(now))
        if (not campaigns or cell.order.order_id in campaigns)
        and (not groups or level == "CAMPAIGN" or cell.line_item.line_item_id in groups)
    ]
    for days in spans(whole, grain):
        for face, metrics in _sums(cells, days, level):
            whose = _whose(face, days[0], level, grain)
            yield from _bins(Row(face, metrics, *days), whose, names)


def one_of(filters: Asked, name: str, among: tuple[str, ...], default: str) -> str:
    value = filters.fields.get(name, default)
    if value not in among:
        raise refuse(name, f"{name} must be one of {', '.join(among)}")
    return value


def _sums(cells: list[Cell], days: Span, level: str) -> list[tuple[Cell, Metrics]]:
    sums: dict[str, Metrics] = {}
    faces: dict[str, Cell] = {}
    for cell in cells:
        if days[0] <= cell.day <= days[1]:
            key = cell.order.order_id if level == "CAMPAIGN" else cell.line_item.line_item_id
            sums[key] = sums.get(key, ZERO).plus(cell.metrics)
            faces.setdefault(key, cell)
    return [(faces[key], value) for key, value in sorted(sums.items())]


def _whose(face: Cell, day: date, level: str, grain: str) -> Shown:
    group = {"adGroupId": face.line_item.line_item_id} if level == "AD_GROUP" else {}
    return {
        "advertiserId": face.advertiser.advertiser_id,
        "campaignId": face.order.order_id,
        **group,
        "date": day.isoformat(),
        "level": level,
        "timeGrain": grain,
    }


def _bins(row: Row, whose: Shown, names: list[str]) -> Iterator[Shown]:
    people = {
        "REACH": _cut(int(PEOPLE["reach"].value(row))),
        HOUSEHOLD + "REACH": _cut(int(PEOPLE["householdReach"].value(row))),
    }
    for place, part in enumerate(split(row.metrics, SHARES)):
        cut = Row(row.cell, part, row.first_day, row.last_day)
        metrics = [
            {"metricName": name, "metricValue": people[name][place]}
            if name in people
            else {"metricName": name, **_ratio(name.removeprefix(HOUSEHOLD), cut)}
            for name in names
        ]
        yield {**whose, "frequency": BINS[place], "metrics": metrics}


def _cut(total: int) -> list[int]:
    """People by bin: whole numbers that add up to all of them."""
    edges = [int(total * reached) for reached in accumulate(SHARES)]
    edges[-1] = total
    return [edge - before for before, edge in zip([0, *edges], edges, strict=False)]


def _ratio(name: str, row: Row) -> Shown:
    if name in _NEVER or (name in _VIDEO and row.cell.line_item.kind != "VIDEO"):
        return {"noDataReasonCode": "METRIC_NOT_APPLICABLE"}
    if name in _VIDEO:
        return _video(name, row)
    column = _RATIOS[name]
    if not getattr(row.metrics, RATIOS[column][1]):
        return {"noDataReasonCode": "INSUFFICIENT_DATA"}
    return {"metricValue": MEASURES[column].value(row)}


def _video(name: str, row: Row) -> Shown:
    complete = float(MEASURES["videoAdComplete"].value(row))
    if not complete:
        return {"noDataReasonCode": "INSUFFICIENT_DATA"}
    if name == "COMPLETION_RATE":
        return {"metricValue": MEASURES["videoAdCompletionRate"].value(row)}
    return {"metricValue": round(float(MEASURES["totalCost"].value(row)) / complete, 6)}
