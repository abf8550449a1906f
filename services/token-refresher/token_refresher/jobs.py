"""Background ticks beside the refresh itself."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import get_args

from shared.clock import Clock
from shared.db import SYSTEM, Db
from shared.metrics import gauge

from . import breaker_queries, continuity, queries
from .domain import State

CREDENTIALS = gauge("credentials", "Credentials by state", ["state"])
HELD = gauge(
    "token_gate_open", "1 while a breaker holds all refreshes of a host or client", ["gate"]
)
OVERDUE = gauge(
    "credential_refreshes_overdue", "Refreshes that are not done ten minutes after they fell due"
)
OVERDUE_AFTER = timedelta(minutes=10)
BY_ORGANIZATION = gauge(
    "organization_credential_refreshes",
    "Refreshes of the last 24 hours: due, done, late, failed; of the organizations with most of them",
    ["organization", "outcome"],
)
WINDOW_HOURS, MOST_ORGANIZATIONS = 24, 100


def count_states(db: Db, clock: Clock) -> Callable[[], Awaitable[None]]:
    """Sets the gauges of states, breakers and overdue refreshes; a state nobody is in shows 0."""

    async def tick() -> None:
        async with db.read(SYSTEM) as tx:
            counts = await queries.count_by_state(tx)
            breakers = await breaker_queries.list_all(tx)
            overdue = await queries.count_overdue(tx, clock() - OVERDUE_AFTER)
        OVERDUE.set(overdue)
        for state in get_args(State):
            CREDENTIALS.labels(state).set(counts.get(state, 0))
        for breaker in breakers:
            HELD.labels(breaker.name).set(breaker.open)

    return tick


def count_by_organization(db: Db, clock: Clock) -> Callable[[], Awaitable[None]]:
    """Sets the gauges of continuity; an organization that has no refreshes any more is gone (ADR 0022)."""

    async def tick() -> None:
        async with db.read(SYSTEM) as tx:
            tallies = await continuity.by_organization(
                tx, clock(), WINDOW_HOURS, MOST_ORGANIZATIONS
            )
        BY_ORGANIZATION.clear()
        for organization_id, tally in tallies:
            for outcome, count in asdict(tally).items():
                BY_ORGANIZATION.labels(str(organization_id), outcome).set(count)

    return tick


def forget_old_hours(db: Db, clock: Clock) -> Callable[[], Awaitable[None]]:
    """Keeps the roll-up of the last 90 days."""

    async def tick() -> None:
        await continuity.purge(db, clock())

    return tick
