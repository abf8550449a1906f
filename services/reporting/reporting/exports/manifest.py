"""What a file says about itself: what was asked, how old it is, whether its sums are the answer's. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from reporting.metrics.domain import Plan, value_text

from .fields import fields_of


@dataclass(frozen=True)
class Tick:
    """The file's sum of one measure against the answer's total in the same snapshot."""

    currency: str
    metric: str
    in_file: str | None
    in_total: str | None

    @property
    def ok(self) -> bool:
        return self.in_file == self.in_total


@dataclass(frozen=True)
class Manifest:
    """`as_of` is the oldest age of any number in it; `gaps` are days that no report covers."""

    rows: int
    query: Mapping[str, Any]
    columns: Sequence[Mapping[str, Any]]
    as_of: datetime | None
    newest_as_of: datetime | None
    generated_at: datetime
    gaps: Sequence[Mapping[str, Any]]
    ticks: Sequence[Tick]

    @property
    def reconciled(self) -> bool:
        return all(tick.ok for tick in self.ticks)

    def document(self) -> dict[str, Any]:
        """For JSON: as the API shows it and as it is stored with the file."""
        ticks = [
            {
                "currency": tick.currency,
                "metric": tick.metric,
                "in_file": tick.in_file,
                "in_total": tick.in_total,
                "ok": tick.ok,
            }
            for tick in self.ticks
        ]
        return {
            "rows": self.rows,
            "query": self.query,
            "columns": self.columns,
            "as_of": self.as_of,
            "newest_as_of": self.newest_as_of,
            "generated_at": self.generated_at,
            "gaps": self.gaps,
            "reconciliation": {"ok": self.reconciled, "ticks": ticks},
        }


def ticks_of(
    plan: Plan, in_file: Mapping[str, Mapping[str, int]], totals: Sequence[Mapping[str, Any]]
) -> list[Tick]:
    """One per currency and metric that adds up. `in_file`: sums of measures by currency; `totals`: those
    of the answer, with exact JSON fragments."""
    by_currency = {total["currency"]: total for total in totals}
    return [
        Tick(
            currency,
            metric.name,
            value_text(metric, in_file[currency]) if currency in in_file else None,
            _text(by_currency[currency][metric.name]) if currency in by_currency else None,
        )
        for currency in sorted({*in_file, *by_currency})
        for metric in plan.metrics
        if metric.additive
    ]


def _text(fragment: Any) -> str | None:
    """The digits of an exact value as `metrics.service` puts them into JSON."""
    return None if fragment is None else orjson.dumps(fragment).decode()


def columns_told(plan: Plan) -> list[dict[str, Any]]:
    return [
        {"name": field.name, "label": field.label, "type": field.kind, "unit": field.unit}
        for field in fields_of(plan)
    ]


def query_told(plan: Plan) -> dict[str, Any]:
    """The question as it was understood."""
    wanted = plan.filters
    return {
        "start_date": plan.start_date,
        "end_date": plan.end_date,
        "dimensions": [dimension.name for dimension in plan.dimensions],
        "granularity": plan.granularity,
        "metrics": [metric.name for metric in plan.metrics],
        "filters": {
            "brand_ids": wanted.brand_ids,
            "advertiser_ids": wanted.advertiser_ids,
            "order_ids": wanted.order_ids,
            "line_item_ids": wanted.line_item_ids,
            "creative_ids": wanted.creative_ids,
            "currency": wanted.currency,
            "dimensions": {dimension.name: values for dimension, values in plan.kept},
            "ripest": wanted.ripest,
        },
        "as_of": plan.as_of,
        "sort": {"field": plan.sort.field, "descending": plan.sort.descending},
    }
