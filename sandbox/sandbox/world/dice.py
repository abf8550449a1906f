"""Deterministic draws: the same seed and parts give the same numbers, in any process."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
_UNIT = 1.0 / 2**32
_words = struct.Struct("<16I").unpack


@dataclass(frozen=True, slots=True)
class Dice:
    """Hash-based randomness without state: nothing is stored, every draw is O(1)."""

    seed: str
    _keyed: hashlib.blake2b = field(init=False, repr=False, compare=False)
    """The hash with the seed as its key; every draw goes on from a copy."""

    def __post_init__(self) -> None:
        key = self.seed.encode()[:64] or b"0"
        object.__setattr__(self, "_keyed", hashlib.blake2b(digest_size=64, key=key))

    def bytes(self, *parts: object) -> bytes:
        drawn = self._keyed.copy()
        drawn.update("\x1f".join(map(str, parts)).encode())
        return drawn.digest()

    def units(self, *parts: object) -> tuple[float, ...]:
        """Sixteen independent numbers in [0, 1)."""
        return tuple([word * _UNIT for word in _words(self.bytes(*parts))])

    def unit(self, *parts: object) -> float:
        """The first of `units`."""
        return int.from_bytes(self.bytes(*parts)[:4], "little") * _UNIT

    def between(self, low: int, high: int, *parts: object) -> int:
        """An integer, both ends included."""
        return low + int.from_bytes(self.bytes(*parts)[:8], "big") % (high - low + 1)

    def digits(self, count: int, *parts: object) -> str:
        """A decimal id of exactly `count` digits, never with a leading zero."""
        floor = 10 ** (count - 1)
        return str(floor + int.from_bytes(self.bytes(*parts)[:16], "big") % (9 * floor))

    def letters(self, count: int, *parts: object) -> str:
        """Capitals and digits, as in ENTITY ids."""
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(alphabet[byte % 36] for byte in self.bytes(*parts)[:count])

    def pick(self, options: Sequence[T], *parts: object) -> T:
        return options[self.between(0, len(options) - 1, *parts)]
