"""Everything that can go wrong with Amazon, one class per reaction.

    AmazonError
    ├── AuthError                 Login with Amazon refused a token request
    │   ├── InvalidGrant          code or refresh token unknown, used, expired, revoked: a person must consent
    │   ├── InvalidClient         our client id or secret is wrong: the operator must act
    │   ├── UnauthorizedClient    our client may not use this grant or scope: the operator must act
    │   ├── InvalidScope          unknown scope asked
    │   └── InvalidTokenRequest   missing field or unknown grant type: our defect
    ├── Unauthorized              401 also with a newly minted token
    ├── Forbidden                 403: no access to this account, or no such route for this client
    ├── NotFound                  404: missing, or invisible to this user
    ├── BadRequest                400, 406, 409, 415, 422: the same request can never succeed
    ├── DuplicateReport           425: an equal report exists already (`report_id`)
    ├── RateLimited               429 (`retry_after`, seconds, where Amazon gave one)
    ├── Unavailable               5xx: nothing wrong with the request, try later (`retry_after`)
    │   └── ConnectionLost        no answer: the request may or may not have been carried out
    ├── MalformedResponse         a success whose body is not what Amazon documents
    └── FileError                 the downloaded report file
        ├── DownloadExpired       the presigned URL no longer works: poll again for a fresh one
        ├── FileTruncated         fewer bytes than promised, or gzip/JSON ends early
        ├── FileTooLarge          more bytes than the caller allows
        └── FileInvalid           not gzip, bad checksum, not JSON, or rows of another shape

`retryable` says whether the same call may succeed later without anybody acting.
Messages never carry tokens, secrets or presigned URLs.
"""

from __future__ import annotations

import re
from typing import ClassVar

_SECRET = re.compile(r"Atz[ar]\|[^\s\"'&]*|(?<=[?&])X-Amz-[A-Za-z-]+=[^\s&\"']*")
_DETAIL_CHARACTERS = 500


class AmazonError(Exception):
    """Base: `status` is the HTTP status if there was an answer, `code` Amazon's or our short name."""

    code: str = "amazon_error"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.detail = _SECRET.sub("[removed]", detail)[:_DETAIL_CHARACTERS]
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after
        if code:
            self.code = code
        super().__init__(self.detail)


class AuthError(AmazonError):
    code = "auth_error"


class InvalidGrant(AuthError):
    code = "invalid_grant"


class InvalidClient(AuthError):
    code = "invalid_client"


class UnauthorizedClient(AuthError):
    code = "unauthorized_client"


class InvalidScope(AuthError):
    code = "invalid_scope"


class InvalidTokenRequest(AuthError):
    code = "invalid_request"


class Unauthorized(AmazonError):
    code = "unauthorized"


class Forbidden(AmazonError):
    code = "forbidden"


class NotFound(AmazonError):
    code = "not_found"


class BadRequest(AmazonError):
    code = "bad_request"


class DuplicateReport(AmazonError):
    """Reporting v3 answers 425 with the id of the equal report in its text."""

    code = "duplicate_report"

    def __init__(self, detail: str, *, report_id: str, request_id: str | None = None) -> None:
        super().__init__(detail, status=425, request_id=request_id)
        self.report_id = report_id


class RateLimited(AmazonError):
    code = "rate_limited"
    retryable = True


class Unavailable(AmazonError):
    code = "unavailable"
    retryable = True


class ConnectionLost(Unavailable):
    code = "connection_lost"


class MalformedResponse(AmazonError):
    code = "malformed_response"
    retryable = True


class FileError(AmazonError):
    code = "file_error"
    retryable = True


class DownloadExpired(FileError):
    code = "download_expired"


class FileTruncated(FileError):
    code = "file_truncated"


class FileTooLarge(FileError):
    code = "file_too_large"
    retryable = False


class FileInvalid(FileError):
    code = "file_invalid"
