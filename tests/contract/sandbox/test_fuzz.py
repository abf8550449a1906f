"""Random requests to every route of the sandbox: never a 500, and bodies that are what they say."""

from typing import Any
from urllib.parse import quote

import httpx
import orjson
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from infra.amazon_client import NOON, Amazon

TEXT = st.text(max_size=12)
LEAF = st.one_of(st.none(), st.booleans(), st.integers(-5, 10**20), TEXT)
NAMES = st.sampled_from([
    "maxResults", "nextToken", "adProductFilter", "campaignIdFilter", "include", "requests", "reports",
    "startDate", "endDate", "configuration", "filters", "columns", "groupBy", "metrics", "dataSetId",
    "destinationArn", "clientRequestToken", "QueueUrl", "type", "dimensions", "accessRequestedAccounts",
])  # fmt: skip
BODY = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(NAMES, TEXT), inner, max_size=4)
    ),
    max_leaves=10,
)
QUERY = st.dictionaries(
    st.sampled_from(["startIndex", "count", "maxResults", "startingToken", "advertiserIdFilter",
                     "orderIdFilter", "statusFilter", "accessLevel", "limit", "expires", "sig"]),
    st.one_of(TEXT, st.integers(-5, 10**20).map(str)), max_size=3,
)  # fmt: skip


def _routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every route of the host NA and of the queues: method and path."""
    found = {
        (method, str(context.path))
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if method != "HEAD" and str(context.path).startswith(("/na/", "/sqs/", "/sns/"))
    }
    return sorted(found)


async def test_no_request_makes_the_sandbox_fail(app: FastAPI, advertiser: dict[str, Any]) -> None:
    routes = _routes(app)
    assert len(routes) > 60
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8406") as http:
        await http.put("/_sandbox/clock", json={"now": NOON, "frozen": True})
        tokens = await Amazon(http).headers()
        asked = _asker(http, tokens, advertiser)
        for request in _requests(routes):
            await asked(*request)


def _requests(routes: list[tuple[str, str]]) -> list[tuple[str, str, Any, dict[str, str], str]]:
    """Drawn once and always the same: a few of each route."""
    found: list[tuple[str, str, Any, dict[str, str], str]] = []

    @settings(
        max_examples=4 * len(routes),
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
    )
    @given(body=BODY, query=QUERY, name=TEXT)
    def draw(body: Any, query: dict[str, str], name: str) -> None:
        method, path = routes[len(found) % len(routes)]
        found.append((method, path, body, query, name))

    draw()
    return found


def _asker(http: httpx.AsyncClient, tokens: dict[str, str], advertiser: dict[str, Any]) -> Any:
    """Asks with and without the headers that a route may want; looks at every answer."""
    account = {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    scope = {"Amazon-Advertising-API-Scope": advertiser["profile_id"]}
    some = ({}, tokens, tokens | account, tokens | scope, tokens | account | scope)

    async def ask(method: str, path: str, body: Any, query: dict[str, str], name: str) -> None:
        parts = [
            quote(name, safe="") or "x" if part.startswith("{") else part
            for part in path.split("/")
        ]
        url = httpx.URL(f"http://127.0.0.1:8406{'/'.join(parts)}", params=query)
        for headers in some:
            media = {"Content-Type": "application/json"}
            sent = orjson.dumps(body) if method != "GET" else b""
            answer = await http.request(method, url, headers=headers | media, content=sent)
            told = (method, str(url), body, answer.status_code, answer.text[:300])
            assert answer.status_code < 500 or _as_seen_at_amazon(path, answer), told
            if "json" in answer.headers.get("content-type", "") and answer.content:
                orjson.loads(answer.content)

    return ask


def _as_seen_at_amazon(path: str, answer: httpx.Response) -> bool:
    """Unified reports without accounts: a serialisation error there, and so here."""
    return (
        path.endswith("/create/reports") and answer.status_code == 500 and "code" in answer.json()
    )
