"""Codes and grants: what a consent turns into, and when it stops counting."""

import base64
import hashlib
import hmac
import secrets
import string
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from sandbox.clock import SandboxClock
from sandbox.state import State

from .tokens import Grant, TokenMint

CODE_SECONDS = 300
SCOPES = frozenset(
    {
        "advertising::campaign_management", "advertising::audiences",
        "advertising::test:create_account", "cpc_advertising:campaign_management",
        "profile", "profile:user_id", "postal_code",
    }
)  # fmt: skip
ADS_SCOPES = frozenset({"advertising::campaign_management", "cpc_advertising:campaign_management"})

ChallengeMethod = Literal["S256", "plain"]


@dataclass(frozen=True, slots=True)
class Consent:
    """What a code stands for until it is redeemed."""

    user: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    challenge_method: ChallengeMethod


class InvalidGrantError(Exception):
    """`parameter` is the name Amazon blames."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


class Grants:
    """Issues codes, redeems them once, and knows which grants are still alive."""

    def __init__(self, state: State, clock: SandboxClock, mint: TokenMint) -> None:
        self._state = state
        self._clock = clock
        self.mint = mint

    def issue_code(self, consent: Consent) -> str:
        """20 characters beginning AN, single use, five minutes, valid on every region's host."""
        letters = string.ascii_letters + string.digits
        code = "AN" + "".join(secrets.choice(letters) for _ in range(18))
        expires = self._clock.now() + timedelta(seconds=CODE_SECONDS)
        self._state.put("code", _digest(code), asdict(consent) | {"expires": expires.isoformat()})
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str | None) -> Grant:
        """Raises InvalidGrantError; a code is spent by the attempt, good or bad."""
        saved = self._state.take("code", _digest(code))
        if not saved or datetime.fromisoformat(saved["expires"]) <= self._clock.now():
            raise InvalidGrantError("code")
        if saved["client_id"] != client_id or saved["redirect_uri"] != redirect_uri:
            raise InvalidGrantError("code")
        if not _proves(verifier, saved["challenge"], saved["challenge_method"]):
            raise InvalidGrantError("code_verifier")
        user: str = saved["user"]
        serial = _digest(code)[:12]
        return Grant(user, client_id, tuple(saved["scopes"]), self.generation(user), serial)

    def refresh(self, token: str, client_id: str) -> Grant:
        """Raises InvalidGrantError for a foreign, broken or revoked refresh token."""
        grant = self.mint.read_refresh(token)
        if not grant or grant.client_id != client_id or not self.alive(grant):
            raise InvalidGrantError("refresh_token")
        return grant

    def alive(self, grant: Grant) -> bool:
        return grant.generation == self.generation(grant.user)

    def generation(self, user: str) -> int:
        return (self._state.get("revocations", user) or {"generation": 0})["generation"]

    def revoke(self, user: str, *, access_tokens: bool) -> int:
        """Ends every grant of the user so far; access tokens only if asked (they live on)."""
        generation = self.generation(user) + 1
        floor = generation if access_tokens else self.access_floor(user)
        self._state.put("revocations", user, {"generation": generation, "access_floor": floor})
        return generation

    def access_floor(self, user: str) -> int:
        """Access tokens of grants below this generation are dead too."""
        return (self._state.get("revocations", user) or {"access_floor": 0})["access_floor"]


def _digest(code: str) -> str:
    """Codes are kept as digests: a state file gives none away."""
    return hashlib.sha256(code.encode()).hexdigest()


def _proves(verifier: str | None, challenge: str, method: ChallengeMethod) -> bool:
    if not challenge:
        return True
    if not verifier:
        return False
    given = verifier.encode()
    if method == "S256":
        given = base64.urlsafe_b64encode(hashlib.sha256(given).digest()).rstrip(b"=")
    return hmac.compare_digest(given, challenge.encode())
