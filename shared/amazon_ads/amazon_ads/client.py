"""One authenticated conversation with the Amazon Ads API of a region."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from .auth import TokenAuth, TokenSource
from .endpoints import RegionEndpoints
from .errors import AmazonError, ConnectionLost, Unavailable
from .headers import client as client_headers
from .responses import error_of
from .retry import RetryPolicy, draw

API_TIMEOUT = httpx.Timeout(35.0, connect=10.0)
"""Amazon gives p99 30 s for synchronous calls ("Developer notes"): never wait less than 35 s."""

Sleep = Callable[[float], Awaitable[object]]


class AmazonAdsClient:
    """Sends API calls of one Amazon user (one token source) to one region.

    Cheap to build: `http` holds the connections and is shared and closed by its owner. Only
    idempotent calls are retried, on `retryable` errors, as `retry` says. Errors: errors.py; what
    the token source raises passes through unchanged.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        endpoints: RegionEndpoints,
        *,
        client_id: str,
        tokens: TokenSource,
        retry: RetryPolicy | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.http = http
        self.endpoints = endpoints
        self.client_id = client_id
        self._auth = TokenAuth(tokens)
        self._retry = retry or RetryPolicy()
        self._sleep = sleep

    async def get(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """GET with retries."""
        return await self._repeat("GET", path, headers or {}, params or {})

    async def query(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """POST that only reads, with retries."""
        return await self._repeat("POST", path, headers or {}, {}, _encoded(body))

    async def delete(
        self, path: str, *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """DELETE with retries."""
        return await self._repeat("DELETE", path, headers or {}, {})

    async def post(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """POST, once: after ConnectionLost the caller must find out what became of it."""
        return await self._send("POST", path, headers or {}, {}, _encoded(body))

    async def put(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """PUT with retries: the same body twice is the same as once."""
        return await self._repeat("PUT", path, headers or {}, {}, _encoded(body))

    async def _repeat(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        content: bytes | None = None,
    ) -> httpx.Response:
        attempt = 1
        while True:
            try:
                return await self._send(method, path, headers, params, content)
            except AmazonError as error:
                seconds = self._retry.delay(error, attempt, draw=draw())
                if seconds is None:
                    raise
            await self._sleep(seconds)
            attempt += 1

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        content: bytes | None,
    ) -> httpx.Response:
        try:
            response = await self.http.request(
                method,
                f"{self.endpoints.api_url}{path}",
                headers={**_media(content), **client_headers(self.client_id, path), **headers},
                params=params or None,
                content=content,
                auth=self._auth,
                follow_redirects=False,
                timeout=API_TIMEOUT,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(f"Amazon was not reached ({type(error).__name__})") from None
        except httpx.RequestError as error:
            raise ConnectionLost(
                f"{method} {path} got no answer ({type(error).__name__})"
            ) from None
        if response.status_code >= 300:
            raise error_of(response)
        return response


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def _media(content: bytes | None) -> dict[str, str]:
    return {} if content is None else {"Content-Type": "application/json"}
