"""POST /dsp/v1/frequencySavingsInsights/list: what frequency caps saved, day by day.

A cap saves a small share of a day's impressions; what was saved bought other people. The world knows no
frequency groups: asked for those, the list is empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps, SandboxDeps
from sandbox.entities.asking import Asked, RawBody, answer
from sandbox.entities.booking import cap
from sandbox.envelopes import frequency, json_response
from sandbox.reports.measures import PEOPLE, Row, units
from sandbox.world.delivery import ZERO, Metrics
from sandbox.world.facts import Cell
from sandbox.world.tree import Advertiser

from .asking import insight_advertisers
from .period import refuse, span

router = APIRouter()

Shown = dict[str, Any]
MEDIA = "application/vnd.dspFrequencySavingsInsight.v1+json"
LARGEST_PAGE = 10_000
METRICS = (
    "SAVED_IMPRESSIONS_COUNT", "SAVED_HOUSEHOLD_IMPRESSIONS_COUNT", "SAVINGS_REINVESTED_AMOUNT",
    "HOUSEHOLD_SAVINGS_REINVESTED_AMOUNT", "INCREMENTAL_USERS_COUNT", "INCREMENTAL_HOUSEHOLD_COUNT",
    "UNIQUE_USERS_COUNT", "UNIQUE_HOUSEHOLD_COUNT",
)  # fmt: skip
_CAMPAIGN, _AD_GROUP, _GROUP = (
    "campaignFrequencyCapFilter", "adGroupFrequencyCapFilter", "frequencyGroupFrequencyCapFilter",
)  # fmt: skip
_TYPES = {
    _CAMPAIGN: "CAMPAIGN_FREQUENCY_CAP", _AD_GROUP: "ADGROUP_FREQUENCY_CAP",
    _GROUP: "FREQUENCY_GROUP_FREQUENCY_CAP",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caps:
    """Which caps are asked about."""

    union: str
    campaign_ids: frozenset[str] | None
    ad_group_ids: frozenset[str] | None

    def key(self, cell: Cell) -> str | None:
        """The capped entity that a cell belongs to, if it is asked about."""
        if self.union == _GROUP:
            return None
        if self.campaign_ids is not None and cell.order.order_id not in self.campaign_ids:
            return None
        if self.union == _CAMPAIGN:
            return cell.order.order_id
        line_item = cell.line_item.line_item_id
        wanted = self.ad_group_ids is None or line_item in self.ad_group_ids
        return line_item if wanted else None


@router.post("/dsp/v1/frequencySavingsInsights/list")
def list_savings(request: Request, body: RawBody, deps: Deps) -> Response:
    advertisers = insight_advertisers(request, deps, frequency, MEDIA)
    asked = Asked.of(body, refuse)
    filters = asked.member("filters")
    if filters is None:
        raise refuse("filters", "filters is required")
    chosen = filters.texts("advertiserIdFilter", 1)
    if chosen is not None:
        advertisers = [item for item in advertisers if item.advertiser_id in chosen]
        if not advertisers:
            raise frequency(403, "Not authorized to access the advertiser")
    caps = _caps(filters)
    metrics = filters.texts("metricsFilter", 4, among=METRICS)
    names = [name for name in METRICS if metrics is None or name in metrics]
    rows = [r for item in advertisers for r in _rows(item, filters, caps, names, deps)]
    page, token = asked.page(rows, LARGEST_PAGE, LARGEST_PAGE)
    shown = {"frequencyCapType": _TYPES[caps.union]}
    return json_response(shown | answer("frequencySavingsInsights", page, token), media=MEDIA)


def _caps(filters: Asked) -> Caps:
    union = filters.member("frequencyCapTypeFilter")
    if union is None:
        return Caps(_CAMPAIGN, None, None)
    given = [name for name in _TYPES if name in union.fields]
    inner = union.member(given[0]) if len(given) == 1 else None
    if inner is None:
        raise refuse("frequencyCapTypeFilter", f"exactly one of {', '.join(_TYPES)} is required")
    kind = inner.fields.get("frequencyCapType", _TYPES[given[0]])
    if kind != _TYPES[given[0]]:
        raise refuse("frequencyCapType", f"frequencyCapType must be {_TYPES[given[0]]}")
    if given[0] == _GROUP:
        inner.texts("frequencyGroupIds", 1000)
    return Caps(given[0], inner.texts("campaignIds", 1000), inner.texts("adGroupIds", 1000))


def _rows(
    advertiser: Advertiser, filters: Asked, caps: Caps, names: list[str], deps: SandboxDeps
) -> Iterator[Shown]:
    now = deps.clock.now()
    days = span(filters, now.astimezone(advertiser.zone).date())
    sums: dict[tuple[str, str], Metrics] = {}
    faces: dict[tuple[str, str], Cell] = {}
    for cell in deps.world.cells(advertiser, *days, deps.clock.data_time(now)):
        if entity := caps.key(cell):
            key = (cell.day.isoformat(), entity)
            sums[key] = sums.get(key, ZERO).plus(cell.metrics)
            faces.setdefault(key, cell)
    for (day, entity), metrics in sorted(sums.items()):
        face = faces[day, entity]
        for name in names:
            value = _value(name, Row(face, metrics, face.day, face.day), entity, deps)
            yield _whose(face, caps, day) | {"metrics": {"metricName": name, **value}}


def _whose(face: Cell, caps: Caps, day: str) -> Shown:
    """Ids that were asked for are shown, as in Amazon's description of the fields."""
    whose: Shown = {"advertiserId": face.advertiser.advertiser_id, "date": day}
    if caps.campaign_ids or caps.union == _CAMPAIGN:
        whose["campaignId"] = face.order.order_id
    if caps.union == _AD_GROUP:
        whose["adGroupId"] = face.line_item.line_item_id
    return whose


def _value(name: str, row: Row, entity: str, deps: SandboxDeps) -> Shown:
    if name.startswith("UNIQUE"):
        return {"metricValue": _people(name, row)}
    if cap(deps.world.dice, entity) is None:
        return {"noDataReasonCode": "FREQUENCY_CAP_NOT_SET"}
    saved = int(
        row.metrics.impressions * 0.1 * deps.world.dice.unit("saved", entity, row.first_day)
    )
    if not saved:
        return {"noDataReasonCode": "FREQUENCY_CAP_NOT_REACHED"}
    if name.endswith("AMOUNT"):
        spent = row.metrics.total_cost_micros * saved // row.metrics.impressions
        return {"metricValue": units(spent), "currencyCode": row.cell.advertiser.currency}
    if name.startswith("INCREMENTAL"):
        return {"metricValue": _people(name, row) * saved // row.metrics.impressions}
    return {"metricValue": saved}


def _people(name: str, row: Row) -> int:
    return int(PEOPLE["householdReach" if "HOUSEHOLD" in name else "reach"].value(row))
