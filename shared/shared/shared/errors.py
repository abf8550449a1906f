"""The errors a caller can see, rendered as RFC 9457 problem+json.

AppError
├── BadRequest (400)          ├── Conflict (409)           ├── TooManyRequests (429, retryable)
├── Unauthenticated (401)     ├── PayloadTooLarge (413)    ├── UpstreamFailed (502, retryable)
├── Forbidden (403)           └── Unprocessable (422)      ├── Unavailable (503, retryable)
└── NotFound (404)                                         └── UpstreamTimeout (504, retryable)
"""

from http import HTTPStatus
from math import ceil
from typing import Any, ClassVar


class AppError(Exception):
    """An error with a status, a stable `code`, a hint for the reader and whether a retry can help."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal_error"
    retryable: bool = False

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        hint: str = "",
        retryable: bool | None = None,
        retry_after_seconds: float | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code
        self.hint = hint
        self.retry_after_seconds = retry_after_seconds
        self.extra = extra
        if retryable is not None:
            self.retryable = retryable

    def problem(self, request_id: str) -> dict[str, Any]:
        """The problem+json body: type, title, status, code, detail, hint, retryable, request_id."""
        return {
            "type": f"urn:leadline:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "hint": self.hint,
            "retryable": self.retryable,
            "request_id": request_id,
            **self.extra,
        }

    def headers(self) -> dict[str, str]:
        """`Retry-After` in whole seconds, where one is known."""
        if self.retry_after_seconds is None:
            return {}
        return {"Retry-After": str(max(1, ceil(self.retry_after_seconds)))}


class BadRequest(AppError):
    status = 400
    default_code = "bad_request"


class Unauthenticated(AppError):
    status = 401
    default_code = "unauthenticated"


class Forbidden(AppError):
    status = 403
    default_code = "forbidden"


class NotFound(AppError):
    status = 404
    default_code = "not_found"


class Conflict(AppError):
    status = 409
    default_code = "conflict"


class PayloadTooLarge(AppError):
    status = 413
    default_code = "payload_too_large"


class Unprocessable(AppError):
    status = 422
    default_code = "unprocessable"


class TooManyRequests(AppError):
    status = 429
    default_code = "too_many_requests"
    retryable = True


class UpstreamFailed(AppError):
    status = 502
    default_code = "upstream_failed"
    retryable = True


class Unavailable(AppError):
    status = 503
    default_code = "unavailable"
    retryable = True


class UpstreamTimeout(AppError):
    status = 504
    default_code = "upstream_timeout"
    retryable = True


BY_STATUS: dict[int, type[AppError]] = {
    kind.status: kind
    for kind in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        Conflict,
        PayloadTooLarge,
        Unprocessable,
        TooManyRequests,
        UpstreamFailed,
        Unavailable,
        UpstreamTimeout,
    )
}
