"""Codes and grants: what a consent turns into, and when it stops counting."""

import base64
import hashlib
import hmac
import secrets
import string
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from sandbox.clock import SandboxClock
from sandbox.state import State

from .tokens import Grant, TokenMint

CODE_SECONDS = 300
_DAY_SECONDS = 86_400
SCOPES = frozenset(
    {
        "advertising::campaign_management", "advertising::audiences",
        "advertising::test:create_account", "cpc_advertising:campaign_management",
        "profile", "profile:user_id", "postal_code",
    }
)  # fmt: skip
ADS_SCOPES = frozenset({"advertising::campaign_management", "cpc_advertising:campaign_management"})

ChallengeMethod = Literal["S256", "plain"]
Rotation = Literal["off", "graceful", "strict"]
Refusal = Literal["invalid_client", "unauthorized_client"]


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


@dataclass(slots=True)
class Habits:
    """What Amazon does not do today, on command.

    `rotation`: each refresh answers with a new refresh token; the one before dies when the new one is
    used (`graceful`), or at once (`strict`). `refusal`: the application is refused, whatever it sends.
    """

    rotation: Rotation = "off"
    refusal: Refusal | None = field(default=None)


class Grants:
    """Issues codes, redeems them once, and knows which grants are still alive."""

    def __init__(
        self, state: State, clock: SandboxClock, mint: TokenMint, *, consent_days: int = 0
    ) -> None:
        """`consent_days`: how long consents last; 0: for ever."""
        self._state = state
        self._clock = clock
        self.mint = mint
        self._consent_days = consent_days
        self.habits = Habits()

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
        given_at = self._clock.now().timestamp()
        scopes = tuple(saved["scopes"])
        return Grant(user, client_id, scopes, self.generation(user), serial, given_at)

    def refresh(self, token: str, client_id: str) -> Grant:
        """Raises InvalidGrantError for a foreign, broken, revoked or replaced refresh token."""
        grant = self.mint.read_refresh(token)
        if not grant or grant.client_id != client_id or not self.alive(grant):
            raise InvalidGrantError("refresh_token")
        if _turn(grant) < self._oldest_turn(grant):
            raise InvalidGrantError("refresh_token")
        return grant if self.habits.rotation == "off" else self._rotated(grant)

    def _rotated(self, grant: Grant) -> Grant:
        """The next one of its line; the same when it is asked for again."""
        turn = _turn(grant)
        oldest = turn if self.habits.rotation == "graceful" else turn + 1
        self._state.put("rotation", _line(grant), {"oldest": oldest})
        return replace(grant, serial=f"{_line(grant)}.{turn + 1}")

    def _oldest_turn(self, grant: Grant) -> int:
        return (self._state.get("rotation", _line(grant)) or {"oldest": 0})["oldest"]

    def alive(self, grant: Grant) -> bool:
        """Neither revoked nor, where consents end, too old."""
        if grant.generation != self.generation(grant.user):
            return False
        age = self._clock.now().timestamp() - grant.given_at
        unending = not (self._consent_days and grant.given_at)
        return unending or age < self._consent_days * _DAY_SECONDS

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


def _line(grant: Grant) -> str:
    return grant.serial.partition(".")[0]


def _turn(grant: Grant) -> int:
    return int(grant.serial.partition(".")[2] or 0)


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
