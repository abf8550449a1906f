"""SQL of what facts are about: keys and their numbers, names, the advertiser they belong to."""

# ruff: noqa: S608 - pyright proves every fragment a literal (LiteralString)

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, LiteralString
from uuid import UUID

from shared.db import Tx

from reporting.fact_types import FactType

from .domain import Load
from .parquet import Key

MANY: Final = 500
"""So many new keys at once make the planner's statistics of them useless (its join is then quadratic)."""
_STUB = """
insert into advertiser (organization_id, advertiser_id, brand_id, amazon_advertiser_id, name,
    currency, country, timezone, event_at)
values ($1, $2, null, '', '', $3, '', 'UTC', '-infinity') on conflict do nothing
"""
_BRAND = """
select brand_id, timezone from advertiser where organization_id = $1 and advertiser_id = $2
"""
_NAME = """
insert into entity_name as e (organization_id, kind, entity_id, advertiser_id, name, name_as_of)
select $1, $3, n.id, $2, n.name, $6 from unnest($4::text[], $5::text[]) as n(id, name)
on conflict (organization_id, kind, entity_id, advertiser_id) do update
set name = excluded.name, name_as_of = excluded.name_as_of
where excluded.name <> ''
  and (e.name = '' or (excluded.name_as_of, excluded.name) > (e.name_as_of, e.name))
"""
# The lowest key that has the same order (line item, creative) stands for it in the roll-ups.
_GROUP_CAMPAIGN_KEYS = """
update campaign_key k set
    order_key = g.order_key, line_item_key = g.line_item_key, creative_key = g.creative_key
from (
    select key_id,
        min(key_id) over (partition by order_id) as order_key,
        min(key_id) over (partition by order_id, line_item_id) as line_item_key,
        min(key_id) over (partition by creative_id) as creative_key
    from campaign_key where organization_id = $1 and advertiser_id = $2
) g
where k.organization_id = $1 and k.advertiser_id = $2 and k.key_id = g.key_id and k.order_key is null
"""


async def ensure_advertiser(tx: Tx, load: Load) -> tuple[UUID | None, str]:
    """The advertiser's brand and time zone. One not heard of yet gets a nameless row without a brand: its
    numbers are kept, and no brand-restricted caller sees them before auth says whose they are."""
    await tx.execute(_STUB, load.organization_id, load.advertiser_id, load.currency)
    row = await tx.fetchrow(_BRAND, load.organization_id, load.advertiser_id)
    assert row is not None  # noqa: S101 - written above
    return row["brand_id"], row["timezone"]


async def number_keys(tx: Tx, load: Load, keys: Mapping[str, list[str]]) -> dict[Key, int]:
    """The number of each key; new ones are added."""
    kind = load.kind
    owner = (load.organization_id, load.advertiser_id)
    columns = [keys[name] for name in kind.keys]
    add, find = _statements(kind)
    added = int((await tx.execute(add, *owner, *columns)).rsplit(" ", 1)[1])
    if kind.rollups and added:
        if added >= MANY:
            await tx.execute("analyze campaign_key")
        await tx.execute(_GROUP_CAMPAIGN_KEYS, *owner)
    rows = await tx.fetch(find, *owner, *columns)
    return {tuple(row[name] for name in kind.keys): row["key_id"] for row in rows}


async def name_entities(
    tx: Tx, load: Load, names: Iterable[tuple[str, list[str], list[str]]]
) -> None:
    """Keep the newest names: (kind, ids, names of these) each."""
    owner = (load.organization_id, load.advertiser_id)
    for kind, ids, texts in names:
        await tx.execute(_NAME, *owner, kind, ids, texts, load.as_of)


@cache
def _statements(kind: FactType) -> tuple[LiteralString, LiteralString]:
    """Add keys, find keys: $1 organization, $2 advertiser, then a list per column."""
    columns = ", ".join(kind.keys)
    places: tuple[LiteralString, ...] = ("$3", "$4", "$5", "$6", "$7", "$8", "$9")
    lists = ", ".join([place + "::text[]" for place in places[: len(kind.keys)]])
    same = " and ".join(["k." + name + " = p." + name for name in kind.keys])
    given = " from unnest(" + lists + ") as p(" + columns + ")"
    mine = "k.organization_id = $1 and k.advertiser_id = $2 and " + same
    add = (
        "insert into " + kind.key + " (organization_id, advertiser_id, " + columns + ")"
        " select $1, $2, " + columns + given
        + " where not exists (select from " + kind.key + " k where " + mine + ")"
        " on conflict (organization_id, advertiser_id, " + columns + ") do nothing"
    )  # fmt: skip
    find = "select k.key_id, p.*" + given + " join " + kind.key + " k on " + mine
    return add, find
