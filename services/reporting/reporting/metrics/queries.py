"""The metrics query, put together from literal fragments only; every value is a bound parameter.

$1 organization, $2 advertisers in scope, $3..$4 days, $5 currency, $6 limit (null: none), $7 as reported on
(null: now), $8 the least ripe that is kept (null: any), $9 rows to skip and, from $10, the values of each
filtered dimension. A *cell* is one combination of the dimensions and a currency: money of two currencies never
meets.
"""

# ruff: noqa: S608 - pyright proves every fragment a literal (LiteralString)

from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from .catalogue import Dimension
from .domain import Plan
from .sources import source_of

_DATE: Final[dict[str, LiteralString]] = {
    "day": "f.date",
    "week": "date_trunc('week', f.date::timestamp)::date",
    "month": "date_trunc('month', f.date::timestamp)::date",
}
_WHERE: Final = """
    where f.organization_id = $1 and f.advertiser_id = any ($2::uuid[])
      and f.date between $3 and $4 and ($5::text is null or f.currency = $5)
      and ($7::timestamptz is null or d.as_of <= $7)
      and ($8::smallint is null or greatest(d.traffic_maturity, d.conversion_maturity) <= $8)"""
_JOIN_ADVERTISER: Final = """
    join advertiser a on a.organization_id = f.organization_id
        and a.advertiser_id = f.advertiser_id"""
_PLACES: Final[tuple[LiteralString, ...]] = (
    "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17", "$18", "$19", "$20", "$21", "$22",
    "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30", "$31", "$32",
)  # fmt: skip


# A generic plan knows neither how many advertisers nor how many days are asked for: tens of times slower.
_PLAN_FOR_VALUES: Final = "set local plan_cache_mode = force_custom_plan"


def rows_sql(plan: Plan) -> LiteralString:
    """The ordered cells after $9, at most $6."""
    return _cells(plan) + " " + _page(plan)


def rows_and_totals_sql(plan: Plan) -> LiteralString:
    """The ordered cells, then one total per currency over all cells (not only those within the limit),
    with the count of its cells in `position`."""
    shown = "".join([_absent(d) + ", " for d in plan.dimensions])
    sums = ", ".join(["sum(c." + m + ")::bigint" for m in plan.kind.measures])
    totals = (
        "select true, count(*), " + shown + "c.currency, " + sums + ", min(c.as_of),"
        " max(c.traffic_maturity), max(c.conversion_maturity) from cell c group by c.currency"
    )  # fmt: skip
    return (
        _cells(plan)
        + " select * from ((select false as is_total, r.* from ("
        + _page(plan)
        + ") r) union all ("
        + totals
        + ")) answer order by is_total, case when is_total then 0 else position end, currency"
    )


def _cells(plan: Plan) -> LiteralString:
    select = "".join([_key(plan, d) + " as " + _column(d) + ", " for d in plan.dimensions])
    group = "".join([_key(plan, d) + ", " for d in plan.dimensions])
    sums = ", ".join(["sum(f." + m + ")::bigint as " + m for m in plan.kind.measures])
    by_brand = any(d.name == "brand" for d in plan.dimensions)
    return (
        "with cell as materialized (select " + select + "f.currency, " + sums
        + ", min(d.as_of) as as_of, max(d.traffic_maturity) as traffic_maturity,"
        " max(d.conversion_maturity) as conversion_maturity" + source_of(plan)
        + (_JOIN_ADVERTISER if by_brand else "") + _WHERE + _kept(plan)
        + " group by " + group + "f.currency)"
    )  # fmt: skip


def _kept(plan: Plan) -> LiteralString:
    """The key table is filtered by owner too, then by each filtered dimension."""
    if not plan.needs_key:
        return ""
    filters = "".join(
        [
            " and p." + (dimension.key or "") + " = any (" + place + "::text[])"
            for (dimension, _), place in zip(plan.kept, _PLACES, strict=False)
        ]
    )
    return " and p.organization_id = $1" + filters


