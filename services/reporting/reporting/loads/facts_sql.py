"""The statements that bring a slice into the facts of one type, put together from literals only.

$1 organization, $2 advertiser throughout. `staged`: the slice's rows (or those that may differ);
`changed`: what becomes of the current facts, old and new values side by side.
"""

# ruff: noqa: S608 - pyright proves every fragment a literal (LiteralString)

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import LiteralString

from reporting.fact_types import FactType


@dataclass(frozen=True)
class FactSql:
    """`*_all`: `staged` holds all rows of the days; `*_some`: only those that may differ, `gone` ones
    flagged. `rebuild_*`: for days that have newer reports already."""

    create_stage: LiteralString
    create_changed: LiteralString
    insert_first: LiteralString
    find_all: LiteralString
    find_some: LiteralString
    keep_history: LiteralString
    delete_gone: LiteralString
    write_current: LiteralString
    rollups_first: tuple[LiteralString, ...]
    rollups: tuple[LiteralString, ...]
    rebuild: tuple[LiteralString, ...]
    moved: LiteralString


@cache
def fact_sql(kind: FactType) -> FactSql:
    """The statements of a fact type."""
    measures = kind.measures
    typed = ", ".join([m + " bigint not null" for m in measures])
    both = ", ".join(["old_" + m + " bigint, " + m + " bigint" for m in measures])
    return FactSql(
        create_stage="create temp table staged (key_id bigint not null, " + typed
        + ", date date not null, currency text not null, gone boolean not null default false)"
        " on commit drop",
        create_changed="create temp table changed (key_id bigint, date date, known_from timestamptz,"
        " valid_from timestamptz, gone boolean, old_currency text, currency text, " + both
        + ") on commit drop",
        insert_first=_into_fact(kind) + "select $1::uuid, $2::uuid, key_id, " + _list(measures)
        + ", $4::timestamptz, date, currency from staged where date = any ($3::date[])",
        find_all=_find(kind, "full", "s.key_id is null"),
        find_some=_find(kind, "left", "s.gone"),
        keep_history="insert into " + kind.history + " (organization_id, advertiser_id, key_id, "
        + _list(measures) + ", valid_from, valid_to, date, currency) select $1, $2, key_id, "
        + _list(measures, "old_") + ", known_from, valid_from, date, old_currency from changed"
        " where known_from is not null",
        delete_gone="delete from " + kind.fact + " f using changed c where f.organization_id = $1"
        " and f.advertiser_id = $2 and f.date = c.date and f.key_id = c.key_id and c.gone",
        write_current=_into_fact(kind) + "select $1::uuid, $2::uuid, key_id, " + _list(measures)
        + ", valid_from, date, currency from changed where not gone"
        " on conflict (organization_id, advertiser_id, date, key_id) do update set "
        + ", ".join([m + " = excluded." + m for m in (*measures, "currency", "valid_from")]),
        rollups_first=tuple([_rollup(kind, level, first=True) for level in kind.rollups]),
        rollups=tuple(
            [s for level in kind.rollups for s in (_rollup(kind, level, first=False), _sweep(level))]
        ),
        rebuild=_rebuild(kind),
        moved="select " + ", ".join(
            ["coalesce(sum(coalesce(" + m + ", 0) - coalesce(old_" + m + ", 0)), 0)::bigint as " + m
             for m in measures]
        ) + " from changed where date = any ($1::date[])",
    )  # fmt: skip


def _list(names: Sequence[LiteralString], before: LiteralString = "") -> LiteralString:
    return ", ".join([before + name for name in names])


def _into_fact(kind: FactType) -> LiteralString:
    return (
        "insert into " + kind.fact + " as f (organization_id, advertiser_id, key_id, "
        + _list(kind.measures) + ", valid_from, date, currency) "
    )  # fmt: skip


def _differ(kind: FactType, one: LiteralString, other: LiteralString) -> LiteralString:
    values: tuple[LiteralString, ...] = (*kind.measures, "currency")
    return "(" + _list(values, one) + ") is distinct from (" + _list(values, other) + ")"


def _both(kind: FactType, old: LiteralString, new: LiteralString) -> LiteralString:
    return ", ".join([old + m + ", " + new + m for m in kind.measures])


def _find(kind: FactType, join: LiteralString, gone: LiteralString) -> LiteralString:
    """Into `changed`: rows of the days $3 that differ from the current facts; $4 the report's age."""
    filters = (
        "s.key_id is null or f.key_id is null or "
        if join == "full"
        else "case when s.gone then f.key_id is not null else f.key_id is null or "
    )
    return (
        "insert into changed select coalesce(s.key_id, f.key_id), coalesce(s.date, f.date),"
        " f.valid_from, $4::timestamptz, " + gone + ", f.currency, s.currency, "
        + _both(kind, "f.", "s.")
        + " from (select * from staged where date = any ($3::date[])) s " + join + " join"
        " (select * from " + kind.fact + " where organization_id = $1 and advertiser_id = $2"
        " and date = any ($3::date[])) f on f.date = s.date and f.key_id = s.key_id where "
        + filters + _differ(kind, "f.", "s.") + ("" if join == "full" else " end")
    )  # fmt: skip


