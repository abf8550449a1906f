"""Login with Amazon, as the refresher sees it: a new grant, or a RefreshFailed that says why not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
from amazon_ads import lwa
from amazon_ads.endpoints import Endpoints
from amazon_ads.errors import AmazonError, AuthError, InvalidGrant
from shared.tracing import span

from .domain import Grant, RefreshFailed


class LoginWithAmazon:
    """A resource. `timeout_seconds` bounds one call in all, not one read of it."""

    def __init__(
        self,
        endpoints: Endpoints,
        client: lwa.ClientCredentials,
        *,
        timeout_seconds: float,
        connections: int,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._client = client
        self._timeout_seconds = timeout_seconds
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.AsyncClient(limits=limits, transport=transport)

    async def start(self) -> None:
        """Connections open with the first refresh."""

    async def stop(self) -> None:
        await self._http.aclose()

    async def refresh(self, region: str, refresh_token: str) -> Grant:
        """One call, no retry. Raises RefreshFailed."""
        try:
            with span("amazon.token.refresh", attributes={"amazon.region": region}):
                async with asyncio.timeout(self._timeout_seconds):
                    grant = await lwa.refresh(
                        self._http,
                        self._endpoints.region(region),
                        self._client,
                        refresh_token=refresh_token,
                    )
        except TimeoutError:
            raise RefreshFailed("retrying", "timeout") from None
        except AmazonError as error:
            raise _failure(error) from None
        return Grant(grant.refresh_token, grant.access_token, grant.expires_in)


def _failure(error: AmazonError) -> RefreshFailed:
    """Refused grant → user; any other refusal → operator; everything else → try again."""
    if isinstance(error, InvalidGrant):
        return RefreshFailed("reauth_required", error.code)
    if isinstance(error, AuthError):
        return RefreshFailed("client_misconfigured", error.code)
    after = None if error.retry_after is None else timedelta(seconds=error.retry_after)
    return RefreshFailed("retrying", error.code, after)
