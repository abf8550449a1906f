"""An Amazon which answers from a list and remembers what it was asked."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from amazon_ads import NO_RETRY, AmazonAdsClient, Endpoints

NA = Endpoints.amazon().region("NA")


async def token(_: str | None) -> str:
    return "Atza|t"


class Server:
    """Answers bodies in turn and keeps the requests; breaks the connection when it has none left."""

    def __init__(self, *bodies: Any) -> None:
        self.bodies = list(bodies)
        self.requests: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if not self.bodies:
            raise httpx.ReadError("reset")
        body = self.bodies.pop(0)
        if isinstance(body, bytes):
            return httpx.Response(200, content=body)
        return httpx.Response(200, json=body)

    @property
    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))

    @property
    def client(self) -> AmazonAdsClient:
        return AmazonAdsClient(self.http, NA, client_id="c", tokens=token, retry=NO_RETRY)

    def retrying(self, sleep: Callable[[float], Awaitable[None]]) -> AmazonAdsClient:
        return AmazonAdsClient(self.http, NA, client_id="c", tokens=token, sleep=sleep)
