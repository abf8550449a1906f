"""What a Clerk session token says, and when it is to be believed. Pure; time is an argument.

Claims, both versions: https://clerk.com/docs/guides/sessions/session-tokens
Steps of the check: https://clerk.com/docs/guides/sessions/manual-jwt-verification
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from shared.errors import Forbidden, Unauthenticated

MAX_TOKEN_CHARACTERS = 4096
"""Clerk keeps the token in a cookie, and browsers refuse larger ones."""
MAX_ID_CHARACTERS = 128
ALGORITHM = "RS256"
_FOREIGN_KEYS = frozenset({"jwk", "jku", "x5u", "x5c", "crit"})


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose tokens are accepted, from which origins, and how far two clocks may be apart."""

    issuer: str
    parties: frozenset[str]
    skew_seconds: int


@dataclass(frozen=True, slots=True)
class ClerkToken:
    """A believed token: Clerk's user and session, and the organization that is active there."""

    user: str
    session: str
    organization: str | None


def signing_key_id(header: Mapping[str, Any]) -> str:
    """The id of the key that must have signed; raises Unauthenticated (clerk_token_invalid).

    Only RS256, only keys by id: a header that brings a key of its own, or asks for another algorithm,
    is refused before anything is looked up.
    """
    if header.get("alg") != ALGORITHM or _FOREIGN_KEYS & header.keys():
        raise invalid("alg")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise invalid("typ")
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= MAX_ID_CHARACTERS:
        raise invalid("kid")
    return key_id


def believe(claims: Mapping[str, Any], expected: Expected, now: datetime) -> ClerkToken:
    """What the claims of a rightly signed token say; raises Unauthenticated (clerk_token_invalid,
    clerk_session_pending) or Forbidden (clerk_impersonation)."""
    _check_times(claims, now.timestamp(), expected.skew_seconds)
    if claims.get("iss") != expected.issuer:
        raise invalid("iss")
    if "aud" in claims:
        raise invalid("aud")
    if str(claims.get("azp", "")) not in expected.parties:
        raise invalid("azp")
    if claims.get("sts", "active") != "active":
        raise Unauthenticated(
            "Your sign-in at Clerk is not complete.",
            code="clerk_session_pending",
            hint="Finish what Clerk asks for, e.g. choose an organization.",
        )
    if "act" in claims:
        raise Forbidden(
            "Somebody acting as this user at Clerk cannot sign in here.",
            code="clerk_impersonation",
            hint="Use “view as” instead: it is read-only and logged.",
        )
    return ClerkToken(_id(claims, "sub"), _id(claims, "sid"), _organization(claims))


def invalid(claim: str) -> Unauthenticated:
    """One answer for all: `claim` names what failed, for the person who configures it."""
    return Unauthenticated(
        "The Clerk session token is not valid here.",
        code="clerk_token_invalid",
        hint="Sign in again.",
        failed=claim,
    )


def _check_times(claims: Mapping[str, Any], now: float, skew: int) -> None:
    """Expired, not yet valid, or issued in the future, beyond the skew."""
    if now >= _time(claims, "exp") + skew:
        raise invalid("exp")
    for name in ("nbf", "iat"):
        if _time(claims, name) > now + skew:
            raise invalid(name)


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise invalid(name)
    return float(value)


def _id(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_CHARACTERS or "\x00" in value:
        raise invalid(name)
    return value


def _organization(claims: Mapping[str, Any]) -> str | None:
    """Version 2 has it in `o.id`, version 1 in `org_id`; neither while none is active."""
    found = claims.get("o")
    if found is not None:
        if not isinstance(found, dict):
            raise invalid("o")
        return _id(cast("dict[str, Any]", found), "id")
    return _id(claims, "org_id") if claims.get("org_id") is not None else None
