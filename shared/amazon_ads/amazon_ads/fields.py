"""Lenient readers of JSON fields: ids become text, absent values become None or empty text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from .errors import MalformedResponse
from .responses import Json


def identifier(raw: Json, name: str) -> str:
    """A required id as text. Numbers keep every digit (ids exceed 2^53)."""
    value = optional_identifier(raw, name)
    if value is None:
        raise MalformedResponse(f"{name} is missing")
    return value


def optional_identifier(raw: Json, name: str) -> str | None:
    """An id as text; None for null, absent and empty."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise MalformedResponse(f"{name} is not an id")
    return str(value)


def text(raw: Json, name: str) -> str:
    """Text; empty for null and absent, numbers written out."""
    value = raw.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise MalformedResponse(f"{name} is not text")


def optional_integer(raw: Json, name: str) -> int | None:
    """A whole number, also written as text or as 12.0; None for null, absent and empty."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
        whole = int(number)
    except (ArithmeticError, ValueError):
        raise MalformedResponse(f"{name} is not a number") from None
    if whole != number or isinstance(value, bool):
        raise MalformedResponse(f"{name} is not a whole number")
    return whole


def optional_decimal(raw: Json, name: str) -> Decimal | None:
    """A number with exactly its digits, also written as text; None for null, absent and empty."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        raise MalformedResponse(f"{name} is not a number") from None
    if isinstance(value, bool) or not number.is_finite():
        raise MalformedResponse(f"{name} is not a number")
    return number


def flag(raw: Json, name: str) -> bool:
    """True or false, also written as text; false for null and absent."""
    value = raw.get(name)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def optional_moment(raw: Json, name: str) -> datetime | None:
    """An RFC 3339 time as an aware datetime (UTC where no offset is given); also the classic
    family's `2026-05-01 00:00:00 UTC`."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(str(value).removesuffix(" UTC"))
    except ValueError:
        raise MalformedResponse(f"{name} is not a time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def optional_date(raw: Json, name: str) -> date | None:
    """A YYYY-MM-DD date."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise MalformedResponse(f"{name} is not a date") from None


def mapping(raw: Json, name: str) -> Json:
    """A nested object; empty for null and absent."""
    value = raw.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedResponse(f"{name} is not an object")
    return cast("Json", value)


def members(raw: Json) -> list[Json]:
    """The objects among the values: the branches of a union, whatever they are called."""
    return [cast("Json", value) for value in raw.values() if isinstance(value, dict)]


def texts(raw: Json, name: str) -> tuple[str, ...]:
    """A list of texts; empty for null and absent."""
    value = raw.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise MalformedResponse(f"{name} is not a list")
    return tuple(str(item) for item in cast("list[Any]", value))
