"""How fast Amazon may be asked. Pure: time (seconds) is an argument; bucket.lua is its twin.

Nobody publishes Amazon's limits, so each bucket learns its rate: half of it at a 429 (once per window),
a step more per window without one, between a floor and the declared budget, which is never passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

Family = Literal["report_create", "report_read", "entities", "insights"]
FAMILIES: Final[tuple[Family, ...]] = ("report_create", "report_read", "entities", "insights")
Outcome = Literal["served", "throttled", "failed"]
Why = Literal["", "bucket", "blocked", "host"]

WINDOW: Final = 30.0
CUT: Final = 0.5
STEP: Final = 0.025
UNNAMED_WAIT: Final = 5.0
"""After a 429 without Retry-After."""

TRIPS_AFTER: Final = 5
FIRST_PAUSE: Final = 15.0
LONGEST_PAUSE: Final = 300.0
PROBE_SECONDS: Final = 45.0
"""How long the one probe of a half-open host may take; Amazon's calls time out after 35 s."""
BESIDE_PROBE: Final = 5.0

PATTERN_ACCOUNTS: Final = 2
PATTERN_SHARE: Final = 0.25
"""So many accounts throttled within a window, and this share of the active ones: it is the region."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as far as quota is concerned. `client`: of the LwA client, no secret."""

    client: str
    region: str
    family: Family
    account: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Requests per minute a bucket may learn between; `burst` at full rate."""

    budget: float
    floor: float
    burst: float

    def share(self, part: float) -> "Terms":
        """A part of it; at least one request at a time."""
        return Terms(self.budget * part, self.floor * part, max(1.0, self.burst * part))


@dataclass(frozen=True, slots=True)
class Budget:
    """Terms of a family: of a whole region, and of one account in it."""

    region: Terms
    account: Terms


Budgets = Mapping[Family, Budget]


def budget_of(per_minute: float, account_share: float) -> Budget:
    """A quarter of a minute may be spent at once; the rate never falls under a sixtieth."""
    region = Terms(per_minute, per_minute / 60, max(1.0, per_minute / 4))
    return Budget(region, region.share(account_share))


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request may go now; else in how many seconds to ask again, and what holds it."""

    seconds: float = 0.0
    why: Why = ""

    @property
    def admitted(self) -> bool:
        return self.why == ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`rate` per minute is what was learned; nothing passes before `until`."""

    tokens: float
    at: float
    rate: float
    until: float = 0.0
    cut_at: float = 0.0
    grown_at: float = 0.0


def full(terms: Terms, now: float) -> Bucket:
    """A bucket nobody has used yet."""
    return Bucket(terms.burst, now, terms.budget, grown_at=now)


def refilled(bucket: Bucket, terms: Terms, now: float) -> Bucket:
    """As it stands now; a slower bucket also bursts less."""
    now = max(now, bucket.at)
    capacity = max(1.0, terms.burst * bucket.rate / terms.budget)
    tokens = bucket.tokens + (now - bucket.at) * bucket.rate / 60
    return replace(bucket, tokens=min(capacity, tokens), at=now)


def held(bucket: Bucket, now: float) -> Decision:
    """What a refilled bucket says to one more request."""
    if bucket.until > now:
        return Decision(bucket.until - now, "blocked")
    if bucket.tokens < 1 - 1e-6:
        return Decision((1 - bucket.tokens) * 60 / bucket.rate, "bucket")
    return Decision()


def taken(bucket: Bucket) -> Bucket:
    return replace(bucket, tokens=bucket.tokens - 1)


def slowed(bucket: Bucket, terms: Terms, now: float, wait: float) -> Bucket:
    """After a 429: empty, blocked as long as Amazon says, half as fast if this window was not yet."""
    if now - bucket.cut_at >= WINDOW:
        bucket = replace(bucket, rate=max(terms.floor, bucket.rate * CUT), cut_at=now)
    until = max(bucket.until, now + wait)
    return replace(bucket, tokens=min(bucket.tokens, 0.0), until=until, grown_at=now)


def grown(bucket: Bucket, terms: Terms, now: float) -> Bucket:
    """After an answer: a step faster once a window has passed without a 429."""
    if now - bucket.grown_at < WINDOW:
        return bucket
    rate = min(terms.budget, bucket.rate + terms.budget * STEP)
    return replace(bucket, rate=rate, grown_at=now)


def is_pattern(throttled: int, active: int) -> bool:
    """Whether it is the region that throttles rather than single accounts."""
    return throttled >= PATTERN_ACCOUNTS and throttled >= PATTERN_SHARE * active


@dataclass(frozen=True, slots=True)
class Breaker:
    """Of one host: open until `until`, then one probe at a time until an answer comes."""

    failures: int = 0
    openings: int = 0
    until: float = 0.0
    probe_until: float = 0.0

    @property
    def tripped(self) -> bool:
        return self.failures >= TRIPS_AFTER


def host_held(breaker: Breaker, now: float) -> Decision:
    if not breaker.tripped:
        return Decision()
    if breaker.until > now:
        return Decision(breaker.until - now, "host")
    if breaker.probe_until > now:
        return Decision(min(BESIDE_PROBE, breaker.probe_until - now), "host")
    return Decision()


def probing(breaker: Breaker, now: float) -> Breaker:
    """The next request through a tripped host is the probe."""
    return replace(breaker, probe_until=now + PROBE_SECONDS) if breaker.tripped else breaker


def failed(breaker: Breaker, now: float) -> Breaker:
    """One more failure in a row; what was already under way when it opened does not open it further."""
    breaker = replace(breaker, failures=breaker.failures + 1)
    if not breaker.tripped or breaker.until > now:
        return breaker
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**breaker.openings)
    openings = min(breaker.openings + 1, 10)
    return replace(breaker, openings=openings, until=now + pause, probe_until=0.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """A region's bucket now: what it would let through at once, and the rate it has learned."""

    left: int
    rate: float
    budget: float
    blocked_seconds: float


def standing_of(bucket: Bucket, terms: Terms, now: float) -> Standing:
    bucket = refilled(bucket, terms, now)
    blocked = max(0.0, bucket.until - now)
    left = 0 if blocked else max(0, int(bucket.tokens + 1e-6))
    return Standing(left, bucket.rate, terms.budget, blocked)
