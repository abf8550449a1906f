"""The token-refresher itself over virtual time: its refresher, breakers, hand-out and SQL on a real Postgres.

Amazon is a stand-in in this process (`token_amazon.py`). Replicas are objects with a clock of their own that is
off by some seconds; a killed one is dropped in the middle of its refreshes, and a new one takes its place.
"""

import asyncio
import random
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from amazon_ads.endpoints import Endpoints
from amazon_ads.lwa import ClientCredentials
from cryptography.fernet import Fernet
from shared.db import SYSTEM, Db
from shared.errors import AppError
from shared.ids import new_id
from shared.keyring import KeyRing
from token_amazon import LIFE, START, Amazon, Faults
from token_refresher import continuity
from token_refresher.clients import LoginWithAmazon
from token_refresher.continuity import Tally
from token_refresher.domain import Credential, next_refresh_at
from token_refresher.handout import Ask, HandOut
from token_refresher.refresher import Refresher

KEYS = KeyRing.parse(f"k1:{Fernet.generate_key().decode()}")
REGIONS, WEIGHTS = ("NA", "EU", "FE"), (6, 3, 1)
SKEWS = (-5.0, -2.0, 0.0, 5.0)
ORGANIZATIONS = 50
LONGEST_SECONDS = 7200
KILL_EVERY_TICKS = 200
OVERDUE = timedelta(minutes=10)
INSERT = """
insert into credential (connection_id, organization_id, region, state, refresh_key_id,
    refresh_ciphertext, access_key_id, access_ciphertext, grant_sha256, granted_at, expires_at,
    refreshed_at, next_refresh_at, due_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """`step`: how often replicas look for due credentials, in virtual seconds; `outage`: from, in hours."""

    grants: int
    hours: float
    step: float
    outage_hour: float
    batch: int = 200

    @property
    def outage(self) -> tuple[datetime, datetime]:
        begin = START + timedelta(hours=self.outage_hour)
        return begin, begin + timedelta(minutes=30)


@dataclass
class Figures:
    """What a run came to; delays by whole second, outside of the outage and its region."""

    due: int = 0
    done: int = 0
    late: int = 0
    failed: int = 0
    missed: int = 0
    killed: int = 0
    given: int = 0
    refused_callers: int = 0
    expired_given: int = 0
    calls: int = 0
    calls_in_outage: int = 0
    revoked: int = 0
    seconds: float = 0.0
    busy_seconds: float = 0.0
    delays: "array[int]" = field(default_factory=lambda: array("q", bytes(8 * LONGEST_SECONDS)))

    def p99(self) -> int:
        left = sum(self.delays) * 0.99
        for second, count in enumerate(self.delays):
            left -= count
            if left <= 0:
                return second
        return LONGEST_SECONDS


@dataclass
class Replica:
    refresher: Refresher
    handout: HandOut


class Run:
    """One plan on one empty database."""

    def __init__(self, db: Db, plan: Plan, seed: int = 1, amazon: Amazon | None = None) -> None:
        self._db = db
        self._plan = plan
        self._chance = random.Random(seed)
        self._amazon = amazon or Amazon()
        self._amazon.faults = Faults(outage=plan.outage)
        self._replicas = [self._replica(skew) for skew in SKEWS]
        self._asks: list[Ask] = []
        self.figures = Figures()

    async def run(self) -> Figures:
        await self._store()
        kept, continuity.observe = continuity.observe, self._observe
        started = time.perf_counter()
        end, tick = START + timedelta(hours=self._plan.hours), 0
        try:
            while self._amazon.now < end:
                await self._tick(tick)
                tick += 1
                self._amazon.now += timedelta(seconds=self._plan.step)
                if tick % 720 == 0:
                    await self._forget_events()
        finally:
            continuity.observe = kept
        self.figures.seconds = time.perf_counter() - started
        await self._read_back()
        return self.figures

    async def _tick(self, number: int) -> None:
        place = number % len(self._replicas)
        started, amazon = time.perf_counter(), self._amazon
        if number % KILL_EVERY_TICKS == KILL_EVERY_TICKS - 1:
            await self._kill_in_the_middle(place)
        else:
            await self._replicas[place].refresher.tick()
        self.figures.busy_seconds += time.perf_counter() - started
        for ask in self._chance.choices(self._asks, k=2):
            await self._hand_out(self._chance.choice(self._replicas), ask, amazon.now)

    async def _kill_in_the_middle(self, place: int) -> None:
        """Nothing the replica had begun is finished; its leases have to run out."""
        refresher, before = self._replicas[place].refresher, self._amazon.calls
        ticking = asyncio.create_task(refresher.tick())
        while self._amazon.calls - before < 3 and not ticking.done():
            await asyncio.sleep(0)
        under_way = set(refresher._running)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        self.figures.killed += len(under_way)
        for task in (ticking, *under_way):
            task.cancel()
        await asyncio.wait({ticking, *under_way})
        self._replicas[place] = self._replica(SKEWS[place])

    async def _hand_out(self, replica: Replica, ask: Ask, now: datetime) -> None:
        try:
            token = await replica.handout.get(ask)
        except AppError:
            self.figures.refused_callers += 1
            return
        self.figures.given += 1
        self.figures.expired_given += self._amazon.ends_at(token.token) <= now

    def _observe(self, before: Credential, tally: Tally, _: datetime) -> None:
        """In the place of the service's own metrics, which know buckets only."""
        if not tally.done:
            return
        begin, end = self._plan.outage
        out = before.region == "NA" and before.due_at <= end and self._amazon.now >= begin
        if not out:
            delay = max(0.0, (self._amazon.now - before.due_at).total_seconds())
            self.figures.delays[min(int(delay) + 1, LONGEST_SECONDS - 1)] += 1

    async def _read_back(self) -> None:
        """From the service's own tables."""
        figures, now = self.figures, self._amazon.now
        async with self._db.read(SYSTEM) as tx:
            row = await tx.fetchrow(
                "select sum(due) as due, sum(done) as done, sum(late) as late, sum(failed) as failed"
                " from continuity_hour"
            )
            figures.missed = await tx.fetchval(
                "select count(*) from credential where due_at < $1 and state <> 'reauth_required'",
                now - OVERDUE,
            )
        if row is None:
            raise RuntimeError("no hour was counted")
        figures.due, figures.done = row["due"], row["done"]
        figures.late, figures.failed = row["late"], row["failed"]
        figures.calls, figures.calls_in_outage = self._amazon.calls, self._amazon.calls_in_outage
        figures.revoked = sum(at <= now for at in self._amazon.revoked_at.values())

    async def _forget_events(self) -> None:
        """The relay to Kafka is not part of this run."""
        async with self._db.tx(SYSTEM) as tx:
            await tx.execute("delete from outbox")

    async def _store(self) -> None:
        """Consents spread over the hour before; one grant in a thousand is revoked some time."""
        organizations = [new_id() for _ in range(ORGANIZATIONS)]
        for first in range(0, self._plan.grants, 5_000):
            numbers = range(first, min(first + 5_000, self._plan.grants))
            rows = [self._row(n, organizations[n % ORGANIZATIONS]) for n in numbers]
            self._asks += [Ask(row[0], row[1]) for row in rows]
            async with self._db.tx(SYSTEM) as tx:
                await tx.executemany(INSERT, rows)
        async with self._db.tx(SYSTEM) as tx:
            await tx.execute("analyze credential")

    def _row(self, number: int, organization_id: UUID) -> tuple[UUID, UUID, *tuple[object, ...]]:
        chance = self._chance
        granted_at = START - LIFE * (0.7 * chance.random())
        end = granted_at + LIFE
        due = next_refresh_at(START, end, chance.random())
        if number % 1000 == 0:
            gone = timedelta(hours=chance.random() * self._plan.hours)
            self._amazon.revoked_at[number] = START + gone
        self._amazon.now = granted_at
        sealed = KEYS.encrypt(self._amazon.refresh_token(number)), KEYS.encrypt(self._amazon.mint())
        self._amazon.now = START
        texts = (text for one in sealed for text in (one.key_id, one.ciphertext))
        region = chance.choices(REGIONS, WEIGHTS)[0]
        head = (new_id(), organization_id, region, "healthy")
        return (*head, *texts, str(number), granted_at, end, granted_at, due, due)

    def _replica(self, skew: float) -> Replica:
        return make_replica(self._db, self._amazon, skew, batch=self._plan.batch)


def make_replica(
    db: Db, amazon: Amazon, skew: float, *, batch: int = 200, believe: float = 0.0
) -> Replica:
    """A replica whose clock is off by `skew` seconds."""
    client = LoginWithAmazon(
        Endpoints.at("http://amazon"),
        ClientCredentials("client", "secret"),
        timeout_seconds=12,
        connections=batch,
        transport=httpx.MockTransport(amazon.answer),
    )
    clock: Callable[[], datetime] = lambda: amazon.now + timedelta(seconds=skew)  # noqa: E731

    async def no_sleep(_: float) -> None: ...

    lease, wait = timedelta(seconds=45), timedelta(seconds=0.1)
    refresher = Refresher(db, KEYS, client, batch=batch, lease=lease, clock=clock, sleep=no_sleep)
    trust = timedelta(seconds=believe)
    handout = HandOut(db, KEYS, refresher, wait=wait, believe=trust, clock=clock, sleep=no_sleep)
    refresher.changed = handout.forget
    return Replica(refresher, handout)
