"""Passwords: argon2id, in a thread, a few at a time, and at the same cost for unknown addresses.

What may be one follows NIST SP 800-63B: a length, no list of must-have characters, nothing that is
common, guessable or taken from the person's own data, any character, normalised (NFKC) before hashing.
"""

import asyncio
import unicodedata
from collections.abc import Sequence
from typing import Any, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from shared.errors import Unprocessable
from zxcvbn import zxcvbn  # pyright: ignore[reportUnknownVariableType] - has no types

MIN_CHARACTERS = 12
MAX_CHARACTERS = 1024
_PARALLEL = 2
_MIN_SCORE = 3
_ESTIMATED_CHARACTERS = 40


class Passwords:
    """Hashes and checks. Defaults of argon2-cffi: RFC 9106's second choice (64 MiB, 3 passes)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = self._hasher.hash("no user has this password")
        self._slots = asyncio.Semaphore(_PARALLEL)

    async def hash(self, password: str) -> str:
        """Raises Unprocessable (password_invalid) when too short or too long."""
        _check_length(password)
        return await self.renew(password)

    async def check(self, password: str, personal: Sequence[str]) -> None:
        """Raises Unprocessable (password_invalid, password_weak) for what nobody should choose, least
        of all a person with these names and addresses."""
        _check_length(password)
        async with self._slots:
            advice = await asyncio.to_thread(weakness, password, personal)
        if advice is not None:
            raise Unprocessable(
                "That password is easy to guess.", code="password_weak", hint=advice
            )

    async def renew(self, password: str) -> str:
        """Today's hash of a password that was accepted before."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is right. Without a stored hash a decoy is verified: same work, False."""
        async with self._slots:
            right = await asyncio.to_thread(self._verify, stored or self._decoy, password)
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, _normal(password))
        except (VerificationError, InvalidHashError):
            return False


def weakness(password: str, personal: Sequence[str]) -> str | None:
    """None, or what would make the password better: estimated with the person's own words at hand."""
    words = [word for text in personal for word in (text, *text.replace("@", " ").split())]
    text = _normal(password)[:_ESTIMATED_CHARACTERS]
    found = cast("dict[str, Any]", zxcvbn(text, user_inputs=words))
    if found["score"] >= _MIN_SCORE:
        return None
    feedback = found["feedback"]
    return " ".join(filter(None, [feedback["warning"], *feedback["suggestions"]]))


def _check_length(password: str) -> None:
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise Unprocessable(
            f"A password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters.",
            code="password_invalid",
        )


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
