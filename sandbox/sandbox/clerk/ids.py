"""Ids as Clerk prints them: a prefix and 27 letters and digits."""

import hashlib
import secrets
import string

_LETTERS = string.digits + string.ascii_letters
_LENGTH = 27


def new_id(prefix: str) -> str:
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(_LENGTH))}"


def seeded_id(prefix: str, *parts: str) -> str:
    """The same for the same parts."""
    number = int.from_bytes(hashlib.sha256("\x1f".join((prefix, *parts)).encode()).digest(), "big")
    letters: list[str] = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return f"{prefix}_{''.join(letters)}"
