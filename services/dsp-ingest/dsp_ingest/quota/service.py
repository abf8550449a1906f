"""The ledger: written with each outcome, read by people."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from shared.clock import Clock
from shared.db import SYSTEM, Db, Tx

from . import queries
from .domain import FAMILIES, Standing
from .shared_quota import Quota
from .spending import DOWNLOAD, Cause, Spending
from .turnstile import client_name

KEPT: Final = timedelta(days=90)
_BATCH: Final = 10_000
_REPORT_FAMILIES: Final = ("report_create", "report_read")
_REQUESTS_PER_REPORT: Final = 5
"""Before anything was measured: one creation and four looks."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where the quota is asked how it stands."""

    quota: Quota
    client_id: str

    async def of(self, region: str) -> dict[str, Standing]:
        """Every family's bucket of a region; downloads have none."""
        client = client_name(self.client_id)
        return {each: await self.quota.standing(client, region, each) for each in FAMILIES}


@dataclass(frozen=True, slots=True)
class FamilyUse:
    """What one kind of call cost in a region; `standing` None where nothing limits it."""

    family: str
    requests: int
    throttled: int
    byte_count: int
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class RegionUse:
    """`refresh_requests`: what bringing one advertiser up to date costs; `measured` or estimated."""

    region: str
    advertisers: int
    families: tuple[FamilyUse, ...]
    refresh_requests: int
    measured: bool


async def record(tx: Tx, cause: Cause, noted: Spending, now: datetime) -> None:
    """Writes down what a piece of work spent. Families in one order: two writers never wait for each
    other in a circle."""
    for family, spent in sorted(noted.families.items()):
        if spent.requests:
            await queries.add(tx, cause, family, spent, now)


async def summary(
    tx: Tx,
    allowance: Allowance,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    since: datetime,
    slices: int,
) -> tuple[list[RegionUse], list[Any]]:
    """Each region's use, and what it was spent on. `slices`: reports of a refresh, as planned."""
    lines = await queries.list_spent(tx, organization_id, brand_ids, since)
    regions = await queries.list_regions(tx, organization_id, brand_ids, since)
    known: dict[str, Any] = {row["region"]: row for row in regions}
    names = sorted({*known, *(line["region"] for line in lines)})
    uses = [
        _region(name, known.get(name), _of(lines, name), await allowance.of(name), slices)
        for name in names
    ]
    return uses, lines


def _of(lines: Sequence[Any], region: str) -> list[Any]:
    return [line for line in lines if line["region"] == region]


def _region(
    name: str,
    row: Mapping[str, Any] | None,
    lines: Sequence[Mapping[str, Any]],
    standings: Mapping[str, Standing],
    slices: int,
) -> RegionUse:
    families = tuple(
        _family(family, lines, standings.get(family)) for family in (*FAMILIES, DOWNLOAD)
    )
    spent = sum(use.requests for use in families if use.family in _REPORT_FAMILIES)
    syncs = row["syncs"] if row else 0
    measured = bool(syncs and spent)
    cost = math.ceil(spent / syncs) if measured else slices * _REQUESTS_PER_REPORT
    return RegionUse(name, row["advertisers"] if row else 0, families, cost, measured)


def _family(
    family: str, lines: Sequence[Mapping[str, Any]], standing: Standing | None
) -> FamilyUse:
    own = [line for line in lines if line["family"] == family]
    sums = (sum(line[name] for line in own) for name in ("requests", "throttled", "bytes"))
    requests, throttled, byte_count = sums
    return FamilyUse(family, requests, throttled, byte_count, standing)


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Forgets what is older than is kept."""

    db: Db
    clock: Clock

    async def tick(self) -> bool:
        """True when there may be more."""
        async with self.db.tx(SYSTEM) as tx:
            return await queries.delete_before(tx, self.clock() - KEPT, _BATCH) == _BATCH
