"""The authenticated conversation: headers, 401 replay, retries, classification."""

from datetime import UTC, datetime

import httpx
import pytest
from amazon_ads import AmazonAdsClient, Endpoints, RetryPolicy, errors
from amazon_ads.responses import error_of, retry_after_seconds

NA = Endpoints.at("http://sandbox/").region("NA")

Step = httpx.Response | Exception


class Script:
    """Answers a fixed list of steps and remembers the requests."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []
        self.bearers: list[str] = []
        self.slept: list[float] = []
        self.rejected: list[str | None] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.bearers.append(request.headers["Authorization"])
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    async def token(self, rejected: str | None) -> str:
        self.rejected.append(rejected)
        return f"Atza|{len(self.rejected)}"

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def client(self, retry: RetryPolicy | None = None) -> AmazonAdsClient:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return AmazonAdsClient(
            http, NA, client_id="client-1", tokens=self.token, retry=retry, sleep=self.sleep
        )


def ok() -> httpx.Response:
    return httpx.Response(200, json={})


async def test_call_carries_bearer_client_id_and_the_region_address() -> None:
    script = Script(ok())
    await script.client().get("/v2/profiles", params={"a": "b"})
    request = script.requests[0]
    assert str(request.url) == "http://sandbox/na/v2/profiles?a=b"
    assert request.headers["Authorization"] == "Bearer Atza|1"
    assert request.headers["Amazon-Advertising-API-ClientId"] == "client-1"


async def test_401_is_replayed_once_with_a_new_token() -> None:
    script = Script(httpx.Response(401), ok())
    await script.client().post("/x", {"n": 1})
    assert script.rejected == [None, "Atza|1"]
    assert script.bearers == ["Bearer Atza|1", "Bearer Atza|2"]
    assert [request.content for request in script.requests] == [b'{"n":1}'] * 2


async def test_second_401_is_unauthorized_and_not_retried() -> None:
    body = {"code": "UNAUTHORIZED", "details": "Not authorized to access scope"}
    script = Script(httpx.Response(401), httpx.Response(401, json=body))
    with pytest.raises(errors.Unauthorized, match="Not authorized to access scope"):
        await script.client().get("/x")
    assert len(script.requests) == 2


async def test_what_the_token_source_raises_reaches_the_caller() -> None:
    class Reauth(Exception):
        pass

    async def tokens(_: str | None) -> str:
        raise Reauth

    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: ok()))
    client = AmazonAdsClient(http, NA, client_id="c", tokens=tokens)
    with pytest.raises(Reauth):
        await client.get("/x")


async def test_get_is_retried_after_drop_and_server_error() -> None:
    script = Script(httpx.ReadTimeout("slow"), httpx.Response(502, text="<html>"), ok())
    await script.client().get("/x")
    assert len(script.requests) == 3
    assert len(script.slept) == 2
    assert 0 <= script.slept[0] <= 2
    assert 0 <= script.slept[1] <= 4


async def test_get_gives_up_after_the_attempts_of_its_policy() -> None:
    script = Script(*(httpx.Response(500) for _ in range(3)))
    with pytest.raises(errors.Unavailable):
        await script.client().get("/x")
    assert len(script.requests) == 3


async def test_post_is_never_repeated() -> None:
    script = Script(httpx.ReadError("reset"))
    with pytest.raises(errors.ConnectionLost):
        await script.client().post("/x", {})
    assert len(script.requests) == 1


async def test_post_that_never_left_is_unavailable_but_not_lost() -> None:
    script = Script(httpx.ConnectError("refused"))
    with pytest.raises(errors.Unavailable) as caught:
        await script.client().post("/x", {})
    assert not isinstance(caught.value, errors.ConnectionLost)


async def test_retry_after_rules_the_wait() -> None:
    script = Script(httpx.Response(429, headers={"Retry-After": "9"}), ok())
    await script.client().get("/x")
    assert 9 <= script.slept[0] <= 11


async def test_a_wait_longer_than_the_policy_is_left_to_the_caller() -> None:
    script = Script(httpx.Response(429, headers={"Retry-After": "120"}))
    with pytest.raises(errors.RateLimited) as caught:
        await script.client().get("/x")
    assert caught.value.retry_after == 120
    assert script.slept == []


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("5", 5.0),
        ("0", 0.0),
        ("2.5", 2.5),
        ("99999999", 900.0),
        ("Sun, 01 Mar 2026 00:01:00 GMT", 60.0),
        ("Sun, 01 Mar 2020 00:00:00 GMT", 0.0),
        ("-3", None),
        ("soon", None),
        ("NaN", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_clamped(raw: str, seconds: float | None) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    response = httpx.Response(429, headers={"Retry-After": raw})
    assert retry_after_seconds(response, now=now) == seconds


def test_a_date_in_retry_after_counts_from_the_date_of_the_answer() -> None:
    headers = {
        "Date": "Mon, 16 Mar 2020 18:30:00 GMT",
        "Retry-After": "Mon, 16 Mar 2020 18:31:30 GMT",
    }
    assert retry_after_seconds(httpx.Response(429, headers=headers)) == 90


def test_an_unreadable_date_of_the_answer_is_no_reason_to_fail() -> None:
    headers = {"Date": "yesterday", "Retry-After": "Mon, 16 Mar 2020 18:31:30 GMT"}
    assert retry_after_seconds(httpx.Response(429, headers=headers)) == 0


@pytest.mark.parametrize(
    ("status", "body", "kind", "detail"),
    [
        (400, {"code": "400", "detail": "too wide"}, errors.BadRequest, "too wide"),
        (403, {"message": "Forbidden"}, errors.Forbidden, "Forbidden"),
        (
            403,
            {
                "message": "Unauthorized Access",
                "requestId": "r-1",
                "errors": [{"errorType": "ENTITY_NOT_ALLOWED", "message": "no seat"}],
            },
            errors.Forbidden,
            "Unauthorized Access: no seat",
        ),
        (404, {"code": "404", "detail": "gone"}, errors.NotFound, "gone"),
        (406, None, errors.BadRequest, "HTTP 406"),
        (422, {"code": "422", "detail": "x"}, errors.BadRequest, "x"),
        (429, {"message": "Too Many Requests"}, errors.RateLimited, "Too Many Requests"),
        (504, {"message": "Endpoint Request Timed-out"}, errors.Unavailable, "Endpoint Request Timed-out"),
        (302, None, errors.BadRequest, "HTTP 302"),
        (400, ["odd"], errors.BadRequest, "HTTP 400"),
    ],
)  # fmt: skip
def test_every_envelope_becomes_its_exception(
    status: int, body: object, kind: type[errors.AmazonError], detail: str
) -> None:
    response = httpx.Response(status, json=body) if body else httpx.Response(status)
    error = error_of(response)
    assert type(error) is kind
    assert error.detail == detail
    assert error.status == status


def test_request_id_is_kept_from_header_or_body() -> None:
    header = httpx.Response(500, headers={"x-amzn-RequestId": "h"}, json={"requestId": "b"})
    assert error_of(header).request_id == "h"
    assert error_of(httpx.Response(500, json={"requestId": "b"})).request_id == "b"


@pytest.mark.parametrize(
    "detail",
    [
        "The Request is a duplicate of : 8f2c-11aa",
        "The Request is a duplicate of: 8f2c-11aa.",
        "the request is a DUPLICATE OF 8f2c-11aa",
    ],
)
def test_425_carries_the_id_of_the_equal_report(detail: str) -> None:
    error = error_of(httpx.Response(425, json={"code": "425", "detail": detail}))
    assert isinstance(error, errors.DuplicateReport)
    assert error.report_id == "8f2c-11aa"


def test_425_without_an_id_means_try_later() -> None:
    error = error_of(httpx.Response(425, json={"code": "425", "detail": "too early"}))
    assert isinstance(error, errors.Unavailable)
    assert error.code == "too_early"


def test_client_factories_give_the_real_hosts_and_the_sandbox() -> None:
    amazon = Endpoints.configured("")
    assert amazon.na.api_url == "https://advertising-api.amazon.com"
    assert amazon.eu.token_url == "https://api.amazon.co.uk/auth/o2/token"
    assert amazon.fe.authorize_url == "https://apac.account.amazon.com/ap/oa"
    sandbox = Endpoints.configured("http://127.0.0.1:8406/").region("FE")
    assert sandbox.api_url == "http://127.0.0.1:8406/fe"
    assert sandbox.token_url == "http://127.0.0.1:8406/fe/auth/o2/token"
    assert sandbox.authorize_url == "http://127.0.0.1:8406/fe/ap/oa"
    with pytest.raises(ValueError, match="XX"):
        amazon.region("XX")
