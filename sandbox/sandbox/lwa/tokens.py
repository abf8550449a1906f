"""Tokens carry their own meaning, sealed with a key made from seed and client secret.

So they survive a restart without being stored. A user's `generation` rises with each revocation
and kills every grant given before it.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson

Kind = Literal["Atza", "Atzr"]
ACCESS_SECONDS = 3600
_MARK = "IwEBI"
_TOKEN_BYTES = 258


@dataclass(frozen=True, slots=True)
class Grant:
    """A user's consent to a client, as a refresh token carries it."""

    user: str
    client_id: str
    scopes: tuple[str, ...]
    generation: int
    serial: str
    given_at: float = 0.0


class TokenMint:
    def __init__(self, seed: str, client_secret: str) -> None:
        self._key = hashlib.sha256(f"{seed}\x1f{client_secret}".encode()).digest()

    def refresh_token(self, grant: Grant) -> str:
        """The same text for the same grant: a rotated one carries another serial."""
        return self._seal("Atzr", _claims(grant))

    def access_token(self, grant: Grant, now: datetime) -> str:
        """A fresh one at each call; earlier ones live on until their own expiry."""
        expires = now + timedelta(seconds=ACCESS_SECONDS)
        more = {"x": expires.timestamp(), "n": secrets.token_hex(6)}
        return self._seal("Atza", _claims(grant) | more)

    def read_refresh(self, token: str) -> Grant | None:
        claims = self._open("Atzr", token)
        return _grant(claims) if claims else None

    def read_access(self, token: str) -> tuple[Grant, datetime] | None:
        """The grant and the moment of expiry; None if the token is not one of ours."""
        claims = self._open("Atza", token)
        return (_grant(claims), datetime.fromtimestamp(claims["x"], UTC)) if claims else None

    def _seal(self, kind: Kind, claims: dict[str, Any]) -> str:
        payload = orjson.dumps(claims)
        body = len(payload).to_bytes(2, "big") + payload
        filler = self._filler(kind, body)
        return f"{kind}|{_MARK}" + base64.urlsafe_b64encode(body + filler).decode()

    def _filler(self, kind: Kind, body: bytes) -> bytes:
        mac = hmac.digest(self._key, kind.encode() + body, "sha256")
        length = max(32, _TOKEN_BYTES - len(body))
        return hashlib.shake_256(mac).digest(length + (-(len(body) + length)) % 3)

    def _open(self, kind: Kind, token: str) -> dict[str, Any] | None:
        prefix = f"{kind}|{_MARK}"
        if not token.startswith(prefix):
            return None
        try:
            raw = base64.b64decode(token[len(prefix) :], altchars=b"-_", validate=True)
        except ValueError:
            return None
        body = raw[: 2 + int.from_bytes(raw[:2], "big")]
        if not hmac.compare_digest(raw[len(body) :], self._filler(kind, body)):
            return None
        return orjson.loads(body[2:])


def _claims(grant: Grant) -> dict[str, Any]:
    return {
        "u": grant.user, "c": grant.client_id, "s": " ".join(grant.scopes),
        "g": grant.generation, "i": grant.serial, "t": grant.given_at,
    }  # fmt: skip


def _grant(claims: dict[str, Any]) -> Grant:
    scopes = tuple(claims["s"].split())
    given_at = claims.get("t", 0.0)
    return Grant(claims["u"], claims["c"], scopes, claims["g"], claims["i"], given_at)
