"""HTTP from one service to another: signed, traced, with errors that come back as they left."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from typing import Any, cast

import httpx

from .errors import BY_STATUS, AppError, Unavailable, UpstreamFailed, UpstreamTimeout
from .internal_tokens import Actor, TokenSigner
from .tracing import inject

_TIMEOUT = httpx.Timeout(10.0, connect=2.0, pool=5.0)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)
_KNOWN = {"type", "title", "status", "code", "detail", "hint", "retryable", "request_id"}


class ServiceClient:
    """Calls one service. A fresh token per call, for the calling service unless `actor` is given.

    A resource (`start`, `stop`); usable without `start`. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        base_url: str,
        audience: str,
        signer: TokenSigner,
        service: str,
        *,
        timeout: httpx.Timeout = _TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._audience = audience
        self._signer = signer
        self._self = Actor.service(service)
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            transport=transport or httpx.AsyncHTTPTransport(retries=1, limits=_LIMITS),
        )

    async def start(self) -> None:
        """Connections open with the first call."""

    async def stop(self) -> None:
        await self._http.aclose()

    async def get(
        self, path: str, *, params: Mapping[str, str] | None = None, actor: Actor | None = None
    ) -> Any:
        return await self._call("GET", path, params=params, actor=actor)

    async def post(self, path: str, *, json: Any = None, actor: Actor | None = None) -> Any:
        return await self._call("POST", path, json=json, actor=actor)

    async def put(self, path: str, *, json: Any = None, actor: Actor | None = None) -> Any:
        return await self._call("PUT", path, json=json, actor=actor)

    async def delete(self, path: str, *, actor: Actor | None = None) -> Any:
        return await self._call("DELETE", path, actor=actor)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        actor: Actor | None,
    ) -> Any:
        token = self._signer.sign(actor or self._self, self._audience)
        headers = {"Authorization": f"Bearer {token}", **inject()}
        try:
            response = await self._http.request(
                method, path, json=json, params=params, headers=headers
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise self._unavailable(error) from error
        except httpx.TimeoutException as error:
            raise UpstreamTimeout(f"{self._audience} did not answer in time.") from error
        except httpx.TransportError as error:
            raise self._unavailable(error) from error
        return self._read(response)

    def _unavailable(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"{self._audience} cannot be reached ({type(error).__name__}).",
            code="service_unavailable",
        )

    def _read(self, response: httpx.Response) -> Any:
        if response.is_success:
            return self._json(response) if response.content else None
        raise self._error(response)

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except (jsonlib.JSONDecodeError, UnicodeDecodeError) as error:
            raise UpstreamFailed(f"{self._audience} answered with something not JSON.") from error

    def _error(self, response: httpx.Response) -> AppError:
        """The AppError that the other service raised, rebuilt from its problem+json."""
        problem = _problem(response)
        code = problem.get("code")
        if code == "internal_token_invalid":
            return UpstreamFailed(
                f"{self._audience} refused this service's token.",
                code="internal_call_refused",
                retryable=False,
            )
        kind = BY_STATUS.get(response.status_code, UpstreamFailed)
        return kind(
            str(problem.get("detail") or f"{self._audience} answered {response.status_code}."),
            code=str(code) if code else None,
            hint=str(problem.get("hint", "")),
            retryable=bool(problem.get("retryable", kind.retryable)),
            retry_after_seconds=_retry_after(response),
            **{key: value for key, value in problem.items() if key not in _KNOWN},
        )


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (jsonlib.JSONDecodeError, UnicodeDecodeError):
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None
