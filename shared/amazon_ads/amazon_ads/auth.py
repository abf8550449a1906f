"""Bearer authentication from a token source, with one re-mint and one replay on 401."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx

TokenSource = Callable[[str | None], Awaitable[str]]
"""Gives an access token. The argument is the token Amazon has just refused, or None: a source
which caches must not hand the refused one out again. Its exceptions reach the caller unchanged."""


class TokenAuth(httpx.Auth):
    """Adds `Authorization: Bearer`; a 401 asks the source once more and replays once."""

    def __init__(self, tokens: TokenSource) -> None:
        self._tokens = tokens

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        token = await self._tokens(None)
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            token = await self._tokens(token)
            request.headers["Authorization"] = f"Bearer {token}"
            yield request
