"""A client of the edge that comes from any address, with an API key."""

from typing import Any

from infra.edge import Browser

INVALID = (401, "api_key_invalid")
PROXY = {"trusted_proxies": "127.0.0.0/8"}
"""Behind a proxy that is trusted, so that a test can come from any address."""


async def told(client: Browser, method: str, path: str, **options: Any) -> tuple[int, str]:
    """Status and the problem's code."""
    status, body = await client.status(method, path, **options)
    return status, body.get("code", "") if body else ""


async def head(client: Browser, headers: dict[str, str]) -> dict[str, str]:
    """The answer's headers, and its status as `:status`."""
    async with client.call("GET", "/v1/brands", headers=headers) as answer:
        lowered = {name.lower(): value for name, value in answer.headers.items()}
        return {":status": str(answer.status), **lowered}
