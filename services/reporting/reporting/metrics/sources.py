"""Where a question's rows are summed from: the least that holds them. Literal fragments only."""

# ruff: noqa: S608 - pyright proves every fragment a literal (LiteralString)

from typing import LiteralString

from reporting.fact_types import CAMPAIGN

from .domain import Plan

_LEVELS: tuple[tuple[frozenset[str], LiteralString], ...] = (
    (frozenset({"order"}), "order"),
    (frozenset({"order", "line_item"}), "line_item"),
    (frozenset({"creative"}), "creative"),
)


def source_of(plan: Plan) -> LiteralString:
    """`from` … with facts or their sums as f, what they are about as p, and their day's report as d."""
    if plan.as_of is not None:
        return _as_reported(plan) + _keys(plan) + _versions(plan)
    if plan.kind is CAMPAIGN and not plan.needs_key:
        return " from advertiser_day_total f" + _days(plan)
    return " from " + (level_of(plan) or plan.kind.fact) + " f" + _keys(plan) + _days(plan)


def level_of(plan: Plan) -> LiteralString | None:
    """The roll-up that has every dimension touched; None: the facts themselves."""
    if plan.kind is not CAMPAIGN or plan.as_of is not None:
        return None
    touched = {d.name for d in plan.touched if d.needs_key}
    return next((level + "_day" for names, level in _LEVELS if touched <= names), None)


def _keys(plan: Plan) -> LiteralString:
    """A key's number is its own; joining on its owner too would only mislead the planner's estimate."""
    return " join " + plan.kind.key + " p on p.key_id = f.key_id" if plan.needs_key else ""


def _days(plan: Plan) -> LiteralString:
    """The current report of each day; of a summary only the last within the range."""
    last = (
        " and f.date = (select max(x.date) from advertiser_day x where x.organization_id = $1"
        " and x.advertiser_id = f.advertiser_id and x.report_type = '" + _report_type(plan)
        + "' and x.date between $3 and $4)"
        if plan.kind.summary
        else ""
    )  # fmt: skip
    return (
        " join advertiser_day d on d.organization_id = f.organization_id"
        " and d.advertiser_id = f.advertiser_id and d.date = f.date and d.report_type = '"
        + _report_type(plan) + "'" + last
    )  # fmt: skip


def _as_reported(plan: Plan) -> LiteralString:
    columns = "organization_id, advertiser_id, key_id, date, currency, " + ", ".join(
        plan.kind.measures
    )
    return (
        " from (select " + columns + " from " + plan.kind.fact + " where valid_from <= $7"
        " union all select " + columns + " from " + plan.kind.history
        + " where valid_from <= $7 and valid_to > $7) f"
    )  # fmt: skip


def _versions(plan: Plan) -> LiteralString:
    """The report that told each day at $7; of a summary only the last within the range."""
    distinct = "advertiser_id" if plan.kind.summary else "advertiser_id, date"
    order = (
        "advertiser_id, date desc, as_of desc" if plan.kind.summary else distinct + ", as_of desc"
    )
    return (
        " join (select distinct on (" + distinct + ") * from day_version where organization_id = $1"
        " and advertiser_id = any ($2::uuid[]) and report_type = '" + _report_type(plan)
        + "' and date between $3 and $4 and as_of <= $7 order by " + order
        + ", report_id desc) d on d.advertiser_id = f.advertiser_id and d.date = f.date"
    )  # fmt: skip


def _report_type(plan: Plan) -> LiteralString:
    return plan.kind.report_type
