"""The metrics query, put together from literal fragments only; every value is a bound parameter.

$1 organization, $2 advertisers in scope, $3..$4 days, $5 currency, $6 limit (null: none) and, where
placements are needed, $7 orders, $8 line items, $9 creatives. A *cell* is one combination of the
dimensions and a currency: money of two currencies never meets.
"""

# ruff: noqa: S608 - pyright proves every fragment a literal (LiteralString)

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from reporting.measures import MEASURES

from .domain import Plan

_DATE: Final[dict[str, LiteralString]] = {
    "day": "f.date",
    "week": "date_trunc('week', f.date::timestamp)::date",
    "month": "date_trunc('month', f.date::timestamp)::date",
}
_KEY: Final[dict[str, LiteralString]] = {
    "brand": "a.brand_id",
    "advertiser": "f.advertiser_id",
    "order": "p.order_id",
    "line_item": "p.line_item_id",
    "creative": "p.creative_id",
}
_KEY_NAME: Final[dict[str, LiteralString]] = {
    "date": "date",
    "brand": "brand_id",
    "advertiser": "advertiser_id",
    "order": "order_id",
    "line_item": "line_item_id",
    "creative": "creative_id",
}
_SHOWN: Final[dict[str, LiteralString]] = {
    "date": "c.date",
    "brand": "c.brand_id, b.name as brand_name",
    "advertiser": "c.advertiser_id, v.name as advertiser_name",
    "order": "c.order_id, o.name as order_name",
    "line_item": "c.line_item_id, l.name as line_item_name",
    "creative": "c.creative_id, k.name as creative_name",
}
_ABSENT: Final[dict[str, LiteralString]] = {
    "date": "null::date",
    "brand": "null::uuid, null::text",
    "advertiser": "null::uuid, null::text",
    "order": "null::text, null::text",
    "line_item": "null::text, null::text",
    "creative": "null::text, null::text",
}
_NAMES: Final[dict[str, LiteralString]] = {
    "date": "",
    "brand": " left join brand b on b.organization_id = $1 and b.brand_id = c.brand_id",
    "advertiser": " left join advertiser v on v.organization_id = $1"
    " and v.advertiser_id = c.advertiser_id",
    "order": " left join (select entity_id as order_id, max(name) as name"
    " from entity_name where organization_id = $1 and kind = 'order' and advertiser_id = any ($2::uuid[]) group by entity_id) o"
    " on o.order_id = c.order_id",
    "line_item": " left join (select entity_id as line_item_id, max(name) as name"
    " from entity_name where organization_id = $1 and kind = 'line_item' and advertiser_id = any ($2::uuid[]) group by entity_id) l"
    " on l.line_item_id = c.line_item_id",
    "creative": " left join (select entity_id as creative_id, max(name) as name"
    " from entity_name where organization_id = $1 and kind = 'creative' and advertiser_id = any ($2::uuid[]) group by entity_id) k"
    " on k.creative_id = c.creative_id",
}
_SORT_NAME: Final[dict[str, LiteralString]] = {
    "brand_name": "b.name",
    "advertiser_name": "v.name",
    "order_name": "o.name",
    "line_item_name": "l.name",
    "creative_name": "k.name",
    "brand_id": "c.brand_id",
    "advertiser_id": "c.advertiser_id",
    "order_id": "c.order_id",
    "line_item_id": "c.line_item_id",
    "creative_id": "c.creative_id",
    "date": "c.date",
    "currency": "c.currency",
}

_SUMS: Final = ", ".join(["sum(f." + m + ")::bigint as " + m for m in MEASURES])
_CELL_MEASURES: Final = ", ".join(["c." + m for m in MEASURES])
_TOTALS: Final = ", ".join(["sum(c." + m + ")::bigint" for m in MEASURES])

_FROM_DAYS: Final = """
    from advertiser_day_total f
    join advertiser_day d on d.organization_id = f.organization_id
        and d.advertiser_id = f.advertiser_id and d.report_type = 'dspCampaign'
        and d.date = f.date"""
# A placement's number is its key; joining on its owner too would only mislead the planner's estimate.
_FROM_FACTS: Final = """
    from campaign_fact f
    join campaign_key p on p.key_id = f.key_id
    join advertiser_day d on d.organization_id = f.organization_id
        and d.advertiser_id = f.advertiser_id and d.report_type = 'dspCampaign'
        and d.date = f.date"""
_JOIN_ADVERTISER: Final = """
    join advertiser a on a.organization_id = f.organization_id
        and a.advertiser_id = f.advertiser_id"""
_WHERE: Final = """
    where f.organization_id = $1 and f.advertiser_id = any ($2::uuid[])
      and f.date between $3 and $4 and ($5::text is null or f.currency = $5)"""
