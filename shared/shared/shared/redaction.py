"""Takes secrets out of text, fields, exceptions and span attributes before they leave a process.

Two nets: the *name* of a field says its value is secret, or the *shape* of a text does.
When in doubt it hides too much: a log line is never worth a token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import cast
from uuid import UUID

HIDDEN = "[redacted]"
MAX_TEXT = 16_384
_MAX_DEPTH = 6

_HIDDEN_WORDS = (
    r"passw(?:or)?ds?|passwd|pwd|secret(?:[_-]?(?:access[_-]?)?key)?|authorization|cookie"
    r"|(?:api|private|signing|encryption|access|fernet)[_-]?keys?(?![_-]?id)|pepper|credentials?"
    r"|(?:access|refresh|session|csrf|xsrf|id|auth|bearer|internal|security|client)[_-]?tokens?"
    r"|code[_-]?verifier"
)
_SECRET_NAME = re.compile(rf"(?:{_HIDDEN_WORDS})|^tokens?$|^x-csrf-token$", re.IGNORECASE)
_PUBLIC_NAME = re.compile(
    r"public|_(?:at|id|count|total|seconds|state|status|code|url|name)$", re.IGNORECASE
)

_VALUE = (
    r"\[[^\]]{0,4096}\]?|\{[^}]{0,4096}\}?"
    r"|b?\\*\"(?:[^\"\\]|\\[^\"])*\\*\"?|b?\\*'(?:[^'\\]|\\[^'])*\\*'?"
    r"|[^\s,;&\"')}\]]+"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Atz[a-z](?:\||%7C)[^\s\"'\\,;&<>)}\]]*", re.IGNORECASE), HIDDEN),
    (re.compile(r"amzn1\.oa2-cs\.[\w.\-]+"), HIDDEN),
    (re.compile(r"llk_\w{8,}"), HIDDEN),
    (re.compile(r"\bey[JK][\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), HIDDEN),
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.S),
        HIDDEN,
    ),
    (re.compile(r"\b(Bearer|Basic)\s+(?!\[)[\w\-.~+/|=]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(://[^\s/:@\"']*):[^\s/\"']+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"\bgAAAAA[\w-]{20,}={0,2}"), HIDDEN),
    (re.compile(r"(?<![\w+/=-])[\w+/-]{43}=(?![\w=])"), HIDDEN),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), HIDDEN),
    (
        re.compile(r"((?:set-)?cookie|authorization)(\\*[\"']?\s*[:=]\s*)(?:[^\n\"'\\]+)", re.I),
        rf"\1\2{HIDDEN}",
    ),
    (
        re.compile(
            r"([?&](?:sig|signature|X-Amz-(?:Signature|Credential|Security-Token))=)[^&\s\"']+",
            re.I,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"([?&](?:code|state)=)[^&\s\"']{16,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (
        re.compile(
            rf"((?:{_HIDDEN_WORDS}|\btoken)(?:_hash)?(?:\\*[\"'])?\s*(?:=>|[:=])\s*)"
            rf"(?!\\*[\"']?\[redacted\])(?:{_VALUE})",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)


def redact(text: str) -> str:
    """The text with every secret shape replaced; cut at `MAX_TEXT` characters."""
    if len(text) > MAX_TEXT:
        text = f"{text[:MAX_TEXT]}… ({len(text)} characters)"
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def is_secret_name(name: str) -> bool:
    """True when a field of this name holds a secret (`refresh_token`, not `token_type`)."""
    return bool(_SECRET_NAME.search(name)) and not _PUBLIC_NAME.search(name)


def redact_field(name: str, value: object) -> object:
    """A structured field's value, hidden by its name or cleaned by its shape."""
    if value is not None and not isinstance(value, bool) and is_secret_name(name):
        return HIDDEN
    return redact_value(value)


def redact_value(value: object, depth: int = 0) -> object:
    """Any value as something safe to print; containers are walked, objects become their text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, UUID | datetime | date | time | timedelta | Decimal | PurePath):
        return redact(str(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return redact(bytes(value).decode("utf-8", "replace"))
    if depth >= _MAX_DEPTH:
        return HIDDEN
    return _redact_container(value, depth)


def _redact_container(value: object, depth: int) -> object:
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {
            redact(str(key)): HIDDEN
            if item is not None and not isinstance(item, bool) and is_secret_name(str(key))
            else redact_value(item, depth + 1)
            for key, item in items
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(item, depth + 1) for item in cast("list[object]", value)]
    if isinstance(value, Enum):
        return redact_value(cast("object", value.value), depth + 1)
    return redact(repr(value))
