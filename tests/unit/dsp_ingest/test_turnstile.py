"""The turnstile: every request is asked for, counted and told about, also those httpx repeats."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from amazon_ads import NO_RETRY, AmazonAdsClient, Endpoints
from amazon_ads.errors import ConnectionLost, RateLimited, Unauthorized
from dsp_ingest.quota.domain import Call, Decision, Family, Outcome, Standing
from dsp_ingest.quota.spending import Spending, spending
from dsp_ingest.quota.turnstile import Held, Turnstile, client_name, family_of
from dsp_ingest.reports import problems

ENDPOINTS = Endpoints.at("http://sandbox")
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Book:
    """A quota that admits until it is told otherwise."""

    decisions: list[Decision] = field(default_factory=list[Decision])
    asked: list[Call] = field(default_factory=list[Call])
    told: list[tuple[Outcome, float | None]] = field(
        default_factory=list[tuple[Outcome, float | None]]
    )

    async def take(self, call: Call) -> Decision:
        self.asked.append(call)
        return self.decisions.pop(0) if self.decisions else Decision()

    async def settle(
        self, call: Call, outcome: Outcome, retry_after: float | None = None
    ) -> Standing:
        self.told.append((outcome, retry_after))
        return await self.standing(call.client, call.region, call.family)

    async def standing(self, client: str, region: str, family: Family) -> Standing:
        assert (client, region) == (client_name("app"), "NA"), family
        return Standing(1, 60, 60, 0)


def through(book: Book, answer: Answer) -> httpx.AsyncClient:
    inner = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return httpx.AsyncClient(transport=Turnstile(inner, book, ENDPOINTS))


def client(http: httpx.AsyncClient, region: str = "NA") -> AmazonAdsClient:
    async def tokens(rejected: str | None) -> str:
        return "second" if rejected else "first"

    return AmazonAdsClient(
        http, ENDPOINTS.region(region), client_id="app", tokens=tokens, retry=NO_RETRY
    )


def answers(status: int, **values: Any) -> Answer:
    return lambda _: httpx.Response(status, **values)


async def get(http: httpx.AsyncClient, path: str = "/dsp/orders", **headers: str) -> Spending:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with spending() as spent:
        await client(http).get(path, headers=named)
    return spent


async def test_a_request_is_asked_for_under_its_client_region_kind_and_account() -> None:
    book = Book()
    http = through(book, answers(200, json={"ok": True}))
    spent = await get(http, Amazon_Ads_AccountId="77")
    assert book.asked == [Call(client_name("app"), "NA", "entities", "77")]
    assert book.told == [("served", None)]
    noted = spent.families["entities"]
    assert (noted.requests, noted.throttled, noted.byte_count) == (1, 0, len('{"ok":true}'))


async def test_insights_count_for_their_advertiser_not_for_the_whole_seat() -> None:
    book = Book()
    http = through(book, answers(200, json={"ok": True}))
    whose = {"Amazon_Advertising_API_Scope": "1", "Amazon_Advertising_AccountId": "77"}
    await get(http, "/dsp/v1/frequencySavingsInsights/list", **whose)
    assert book.asked == [Call(client_name("app"), "NA", "insights", "77")]


async def test_the_name_of_a_client_is_not_its_id() -> None:
    assert "app" not in client_name("app")


async def test_a_request_that_is_held_never_leaves_and_is_not_counted() -> None:
    sent: list[httpx.Request] = []
    book = Book(decisions=[Decision(7.5, "blocked")])

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    http = through(book, answer)
    with spending() as spent, pytest.raises(Held) as caught:
        await client(http).get("/dsp/orders")
    assert (sent, book.told, spent.families) == ([], [], {})
    problem = problems.of_amazon(caught.value)
    assert (problem.kind, problem.code, problem.retry_after) == ("waiting", "cooling_down", 7.5)
    assert "8 s" in problem.detail


async def test_a_request_repeated_with_a_new_token_is_asked_for_again() -> None:
    book = Book()

    def answer(request: httpx.Request) -> httpx.Response:
        fresh = request.headers["authorization"] == "Bearer second"
        return httpx.Response(200 if fresh else 401, json={})

    spent = await get(through(book, answer))
    assert len(book.asked) == 2
    assert book.told == [("served", None)] * 2
    assert spent.families["entities"].requests == 2


async def test_the_repeat_can_be_held_while_the_first_was_not() -> None:
    book = Book(decisions=[Decision(), Decision(1, "bucket")])
    with pytest.raises(Held):
        await get(through(book, answers(401, json={})))
    with pytest.raises(Unauthorized):
        await get(through(Book(), answers(401, json={})))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "12"}, 12.0),
        (
            {
                "Date": "Mon, 16 Mar 2026 18:30:00 GMT",
                "Retry-After": "Mon, 16 Mar 2026 18:31:00 GMT",
            },
            60.0,
        ),
    ],
)
async def test_a_429_is_told_with_what_amazon_asked_for(
    headers: dict[str, str], seconds: float | None
) -> None:
    book = Book()
    http = through(book, answers(429, json={"code": "429"}, headers=headers))
    with spending() as spent, pytest.raises(RateLimited) as caught:
        await client(http).get("/dsp/orders")
    assert book.told == [("throttled", seconds)]
    assert spent.families["entities"].throttled == 1
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "outcome"), [(500, "failed"), (503, "failed"), (404, "served"), (425, "served")]
)
async def test_only_5xx_speak_against_the_host(status: int, outcome: Outcome) -> None:
    book = Book()
    with pytest.raises(Exception, match=str(status)):
        await get(through(book, answers(status, json={})))
    assert book.told == [(outcome, None)]


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ConnectError, httpx.ReadError])
async def test_no_answer_speaks_against_the_host_and_counts(
    error: type[httpx.TransportError],
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("gone", request=request)

    book = Book()
    with spending() as spent, pytest.raises(Exception, match=r"Amazon|got no answer"):
        await client(through(book, answer)).get("/dsp/orders")
    assert book.told == [("failed", None)]
    assert spent.families["entities"].requests == 1


async def test_a_creation_is_sent_once_whatever_becomes_of_it() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        raise httpx.ReadTimeout("silence", request=request)

    with pytest.raises(ConnectionLost):
        await client(through(Book(), answer)).post("/reporting/reports", {})
    assert sent == ["POST"]


async def test_a_download_is_counted_and_never_asked_for() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"a" * 1000
        yield b"b" * 24

    book = Book()
    http = through(book, lambda _: httpx.Response(200, content=body()))
    with spending() as spent:
        async with http.stream("GET", "http://sandbox/na/_download/1?sig=s") as response:
            async for _ in response.aiter_raw():
                pass
    assert (book.asked, book.told) == ([], [])
    noted = spent.families["download"]
    assert (noted.requests, noted.byte_count) == (1, 1024)


@pytest.mark.parametrize(
    ("method", "path", "family"),
    [
        ("POST", "/na/reporting/reports", "report_create"),
        ("GET", "/na/reporting/reports/1", "report_read"),
        ("DELETE", "/reporting/reports/1", "report_read"),
        ("POST", "/accounts/1/dsp/reports", "report_create"),
        ("POST", "/adsApi/v1/create/reports", "report_create"),
        ("POST", "/adsApi/v1/retrieve/reports", "report_read"),
        ("POST", "/adsApi/v1/delete/reports", "report_read"),
        ("POST", "/adsApi/v1/query/campaigns", "entities"),
        ("GET", "/dsp/orders", "entities"),
        ("POST", "/dsp/v1/campaign/insights", "insights"),
    ],
)
def test_requests_fall_into_kinds(method: str, path: str, family: Family) -> None:
    assert family_of(method, path) == family
