"""Amazon's error bodies: every API family has its own shape."""

import uuid
from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

Family = Callable[[int, str], "AdsError"]

_WORDS = {
    400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND",
    406: "NOT_ACCEPTABLE", 415: "UNSUPPORTED_MEDIA_TYPE", 429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVICE_ERROR",
}  # fmt: skip
_DSP_MESSAGES = {
    400: "Malformed JSON", 401: "Unauthenticated Request", 403: "Unauthorized Access",
    404: "Resource Not Found", 503: "Service Unavailable", 429: "Too Many Requests", 500: "Internal Server Error",
}  # fmt: skip


class AdsError(Exception):
    """An answer other than success, already in the shape of its family."""

    def __init__(self, status: int, body: dict[str, Any], media: str = "application/json") -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.media = media


def json_response(
    body: Any, status: int = 200, media: str = "application/json", **headers: str
) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(orjson.dumps(body), status, media_type=media, headers=named)


async def render(_: Request, error: Exception) -> Response:
    """Exception handler for AdsError."""
    assert isinstance(error, AdsError)  # noqa: S101 - registered for this class only
    return json_response(error.body, error.status, error.media)


def universal(status: int, text: str) -> AdsError:
    """/v2 and most sponsored-ads calls."""
    return AdsError(status, {"code": _WORDS.get(status, str(status)), "details": text})


def reporting(status: int, text: str) -> AdsError:
    """Reporting v3: the code is the HTTP status as text, and `detail` has no s."""
    return AdsError(status, {"code": str(status), "detail": text})


def manager(status: int, text: str) -> AdsError:
    return AdsError(status, {"code": _WORDS.get(status, str(status)), "message": text})


STREAM_MEDIA = "application/vnd.amazonmarketingstreamsubscriptions.v1+json"


def stream(status: int, text: str) -> AdsError:
    """Subscriptions of Amazon Marketing Stream."""
    code = _WORDS.get(status, "CONFLICT" if status == 409 else str(status))
    return AdsError(status, {"code": code, "message": text}, STREAM_MEDIA)


def amc_accounts(status: int, text: str) -> AdsError:
    return AdsError(status, {"message": text, "requestId": str(uuid.uuid4())})


def amc(status: int, text: str) -> AdsError:
    return AdsError(status, {"code": str(status), "details": text})


def dsp(status: int, text: str) -> AdsError:
    """/dsp/advertisers and the classic DSP family."""
    return dsp_error(status, "ENTITY_NOT_ALLOWED", "", text)


def dsp_error(
    status: int,
    error_type: str,
    field: str,
    text: str,
    media: str = "application/vnd.dsperrors.v1+json",
    naming: str = "field",
) -> AdsError:
    """`naming`: what this family calls the member that names the wrong field."""
    return AdsError(
        status,
        {
            "message": _DSP_MESSAGES.get(status, "Bad Request"),
            "requestId": str(uuid.uuid4()),
            "errors": [{"errorType": error_type, naming: field, "message": text}],
        },
        media,
    )


def dsp_v1(status: int, text: str) -> AdsError:
    """A whole request of /dsp/v1 refused; plain JSON, unlike the classic family."""
    return dsp_error(status, "ENTITY_NOT_ALLOWED", "", text, "application/json")


def dsp_reports(status: int, text: str) -> AdsError:
    """Classic DSP reports: the classic shape under a media type of their own."""
    return dsp_error(
        status, _WORDS.get(status, str(status)), "", text, "application/vnd.dsperror.v1+json"
    )


def insights(status: int, text: str) -> AdsError:
    """Campaign insights say `fieldName` where the classic family says `field`."""
    word = _WORDS.get(status, str(status))
    return dsp_error(status, word, "", text, "application/json", "fieldName")


def frequency(status: int, text: str) -> AdsError:
    """Frequency insights."""
    error = {
        "errorCode": _WORDS.get(status, str(status)),
        "errorId": str(uuid.uuid4()),
        "errorMessage": text,
    }
    return AdsError(status, {"requestId": str(uuid.uuid4()), "errors": [error]})


def ads_api(status: int, text: str) -> AdsError:
    """/adsApi/v1: the code is one of a closed list, which knows one word for our faults."""
    words = _WORDS | {413: "CONTENT_TOO_LARGE", 500: "INTERNAL_ERROR", 503: "INTERNAL_ERROR"}
    return AdsError(status, {"code": words.get(status, "BAD_REQUEST"), "message": text})


def family_of(path: str) -> Family:
    """The family that answers on `path` (without its region)."""
    for prefix, family in (
        ("/reporting/", reporting), ("/managerAccounts", manager), ("/adsApi/", ads_api),
        ("/dsp/v1/campaign/insights", insights), ("/dsp/v1/frequency", frequency),
        ("/dsp/v1/", dsp_v1), ("/dsp/streams/", stream), ("/dsp/", dsp), ("/accounts/", dsp_reports),
        ("/amc/accounts", amc_accounts), ("/amc/", amc),
    ):  # fmt: skip
        if path.startswith(prefix):
            return family
    return universal
