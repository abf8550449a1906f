"""Every error leaves as RFC 9457 problem+json with code, hint, retryable and request_id."""

import logging
from typing import Any, cast

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .audit.refusals import Refusals
from .db import CONNECTION_ERRORS
from .errors import BY_STATUS, AppError, Unavailable, Unprocessable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_CODES = {
    400: "unreadable_body",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
}


def install(app: FastAPI) -> None:
    """Register the handlers on `app`."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(UnicodeDecodeError, _unicode)
    for kind in (asyncpg.PostgresError, *CONNECTION_ERRORS):
        app.add_exception_handler(kind, _database)
    app.add_exception_handler(Exception, _unexpected)


def render(error: AppError, request_id: str) -> JSONResponse:
    """The response for `error`."""
    return JSONResponse(
        error.problem(request_id), error.status, headers=error.headers(), media_type=MEDIA_TYPE
    )


def request_id_of(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


async def _answer(request: Request, error: AppError) -> JSONResponse:
    """The response, told to the audit log first where the request was of its kind."""
    refusals = cast("Refusals | None", getattr(request.app.state, "refusals", None))
    if refusals is not None:
        await refusals.note(request, error)
    return render(error, request_id_of(request))


async def _app_error(request: Request, error: Exception) -> JSONResponse:
    return await _answer(request, cast("AppError", error))


async def _validation(request: Request, error: Exception) -> JSONResponse:
    fields = [_field(item) for item in cast("RequestValidationError", error).errors()]
    listed = "; ".join(f"{field['field']}: {field['message']}" for field in fields[:5])
    problem = Unprocessable(
        f"The request is not valid: {listed}",
        code="validation_failed",
        hint="Correct the named fields and send it again.",
        errors=fields[:50],
    )
    return await _answer(request, problem)


def _field(item: dict[str, Any]) -> dict[str, str]:
    where = [str(part) for part in item["loc"] if part not in ("body", "query", "path")]
    return {"field": ".".join(where) or "body", "message": str(item["msg"])}


async def _http(request: Request, error: Exception) -> JSONResponse:
    http = cast("HTTPException", error)
    kind = BY_STATUS.get(http.status_code)
    if kind is None:
        kind = type("HttpError", (AppError,), {"status": http.status_code})
    code = _CODES.get(http.status_code)
    response = await _answer(request, kind(str(http.detail), code=code))
    response.headers.update(http.headers or {})
    return response


async def _unicode(request: Request, _error: Exception) -> JSONResponse:
    problem = Unprocessable("The request is not valid UTF-8.", code="invalid_utf8")
    return await _answer(request, problem)


async def _database(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, CONNECTION_ERRORS):
        log.warning("database away during %s: %s", request.url.path, type(error).__name__)
        problem = Unavailable("The database is not reachable.", code="database_unavailable")
        return await _answer(request, problem)
    return await _unexpected(request, error)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unhandled in %s %s", request.method, request.url.path, exc_info=error)
    problem = AppError("Something went wrong on our side.", hint="Quote the request_id to support.")
    return await _answer(request, problem)
