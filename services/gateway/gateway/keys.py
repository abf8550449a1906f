"""API keys: `Authorization: Bearer llk_…` → actor, asked of auth once and remembered for a few seconds.

A key comes alone: together with a session's cookie the call is refused, because one of them was not
meant. What is no key by its form is never asked of auth, a refused one not again for a while, and who
sends many wrong ones waits.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.api_keys import PREFIX, is_well_formed
from shared.clock import Clock, utc_now
from shared.errors import BadRequest, Forbidden, Unauthenticated, UpstreamFailed
from shared.internal_tokens import Actor
from shared.networks import Network, is_within, parse_network

from . import routing
from .callers import Caller, rights_of
from .limits import Limits, OverLimit
from .recall import MAX_REMEMBERED, Recall, hash_of
from .requests import EdgeRequest, Headers, cookie_values

INVALID = "The API key is unknown, expired or revoked."
Resolve = Callable[[str, str], Awaitable[Mapping[str, Any]]]
"""A key and the address it comes from → what auth says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Caller):
    """A live key. `networks` empty: from anywhere; `per_minute` None: as often as the edge allows."""

    networks: tuple[Network, ...]
    per_minute: int | None
    expires_at: datetime | None


class KeyEnded(Unauthenticated):
    """The key was `actor`'s once: answered as every other that is worth nothing, told to their log."""

    default_code = "api_key_invalid"

    def __init__(self, actor: Actor, reason: str) -> None:
        super().__init__(INVALID)
        self.actor = actor
        self.reason = reason


