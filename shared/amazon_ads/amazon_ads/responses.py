"""Reads answers: JSON bodies, the error envelopes of each family, Retry-After in both forms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx

from .errors import (
    AmazonError,
    BadRequest,
    DuplicateReport,
    Forbidden,
    MalformedResponse,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
)

Json = Mapping[str, Any]

MAX_RETRY_AFTER_SECONDS = 900.0
_DUPLICATE_ID = re.compile(r"duplicate of\s*:?\s*([0-9A-Za-z][0-9A-Za-z._-]*)", re.IGNORECASE)
_DETAIL_FIELDS = ("detail", "details", "message", "errorMessage", "error_description", "Message")
_CODE_FIELDS = ("code", "errorCode", "errorType", "error")


def decode_json(body: bytes) -> Any:
    """JSON with exact numbers (Decimal, unbounded int). MalformedResponse otherwise."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedResponse(f"the body is not JSON ({type(error).__name__})") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def decode_object(response: httpx.Response) -> Json:
    """The JSON object of a successful answer."""
    value = _decode(response)
    if not isinstance(value, dict):
        raise _malformed(response, f"expected a JSON object, got {type(value).__name__}")
    return cast("Json", value)


def decode_list(response: httpx.Response) -> list[Json]:
    """The JSON array of objects of a successful answer."""
    value = _decode(response)
    if not isinstance(value, list):
        raise _malformed(response, f"expected a JSON array, got {type(value).__name__}")
    return objects(cast("list[Any]", value))


def objects(values: Any) -> list[Json]:
    """Checks that `values` is a list of JSON objects; None counts as empty."""
    if values is None:
        return []
    if not isinstance(values, list):
        raise MalformedResponse(f"expected a list, got {type(values).__name__}")
    items = cast("list[Any]", values)
    if not all(isinstance(item, dict) for item in items):
        raise MalformedResponse("expected a list of objects")
    return cast("list[Json]", items)


def _decode(response: httpx.Response) -> Any:
    try:
        return decode_json(response.content)
    except MalformedResponse as error:
        raise _malformed(response, error.detail) from None


def _malformed(response: httpx.Response, detail: str) -> MalformedResponse:
    return MalformedResponse(
        detail, status=response.status_code, request_id=request_id_of(response)
    )


def request_id_of(response: httpx.Response) -> str | None:
    """Amazon's request id: a header seen in clients, or `requestId` of the body."""
    return response.headers.get("x-amzn-RequestId") or response.headers.get("x-amz-request-id")


def retry_after_seconds(response: httpx.Response, *, now: datetime | None = None) -> float | None:
    """Retry-After as seconds from now, from either form (RFC 9110), within 0..900; None if absent. A
    date counts from the answer's own `Date`, where it has one: our clock may be wrong."""
    raw = response.headers.get("Retry-After", "").strip()
    if not raw:
        return None
    seconds = _parse_retry_after(raw, now or _dated(response) or datetime.now(UTC))
    return None if seconds is None else min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _dated(response: httpx.Response) -> datetime | None:
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_retry_after(raw: str, now: datetime) -> float | None:
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", raw):
        return float(raw)
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()


def error_of(response: httpx.Response) -> AmazonError:
    """The exception for an answer of status >= 300, whatever its envelope."""
    code, detail, request_id = _read_envelope(response)
    status = response.status_code
    if status == 425 and (match := _DUPLICATE_ID.search(detail)):
        return DuplicateReport(detail, report_id=match[1].rstrip("."), request_id=request_id)
    if status == 425:
        return Unavailable(detail, status=status, code="too_early", request_id=request_id)
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 else BadRequest)
    retryable = kind in (RateLimited, Unavailable)
    return kind(
        detail,
        status=status,
        code=None if retryable else code,
        request_id=request_id,
        retry_after=retry_after_seconds(response) if retryable else None,
    )


_BY_STATUS: dict[int, type[AmazonError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    408: Unavailable,
    429: RateLimited,
}


def _read_envelope(response: httpx.Response) -> tuple[str | None, str, str | None]:
    request_id = request_id_of(response)
    fallback = f"HTTP {response.status_code}"
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return None, fallback, request_id
    if not isinstance(value, dict):
        return None, fallback, request_id
    body = cast("dict[str, Any]", value)
    inner = _first_inner_error(body)
    code = _first_text(inner, _CODE_FIELDS) or _first_text(body, _CODE_FIELDS)
    details = [_first_text(body, _DETAIL_FIELDS), _first_text(inner, _DETAIL_FIELDS)]
    detail = ": ".join(dict.fromkeys(text for text in details if text))
    return code, detail or fallback, request_id or _first_text(body, ("requestId", "request_id"))


def _first_inner_error(body: Json) -> Json:
    """`errors[0]` of the DSP envelope, or an empty object."""
    errors = body.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return cast("Json", errors[0])
    return {}


def _first_text(body: Json, names: tuple[str, ...]) -> str | None:
    for name in names:
        value = body.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None