def _rollup(kind: FactType, level: LiteralString, *, first: bool) -> LiteralString:
    """Adds what changed to the sums of a level."""
    table = level + "_day"
    number = "k." + level + "_key"
    measures = _list(kind.measures)
    added = (
        "select " + number + " as key_id, " + _list(kind.measures, "c.") + ", 1 as fact_rows, c.date,"
        " c.currency from "
    )  # fmt: skip
    keyed = " c join " + kind.key + " k on k.key_id = c.key_id where "
    removed = (
        "select " + number + ", " + ", ".join(["-c.old_" + m for m in kind.measures])
        + ", -1, c.date, c.old_currency from changed" + keyed + "c.known_from is not null"
    )  # fmt: skip
    moved = (
        added + "staged" + keyed + "c.date = any ($3::date[])"
        if first
        else added + "changed" + keyed + "not c.gone union all " + removed
    )
    return (
        "insert into " + table + " as r (organization_id, advertiser_id, key_id, " + measures
        + ", fact_rows, date, currency) select $1::uuid, $2::uuid, key_id, "
        + ", ".join(["sum(" + m + ")" for m in kind.measures])
        + ", sum(fact_rows), date, currency from (" + moved + ") m group by key_id, date, currency"
        " on conflict (organization_id, advertiser_id, date, key_id, currency) do update set "
        + ", ".join([m + " = r." + m + " + excluded." + m for m in (*kind.measures, "fact_rows")])
    )  # fmt: skip


def _sweep(level: LiteralString) -> LiteralString:
    return (
        "delete from " + level + "_day where organization_id = $1 and advertiser_id = $2"
        " and date in (select date from changed) and fact_rows = 0"
    )  # fmt: skip


def _rebuild(kind: FactType) -> tuple[LiteralString, ...]:
    """Days $3 that have newer (or equally old) reports: the intervals of every key whose value at the
    report's age $4 is not the slice's are made anew from what each report said, and joined where
    neighbours agree. Leaves in `changed` what that means for the current facts. $5: report type."""
    values = _list((*kind.measures, "currency"))
    mine = " where organization_id = $1 and advertiser_id = $2 and date = any ($3::date[])"
    typed = ", ".join([m + " bigint" for m in kind.measures])
    span = (
        "(select key_id, date, valid_from, 'infinity'::timestamptz as valid_to, " + values + " from "
        + kind.fact + mine + " union all select key_id, date, valid_from, valid_to, " + values
        + " from " + kind.history + mine + ")"
    )  # fmt: skip
    return (
        "create temp table touched (key_id bigint, date date) on commit drop",
        "create temp table rebuilt (key_id bigint, date date, valid_from timestamptz,"
        " valid_to timestamptz, " + typed + ", currency text) on commit drop",
        "insert into touched select coalesce(s.key_id, o.key_id), coalesce(s.date, o.date)"
        " from (select * from staged where date = any ($3::date[])) s full join"
        " (select * from " + span + " x where valid_from <= $4 and valid_to > $4) o"
        " on o.date = s.date and o.key_id = s.key_id"
        " where s.key_id is null or o.key_id is null or " + _differ(kind, "o.", "s."),
        "insert into rebuilt with moment as (select date, as_of,"
        " row_number() over (partition by date order by as_of) as n,"
        " lead(as_of, 1, 'infinity') over (partition by date order by as_of) as until"
        " from (select distinct date, as_of from day_version" + mine + " and report_type = $5) v),"
        " told as (select x.key_id, m.date, m.as_of, m.until, m.n, " + _list(kind.measures, "x.")
        + ", x.currency from " + span + " x join touched t using (key_id, date) join moment m"
        " on m.date = x.date and x.valid_from <= m.as_of and x.valid_to > m.as_of and m.as_of <> $4"
        " union all select s.key_id, m.date, m.as_of, m.until, m.n, " + _list(kind.measures, "s.")
        + ", s.currency from staged s join touched t using (key_id, date) join moment m"
        " on m.date = s.date and m.as_of = $4),"
        " island as (select *, n - row_number() over (partition by key_id, date, " + values
        + " order by n) as run from told)"
        " select key_id, date, min(as_of), max(until), " + values + " from island"
        " group by key_id, date, run, " + values,
        "delete from " + kind.history + " h using touched t where h.organization_id = $1"
        " and h.advertiser_id = $2 and h.date = t.date and h.key_id = t.key_id",
        "insert into " + kind.history + " (organization_id, advertiser_id, key_id, "
        + _list(kind.measures) + ", valid_from, valid_to, date, currency) select $1, $2, key_id, "
        + _list(kind.measures) + ", valid_from, valid_to, date, currency from rebuilt"
        " where valid_to < 'infinity'",
        "insert into changed select t.key_id, t.date, f.valid_from, r.valid_from, r.key_id is null,"
        " f.currency, r.currency, " + _both(kind, "f.", "r.") + " from touched t left join "
        + kind.fact + " f on f.organization_id = $1 and f.advertiser_id = $2 and f.date = t.date"
        " and f.key_id = t.key_id left join rebuilt r on r.date = t.date and r.key_id = t.key_id"
        " and r.valid_to = 'infinity' where (f.key_id is not null or r.key_id is not null) and ("
        + _differ(kind, "f.", "r.") + " or f.valid_from is distinct from r.valid_from)",
    )  # fmt: skip
