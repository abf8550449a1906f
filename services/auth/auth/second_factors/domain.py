"""Time-based codes (RFC 6238) and recovery codes: which are right. Pure; time is an argument."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pyotp.totp import TOTP

STEP_SECONDS = 30
CLOCK_STEPS = 1
RECOVERY_CODES = 10
ISSUER = "Leadline"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUP = 5


@dataclass(frozen=True, slots=True)
class Factor:
    """A person's second factor; `confirmed_at` None: begun and not yet proven to work."""

    user_id: UUID
    sealed_secret: bytes
    last_step: int
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Code:
    """What somebody shows: six digits of their app, or one of their recovery codes."""

    text: str
    recovery: bool = False


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def otpauth_uri(secret: str, email: str) -> str:
    """What an authenticator app reads from a QR code."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def matching_step(secret: str, code: str, last_step: int, now: datetime) -> int | None:
    """The 30-second step whose code this is: now, or one before or after for clocks that differ.
    Only steps after `last_step`: a code that was used, or seen over a shoulder, is not taken again."""
    step = int(now.timestamp()) // STEP_SECONDS
    totp = TOTP(secret)
    digits = "".join(code.split())
    for candidate in range(step - CLOCK_STEPS, step + CLOCK_STEPS + 1):
        right = hmac.compare_digest(totp.generate_otp(candidate).encode(), digits.encode())
        if right and candidate > last_step:
            return candidate
    return None


def new_recovery_codes() -> list[str]:
    """Ten codes of 49 random bits each, in letters that are not mistaken for others."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def fold_recovery_code(text: str) -> str:
    """How a recovery code is compared: without hyphens, spaces and capitals."""
    return "".join(character for character in text.lower() if character.isalnum())


def _recovery_code() -> str:
    letters = [secrets.choice(_ALPHABET) for _ in range(2 * _GROUP)]
    return f"{''.join(letters[:_GROUP])}-{''.join(letters[_GROUP:])}"
