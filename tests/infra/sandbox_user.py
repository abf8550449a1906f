"""A sandbox at a fixed moment behind an ASGI transport, and a user who has consented there through the client."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from amazon_ads import NO_RETRY, AmazonAdsClient, Endpoints, RegionEndpoints, lwa
from fastapi import FastAPI

from .amazon_contract import Checked
from .crashes import NOW
from .ingest import CALLBACK, CLIENT, ROOT, make_sandbox


@dataclass
class SandboxUser:
    """A sandbox at a fixed moment and a user who consented."""

    app: FastAPI
    http: httpx.AsyncClient
    grant: lwa.TokenGrant
    wire: Checked

    def endpoints(self, region: str) -> RegionEndpoints:
        return Endpoints.at(ROOT).region(region)

    def client(self, region: str, token: str = "") -> AmazonAdsClient:
        async def tokens(_: str | None) -> str:
            return token or self.grant.access_token

        return AmazonAdsClient(
            self.http,
            self.endpoints(region),
            client_id=CLIENT.client_id,
            tokens=tokens,
            retry=NO_RETRY,
        )

    @property
    def advertisers(self) -> list[Any]:
        """Every advertiser of the world."""
        return list(self.app.state.deps.world.tree.advertisers.values())

    def of(self, advertiser: Any) -> AmazonAdsClient:
        """The client for the advertiser's region."""
        return self.client(advertiser.market.region.upper())


async def walk(
    http: httpx.AsyncClient, user: str, *, decision: str = "allow"
) -> tuple[httpx.URL, str]:
    """Through the consent page; where the browser is sent, and the verifier."""
    endpoints, pkce = Endpoints.at(ROOT).eu, lwa.Pkce.new()
    url = lwa.authorize_url(
        endpoints,
        client_id=CLIENT.client_id,
        redirect_uri=CALLBACK,
        state="state-1",
        code_challenge=pkce.challenge,
    )
    page = await http.get(url)
    assert page.status_code == 200
    form = {**httpx.URL(url).params, "decision": decision, "user": user}
    answer = await http.post(endpoints.authorize_url, data=form)
    return httpx.URL(answer.headers["location"]), pkce.verifier


async def redeem(http: httpx.AsyncClient, code: str, verifier: str) -> lwa.TokenGrant:
    return await lwa.exchange_code(
        http,
        Endpoints.at(ROOT).eu,
        CLIENT,
        code=code,
        redirect_uri=CALLBACK,
        code_verifier=verifier,
    )


@asynccontextmanager
async def sandbox_user() -> AsyncGenerator[SandboxUser]:
    """A sandbox of its own for one test."""
    app = make_sandbox()
    app.state.deps.clock.set(NOW, frozen=True)
    wire = Checked(httpx.ASGITransport(app))
    async with httpx.AsyncClient(transport=wire, base_url=ROOT) as http:
        landing, verifier = await walk(http, "morgan")
        assert landing.params["state"] == "state-1"
        yield SandboxUser(app, http, await redeem(http, landing.params["code"], verifier), wire)
