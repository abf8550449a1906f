"""Token continuity over virtual time, and what one replica manages in a second, on real Postgres.

`python -m benchmarks token_refresh`: about ten minutes, each part under eight; `benchmarks/token_refresh.py
--long` takes about an hour and runs ten times the hours. Five parts:

1. 100,000 grants on the service's code and a real Postgres, for as many virtual hours as fit (an outage of
   30 minutes among them). Seven days of them are 21 million refreshes: hours of this machine, see the rate.
2. The seven days on the same code and Postgres with fewer grants.
3. The seven days against the sandbox: its clock, token endpoint and faults (`token_sandbox.py`), fewer grants still.
4. The seven days of 100,000 grants with the same decisions, in memory (`token_week.py`).
5. Rates: refreshes and hand-outs a second.

In all of them 429, 500 and timeouts in 2.5 % of calls, replica clocks off by up to 5 s, replicas killed in the
middle of refreshes, one grant in a thousand revoked.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from embedded.postgres import Postgres
from embedded.unprivileged import scratch_folder
from servers import PASSWORD, free_port, provisioned
from shared.db import SYSTEM, Db
from shared.ids import new_id
from token_amazon import Amazon, refresh_token
from token_refresher import service
from token_refresher.domain import Grant
from token_refresher.handout import Ask
from token_refresher.main import MIGRATIONS, SCHEMA
from token_sandbox import SandboxAmazon
from token_service import KEYS, Figures, Plan, Run, make_replica
from token_week import Week

DAYS, MANY, RATE_GRANTS = 7, 100_000, 4_000
CAPACITY_PER_TICK = 1_000
SHORT = (Plan(MANY, 2.5, 5, 1.0), Plan(150, 24 * DAYS, 30, 84.0))
SANDBOX = Plan(40, 24 * DAYS, 30, 84.0)
LONG = (Plan(MANY, 24, 5, 12.0), Plan(2_000, 24 * DAYS, 10, 84.0))
HEAD = (
    "| run | due | done | late | missed | revoked | expired handed out | handed out | p99 s "
    "| refreshes cut by kills | took |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


@asynccontextmanager
async def database() -> AsyncGenerator[Db]:
    """An empty one on a server of its own."""
    with scratch_folder() as folder:
        async with Postgres(folder / "postgres", free_port(), password=PASSWORD) as server:
            db = Db(await provisioned(server, SCHEMA), schema=SCHEMA, migrations=MIGRATIONS)
            await db.start()
            try:
                yield db
            finally:
                await db.stop()


async def on_postgres(plan: Plan, amazon: Amazon | None = None) -> Figures:
    async with database() as db:
        return await Run(db, plan, amazon=amazon).run()


def row_of(name: str, figures: Figures) -> str:
    waiting = figures.due - figures.done - figures.failed
    return (
        f"| {name} | {figures.due:,} | {figures.done:,} (+{waiting} under way) | {figures.late:,} "
        f"| {figures.missed} | {figures.failed} of {figures.revoked} | {figures.expired_given} "
        f"| {figures.given:,} | {figures.p99()} | {figures.killed:,} | {figures.seconds:.0f} s |"
    )


def speed_of(figures: Figures, plan: Plan) -> str:
    rate = figures.done / figures.busy_seconds
    share = figures.busy_seconds / (plan.hours * 3600)
    return (
        f"{plan.grants:,} grants: {rate:,.0f} refreshes/s while there was work; one replica was busy for "
        f"{share:.1%} of virtual time; calls in the outage: {figures.calls_in_outage:,}."
    )


def in_memory() -> str:
    started = time.perf_counter()
    figures = Week(MANY, DAYS, CAPACITY_PER_TICK).run()
    took = time.perf_counter() - started
    return (
        f"| decisions in memory, {MANY:,} for {DAYS} days | {figures.due:,} | {figures.done:,} "
        f"| {figures.late:,} | {figures.overdue} | {figures.refused} | {figures.expired_given} "
        f"| {figures.given:,} | {figures.p99()} | {figures.killed:,} | {took:.0f} s |"
    )


async def store(db: Db, amazon: Amazon, count: int) -> list[Ask]:
    """Grants of fifty organizations, as auth hands them over."""
    organizations = [new_id() for _ in range(50)]
    asks = [Ask(new_id(), organizations[n % 50]) for n in range(count)]
    for first in range(0, count, 200):
        async with db.tx(SYSTEM) as tx:
            for number, ask in enumerate(asks[first : first + 200], first):
                grant = Grant(refresh_token(number), amazon.mint(), 3600)
                ids = (ask.connection_id, ask.organization_id)
                await service.store_grant(tx, KEYS, *ids, "NA", grant, amazon.now)
    return asks


async def refresh_rate(db: Db, amazon: Amazon, batch: int) -> float:
    """Refreshes a second by one replica, every answer immediate."""
    amazon.now += timedelta(minutes=51)
    replica, before = make_replica(db, amazon, 0.0, batch=batch), amazon.calls
    started = time.perf_counter()
    while await replica.refresher.tick():
        pass
    return (amazon.calls - before) / (time.perf_counter() - started)


async def hand_out_rate(db: Db, ask: Ask, amazon: Amazon, *, believe: float, count: int) -> float:
    """Hand-outs a second of one connection, 20 callers at once."""
    replica = make_replica(db, amazon, 0.0, believe=believe)

    async def caller() -> None:
        for _ in range(count // 20):
            await replica.handout.get(ask)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(20)))
    return count / (time.perf_counter() - started)


async def rates() -> str:
    async with database() as db:
        amazon = Amazon()
        asks = await store(db, amazon, RATE_GRANTS)
        few = await refresh_rate(db, amazon, 50)
        many = await refresh_rate(db, amazon, 200)
        asked = await hand_out_rate(db, asks[0], amazon, believe=0.0, count=2_000)
        kept = await hand_out_rate(db, asks[0], amazon, believe=5.0, count=100_000)
    return (
        f"refreshes/s, one replica: {few:,.0f} with 50 at once (the default), {many:,.0f} with 200. "
        "Limit: this process's HTTP client and encryption, then Postgres.\n"
        f"hand-outs/s, one replica: {asked:,.0f} asking Postgres, {kept:,.0f} from memory."
    )


async def main() -> None:
    large, whole = LONG if "--long" in sys.argv else SHORT
    print(HEAD, flush=True)
    notes: list[str] = []
    for plan in (large, whole):
        figures = await on_postgres(plan)
        name = f"service on Postgres, {plan.grants:,} for {plan.hours:g} h"
        print(row_of(name, figures), flush=True)
        notes.append(speed_of(figures, plan))
    name = f"service on Postgres against the sandbox, {SANDBOX.grants:,} for {SANDBOX.hours:g} h"
    print(row_of(name, await on_postgres(SANDBOX, SandboxAmazon())), flush=True)
    print(in_memory(), flush=True)
    print(
        "\nlate: in a token's last five minutes or after it (the outage). p99: from due to done outside"
    )
    print("of the outage, in virtual seconds. Events go to the outbox, not on to Kafka.\n")
    print("\n".join([*notes, await rates()]))


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(main())