_WHERE_PLACEMENT: Final = """
      and p.organization_id = $1
      and ($7::text[] is null or p.order_id = any ($7))
      and ($8::text[] is null or p.line_item_id = any ($8))
      and ($9::text[] is null or p.creative_id = any ($9))"""


# A generic plan knows neither how many advertisers nor how many days are asked for: tens of times slower.
_PLAN_FOR_VALUES: Final = "set local plan_cache_mode = force_custom_plan"


def rows_sql(plan: Plan) -> LiteralString:
    """The ordered cells, at most $6."""
    return _cells(plan) + " " + _ordered(plan) + " order by position limit $6"


def rows_and_totals_sql(plan: Plan) -> LiteralString:
    """The ordered cells, then one total per currency over all cells (not only those within the limit),
    with the count of its cells in `position`."""
    shown = "".join([_ABSENT[d.name] + ", " for d in plan.dimensions])
    totals = (
        "select true, count(*), " + shown + "c.currency, " + _TOTALS + ", min(c.as_of) from cell c"
        " group by c.currency"
    )
    return (
        _cells(plan)
        + " select * from ((select false as is_total, r.* from ("
        + _ordered(plan)
        + ") r order by r.position limit $6) union all ("
        + totals
        + ")) answer order by is_total, case when is_total then 0 else position end, currency"
    )


def _cells(plan: Plan) -> LiteralString:
    select = "".join(
        [_key(plan, d.name) + " as " + _KEY_NAME[d.name] + ", " for d in plan.dimensions]
    )
    group = "".join([_key(plan, d.name) + ", " for d in plan.dimensions])
    source = _FROM_FACTS if plan.needs_placement else _FROM_DAYS
    by_brand = any(d.name == "brand" for d in plan.dimensions)
    return (
        "with cell as materialized (select "
        + select
        + "f.currency, "
        + _SUMS
        + ", min(d.as_of) as as_of"
        + source
        + (_JOIN_ADVERTISER if by_brand else "")
        + _WHERE
        + (_WHERE_PLACEMENT if plan.needs_placement else "")
        + " group by "
        + group
        + "f.currency)"
    )


def _ordered(plan: Plan) -> LiteralString:
    shown = "".join([_SHOWN[d.name] + ", " for d in plan.dimensions])
    names = "".join([_NAMES[d.name] for d in plan.dimensions])
    return (
        "select row_number() over (order by "
        + _order(plan)
        + ") as position, "
        + shown
        + "c.currency, "
        + _CELL_MEASURES
        + ", c.as_of from cell c"
        + names
    )


def _order(plan: Plan) -> LiteralString:
    """The asked order, then the cell's key: the same rows in the same order every time."""
    direction = " desc nulls last" if plan.sort.descending else " asc nulls last"
    by_metric: dict[str, LiteralString] = {metric.name: metric.sort_sql for metric in plan.metrics}
    first = by_metric.get(plan.sort.field) or _SORT_NAME[plan.sort.field]
    ties = "".join([", c." + _KEY_NAME[d.name] + " nulls last" for d in plan.dimensions])
    return first + direction + ties + ", c.currency"


def _key(plan: Plan, dimension: str) -> LiteralString:
    return _DATE[plan.granularity] if dimension == "date" else _KEY[dimension]


def arguments(
    plan: Plan, organization_id: UUID, advertiser_ids: Sequence[UUID], limit: int | None
) -> list[Any]:
    """The values of $1 … in order."""
    wanted = plan.filters
    common = [
        organization_id,
        advertiser_ids,
        plan.start_date,
        plan.end_date,
        wanted.currency,
        limit,
    ]
    if not plan.needs_placement:
        return common
    return [*common, wanted.order_ids, wanted.line_item_ids, wanted.creative_ids]


async def fetch_rows_and_totals(
    tx: Tx, plan: Plan, organization_id: UUID, advertiser_ids: Sequence[UUID]
) -> list[Record]:
    """The rows within the plan's limit, then the totals (`is_total`)."""
    values = arguments(plan, organization_id, advertiser_ids, plan.limit)
    await tx.execute(_PLAN_FOR_VALUES)
    return await tx.fetch(rows_and_totals_sql(plan), *values)


async def stream_rows(
    tx: Tx, plan: Plan, organization_id: UUID, advertiser_ids: Sequence[UUID]
) -> AsyncGenerator[Record]:
    """All rows in the same order, through a server-side cursor."""
    values = arguments(plan, organization_id, advertiser_ids, None)
    await tx.execute(_PLAN_FOR_VALUES)
    async for row in tx.cursor(rows_sql(plan), *values, prefetch=2000):
        yield row
