"""A request has one meaning or it is refused."""

import pytest
from gateway.clientip import Proxies
from gateway.requests import (
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    check_headers,
    clean_path,
    clean_query,
    cookie_values,
)
from hypothesis import given
from hypothesis import strategies as st
from shared.errors import BadRequest
from shared.http_protocol import HeadersTooLarge

REFUSED = [
    b"/v1/../internal/x",
    b"/v1/./brands",
    b"/v1//brands",
    b"//internal",
    b"/v1/%2e%2e/internal",
    b"/v1/brands/..%2f..%2finternal",
    b"/v1/brands/%252e%252e",
    b"/v1/brands/%5c",
    b"/v1/brands/%00",
    b"/v1/brands/%ff",
    b"/v1/brands/\xc3\xa4",
    b"/v1/br ands",
    b"/v1/brands\\x",
    b"v1/brands",
    b"",
]


@pytest.mark.parametrize("raw", REFUSED)
def test_a_path_with_two_readings_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        clean_path(raw)


def test_encoded_utf8_in_a_path_is_read() -> None:
    assert clean_path(b"/v1/brands/%C3%A4%20b") == "/v1/brands/ä b"
    assert clean_path(b"/v1/brands/") == "/v1/brands/"


@given(st.binary(max_size=40))
def test_a_path_that_passes_never_leaves_its_folder(raw: bytes) -> None:
    try:
        path = clean_path(b"/v1/" + raw)
    except BadRequest:
        return
    assert path.startswith("/v1/")
    assert not {".", ".."} & set(path.split("/"))
    assert "//" not in path
    assert "\\" not in path


def test_a_query_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(BadRequest):
        clean_query(b"name=%ff%fe")
    with pytest.raises(BadRequest):
        clean_query(b"name=\xff")
    assert clean_query(b"name=%C3%A4&x=") == "name=%C3%A4&x="


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"1"), (b"transfer-encoding", b"chunked")],
        [(b"content-length", b"1"), (b"Content-Length", b"2")],
        [(b"content-length", b"+1")],
        [(b"transfer-encoding", b"gzip, chunked")],
        [(b"host", b"a"), (b"host", b"b")],
        [(b"x-a", b"1\r\nx-b: 2")],
        [(b"x-a", b"\x00")],
    ],
)
def test_ambiguous_headers_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(BadRequest):
        check_headers(headers)


def test_every_cookie_of_a_name_is_found() -> None:
    headers = [(b"cookie", b'a=1; s="x y"; s='), (b"cookie", b"s=z; ss=q")]
    assert cookie_values(headers, "s") == ["x y", "z"]


def test_forwarded_addresses_are_believed_of_trusted_proxies_only() -> None:
    headers = [(b"x-forwarded-for", b"6.6.6.6, 203.0.113.9, 10.0.0.2")]
    trusted = Proxies.parse("10.0.0.0/8")
    assert trusted.client("10.0.0.1", headers) == "203.0.113.9"
    assert trusted.client("198.51.100.1", headers) == "198.51.100.1"
    assert Proxies.parse("").client("10.0.0.1", headers) == "10.0.0.1"
    assert trusted.client("10.0.0.1", [(b"x-forwarded-for", b"<script>")]) == "10.0.0.1"


def test_the_scheme_is_https_only_when_a_trusted_proxy_says_so() -> None:
    headers = [(b"x-forwarded-proto", b"https")]
    assert Proxies.parse("10.0.0.1").scheme("10.0.0.1", headers, "http") == "https"
    assert Proxies.parse("10.0.0.1").scheme("10.0.0.2", headers, "http") == "http"


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-%d" % number, b"a") for number in range(MAX_HEADERS + 1)],
        [(b"x-long", b"a" * MAX_HEADER_BYTES)],
        [(b"a" * MAX_HEADER_BYTES, b"a")],
    ],
)
def test_more_headers_than_anybody_needs_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(HeadersTooLarge):
        check_headers(headers)
