"""What a piece of work spends: every request it makes through the turnstile is noted here."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

DOWNLOAD = "download"


@dataclass(slots=True)
class Spent:
    """Of one family."""

    requests: int = 0
    throttled: int = 0
    byte_count: int = 0


@dataclass(slots=True)
class Spending:
    """By family; downloads are one."""

    families: dict[str, Spent] = field(default_factory=dict[str, Spent])

    def of(self, family: str) -> Spent:
        return self.families.setdefault(family, Spent())


@dataclass(frozen=True, slots=True)
class Cause:
    """Whom a request was for and why; `report_type` and `reason` as the plan names them."""

    organization_id: UUID
    brand_id: UUID | None
    region: str
    report_type: str
    reason: str


_open: ContextVar[Spending | None] = ContextVar("spending", default=None)


@contextmanager
def spending() -> Generator[Spending]:
    """Notes the requests made inside, also by tasks started inside."""
    noted = Spending()
    token = _open.set(noted)
    try:
        yield noted
    finally:
        _open.reset(token)


def current() -> Spending:
    """Where to note a request; outside of `spending()` nobody reads it."""
    return _open.get() or Spending()
