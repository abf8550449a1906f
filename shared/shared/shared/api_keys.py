"""The form of an API key: `llk_` + the key's id + `_` + 256 random bits + a CRC-32, all in base62.

`llk_2nQx…(22)_9aZ…(43)pQ3x1b(6)`. The checksum tells a typing error or a scanner's false find from a key
without asking anybody; it proves nothing. What proves the key is the hash that auth keeps of the whole.
"""

import re
import secrets
import string
import zlib
from uuid import UUID

PREFIX = "llk_"
PATTERN = r"llk_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}"
"""What secret scanners look for."""

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID_CHARACTERS, _SECRET_CHARACTERS, _SUM_CHARACTERS = 22, 43, 6
_WHOLE = re.compile(PATTERN)


def new_key(key_id: UUID) -> str:
    """A new secret for the key of this id, as its holder sends it."""
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_CHARACTERS))
    text = f"{public_part(key_id)}_{secret}"
    return text + _checksum(text)


def public_part(key_id: UUID) -> str:
    """What may be shown of a key, to find the one that leaked: all before its secret."""
    return PREFIX + _base62(key_id.int, _ID_CHARACTERS)


def is_well_formed(text: str) -> bool:
    """Whether this can be a key at all: its form and checksum are right."""
    if not _WHOLE.fullmatch(text):
        return False
    return _checksum(text[:-_SUM_CHARACTERS]) == text[-_SUM_CHARACTERS:]


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode("ascii")), _SUM_CHARACTERS)


def _base62(number: int, width: int) -> str:
    digits = list[str]()
    for _ in range(width):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
