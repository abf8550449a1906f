"""Use cases of metrics: answer a question, say how fresh the numbers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record
from shared.db import Tx
from shared.errors import Forbidden
from shared.internal_tokens import Actor

from reporting.advertisers import queries as advertisers
from reporting.maturity.domain import GROUPS, LEVELS
from shared import audit

from . import lineage, queries
from .cursors import cursor_of
from .domain import Plan, today_in, value_text


@dataclass(frozen=True)
class Caller:
    """Whose numbers: the organization and, where restricted, the brands."""

    organization_id: UUID
    brand_ids: list[UUID] | None

    @staticmethod
    def of(actor: Actor) -> "Caller":
        if actor.organization_id is None:
            raise Forbidden("This caller belongs to no organization.", code="no_organization")
        brands = None if actor.brand_ids is None else sorted(actor.brand_ids)
        return Caller(actor.organization_id, brands)


async def answer(
    tx: Tx, caller: Caller, plan: Plan, now: datetime, *, explain: bool = False
) -> dict[str, Any]:
    """The whole answer from one snapshot; metric values are JSON fragments with exact digits. `explain`:
    with the reports its numbers come from."""
    scope = await _scope(tx, caller, plan)
    _tell(tx, plan, scope)
    ids = [row["advertiser_id"] for row in scope]
    found = await queries.fetch_rows_and_totals(tx, plan, caller.organization_id, ids)
    rows = [_row(plan, row) for row in found if not row["is_total"]]
    totals = [row for row in found if row["is_total"]]
    known = await advertisers.known_days(
        tx, caller.organization_id, ids, plan.start_date, plan.end_date
    )
    row_count = sum(row["position"] for row in totals)
    end = plan.skip + len(rows)
    return {
        "columns": columns(plan),
        "rows": rows,
        "totals": [_total(plan, row) for row in totals],
        "row_count": row_count,
        "truncated": row_count > end,
        "next_cursor": cursor_of(plan, end) if row_count > end else None,
        "source": plan.kind.report_type,
        "reported_on": plan.as_of,
        "as_of": min((k["oldest"] for k in known.values() if k["oldest"]), default=None),
        "newest_as_of": max((k["newest"] for k in known.values() if k["newest"]), default=None),
        "gaps": await _gaps(tx, caller, scope, known, (plan.start_date, plan.end_date), now),
        "lineage": await lineage.reports(tx, plan, caller.organization_id, ids)
        if explain
        else None,
        "generated_at": now,
    }


def to_json(document: Mapping[str, Any]) -> bytes:
    """Dates as ISO 8601, ids as text, money with all its digits."""
    return orjson.dumps(document, default=_id_text)


def _id_text(value: object) -> str:
    """asyncpg's UUIDs are a kind of UUID that orjson does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def columns(plan: Plan) -> list[dict[str, Any]]:
    """The answer's columns: dimensions (and currency), then metrics."""
    split = [
        {"name": column.name, "label": column.label, "kind": "dimension", "unit": None}
        for dimension in plan.dimensions
        for column in dimension.columns
    ]
    currency = {"name": "currency", "label": "Currency", "kind": "dimension", "unit": None}
    metrics = [
        {"name": m.name, "label": m.label, "kind": "metric", "unit": m.unit} for m in plan.metrics
    ]
    return [*split, currency, *metrics]


async def freshness(
    tx: Tx, caller: Caller, start: date | None, end: date | None, now: datetime
) -> list[dict[str, Any]]:
    """Per advertiser of the caller: what is loaded, how old it is and which days are missing."""
    scope = await advertisers.in_scope(
        tx,
        caller.organization_id,
        actor_brands=caller.brand_ids,
        brand_ids=None,
        advertiser_ids=None,
    )
    days = (start or date.min, end or date.max)
    ids = [row["advertiser_id"] for row in scope]
    known = await advertisers.known_days(tx, caller.organization_id, ids, *days)
    gaps = await _gaps(tx, caller, scope, known, days, now)
    missing = {gap["advertiser_id"]: gap["dates"] for gap in gaps}
    return [_fresh(row, known.get(row["advertiser_id"]), missing) for row in scope]


def _fresh(
    row: Record, known: Record | None, missing: Mapping[UUID, Sequence[date]]
) -> dict[str, Any]:
    return {
        **dict(row),
        "first_date": known["first_date"] if known else None,
        "last_date": known["last_date"] if known else None,
        "as_of": known["oldest"] if known else None,
        "missing_dates": missing.get(row["advertiser_id"], []),
    }


async def _scope(tx: Tx, caller: Caller, plan: Plan) -> list[Record]:
    return await advertisers.in_scope(
        tx,
        caller.organization_id,
        actor_brands=caller.brand_ids,
        brand_ids=plan.filters.brand_ids,
        advertiser_ids=plan.filters.advertiser_ids,
    )


def _tell(tx: Tx, plan: Plan, scope: Sequence[Record]) -> None:
    """For the audit log: what was asked, and of which brands where some were chosen."""
    chosen = plan.filters.brand_ids is not None or plan.filters.advertiser_ids is not None
    audit.note(
        tx,
        brand_ids={row["brand_id"] for row in scope if row["brand_id"]} if chosen else None,
        every_brand=False if chosen else None,
        start_date=plan.start_date,
        end_date=plan.end_date,
        dimensions=[dimension.name for dimension in plan.dimensions],
        metrics=[metric.name for metric in plan.metrics],
    )


async def _gaps(
    tx: Tx,
    caller: Caller,
    scope: Sequence[Record],
    known: Mapping[UUID, Record],
    days: tuple[date, date],
    now: datetime,
) -> list[dict[str, Any]]:
    """Days without a report from each advertiser's first loaded day to its today, within `days`. Only
    advertisers with fewer (or more) days than that are looked through day by day."""
    ranges: list[tuple[UUID, date, date]] = []
    for row in scope:
        if row["advertiser_id"] in known:
            first = max(known[row["advertiser_id"]]["first_date"], days[0])
            last = min(today_in(row["timezone"], now), days[1])
            if (known[row["advertiser_id"]]["days"] or 0) != (last - first).days + 1:
                ranges.append((row["advertiser_id"], first, last))
    missing = await advertisers.missing_days(tx, caller.organization_id, ranges)
    return [
        {
            "advertiser_id": row["advertiser_id"],
            "advertiser_name": row["advertiser_name"],
            "dates": missing[row["advertiser_id"]],
        }
        for row in scope
        if row["advertiser_id"] in missing
    ]


def _row(plan: Plan, row: Record) -> dict[str, Any]:
    split = {column.name: row[column.name] for d in plan.dimensions for column in d.columns}
    return {**split, **_total(plan, row)}


def _total(plan: Plan, row: Record) -> dict[str, Any]:
    hidden = row_is_total(row) and not plan.summable
    sums = {measure: row[measure] for measure in plan.kind.measures}
    values = {m.name: None if hidden else value_text(m, sums) for m in plan.metrics}
    exact = {name: None if text is None else orjson.Fragment(text) for name, text in values.items()}
    return {
        "currency": row["currency"],
        **exact,
        "as_of": row["as_of"],
        "maturity": {group: LEVELS[row[f"{group}_maturity"]] for group in GROUPS},
    }


def row_is_total(row: Record) -> bool:
    return bool(row.get("is_total"))
