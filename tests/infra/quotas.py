"""Replicas that share a quota in one time, and an Amazon that grants a rate nobody is told."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from dsp_ingest.quota.domain import Budgets, Call, Decision, Terms, budget_of
from dsp_ingest.quota.shared_quota import Quota, SharedQuota
from redis.asyncio import Redis
from shared.ratelimit import connect

START = datetime(2026, 3, 16, 18, 30, tzinfo=UTC)
PER_MINUTE, SHARE = 120.0, 0.5
BUDGETS: Budgets = {
    "report_create": budget_of(PER_MINUTE, SHARE),
    "report_read": budget_of(4 * PER_MINUTE, SHARE),
    "entities": budget_of(PER_MINUTE, SHARE),
    "insights": budget_of(PER_MINUTE, SHARE),
}


@dataclass
class Time:
    """Stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def seconds(self) -> float:
        return (self.now - START).total_seconds()


def call(account: str = "a", *, region: str = "NA") -> Call:
    return Call("client", region, "report_create", account)


@dataclass
class Fleet:
    """Replicas of one service over one Valkey, and the moments at which they were let through."""

    time: Time
    replicas: list[Quota]
    admitted: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    async def take(self, account: str, replica: int = 0) -> Decision:
        decision = await self.replicas[replica % len(self.replicas)].take(call(account))
        if decision.admitted:
            self.admitted.append((self.time.seconds, account))
        return decision

    def passed(self, terms: Terms, account: str | None = None) -> None:
        """In no window did more pass than its burst and its rate at their best."""
        times = sorted(at for at, who in self.admitted if account in (None, who))
        for first, start in enumerate(times):
            for count, end in enumerate(times[first:], start=1):
                assert count <= terms.burst + terms.budget / 60 * (end - start) + 1e-3


@asynccontextmanager
async def fleet(redis_url: str, size: int = 4) -> AsyncGenerator[Fleet]:
    """Each replica has a connection of its own."""
    time, prefix = Time(), f"test:{uuid4()}"
    clients: list[Redis] = [connect(redis_url) for _ in range(size)]
    try:
        yield Fleet(time, [SharedQuota(client, prefix, BUDGETS, clock=time) for client in clients])
    finally:
        for client in clients:
            await client.aclose()


@dataclass
class Grant:
    """Amazon's side of it: a token bucket per region whose rate may be cut."""

    time: Time
    per_minute: float
    tokens: float = 0.0
    at: float = 0.0
    asked: int = 0
    refused: int = 0

    def ask(self) -> bool:
        now = self.time.seconds
        room = max(1.0, self.per_minute / 4)
        self.tokens = min(room, self.tokens + (now - self.at) * self.per_minute / 60)
        self.at = now
        self.asked += 1
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        return True
