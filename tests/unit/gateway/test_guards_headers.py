"""Cross-site defences and the lists of headers that pass."""

from dataclasses import replace

import pytest
from gateway.guards import check_csrf, check_same_site, origins_of
from gateway.headers import to_client, to_upstream
from gateway.requests import EdgeRequest, Headers
from shared.errors import Forbidden

ORIGINS = origins_of("http://127.0.0.1:8400", "https://leads.example")


def request(headers: Headers) -> EdgeRequest:
    return EdgeRequest(
        method="POST",
        path="/v1/session",
        target="/v1/session",
        query="",
        headers=headers,
        ip="203.0.113.9",
        scheme="https",
        host="leads.example",
        request_id="r1",
    )


@pytest.mark.parametrize(
    "headers",
    [
        [(b"origin", b"https://evil.example")],
        [(b"origin", b"null")],
        [(b"origin", b"http://127.0.0.1:8401")],
        [(b"sec-fetch-site", b"cross-site")],
        [(b"sec-fetch-site", b"same-site")],
    ],
)
def test_a_call_from_another_site_is_refused(headers: Headers) -> None:
    with pytest.raises(Forbidden):
        check_same_site(request(headers), ORIGINS)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"origin", b"http://127.0.0.1:8400")],
        [(b"origin", b"http://localhost:8400")],
        [(b"origin", b"https://leads.example"), (b"sec-fetch-site", b"same-origin")],
        [(b"sec-fetch-site", b"none")],
    ],
)
def test_a_call_from_our_own_site_passes(headers: Headers) -> None:
    check_same_site(request(headers), ORIGINS)


@pytest.mark.parametrize("given", [b"", b"wrong", b"\xff\xfe", b"token "])
def test_a_wrong_csrf_token_is_refused(given: bytes) -> None:
    with pytest.raises(Forbidden):
        check_csrf(request([(b"x-csrf-token", given)]), "token")


def test_an_empty_expected_csrf_token_never_matches() -> None:
    with pytest.raises(Forbidden):
        check_csrf(request([]), "")


def test_a_caller_cannot_speak_for_anybody_else_upstream() -> None:
    sent = to_upstream(
        request(
            [
                (b"authorization", b"Bearer forged"),
                (b"cookie", b"leadline_session=x"),
                (b"x-forwarded-for", b"1.1.1.1"),
                (b"x-request-id", b"forged"),
                (b"traceparent", b"forged"),
                (b"connection", b"authorization, x-request-id"),
                (b"x-anything", b"1"),
                (b"content-type", b"application/json"),
            ]
        ),
        "signed",
        {"traceparent": "ours"},
    )
    assert dict(sent) == {
        "content-type": "application/json",
        "authorization": "Bearer signed",
        "x-request-id": "r1",
        "x-forwarded-for": "203.0.113.9",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "leads.example",
        "traceparent": "ours",
    }
    assert len(sent) == 7


def browser_told(path: str, *headers: tuple[bytes, bytes], method: str = "GET") -> str | None:
    asked = replace(request(list(headers)), method=method, path=path)
    return dict(to_upstream(asked, "signed", {})).get("x-consent-browser")


COOKIE = (b"cookie", b"leadline_consent=abc")


def test_the_cookie_of_a_magic_link_is_told_on_the_way_back_from_amazon_alone() -> None:
    assert browser_told("/v1/connections/callback", COOKIE) == "abc"
    assert browser_told("/v1/connections", COOKIE) is None
    assert browser_told("/v1/connections/callback", COOKIE, method="POST") is None


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-consent-browser", b"forged")],
        [COOKIE, (b"cookie", b"leadline_consent=planted")],
        [(b"cookie", b"leadline_consent=" + b"x" * 129)],
        [(b"cookie", b"leadline_consent=")],
    ],
)
def test_a_cookie_that_is_not_surely_ours_is_not_told(headers: Headers) -> None:
    assert browser_told("/v1/connections/callback", *headers) is None


def test_an_answer_keeps_only_headers_meant_for_the_caller() -> None:
    upstream = [
        (b"Content-Type", b"text/csv"),
        (b"Server", b"uvicorn"),
        (b"Set-Cookie", b"a=b"),
        (b"Connection", b"keep-alive"),
        (b"X-Internal", b"1"),
        (b"Location", b"http://10.1.2.3:8401/v1/brands/"),
    ]
    passed = to_client(upstream, base_url="http://10.1.2.3:8401", cookies=False)
    assert passed == [
        (b"content-type", b"text/csv"),
        (b"location", b"/v1/brands/"),
        (b"cache-control", b"no-store"),
    ]
    assert (b"set-cookie", b"a=b") in to_client(upstream, base_url="x", cookies=True)


def test_a_location_that_only_begins_like_the_private_address_is_kept() -> None:
    upstream = [(b"location", b"http://10.1.2.3:84010/x"), (b"cache-control", b"private")]
    assert to_client(upstream, base_url="http://10.1.2.3:8401", cookies=False) == upstream
