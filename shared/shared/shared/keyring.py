"""Encryption of secrets at rest: named Fernet keys, the first one encrypts.

Rotation: put a new key in front, keep the old one until no row names it, then drop it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cryptography.fernet import Fernet, InvalidToken

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class KeyRingError(Exception):
    """The key ring is empty, malformed, or cannot open what it was given. Never quotes a key."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext and the id of the key that opens it; both are stored on the row."""

    key_id: str
    ciphertext: bytes = field(repr=False)


class KeyRing:
    def __init__(self, keys: Mapping[str, Fernet]) -> None:
        if not keys:
            raise KeyRingError("no encryption key is configured")
        self._keys = MappingProxyType(dict(keys))
        self._current = next(iter(keys))

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """`"k2:<fernet>,k1:<fernet>"` → key ring; raises KeyRingError on anything else."""
        keys: dict[str, Fernet] = {}
        for position, part in enumerate(filter(None, (p.strip() for p in text.split(","))), 1):
            key_id, separator, key = part.partition(":")
            if not separator or not _KEY_ID.fullmatch(key_id):
                raise KeyRingError(f"encryption key {position} is not of the form keyid:fernetkey")
            if key_id in keys:
                raise KeyRingError(f"encryption key id {key_id} is given twice")
            keys[key_id] = _fernet(key_id, key)
        return cls(keys)

    @property
    def current_key_id(self) -> str:
        return self._current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """All ids of the ring, the encrypting one first."""
        return tuple(self._keys)

    def encrypt(self, plain: str) -> Sealed:
        return Sealed(self._current, self._keys[self._current].encrypt(plain.encode()))

    def decrypt(self, sealed: Sealed) -> str:
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise KeyRingError(f"encryption key {sealed.key_id} is not configured")
        try:
            return key.decrypt(sealed.ciphertext).decode()
        except InvalidToken:
            raise KeyRingError(f"encryption key {sealed.key_id} does not open this text") from None

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"


def _fernet(key_id: str, key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:  # binascii.Error is one
        raise KeyRingError(f"encryption key {key_id} is not a Fernet key") from None
