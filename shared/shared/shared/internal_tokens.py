"""Who calls: the actor, and the short-lived signed token that carries it between services.

A token is a JWT signed with Ed25519 by the calling service and bound to one receiver. Only the
gateway may speak for a user; every other issuer may only speak for itself.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .db import SYSTEM, Scope
from .errors import Forbidden, Unauthenticated

Kind = Literal["user", "key", "service", "anonymous"]

GATEWAY = "gateway"
MAX_TTL_SECONDS = 300
_LEEWAY_SECONDS = 5
_ALGORITHM = "EdDSA"
_REQUIRED = ("exp", "iat", "aud", "iss", "sub", "kind")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user, an API key (`subject` is its id), a service, or nobody known.

    `brand_ids`: the brands where anything is permitted, None = every brand of the organization;
    `narrower`: the permissions that hold for fewer brands than these, and for which.
    `impersonator`: the user who views as `subject`, "" when nobody does.
    """

    kind: Kind
    subject: str
    organization_id: UUID | None = None
    permissions: frozenset[str] = frozenset()
    brand_ids: frozenset[UUID] | None = None
    session_id: UUID | None = None
    ip: str = ""
    narrower: Mapping[str, frozenset[UUID]] = field(default_factory=dict[str, frozenset[UUID]])
    impersonator: str = ""

    @classmethod
    def service(cls, name: str, organization_id: UUID | None = None) -> Actor:
        """A service acting for itself, in one organization or (None) for the installation."""
        return cls("service", name, organization_id)

    @property
    def is_caller(self) -> bool:
        """Somebody who acts in an organization by permissions: a signed-in user or an API key."""
        return self.kind in ("user", "key") and self.organization_id is not None

    def narrowed(self, permission: str) -> Actor:
        """The actor with the brands for which they hold this permission, and only those."""
        brands = self.narrower.get(permission, self.brand_ids)
        return replace(self, brand_ids=brands, narrower={})

    @property
    def scope(self) -> Scope:
        """What the database shows this actor; raises Forbidden for one without an organization."""
        if self.organization_id is not None and self.kind != "anonymous":
            return Scope.organization(self.organization_id, self.brand_ids)
        if self.kind == "service":
            return SYSTEM
        raise Forbidden("This caller belongs to no organization.", code="no_organization")


class TokenSigner:
    """Signs as one service. `private_key_b64` = base64url of the raw 32-byte Ed25519 key."""

    def __init__(self, service: str, private_key_b64: str) -> None:
        self._service = service
        self._key = Ed25519PrivateKey.from_private_bytes(_raw_key(private_key_b64, "private"))

    def sign(self, actor: Actor, audience: str, *, ttl_seconds: int = 60) -> str:
        if not _may_assert(self._service, actor.kind, actor.subject):
            raise ValueError(f"{self._service} may not sign for {actor.kind} {actor.subject}")
        if not 0 < ttl_seconds <= MAX_TTL_SECONDS:
            raise ValueError(f"a token lives 1 to {MAX_TTL_SECONDS} seconds")
        now = int(time.time())
        claims = {
            "iss": self._service,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + ttl_seconds,
            **_actor_claims(actor),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)


class TokenVerifier:
    """Accepts tokens for one audience. `public_keys`: service name → base64url raw public key."""

    def __init__(self, audience: str, public_keys: Mapping[str, str]) -> None:
        self._audience = audience
        self._keys = {
            service: Ed25519PublicKey.from_public_bytes(_raw_key(key, "public"))
            for service, key in public_keys.items()
        }

    def verify(self, token: str) -> Actor:
        """The actor; raises Unauthenticated (`internal_token_invalid`) on any doubt."""
        try:
            issuer = self._issuer(token)
            claims = jwt.decode(
                token,
                self._keys[issuer],
                algorithms=[_ALGORITHM],
                audience=self._audience,
                issuer=issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_REQUIRED), "strict_aud": True},
            )
            return _actor(issuer, claims)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            raise Unauthenticated(
                "The internal token is missing, expired or not valid here.",
                code="internal_token_invalid",
            ) from None

    def _issuer(self, token: str) -> str:
        """The claimed issuer, read before the signature is checked only to choose the key."""
        unchecked = jwt.decode(token, options={"verify_signature": False})
        issuer = unchecked["iss"]
        if not isinstance(issuer, str) or issuer not in self._keys:
            raise ValueError("unknown issuer")
        return issuer


def generate_keypair() -> tuple[str, str]:
    """(private, public): base64url of the raw Ed25519 keys."""
    private = Ed25519PrivateKey.generate()
    return _text(private.private_bytes_raw()), _text(private.public_key().public_bytes_raw())


def _may_assert(issuer: str, kind: Kind, subject: str) -> bool:
    if kind == "service":
        return subject == issuer
    return issuer == GATEWAY


def _actor_claims(actor: Actor) -> dict[str, Any]:
    claims: dict[str, Any] = {"sub": actor.subject, "kind": actor.kind}
    if actor.organization_id:
        claims["org"] = str(actor.organization_id)
    if actor.permissions:
        claims["permissions"] = sorted(actor.permissions)
    if actor.brand_ids is not None:
        claims["brands"] = sorted(map(str, actor.brand_ids))
    if actor.session_id:
        claims["sid"] = str(actor.session_id)
    if actor.ip:
        claims["ip"] = actor.ip
    if actor.narrower:
        claims["narrower"] = {p: sorted(map(str, b)) for p, b in sorted(actor.narrower.items())}
    if actor.impersonator:
        claims["imp"] = actor.impersonator
    return claims


def _actor(issuer: str, claims: Mapping[str, Any]) -> Actor:
    kind, subject = claims["kind"], claims["sub"]
    if kind not in ("user", "key", "service", "anonymous") or not isinstance(subject, str):
        raise ValueError("unknown kind of actor")
    if not _may_assert(issuer, kind, subject):
        raise ValueError("this issuer may not speak for that actor")
    if claims["exp"] - claims["iat"] > MAX_TTL_SECONDS:
        raise ValueError("the token lives too long")
    brands = claims.get("brands")
    return Actor(
        kind=kind,
        subject=subject,
        organization_id=_uuid(claims.get("org")),
        permissions=frozenset(_strings(claims.get("permissions", []))),
        brand_ids=None if brands is None else frozenset(map(UUID, _strings(brands))),
        session_id=_uuid(claims.get("sid")),
        ip=str(claims.get("ip", "")),
        narrower=_narrower(claims.get("narrower", {})),
        impersonator=str(claims.get("imp", "")),
    )


def _narrower(value: object) -> dict[str, frozenset[UUID]]:
    if not isinstance(value, dict):
        raise TypeError("an object is expected")
    items = cast("dict[str, object]", value)
    return {name: frozenset(map(UUID, _strings(brands))) for name, brands in items.items()}


def _strings(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    items = cast("list[object]", value)
    if not all(isinstance(item, str) for item in items):
        raise TypeError("a list of strings is expected")
    return cast("list[str]", items)


def _uuid(value: object) -> UUID | None:
    return None if value is None else UUID(str(value))


def _raw_key(text: str, kind: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise ValueError(f"not a base64url Ed25519 {kind} key")
    return raw


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
