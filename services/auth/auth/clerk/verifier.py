"""Reads Clerk session tokens: the header's key, the signature, then the claims."""

from dataclasses import dataclass
from datetime import datetime

import jwt
from jwt.types import Options

from .keys import Keys
from .tokens import (
    ALGORITHM,
    MAX_TOKEN_CHARACTERS,
    ClerkToken,
    Expected,
    believe,
    invalid,
    signing_key_id,
)

_SIGNATURE_ONLY: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""The claims are judged by `believe`, against our clock and all of them."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """One Clerk instance's tokens."""

    keys: Keys
    expected: Expected

    async def read(self, token: str, now: datetime) -> ClerkToken:
        """What a token says; raises Unauthenticated, Forbidden, or Unavailable while the key that it
        needs cannot be fetched. The claims are looked at only after the signature."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise invalid("size")
        try:
            key_id = signing_key_id(jwt.get_unverified_header(token))
            key = await self.keys.find(key_id)
            claims = jwt.decode(token, key, algorithms=[ALGORITHM], options=_SIGNATURE_ONLY)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise invalid("signature") from None
        return believe(claims, self.expected, now)
