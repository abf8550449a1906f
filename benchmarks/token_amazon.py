"""Login with Amazon on virtual time, in this process: it fails as told and knows when tokens truly end.

A refresh token carries its grant's number, an access token its end, so that nothing is kept per token.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx

START = datetime(2026, 3, 1, tzinfo=UTC)
LIFE = timedelta(hours=1)
OUT_REGION = "NA"


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of the calls; `outage`: when the host of North America answers nothing but 503."""

    throttled: float = 0.01
    failing: float = 0.01
    silent: float = 0.005
    outage: tuple[datetime, datetime] = (START, START)


NONE = Faults(0, 0, 0)


@dataclass
class Amazon:
    """The token endpoint of every region. `revoked_at` by grant number."""

    now: datetime = START
    faults: Faults = NONE
    revoked_at: dict[int, datetime] = field(default_factory=dict[int, datetime])
    calls: int = 0
    calls_in_outage: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    serial: "count[int]" = field(default_factory=count)

    def mint(self) -> str:
        """An access token of an hour; as long as Amazon's."""
        return f"Atza|{(self.now + LIFE).timestamp()}|{next(self.serial)}|".ljust(350, "x")

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        faults, dice = self.faults, self.chance.random()
        if request.url.path.startswith(f"/{OUT_REGION.lower()}/") and self.is_out():
            self.calls_in_outage += 1
            return httpx.Response(503)
        if dice < faults.throttled:
            return httpx.Response(429, headers={"Retry-After": "10"})
        if dice < faults.throttled + faults.failing:
            return httpx.Response(500)
        if dice < faults.throttled + faults.failing + faults.silent:
            raise TimeoutError
        number = int(request.content.partition(b"Atzr%7C")[2].partition(b"x")[0])
        if self.now >= self.revoked_at.get(number, datetime.max.replace(tzinfo=UTC)):
            return httpx.Response(400, json={"error": "invalid_grant", "error_description": "no"})
        body = {"access_token": self.mint(), "expires_in": 3600, "token_type": "bearer"}
        return httpx.Response(200, json=body)

    def refresh_token(self, number: int) -> str:
        return refresh_token(number)

    def ends_at(self, access_token: str) -> datetime:
        """When it truly ends."""
        return ends_at(access_token)

    def is_out(self) -> bool:
        return self.faults.outage[0] <= self.now < self.faults.outage[1]


def refresh_token(number: int) -> str:
    return f"Atzr|{number}x".ljust(350, "y")


def ends_at(access_token: str) -> datetime:
    return datetime.fromtimestamp(float(access_token.split("|")[1]), UTC)
