"""What went wrong on the wire, in the words of the domain."""

from amazon_ads import errors
from shared.errors import AppError

from dsp_ingest.quota.turnstile import Held

from .domain import Kind, Problem

_KINDS: tuple[tuple[type[errors.AmazonError], Kind], ...] = (
    (Held, "waiting"),
    (errors.RateLimited, "throttled"),
    (errors.Unavailable, "unavailable"),
    (errors.MalformedResponse, "unavailable"),
    (errors.Unauthorized, "denied"),
    (errors.Forbidden, "denied"),
    (errors.NotFound, "denied"),
    (errors.DownloadExpired, "expired"),
    (errors.FileTruncated, "truncated"),
    (errors.FileError, "broken"),
    (errors.AmazonError, "refused"),
)

PAUSING_CODES = ("reauth_required", "credential_suspended")


def of_amazon(error: errors.AmazonError) -> Problem:
    """The problem behind an answer of Amazon, or the lack of one. Codes are from our own list: what
    Amazon calls an error differs by API family."""
    kind: Kind = next(kind for type_, kind in _KINDS if isinstance(error, type_))
    ours = isinstance(error, errors.FileError | errors.Unavailable)
    code = error.code if ours else type(error).code
    return Problem(kind, code, error.detail, error.retry_after)


def of_service(error: AppError) -> Problem:
    """The problem behind an answer of token-refresher or the object store.

    Anything but a dead credential is worth waiting for: nothing there is Amazon's last word.
    """
    kind: Kind = "paused" if error.code in PAUSING_CODES else "unavailable"
    return Problem(kind, error.code, error.detail, error.retry_after_seconds)
