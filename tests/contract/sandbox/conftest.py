"""A sandbox with a frozen clock behind an ASGI transport, and a client that has consented."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from infra.amazon_client import CLIENT_ID, NOON, SECRET, Amazon
from infra.amazon_contract import Checked
from pydantic import SecretStr
from sandbox.main import create_app
from sandbox.settings import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(lwa_client_id=CLIENT_ID, lwa_client_secret=SecretStr(SECRET), sandbox_brands=6)


@pytest.fixture
async def app(settings: Settings) -> AsyncGenerator[FastAPI]:
    built = create_app(settings)
    yield built
    built.state.deps.state.close()


@pytest.fixture
async def amazon(app: FastAPI) -> AsyncGenerator[Amazon]:
    transport = Checked(httpx.ASGITransport(app=app), requests=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8406") as http:
        await http.put("/_sandbox/clock", json={"now": NOON, "frozen": True})
        yield Amazon(http)


@pytest.fixture
async def headers(amazon: Amazon) -> dict[str, str]:
    return await amazon.headers()


@pytest.fixture
async def advertiser(amazon: Amazon) -> dict[str, Any]:
    """The first advertiser of the region NA."""
    found = (await amazon.world())["advertisers"]
    return next(item for item in found if item["region"] == "NA")
