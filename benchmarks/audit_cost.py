"""What the audit log costs: a change, a look, an entry put together, chained and verified.

`python -m benchmarks audit_cost`: about a minute, its own Postgres. A change is a transaction that emits a fact;
a look is a read-only snapshot. Each with its entry and without, in turns, so that the machine is the same for both.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import auth
from auth.audit.chaining import Chainer, receive
from auth.audit.service import check_chain
from embedded.postgres import Postgres
from embedded.unprivileged import scratch_folder
from servers import PASSWORD, free_port, provisioned
from shared.audit.entries import Origin, make_entry
from shared.db import SYSTEM, Db, Scope
from shared.events import BrandUpdated, make_event
from shared.ids import new_id
from shared.internal_tokens import Actor

from shared import audit, outbox

ROUNDS, ENTRIES = 600, 20_000
MIGRATIONS = Path(auth.__file__).parent / "migrations"
ORGANIZATION = new_id()
ANA = Actor("user", str(new_id()), ORGANIZATION, ip="203.0.113.7")
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ORIGIN = Origin("203.0.113.7", AGENT, "0" * 32, "queryMetrics")
DETAILS = {
    "start_date": "2026-01-01",
    "end_date": "2026-01-30",
    "dimensions": ["date"],
    "metrics": ["impressions", "clicks", "total_cost", "sales"],
}
Action = Callable[[], Awaitable[None]]


async def main() -> None:
    with scratch_folder() as folder:
        async with Postgres(folder / "postgres", free_port(), password=PASSWORD) as server:
            db = Db(await provisioned(server, "auth"), schema="auth", migrations=MIGRATIONS)
            await db.start()
            await requests(db)
            await chain(db)
            await db.stop()


async def requests(db: Db) -> None:
    scope = Scope.organization(ORGANIZATION)

    async def change(*, told: bool) -> None:
        async with db.tx(scope) as tx:
            data = BrandUpdated(brand_id=new_id(), name="Contoso")
            await outbox.add(tx, data, organization_id=ORGANIZATION)
            if told:
                await audit.record(tx, "brand.changed", ANA, origin=ORIGIN)

    async def look(*, told: bool) -> None:
        async with db.read(scope) as tx:
            await tx.fetch("select * from brand where organization_id = $1", ORGANIZATION)
        if told:
            await db.emit([audit.row("auth", "metrics.read", ANA, origin=ORIGIN, details=DETAILS)])

    print("| request | p50 without, ms | p50 with, ms | costs, ms |")
    print("|---|---|---|---|")
    for name, run in {"change (one commit)": change, "look (read-only snapshot)": look}.items():
        bare, with_entry = await in_turns(lambda r=run: r(told=False), lambda r=run: r(told=True))
        print(f"| {name} | {bare:.2f} | {with_entry:.2f} | {with_entry - bare:+.2f} |")
    started = time.perf_counter()
    for _ in range(ROUNDS):
        make_entry("auth", "metrics.read", ANA, origin=ORIGIN, details=DETAILS)
    print(f"\nputting an entry together: {(time.perf_counter() - started) / ROUNDS * 1e6:.0f} µs")


async def in_turns(first: Action, second: Action) -> tuple[float, float]:
    """The medians of both, in milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for action, taken in zip((first, second), times, strict=True):
            started = time.perf_counter()
            await action()
            taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


async def chain(db: Db) -> None:
    async with db.tx(SYSTEM) as tx:
        for _ in range(ENTRIES):
            entry = make_entry("auth", "metrics.read", ANA, origin=ORIGIN, details=DETAILS)
            await receive(tx, make_event(entry, ORGANIZATION))
    started = time.perf_counter()
    chainer = Chainer(db, lambda: datetime.now(UTC))
    while await chainer.tick():
        pass
    print(f"chaining: {ENTRIES / (time.perf_counter() - started):,.0f} entries/s")
    started = time.perf_counter()
    async with db.read(SYSTEM) as tx:
        async for _, check, done in check_chain(tx, ORGANIZATION):
            assert not done or not check.broken
    print(f"verifying: {ENTRIES / (time.perf_counter() - started):,.0f} entries/s")


if __name__ == "__main__":
    asyncio.run(main())
