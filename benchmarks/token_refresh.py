"""Token continuity over seven virtual days; refreshes/s and hand-outs/s on real Postgres.

`python -m benchmarks token_refresh`: about six minutes. Three parts: (1) the service's refresher, breakers,
hand-out and Postgres for 60 grants for 7 days on a virtual clock, Amazon's token endpoint an in-process transport
that fails as told; (2) their speed, 2,000 grants due at once; (3) 100,000 grants for 7 days in memory, with
the same decisions but without Postgres (`token_week.py`), at a capacity of half a replica.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import structlog
from amazon_ads.endpoints import Endpoints
from amazon_ads.lwa import ClientCredentials
from cryptography.fernet import Fernet
from embedded.postgres import Postgres
from embedded.unprivileged import scratch_folder
from servers import PASSWORD, free_port, provisioned
from shared.db import SYSTEM, Db
from shared.errors import AppError
from shared.ids import new_id
from shared.keyring import KeyRing
from token_refresher import service
from token_refresher.clients import LoginWithAmazon
from token_refresher.domain import Grant
from token_refresher.handout import Ask, HandOut
from token_refresher.main import MIGRATIONS, SCHEMA
from token_refresher.refresher import Refresher
from token_week import LIFE, OUTAGE, START, Figures, Week

GRANTS, DAYS, MANY = 60, 7, 2_000
STEP = timedelta(seconds=30)
SKEWS = (-5.0, 0.0, 5.0)
KEYS = KeyRing.parse(f"k1:{Fernet.generate_key().decode()}")
CAPACITY_PER_TICK = 1_000


class Killed(BaseException):
    """A replica gone between asking Amazon and writing the answer."""


@dataclass
class Amazon:
    """Mints tokens and knows when they truly end; fails while `faulty`."""

    now: datetime = START
    faulty: bool = True
    ends: dict[str, datetime] = field(default_factory=dict[str, datetime])
    calls: int = 0
    killed: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def mint(self) -> str:
        token = f"Atza|{new_id()}"
        self.ends[token] = self.now + LIFE
        return token

    async def answer(self, _request: httpx.Request) -> httpx.Response:
        self.calls += 1
        dice = self.chance.random() if self.faulty else 1.0
        if self.faulty and OUTAGE[0] <= self.now < OUTAGE[1]:
            return httpx.Response(503)
        if dice < 0.01:
            return httpx.Response(429, headers={"Retry-After": "10"})
        if dice < 0.02:
            return httpx.Response(500)
        if dice < 0.025:
            raise TimeoutError
        if dice < 0.03:
            self.killed += 1
            raise Killed
        body = {"access_token": self.mint(), "expires_in": 3600, "token_type": "bearer"}
        return httpx.Response(200, json=body)


@dataclass
class Replica:
    refresher: Refresher
    handout: HandOut


def make_replica(db: Db, amazon: Amazon, skew: float, *, believe: float = 0.0) -> Replica:
    client = LoginWithAmazon(
        Endpoints.at("http://amazon"),
        ClientCredentials("client", "secret"),
        timeout_seconds=12,
        connections=50,
        transport=httpx.MockTransport(amazon.answer),
    )

    def clock() -> datetime:
        return amazon.now + timedelta(seconds=skew)

    async def no_sleep(_: float) -> None: ...

    lease = timedelta(seconds=45)
    refresher = Refresher(db, KEYS, client, batch=50, lease=lease, clock=clock, sleep=no_sleep)
    wait, trust = timedelta(seconds=0.1), timedelta(seconds=believe)
    handout = HandOut(db, KEYS, refresher, wait=wait, believe=trust, clock=clock, sleep=no_sleep)
    refresher.changed = handout.forget
    return Replica(refresher, handout)


async def store(db: Db, amazon: Amazon, count: int) -> list[Ask]:
    """Grants of fifty organizations."""
    organizations = [new_id() for _ in range(50)]
    asks = [Ask(new_id(), organizations[n % 50]) for n in range(count)]
    for first in range(0, count, 200):
        async with db.tx(SYSTEM) as tx:
            for ask in asks[first : first + 200]:
                grant = Grant(f"Atzr|{ask.connection_id}", amazon.mint(), 3600)
                ids = (ask.connection_id, ask.organization_id)
                await service.store_grant(tx, KEYS, *ids, "NA", grant, amazon.now)
    return asks


async def week(db: Db) -> str:
    """Part 1: a table row; time jumps to the next tick at which something is due."""
    amazon, started = Amazon(), time.perf_counter()
    asks = await store(db, amazon, GRANTS)
    replicas = [make_replica(db, amazon, skew) for skew in SKEWS]
    given = expired = 0
    while amazon.now < START + timedelta(days=DAYS):
        replica = amazon.chance.choice(replicas)
        await replica.refresher.tick()
        for ask in amazon.chance.choices(asks, k=1):
            given, expired = await hand_out(replica, amazon, ask, given, expired)
        amazon.now = await next_tick(db, amazon.now)
    async with db.read(SYSTEM) as tx:
        row = await tx.fetchrow(
            "select sum(due) as due, sum(done) as done, sum(late) as late from continuity_hour"
        )
        missed = await tx.fetchval(
            "select count(*) from credential where due_at < $1",
            amazon.now - timedelta(minutes=5),
        )
    if row is None:
        raise RuntimeError("no hour was counted")
    took = time.perf_counter() - started
    return (
        f"| Postgres, {GRANTS} for {DAYS} days, {took:.0f} s | {row['due']:,} | {row['done']:,} "
        f"| {row['late']:,} | {missed} | 0 | {amazon.killed} | {given:,} | {expired} | - |"
    )


async def hand_out(
    replica: Replica, amazon: Amazon, ask: Ask, given: int, expired: int
) -> tuple[int, int]:
    try:
        token = await replica.handout.get(ask)
    except (AppError, Killed):
        return given, expired
    return given + 1, expired + (amazon.ends[token.token] <= amazon.now)


async def next_tick(db: Db, now: datetime) -> datetime:
    """The first tick from now on at which a credential is due and free."""
    async with db.read(SYSTEM) as tx:
        at = await tx.fetchval(
            "select min(greatest(next_refresh_at, lease_until)) from credential"
            " where state <> 'reauth_required'"
        )
    return now + STEP * max(1, -((now - at) // STEP))


async def refresh_rate(db: Db) -> float:
    """Part 2: refreshes a second by one replica, every answer immediate."""
    amazon = Amazon(faulty=False)
    await store(db, amazon, MANY)
    amazon.now += timedelta(minutes=51)
    replica, started = make_replica(db, amazon, 0.0), time.perf_counter()
    while await replica.refresher.tick():
        pass
    return amazon.calls / (time.perf_counter() - started)


async def hand_out_rate(db: Db, ask: Ask, amazon: Amazon, *, believe: float, count: int) -> float:
    """Hand-outs a second of one connection, 20 callers at once."""
    replica = make_replica(db, amazon, 0.0, believe=believe)

    async def caller() -> None:
        for _ in range(count // 20):
            await replica.handout.get(ask)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(20)))
    return count / (time.perf_counter() - started)


def simulated() -> tuple[Figures, float]:
    """Part 3."""
    started = time.perf_counter()
    return Week(100_000, DAYS, CAPACITY_PER_TICK).run(), time.perf_counter() - started


async def measure(db: Db) -> None:
    row = await week(db)
    async with db.tx(SYSTEM) as tx:
        await tx.execute("delete from credential")
    rate = await refresh_rate(db)
    amazon = Amazon(faulty=False)
    (ask,) = await store(db, amazon, 1)
    asked = await hand_out_rate(db, ask, amazon, believe=0.0, count=2_000)
    kept = await hand_out_rate(db, ask, amazon, believe=5.0, count=100_000)
    report(row, rate, asked, kept)


def report(row: str, rate: float, asked: float, kept: float) -> None:
    figures, took = simulated()
    print("| run | due | done | late | missed | refused | killed | handed out | expired | p99 s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    print(row)
    print(
        f"| memory, 100,000 for {DAYS} days, {took:.0f} s | {figures.due:,} | {figures.done:,} "
        f"| {figures.late:,} | {figures.overdue} | {figures.refused} | {figures.killed:,} "
        f"| {figures.given:,} | {figures.expired_given} | {figures.p99()} |"
    )
    print(
        "\nlate: in a token's last five minutes or after it (the outage of 30 minutes); p99: from due"
    )
    print(
        "to done outside of the outage, in virtual seconds. In the outage, calls that went out in"
    )
    print(f"memory's run: {figures.calls_in_outage}, for {figures.due // (24 * DAYS) // 2:,} due.")
    print(f"\nrefreshes/s, one replica on Postgres: {rate:.0f}; the memory run was given")
    print(
        f"{CAPACITY_PER_TICK // 5}/s for all replicas. Limits: statements and commits per refresh."
    )
    print(f"hand-outs/s, one replica: {asked:,.0f} asking Postgres, {kept:,.0f} from memory.")


async def main() -> None:
    with scratch_folder() as folder:
        async with Postgres(folder / "postgres", free_port(), password=PASSWORD) as server:
            db = Db(await provisioned(server, SCHEMA), schema=SCHEMA, migrations=MIGRATIONS)
            await db.start()
            try:
                await measure(db)
            finally:
                await db.stop()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(main())
