"""What an export is, how long it is held, and who may have its file. Pure."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from shared.errors import AppError, NotFound

Format = Literal["csv", "xlsx", "parquet"]
State = Literal["pending", "running", "ready", "failed", "cancelled", "revoked", "expired"]

MAX_UNFINISHED: Final = 20
"""Of one organization at a time."""
FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=5)
LINK_HOURS_MAX: Final = 7 * 24
_VERSION: Final = "v1"
_SALT: Final = b"leadline export links v1"


class LeaseLost(Exception):
    """The job was cancelled or taken over; what was written is thrown away."""


@dataclass(frozen=True)
class Job:
    """A claimed export. `brand_ids` None: every brand; `question` is the body as it was asked."""

    organization_id: UUID
    export_id: UUID
    lease_token: UUID
    brand_ids: Sequence[UUID] | None
    format: Format
    bom: bool
    question: Any
    attempts: int


@dataclass(frozen=True)
class Stored:
    """A finished file as the row tells it."""

    organization_id: UUID
    export_id: UUID
    uri: str
    byte_count: int
    sha256: str
    format: Format
    start_date: date
    end_date: date
    told_brand_ids: frozenset[UUID]
    every_brand: bool

    @property
    def file_name(self) -> str:
        return file_name(self.format, self.start_date, self.end_date)


def file_name(form: Format, start: date, end: date) -> str:
    return f"leadline-metrics-{start}-{end}.{form}"


def next_attempt_at(now: datetime, attempts: int) -> datetime:
    """2 s, 4 s, 8 s … at most 5 min."""
    return now + min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)


class LinkKey:
    """Signs links with a key of its own, derived from the service's. A token names organization, link
    and end, so that one which was made up or changed is refused without a look into the database."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _SALT, hashlib.sha256)

    def token(self, organization_id: UUID, link_id: UUID, expires_at: datetime) -> str:
        body = f"{_VERSION}.{organization_id.hex}.{link_id.hex}.{int(expires_at.timestamp())}"
        return f"{body}.{self._mac(body)}"

    def read(self, token: str, now: datetime) -> tuple[UUID, UUID]:
        """Organization and link; raises NotFound for a forged token, LinkEnded for one that is over."""
        body, _, mac = token.rpartition(".")
        if not hmac.compare_digest(self._mac(body).encode(), mac.encode()):
            raise NotFound("This link leads nowhere.", code="link_unknown")
        _, organization, link, expires = body.split(".")
        if now.timestamp() >= int(expires):
            raise LinkEnded("This link has expired.")
        return UUID(organization), UUID(link)

    def _mac(self, body: str) -> str:
        mac = hmac.digest(self._key, body.encode(), hashlib.sha256)
        return urlsafe_b64encode(mac).rstrip(b"=").decode()


class LinkEnded(AppError):
    """The link was good once."""

    status = 410
    default_code = "link_ended"


class RangeNotSatisfiable(AppError):
    """The asked bytes are not in the file."""

    status = 416
    default_code = "range_not_satisfiable"

    def headers(self) -> dict[str, str]:
        return {"Content-Range": f"bytes */{self.extra['size']}"}


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """`bytes=a-b`, `bytes=a-` or `bytes=-n` → (first, end) with the end excluded; None: the whole.

    Several ranges, other units and malformed ones are answered with the whole, as RFC 9110 allows.
    Raises RangeNotSatisfiable when the range begins after the end.
    """
    unit, _, spec = (header or "").partition("=")
    first, dash, last = spec.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or not _digits(first) or not _digits(last):
        return None
    if not first:
        return _suffix(last, size)
    start, end = int(first), min(int(last) + 1 if last else size, size)
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable(f"The file has {size} bytes.", size=size)
    return start, end


def _suffix(last: str, size: int) -> tuple[int, int] | None:
    if not last:
        return None
    if int(last) == 0 or size == 0:
        raise RangeNotSatisfiable(f"The file has {size} bytes.", size=size)
    return max(size - int(last), 0), size


def _digits(text: str) -> bool:
    return len(text) <= 18 and (not text or (text.isascii() and text.isdigit()))
