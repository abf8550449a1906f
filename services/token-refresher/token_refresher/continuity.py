"""The measured 100 %: which refreshes were due, and what became of each. Decisions and their SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.metrics import counter, histogram

from .domain import Credential, RefreshFailed, is_late

REFRESHES = counter(
    "credential_refreshes_total",
    "Refreshes: due, done, late (done, in the last 5 minutes or after), failed (refused), fenced",
    ["outcome"],
)
DELAYS = histogram(
    "credential_refresh_delay_seconds",
    "From the planned time of a refresh to its new token",
    buckets=(1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600),
)
KEPT = timedelta(days=90)

_ADD = """
insert into continuity_hour as c (organization_id, hour, due, done, late, failed)
select * from unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::int[], $5::int[], $6::int[])
on conflict (organization_id, hour) do update set due = c.due + excluded.due,
    done = c.done + excluded.done, late = c.late + excluded.late, failed = c.failed + excluded.failed
"""
_SUM = """
select coalesce(sum(due), 0)::int as due, coalesce(sum(done), 0)::int as done,
    coalesce(sum(late), 0)::int as late, coalesce(sum(failed), 0)::int as failed
from continuity_hour where organization_id = $1 and hour > $2
"""
# Due, and never tried yet: held up by a breaker, or about to be claimed.
_WAITING = """
select count(*) from credential
where organization_id = $1 and due_at <= $2 and not due_counted
  and state not in ('reauth_required', 'suspended')
"""
# What `read` tells of one organization, for those with most refreshes.
_BY_ORGANIZATION = """
select organization_id, sum(due)::int as due, sum(done)::int as done, sum(late)::int as late,
    sum(failed)::int as failed
from (
    select organization_id, due, done, late, failed from continuity_hour where hour > $1
    union all
    select organization_id, 1, 0, 0, 0 from credential
    where due_at <= $2 and not due_counted and state not in ('reauth_required', 'suspended')
) as counted
group by organization_id order by sum(due) desc, organization_id limit $3
"""
_PURGE = "delete from continuity_hour where hour < $1"


@dataclass(frozen=True, slots=True)
class Tally:
    """Refreshes that fell due, those of them that brought a token (late or not) or were refused."""

    due: int = 0
    done: int = 0
    late: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.due + other.due,
            self.done + other.done,
            self.late + other.late,
            self.failed + other.failed,
        )

    @property
    def done_share(self) -> float | None:
        return self.done / self.due if self.due else None


def outcome(before: Credential, asked_at: datetime, failure: RefreshFailed | None) -> Tally:
    """What one attempt adds. A refresh before its time was not due, nor is it once it is done."""
    if asked_at < before.due_at:
        return Tally()
    due = 0 if before.due_counted else 1
    if failure is None:
        return Tally(due, 1, int(is_late(before, asked_at)))
    return Tally(due, failed=int(failure.state == "reauth_required"))


async def add(tx: Tx, attempts: Iterable[tuple[Credential, Tally]]) -> None:
    """Into the hours in which they fell due, so that an attempt hours later completes that hour.

    In one order of rows for every replica, so that two never wait for each other.
    """
    hours: dict[tuple[UUID, datetime], Tally] = {}
    for before, tally in attempts:
        if tally != Tally():
            due_at = before.due_at.astimezone(UTC)
            key = (before.organization_id, due_at.replace(minute=0, second=0, microsecond=0))
            hours[key] = hours.get(key, Tally()) + tally
    if hours:
        rows = [
            (*key, t.due, t.done, t.late, t.failed)
            for key, t in sorted(hours.items(), key=lambda item: item[0])
        ]
        await tx.execute(_ADD, *map(list, zip(*rows, strict=True)))


def observe(before: Credential, tally: Tally, at: datetime) -> None:
    """The same on /metrics, after the commit."""
    for name in ("due", "done", "late", "failed"):
        REFRESHES.labels(name).inc(getattr(tally, name))
    if tally.done:
        DELAYS.observe(max(0.0, (at - before.due_at).total_seconds()))


async def read(tx: Tx, organization_id: UUID, now: datetime, hours: int) -> Tally:
    """Whole hours, the running one included; what waits for its first attempt is due too."""
    row = await tx.fetchrow(_SUM, organization_id, now - timedelta(hours=hours))
    waiting = await tx.fetchval(_WAITING, organization_id, now)
    if row is None:
        return Tally(waiting)
    return Tally(row["due"] + waiting, row["done"], row["late"], row["failed"])


async def by_organization(
    tx: Tx, now: datetime, hours: int, limit: int
) -> list[tuple[UUID, Tally]]:
    """The same of many organizations, those with most due refreshes first."""
    rows = await tx.fetch(_BY_ORGANIZATION, now - timedelta(hours=hours), now, limit)
    return [
        (row["organization_id"], Tally(row["due"], row["done"], row["late"], row["failed"]))
        for row in rows
    ]


async def purge(db: Db, now: datetime) -> None:
    async with db.tx(SYSTEM) as tx:
        await tx.execute(_PURGE, now - KEPT)