def ended_from(answer: Mapping[str, Any]) -> KeyEnded | None:
    """Auth's answer as the end of a key, None when it is none."""
    if "ended" not in answer:
        return None
    try:
        organization_id = UUID(answer["organization_id"])
        actor = Actor("key", str(answer["subject"]), organization_id)
        return KeyEnded(actor, str(answer["ended"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UpstreamFailed("auth described an API key in an unknown shape.") from error


def key_from(answer: Mapping[str, Any]) -> Key:
    """Auth's answer as a Key; raises UpstreamFailed when it does not have the agreed shape."""
    try:
        limit, end = answer["rate_limit_per_minute"], answer["expires_at"]
        return Key(
            actor=Actor(kind="key", **rights_of(answer)),
            networks=tuple(map(parse_network, answer["allowed_networks"])),
            per_minute=None if limit is None else int(limit),
            expires_at=None if end is None else datetime.fromisoformat(end),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UpstreamFailed("auth described an API key in an unknown shape.") from error


def key_of(request: EdgeRequest, cookie_name: str) -> str | None:
    """The key that a call carries, None where it carries none: other schemes, and next to a session what
    is no key, are of a proxy in front and not ours.

    Raises BadRequest (ambiguous_credentials) for a key next to a session's cookie, and Forbidden
    (not_for_api_keys) at doors that are for people.
    """
    scheme, _, value = (request.header(b"authorization") or "").partition(" ")
    with_session = bool(cookie_values(request.headers, cookie_name))
    is_key = value.strip().startswith(PREFIX)
    if scheme.lower() != "bearer" or (with_session and not is_key):
        return None
    if with_session:
        raise BadRequest(
            "The call carries an API key and a session.",
            code="ambiguous_credentials",
            hint="Send one of them.",
        )
    if (request.method, request.path) in routing.NOT_FOR_KEYS:
        raise Forbidden("This is for signed-in people, not for API keys.", code="not_for_api_keys")
    return value.strip()


class Keys:
    """Resolves keys, one question to auth per key at a time."""

    def __init__(
        self,
        resolve: Resolve,
        *,
        seconds: float,
        now: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve = resolve
        self._now = now
        self._recall = Recall[Key](seconds=seconds, monotonic=monotonic)

    def remembered(self, secret: str) -> Key | None:
        """The key, if it was resolved within the last seconds and has not ended since."""
        key = self._recall.remembered(secret)
        ended = key is not None and key.expires_at is not None and key.expires_at <= self._now()
        return None if ended else key

    async def ask(self, secret: str, ip: str) -> Key:
        """What auth says now; raises Unauthenticated, or Unavailable when auth cannot be asked."""

        async def question() -> Key:
            answer = await self._resolve(secret, ip)
            if (ended := ended_from(answer)) is not None:
                raise ended
            return key_from(answer)

        return await self._recall.ask(secret, question)

    def forget_organization(self, organization_id: UUID) -> None:
        """Drop the keys of an organization in which a key, a role or a member changed: a key depends
        on all three."""
        self._recall.forget_where(lambda key: key.actor.organization_id == organization_id)


class _Until:
    """What holds until a moment, by key, and why; the oldest are forgotten when there are too many."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._ends: OrderedDict[bytes, tuple[float, Unauthenticated | None]] = OrderedDict()

    def put(self, key: bytes, seconds: float, why: Unauthenticated | None = None) -> None:
        self._ends[key] = (self._monotonic() + seconds, why)
        self._ends.move_to_end(key)
        while len(self._ends) > MAX_REMEMBERED:
            self._ends.popitem(last=False)

    def left(self, key: bytes) -> float:
        """Seconds, 0 when it is over."""
        end, _ = self._ends.get(key, (0.0, None))
        return max(0.0, end - self._monotonic())

    def why(self, key: bytes) -> Unauthenticated | None:
        """As it was put there, None when it is over."""
        return self._ends[key][1] if self.left(key) else None


class KeyDesk:
    """Lets calls with keys in."""

    def __init__(
        self,
        keys: Keys,
        limits: Limits,
        *,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._limits = limits
        self._seconds = seconds
        self._refused = _Until(monotonic)
        self._waiting = _Until(monotonic)

    async def find(self, secret: str, ip: str, told: Headers) -> Key:
        """The key of a call. Raises Unauthenticated (api_key_invalid), the same for every reason, or
        OverLimit for an address that sent too many; `told` gets the headers of a refusal."""
        known = self._keys.remembered(secret)
        if known is not None:
            return known
        counted = await self._limits.take_ip(ip)
        if waits := self._waiting.left(ip.encode()):
            raise self._limits.over_key_refusals(waits)
        try:
            return await self._ask(secret, ip)
        except Unauthenticated:
            await self._count_refusal(ip)
            told.extend(counted)
            raise

    async def check(self, key: Key, ip: str, told: Headers) -> None:
        """Where the key may be used from, then how often. Raises Forbidden (ip_not_allowed), which
        counts for the address and not for the key, or OverLimit."""
        if key.networks and not is_within(ip, key.networks):
            told.extend(await self._limits.take_ip(ip))
            raise Forbidden(
                f"This API key may not be used from {ip}.",
                code="ip_not_allowed",
                hint="Ask who manages the key to allow this network.",
            )
        told.extend(await self._limits.take_key(key.actor.subject, key.per_minute))

    async def recheck(self, secret: str, ip: str) -> Key:
        """What a key that opened a stream may do now; raises Unauthenticated when it has ended."""
        return await self._keys.ask(secret, ip)

    async def _ask(self, secret: str, ip: str) -> Key:
        if not is_well_formed(secret):
            raise _invalid()
        if (why := self._refused.why(hash_of(secret))) is not None:
            raise _again(why)
        try:
            return await self._keys.ask(secret, ip)
        except Unauthenticated as error:
            self._refused.put(hash_of(secret), self._seconds, error)
            raise _again(error) from None

    async def _count_refusal(self, ip: str) -> None:
        try:
            await self._limits.take_key_refusal(ip)
        except OverLimit as over:
            self._waiting.put(ip.encode(), over.retry_after_seconds or 1.0)
            raise


def _again(error: Unauthenticated) -> Unauthenticated:
    """An error of one's own for every caller, with nothing of what auth says of the key."""
    return KeyEnded(error.actor, error.reason) if isinstance(error, KeyEnded) else _invalid()


def _invalid() -> Unauthenticated:
    return Unauthenticated(INVALID, code="api_key_invalid")
