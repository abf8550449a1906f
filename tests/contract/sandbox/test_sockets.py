"""Faults as a client on a real socket meets them."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from infra.amazon_client import Amazon, report_body
from sandbox.faults.protocol import ClosableProtocol

Rule = dict[str, object]


@asynccontextmanager
async def _serving(app: FastAPI) -> AsyncGenerator[Amazon]:
    """The application on a free port; the yielded client speaks HTTP over TCP."""
    config = uvicorn.Config(
        app, port=0, http=ClosableProtocol, log_level="warning", lifespan="off", access_log=False
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        yield Amazon(http)
    server.should_exit = True
    await task


@pytest.fixture
async def served(app: FastAPI) -> AsyncGenerator[Amazon]:
    async with _serving(app) as amazon:
        await amazon.http.put(
            "/_sandbox/clock", json={"now": "2026-11-20T12:00:00Z", "frozen": True}
        )
        yield amazon


async def _fault(amazon: Amazon, rule: Rule) -> None:
    answer = await amazon.http.put("/_sandbox/faults", json={"rules": [rule]})
    assert answer.status_code == 200


async def test_a_dropped_connection_ends_without_an_answer(
    served: Amazon, caplog: pytest.LogCaptureFixture
) -> None:
    headers = await served.headers()
    await _fault(served, {"match": "GET /v2/profiles", "kind": "drop", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await served.http.get("/na/v2/profiles", headers=headers)
    assert (await served.http.get("/na/v2/profiles", headers=headers)).status_code == 200
    assert not caplog.records


async def test_a_dropped_post_has_no_effect(served: Amazon) -> None:
    headers = await served.headers()
    advertiser = (await served.world())["advertisers"][0]
    mine = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    body = report_body(advertiser["advertiser_id"])
    await _fault(served, {"match": "POST /reporting", "kind": "drop", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        await served.create(mine, body)
    assert (await served.create(mine, body)).status_code == 200


async def test_a_truncated_post_took_effect_and_its_repetition_is_a_duplicate(
    served: Amazon,
) -> None:
    headers = await served.headers()
    advertiser = (await served.world())["advertisers"][0]
    mine = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    body = report_body(advertiser["advertiser_id"])
    await _fault(served, {"match": "POST /reporting", "kind": "truncate", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        await served.create(mine, body)
    assert (await served.create(mine, body)).status_code == 425


async def test_truncated_and_malformed_downloads_cannot_pass_for_whole_ones(
    served: Amazon,
) -> None:
    headers = await served.headers()
    advertiser = (await served.world())["advertisers"][0]
    mine = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    report = await served.finished(mine, report_body(advertiser["advertiser_id"]))
    await _fault(served, {"match": "GET /_download", "kind": "truncate", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        await served.http.get(report["url"])
    await _fault(served, {"match": "GET /_download", "kind": "malformed", "count": 1})
    broken = await served.http.get(report["url"])
    assert broken.status_code == 200
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(broken.content)
    whole = await served.http.get(report["url"])
    assert gzip.decompress(whole.content).startswith(b"[{")


async def test_a_timeout_outlasts_the_clients_patience(served: Amazon) -> None:
    headers = await served.headers()
    await _fault(served, {"match": "GET /v2/profiles", "kind": "timeout", "count": 1})
    with pytest.raises(httpx.ReadTimeout):
        await served.http.get("/na/v2/profiles", headers=headers, timeout=0.05)
    assert (await served.http.get("/na/v2/profiles", headers=headers)).status_code == 200


async def test_silence_ends_in_a_closed_connection(served: Amazon) -> None:
    headers = await served.headers()
    await _fault(served, {"match": "GET /v2/profiles", "kind": "timeout", "seconds": 0, "count": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        await served.http.get("/na/v2/profiles", headers=headers)
