"""Login with Amazon: what is asked, and how each answer is classified."""

import base64
import hashlib
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from amazon_ads import Endpoints, errors, lwa

EU = Endpoints.amazon().region("EU")
CLIENT = lwa.ClientCredentials("amzn1.application-oa2-client.1", "s3cret")
GRANT = {
    "access_token": "Atza|abc",
    "refresh_token": "Atzr|def",
    "token_type": "bearer",
    "expires_in": 3600,
}

Answer = Callable[[httpx.Request], httpx.Response]


def http(answer: Answer) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def refresh(answer: Answer) -> lwa.TokenGrant:
    async with http(answer) as client:
        return await lwa.refresh(client, EU, CLIENT, refresh_token="Atzr|def")


def oauth_error(status: int, error: str, description: str) -> Answer:
    body = {"error_description": description, "error": error}
    return lambda _: httpx.Response(status, json=body)


def test_consent_address_carries_state_and_pkce() -> None:
    pkce = lwa.Pkce.of("verifier-of-43-characters-or-more-0123456789ab")
    url = lwa.authorize_url(
        EU,
        client_id="id",
        redirect_uri="https://l.example/cb?x=1",
        state="s t",
        code_challenge=pkce.challenge,
    )
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://eu.account.amazon.com/ap/oa"
    assert parse_qs(parts.query) == {
        "client_id": ["id"],
        "scope": ["advertising::campaign_management"],
        "response_type": ["code"],
        "redirect_uri": ["https://l.example/cb?x=1"],
        "state": ["s t"],
        "code_challenge": [pkce.challenge],
        "code_challenge_method": ["S256"],
    }


def test_pkce_challenge_is_the_s256_of_the_verifier() -> None:
    pkce = lwa.Pkce.new()
    digest = hashlib.sha256(pkce.verifier.encode()).digest()
    assert base64.urlsafe_b64decode(pkce.challenge + "=") == digest
    assert lwa.Pkce.new().verifier != pkce.verifier
    assert pkce.verifier not in repr(pkce)


async def test_code_exchange_sends_the_documented_form() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=GRANT)

    async with http(answer) as client:
        grant = await lwa.exchange_code(
            client, EU, CLIENT, code="ANx", redirect_uri="https://l/cb", code_verifier="v"
        )
    assert (grant.access_token, grant.refresh_token) == ("Atza|abc", "Atzr|def")
    assert grant.expires_in == 3600
    assert str(seen[0].url) == "https://api.amazon.co.uk/auth/o2/token"
    assert parse_qs(seen[0].content.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["ANx"],
        "redirect_uri": ["https://l/cb"],
        "code_verifier": ["v"],
        "client_id": [CLIENT.client_id],
        "client_secret": ["s3cret"],
    }


async def test_exchange_without_a_refresh_token_is_malformed() -> None:
    body = {"access_token": "Atza|abc", "expires_in": 3600}
    async with http(lambda _: httpx.Response(200, json=body)) as client:
        with pytest.raises(errors.MalformedResponse):
            await lwa.exchange_code(
                client, EU, CLIENT, code="c", redirect_uri="r", code_verifier="v"
            )


async def test_refresh_keeps_the_token_when_amazon_does_not_repeat_it() -> None:
    body = {"access_token": "Atza|n", "expires_in": "3600"}
    grant = await refresh(lambda _: httpx.Response(200, json=body))
    assert (grant.refresh_token, grant.expires_in) == ("Atzr|def", 3600)


def test_grants_and_credentials_show_no_secret() -> None:
    shown = repr(lwa.TokenGrant("Atza|a", "Atzr|b", 3600)) + repr(CLIENT)
    assert "Atz" not in shown
    assert "s3cret" not in shown


