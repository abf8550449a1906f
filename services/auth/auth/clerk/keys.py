"""Clerk's public keys: fetched, kept while its host is away, and forgotten when Clerk drops them.

JWKS: {Frontend API}/.well-known/jwks.json, https://clerk.com/docs/guides/sessions/manual-jwt-verification
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError
from shared.clock import Clock
from shared.errors import Unavailable
from shared.metrics import counter

from .tokens import ALGORITHM, MAX_ID_CHARACTERS, invalid

MAX_BODY_BYTES = 64 * 1024
MAX_KEYS = 32
MIN_RSA_BITS = 2048
TIMEOUT_SECONDS = 5.0
ASK_AGAIN_AFTER = timedelta(seconds=30)
"""An unknown key id asks Clerk at most this often: tokens with invented ids cost it nothing."""

_UNREADABLE = (
    httpx.HTTPError,
    httpx.InvalidURL,
    ValueError,
    KeyError,
    TypeError,
    RecursionError,
)

FETCHES = counter("clerk_jwks_fetches_total", "Fetches of Clerk's public keys", ["outcome"])
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Keys:
    """The keys of one Clerk instance. A fetched set replaces the one before, so that a key which
    Clerk dropped stops working; a failed fetch leaves it for `keep` after the last good one."""

    http: httpx.AsyncClient
    url: str
    clock: Clock
    keep: timedelta
    _known: Mapping[str, RSAPublicKey] = field(default_factory=dict[str, RSAPublicKey])
    _fetched_at: datetime | None = None
    _asked_at: datetime | None = None
    _failed: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def find(self, key_id: str) -> RSAPublicKey:
        """The key with this id; raises Unauthenticated (clerk_token_invalid) when Clerk has none such,
        Unavailable (clerk_keys_unavailable) when Clerk could not be asked."""
        known = self._usable()
        if key_id not in known:
            async with self._lock:
                known = self._usable()
                if key_id not in known and self._may_ask():
                    await self._fetch()
                    known = self._usable()
        if key_id in known:
            return known[key_id]
        if self._failed:
            raise Unavailable(
                "Clerk's keys cannot be fetched right now.",
                code="clerk_keys_unavailable",
                hint="Try again in a minute.",
                retry_after_seconds=ASK_AGAIN_AFTER.total_seconds(),
            )
        raise invalid("kid")

    async def refresh(self) -> None:
        """A tick: fetches the set anew, whether or not anybody asks."""
        async with self._lock:
            await self._fetch()

    def _usable(self) -> Mapping[str, RSAPublicKey]:
        fresh = self._fetched_at is not None and self.clock() - self._fetched_at <= self.keep
        return self._known if fresh else {}

    def _may_ask(self) -> bool:
        return self._asked_at is None or self.clock() - self._asked_at >= ASK_AGAIN_AFTER

    async def _fetch(self) -> None:
        self._asked_at = self.clock()
        try:
            self._known = await fetch_keys(self.http, self.url)
        except Unavailable as error:
            self._failed = True
            FETCHES.labels(outcome="failed").inc()
            _log.warning("clerk_keys_unavailable", reason=error.detail)
            return
        self._failed, self._fetched_at = False, self._asked_at
        FETCHES.labels(outcome="done").inc()


async def fetch_keys(http: httpx.AsyncClient, url: str) -> Mapping[str, RSAPublicKey]:
    """The set at `url`; raises Unavailable for anything but a readable set with a usable key."""
    try:
        body = await _read(http, url)
        parsed: Any = json.loads(body)
        entries = cast("list[Any]", parsed["keys"])[:MAX_KEYS]
        found = dict(pair for pair in map(_usable_key, entries) if pair is not None)
    except _UNREADABLE as error:
        raise Unavailable(f"JWKS: {type(error).__name__}", code="clerk_keys_unavailable") from error
    if not found:
        raise Unavailable("JWKS: no usable key", code="clerk_keys_unavailable")
    return found


async def _read(http: httpx.AsyncClient, url: str) -> bytes:
    """The body, refused once it grows beyond any set of keys; redirects are not followed."""
    body = bytearray()
    async with http.stream("GET", url, timeout=TIMEOUT_SECONDS, follow_redirects=False) as answer:
        if answer.status_code != 200:
            raise ValueError(f"status {answer.status_code}")
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise ValueError("too large")
    return bytes(body)


def _usable_key(entry: Any) -> tuple[str, RSAPublicKey] | None:
    """A public RSA key for signatures with an id; anything else in the set is not for us."""
    if not isinstance(entry, dict):
        return None
    jwk = cast("dict[str, Any]", entry)
    key_id = jwk.get("kid")
    wanted = jwk.get("kty") == "RSA" and jwk.get("use", "sig") == "sig" and "d" not in jwk
    if not wanted or jwk.get("alg", ALGORITHM) != ALGORITHM or not isinstance(key_id, str):
        return None
    try:
        key: object = PyJWK.from_dict(jwk, algorithm=ALGORITHM).key
    except (PyJWTError, ValueError, TypeError):
        return None
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_RSA_BITS:
        return None
    return (key_id, key) if 0 < len(key_id) <= MAX_ID_CHARACTERS else None
