"""Passwords: argon2id, in a thread, a few at a time, and at the same cost for unknown addresses."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from shared.errors import Unprocessable

MIN_CHARACTERS = 12
MAX_CHARACTERS = 1024
_PARALLEL = 2


class Passwords:
    """Hashes and checks. Defaults of argon2-cffi: RFC 9106's second choice (64 MiB, 3 passes)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = self._hasher.hash("no user has this password")
        self._slots = asyncio.Semaphore(_PARALLEL)

    async def hash(self, password: str) -> str:
        """Raises Unprocessable (password_invalid) when too short or too long."""
        if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
            raise Unprocessable(
                f"A password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters.",
                code="password_invalid",
            )
        return await self.renew(password)

    async def renew(self, password: str) -> str:
        """Today's hash of a password that was accepted before."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

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
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