def _page(plan: Plan) -> LiteralString:
    shown = "".join([_shown(d) + ", " for d in plan.dimensions])
    names = "".join([_names(d) for d in plan.dimensions])
    measures = ", ".join(["c." + m for m in plan.kind.measures])
    return (
        "select * from (select row_number() over (order by " + _order(plan) + ") as position, "
        + shown + "c.currency, " + measures
        + ", c.as_of, c.traffic_maturity, c.conversion_maturity from cell c" + names
        + ") q where position > $9::bigint order by position limit $6::bigint"
    )  # fmt: skip


def _order(plan: Plan) -> LiteralString:
    """The asked order, then the cell's key: the same rows in the same order every time."""
    direction = " desc nulls last" if plan.sort.descending else " asc nulls last"
    by_metric: dict[str, LiteralString] = {metric.name: metric.sort_sql for metric in plan.metrics}
    first = by_metric.get(plan.sort.field) or _sorted_by(plan)
    ties = "".join([", c." + _column(d) + " nulls last" for d in plan.dimensions])
    return first + direction + ties + ", c.currency"


def _sorted_by(plan: Plan) -> LiteralString:
    for dimension in plan.dimensions:
        last = dimension.columns[-1].name
        if plan.sort.field in {column.name for column in dimension.columns}:
            by_name = len(dimension.columns) > 1 and plan.sort.field == last
            return _alias(dimension) + ".name" if by_name else "c." + _column(dimension)
    return "c.currency"


def _key(plan: Plan, dimension: Dimension) -> LiteralString:
    """Its value of a fact."""
    if dimension.key is not None:
        return "p." + dimension.key
    if dimension.name == "date":
        return _DATE[plan.granularity]
    return "a.brand_id" if dimension.name == "brand" else "f.advertiser_id"


def _column(dimension: Dimension) -> LiteralString:
    """Its column of a cell: that of its key or id."""
    if dimension.name == "date" or (dimension.key is not None and dimension.names is None):
        return dimension.name
    return dimension.name + "_id"


def _alias(dimension: Dimension) -> LiteralString:
    return "n_" + dimension.name


def _shown(dimension: Dimension) -> LiteralString:
    id_only = "c." + _column(dimension)
    if len(dimension.columns) == 1:
        return id_only
    return id_only + ", " + _alias(dimension) + ".name as " + dimension.name + "_name"


def _absent(dimension: Dimension) -> LiteralString:
    if dimension.key is not None:
        return "null::text" + (", null::text" if len(dimension.columns) > 1 else "")
    return "null::date" if dimension.name == "date" else "null::uuid, null::text"


def _names(dimension: Dimension) -> LiteralString:
    alias, column = _alias(dimension), _column(dimension)
    if dimension.names is not None:
        return (
            " left join (select entity_id, max(name) as name from entity_name"
            " where organization_id = $1 and advertiser_id = any ($2::uuid[]) and kind = '"
            + dimension.names + "' group by entity_id) " + alias
            + " on " + alias + ".entity_id = c." + column
        )  # fmt: skip
    if len(dimension.columns) == 1:
        return ""
    return (
        " left join " + dimension.name + " " + alias + " on " + alias + ".organization_id = $1 and "
        + alias + "." + column + " = c." + column
    )  # fmt: skip


def arguments(
    plan: Plan, organization_id: UUID, advertiser_ids: Sequence[UUID], limit: int | None
) -> list[Any]:
    """The values of $1 … in order."""
    return [
        organization_id,
        advertiser_ids,
        plan.start_date,
        plan.end_date,
        plan.filters.currency,
        limit,
        plan.as_of,
        plan.filters.ripest,
        0 if limit is None else plan.skip,
        *(list(values) for _, values in plan.kept),
    ]


async def fetch_rows_and_totals(
    tx: Tx, plan: Plan, organization_id: UUID, advertiser_ids: Sequence[UUID]
) -> list[Record]:
    """The rows within the plan's limit, then the totals (`is_total`)."""
    values = arguments(plan, organization_id, advertiser_ids, plan.limit)
    await tx.execute(_PLAN_FOR_VALUES)
    return await tx.fetch(rows_and_totals_sql(plan), *values)