@pytest.mark.parametrize(
    ("status", "error", "description", "kind"),
    [
        (400, "invalid_grant", "The request has an invalid grant parameter : code", errors.InvalidGrant),
        (400, "invalid_request", "The request has an invalid parameter : code", errors.InvalidGrant),
        (400, "invalid_request", "The request is missing a required parameter : refresh_token", errors.InvalidTokenRequest),
        (400, "unsupported_grant_type", "not supported", errors.InvalidTokenRequest),
        (401, "invalid_client", "Client authentication failed", errors.InvalidClient),
        (400, "unauthorized_client", "Not authorized for requested operation", errors.UnauthorizedClient),
        (400, "invalid_scope", "", errors.InvalidScope),
        (400, "server_error", "", errors.Unavailable),
        (503, "temporarily_unavailable", "", errors.Unavailable),
        (500, "invalid_grant", "a broken server does not end a consent", errors.Unavailable),
        (400, "something_new", "", errors.InvalidTokenRequest),
    ],
)  # fmt: skip
async def test_token_errors_are_classified_exactly(
    status: int, error: str, description: str, kind: type[errors.AmazonError]
) -> None:
    with pytest.raises(errors.AmazonError) as caught:
        await refresh(oauth_error(status, error, description))
    assert type(caught.value) is kind
    assert caught.value.status == status


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, text="<html>Bad Request</html>"),
        httpx.Response(400, json=["invalid_grant"]),
        httpx.Response(400, json={"error": {"invalid_grant": 1}}),
        httpx.Response(403, content=b"\xff\xfe"),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json={"access_token": "Atza|a", "expires_in": "soon"}),
        httpx.Response(200, json={"access_token": "", "expires_in": 3600}),
        httpx.Response(200, json={"access_token": "x" * 2049, "expires_in": 3600}),
        httpx.Response(302, headers={"Location": "https://elsewhere/"}),
    ],
)
async def test_unreadable_answers_never_look_like_a_revoked_consent(
    answer: httpx.Response,
) -> None:
    with pytest.raises(errors.MalformedResponse) as caught:
        await refresh(lambda _: answer)
    assert caught.value.retryable


async def test_throttled_token_request_carries_its_wait() -> None:
    answer = httpx.Response(429, headers={"Retry-After": "7"})
    with pytest.raises(errors.RateLimited) as caught:
        await refresh(lambda _: answer)
    assert caught.value.retry_after == 7


async def test_dropped_token_request_is_connection_lost() -> None:
    def drop(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset Atzr|def", request=request)

    with pytest.raises(errors.ConnectionLost) as caught:
        await refresh(drop)
    assert "Atzr" not in str(caught.value)


async def test_details_from_amazon_lose_tokens_and_signatures() -> None:
    text = "bad Atzr|IwEBsecret and https://s3/x?X-Amz-Signature=deadbeef&a=1"
    with pytest.raises(errors.InvalidGrant) as caught:
        await refresh(oauth_error(400, "invalid_grant", text))
    assert "IwEB" not in caught.value.detail
    assert "deadbeef" not in caught.value.detail


async def profile(answer: Answer) -> lwa.UserProfile:
    async with http(answer) as client:
        return await lwa.user_profile(client, EU, "Atza|abc")


async def test_the_profile_is_asked_for_on_the_token_hosts_of_the_region() -> None:
    asked = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        body = {"user_id": "amzn1.account.A", "name": "Ada", "email": "ada@example.com"}
        return httpx.Response(200, json=body)

    assert await profile(answer) == lwa.UserProfile("amzn1.account.A", "Ada")
    assert str(asked[0].url) == "https://api.amazon.co.uk/user/profile"
    assert asked[0].headers["authorization"] == "Bearer Atza|abc"


@pytest.mark.parametrize(
    ("answer", "retryable"),
    [
        (oauth_error(401, "insufficient_scope", "no scope"), False),
        (oauth_error(400, "invalid_token", "expired"), False),
        (lambda _: httpx.Response(503), True),
        (lambda _: httpx.Response(429), True),
        (lambda _: httpx.Response(200, text="<html>"), None),
        (lambda _: httpx.Response(302, headers={"location": "https://evil.example"}), None),
    ],
)
async def test_a_profile_that_is_not_told_is_an_error_of_amazon(
    answer: Answer, *, retryable: bool | None
) -> None:
    with pytest.raises(errors.AmazonError) as caught:
        await profile(answer)
    assert retryable is None or caught.value.retryable is retryable
