"""Bad input gets a clear problem+json, never a 500, and nothing is lost by it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from infra import wire
from infra.agency import Agency, consent, differences, wait_for
from infra.bodies import send_body
from infra.installation import Installation
from infra.problems import Problems
from infra.sql import run_sql
from infra.tenants import BRAND_PASSWORD, Tenants, limited_email

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]
DAYS = {"start_date": "2026-11-01", "end_date": "2026-11-02"}
QUERY = {**DAYS, "metrics": ["clicks"]}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module", autouse=True)
def restarts_before(tenants: Tenants) -> dict[str, int]:
    """Other modules of the folder kill processes of the same installation."""
    return restarts(tenants.installation)


def landing(agency: Agency, url: str) -> str:
    """The outcome of a callback: what the dashboard is told."""
    answer = agency.http.get(url)
    assert answer.status_code == 303, answer.text
    told = answer.headers["location"].rpartition("/connections/?")[2]
    return told.partition("&connection=")[0]


def opened(agency: Agency) -> dict[str, Any]:
    return agency.api("POST", "/v1/connections", json={"region": "FE"})


def status_of(agency: Agency, started: dict[str, Any]) -> str:
    return agency.api("GET", f"/v1/connections/{started['connection_id']}")["status"]


def test_a_state_nobody_gave_out_connects_nothing(b: Agency) -> None:
    started = opened(b)
    callback = httpx.URL(consent(started["authorize_url"], "sam"))
    for state in ("", "guessed", "%00", "%F0%9F%92%A9", "' or 1=1 --", "a" * 4000):
        wrong = callback.copy_merge_params({"state": state})
        assert landing(b, str(wrong)) == "error=state_invalid", state
    assert status_of(b, started) == "pending"


def test_an_expired_state_connects_nothing(b: Agency, installation: Installation) -> None:
    started = opened(b)
    callback = consent(started["authorize_url"], "sam")
    connection_id = started["connection_id"]
    aged = "update auth.consent_state set expires_at = now() - interval '1 second'"
    run_sql(installation, f"{aged} where connection_id = '{connection_id}'")
    assert landing(b, callback) == "error=state_expired"
    assert status_of(b, started) == "pending"


def test_a_callback_works_once(b: Agency) -> None:
    started = opened(b)
    callback = consent(started["authorize_url"], "sam")
    assert landing(b, callback) == f"connected={started['connection_id']}"
    assert landing(b, callback) == "error=state_invalid"
    assert status_of(b, started) == "active"


def test_a_used_code_under_a_new_state_connects_nothing(b: Agency) -> None:
    used = httpx.URL(consent(opened(b)["authorize_url"], "sam"))
    assert landing(b, str(used)).startswith("connected=")
    started = opened(b)
    fresh = httpx.URL(consent(started["authorize_url"], "sam"))
    replayed = fresh.copy_merge_params({"code": used.params["code"]})
    assert landing(b, str(replayed)) == "error=code_rejected"
    assert status_of(b, started) == "pending"


def test_a_refusal_at_amazon_is_told_and_can_be_mended(b: Agency) -> None:
    started = opened(b)
    refused = consent(started["authorize_url"], "sam", decision="cancel")
    assert landing(b, refused) == "error=access_denied"
    shown = b.api("GET", f"/v1/connections/{started['connection_id']}")
    assert (shown["status"], shown["error_code"]) == ("pending", "access_denied")
    again = opened(b)
    assert again["connection_id"] == started["connection_id"]
    assert landing(b, consent(again["authorize_url"], "sam")).startswith("connected=")


def test_a_callback_without_a_session_connects_nothing(b: Agency) -> None:
    started = opened(b)
    callback = consent(started["authorize_url"], "sam")
    with Agency(b.installation) as nobody:
        assert landing(nobody, callback) == "error=session_mismatch"
    assert status_of(b, started) == "pending"


def test_guessing_passwords_is_slowed_down_and_the_right_one_works_afterwards(
    tenants: Tenants, problems: Problems
) -> None:
    email = limited_email("client")
    with Agency(tenants.installation) as visitor:

        def guess(number: int) -> httpx.Response:
            body = {"email": email, "password": f"guess {number}"}
            return visitor.call("POST", "/v1/session", json=body)

        with ThreadPoolExecutor(8) as pool:  # at once, to be within the window on any machine
            seen = sorted(pool.map(guess, range(8)), key=lambda answer: answer.status_code)
        told = [problems.check(answer, 401, 429) for answer in seen]
        assert [t["code"] for t in told[:4]] == ["invalid_credentials"] * 4
        assert {t["code"] for t in told[4:]} == {"login_throttled"}
        assert all(t["retryable"] for t in told[4:])
        assert 1 <= int(seen[-1].headers["Retry-After"]) <= 20
        right = {"email": email, "password": BRAND_PASSWORD}
        problems.check(visitor.call("POST", "/v1/session", json=right), 429)

        def works() -> bool:
            return visitor.call("POST", "/v1/session", json=right).status_code == 200

        wait_for(works, "the window to pass", 60)
    assert tenants.limited["client"].call("GET", "/v1/session").status_code == 200


def test_an_unknown_address_is_told_like_a_wrong_password(b: Agency, problems: Problems) -> None:
    told = [
        problems.check(b.call("POST", "/v1/session", json={"email": e, "password": "wrong"}), 401)
        for e in ("owner@fabrikam.example", "nobody@fabrikam.example")
    ]
    for problem in told:
        del problem["request_id"]
    assert told[0] == told[1]


NAMES = {
    "NUL": "a\x00b",
    "lone surrogate": "\ud800",
    "empty": "",
    "spaces": "   ",
    "control": "a\x1bb",
    "hidden": "a\u202eb\u200b",
    "long": "x" * 121,
    "very long": "x" * 300_000,
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_that_is_none_is_refused(b: Agency, problems: Problems, kind: str) -> None:
    brand = b.api("GET", "/v1/brands")["items"][0]
    advertiser = b.advertisers()[0]
    name = NAMES[kind]
    mapping = {"advertiser_id": advertiser["id"], "new_brand_name": name}
    for method, path, body in (
        ("POST", "/v1/brands", {"name": name}),
        ("PATCH", f"/v1/brands/{brand['id']}", {"name": name}),
        ("PUT", "/v1/advertisers/brands", {"mappings": [mapping]}),
        ("POST", "/v1/connections", {"region": "FE", "label": name or " "}),
    ):
        answer = send_body(b, method, path, json.dumps(body).encode())
        assert problems.check(answer, 422)["hint"] is not None
    assert b.advertisers()[0] == advertiser
    assert brand in b.api("GET", "/v1/brands")["items"]


@pytest.mark.parametrize(
    "name",
    ["'; drop table brand; --", "%s %(x)s {0} $1", "=1+1", "<script>alert(1)</script>", "𝔘ñï"],
)
def test_a_strange_name_is_only_a_name(b: Agency, name: str) -> None:
    made = b.api("POST", "/v1/brands", json={"name": name})
    shown = [x for x in b.api("GET", "/v1/brands")["items"] if x["id"] == made["id"]]
    assert [x["name"] for x in shown] == [name]


QUESTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown metric": ({**QUERY, "metrics": ["clciks"]}, "unknown_metric"),
    "unknown dimension": ({**QUERY, "dimensions": ["brnad"]}, "unknown_dimension"),
    "unknown sort": ({**QUERY, "sort": {"field": "clikcs"}}, "unknown_sort"),
    "SQL as metric": ({**QUERY, "metrics": ["clicks from x; drop table y"]}, "unknown_metric"),
    "NUL as metric": ({**QUERY, "metrics": ["clicks\x00"]}, "unknown_metric"),
    "start after end": ({**QUERY, "start_date": "2026-11-03"}, "date_range_invalid"),
    "2000 years": ({**QUERY, "start_date": "0001-01-01"}, "date_range_too_long"),
    "no such day": ({**QUERY, "start_date": "2026-02-30"}, "validation_failed"),
    "not a day": ({**QUERY, "start_date": 1e300}, "validation_failed"),
    "limit 0": ({**QUERY, "limit": 0}, "validation_failed"),
    "limit 10^30": ({**QUERY, "limit": 10**30}, "validation_failed"),
    "no metric": ({**QUERY, "metrics": []}, "validation_failed"),
    "500 metrics": ({**QUERY, "metrics": ["clicks"] * 500}, "validation_failed"),
    "unknown member": ({**QUERY, "having": "1=1"}, "validation_failed"),
    "SQL as order": ({**QUERY, "filters": {"order_ids": ["1' or '1"]}}, "validation_failed"),
    "no UUID": ({**QUERY, "filters": {"brand_ids": ["1"]}}, "validation_failed"),
    "no currency": ({**QUERY, "filters": {"currency": "usd"}}, "validation_failed"),
}


@pytest.mark.parametrize("path", ["/v1/metrics/query", "/v1/metrics/query.csv"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_malformed_question_is_told_what_is_wrong(
    b: Agency, problems: Problems, path: str, name: str
) -> None:
    body, code = QUESTIONS[name]
    problem = problems.check(b.call("POST", path, json=body), 422)
    assert problem["code"] == code
    if name.startswith("unknown") and code != "validation_failed":
        meant = {"unknown_metric": "clicks", "unknown_dimension": "brand", "unknown_sort": "clicks"}
        assert meant[code] in problem["hint"]


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "nothing": (b"", JSON, 422),
    "half of it": (b'{"name": "a', JSON, 422),
    "no object": (b"[1, 2]", JSON, 422),
    "null": (b"null", JSON, 422),
    "a number of a million digits": (b'{"name": ' + b"9" * 900_000 + b"}", JSON, 400),
    "100 000 brackets": (b"[" * 100_000, JSON, 400),
    "invalid UTF-8": (b'{"name": "\xff\xfe"}', JSON, 400),
    "half a character": (b'{"name": "\xf0\x9f"}', JSON, 400),
    "a raw NUL": (b'{"name": "a\x00b"}', JSON, 422),
    "text": (b'{"name": "q"}', {"Content-Type": "text/plain"}, 422),
    "XML": (b"<name>q</name>", {"Content-Type": "application/xml"}, 422),
    "a form": (b"name=q", {"Content-Type": "application/x-www-form-urlencoded"}, 422),
    "no kind": (b'{"name": "q"}', {}, 422),
    "nonsense kind": (b'{"name": "q"}', {"Content-Type": "/;;=,"}, 422),
    "gzip": (b"\x1f\x8b\x08\x00\x00", {**JSON, "Content-Encoding": "gzip"}, 400),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_read_is_refused(b: Agency, problems: Problems, name: str) -> None:
    before = b.api("GET", "/v1/brands")
    body, headers, status = BODIES[name]
    answer = send_body(b, "POST", "/v1/brands", body, headers)
    problems.check(answer, status, 422)
    assert b.api("GET", "/v1/brands") == before


@pytest.mark.parametrize("path", ["/v1/brands", "/v1/metrics/query", "/v1/session", "/v1/syncs"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_10_mb_is_refused(
    b: Agency, problems: Problems, path: str, chunked: bool
) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(160):
            yield b" " * 65_536

    content = pieces() if chunked else b" " * 10_485_760
    assert problems.check(send_body(b, "POST", path, content), 413)["hint"]


TARGETS: dict[str, tuple[str, bytes, tuple[int, ...]]] = {
    "unknown path": ("GET", b"/v1/nothing", (404,)),
    "unknown version": ("GET", b"/v2/brands", (404,)),
    "below a known path": ("GET", b"/v1/brands/x/y", (404,)),
    "wrong method": ("DELETE", b"/v1/brands", (405,)),
    "TRACE": ("TRACE", b"/v1/brands", (405,)),
    "unheard of method": ("BREW", b"/v1/brands", (400, 405)),
    "no UUID": ("GET", b"/v1/connections/1%20or%201=1", (422,)),
    "NUL in the path": ("GET", b"/v1/connections/%00", (400,)),
    "no UTF-8 in the path": ("GET", b"/v1/connections/%ff", (400,)),
    "no UTF-8 in the query": ("GET", b"/v1/advertisers?brand_id=%c3%28", (400,)),
    "raw bytes in the query": ("GET", b"/v1/advertisers?brand_id=\xff\xfe", (400,)),
    "raw bytes in the path": ("GET", b"/v1/\xc3\xa4", (400,)),
    "half an encoding": ("GET", b"/v1/brands/%e", (400,)),
    "NUL in the query": ("GET", b"/v1/syncs/reports?state=%00", (422,)),
    "SQL in the query": ("GET", b"/v1/syncs/reports?state='%20or%201=1--", (422,)),
    "limit beyond all": ("GET", b"/v1/syncs/reports?limit=99999999999999999999", (422,)),
    "days the wrong way": (
        "GET", b"/v1/metrics/freshness?start_date=2026-11-02&end_date=2026-11-01", (422,),
    ),
    "60 000 characters": ("GET", b"/v1/advertisers?brand_id=" + b"a" * 60_000, (414, 422, 431)),
    "100 000 characters": ("GET", b"/v1/brands?x=" + b"a" * 100_000, (400, 414, 431)),
}  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_that_makes_no_sense_is_refused(b: Agency, problems: Problems, name: str) -> None:
    method, target, statuses = TARGETS[name]
    answer = wire.request(b.installation.port_base, method, target, signed_in(b))
    if target.startswith(b"/v2"):
        assert answer.status == 404
        return
    problems.check_parts(answer.status, answer.headers.get("content-type"), answer.body, *statuses)


def signed_in(agency: Agency) -> dict[str, str]:
    return {
        "Cookie": f"leadline_session={agency.http.cookies['leadline_session']}",
        "X-CSRF-Token": agency.session["csrf_token"],
    }


ENDLESS = 20_000_000
FLOODS: dict[str, list[str]] = {
    "one of 100 kB": [f"X-Long: {'a' * 100_000}"],
    "2000 of them": [f"X-{n}: {'a' * 40}" for n in range(2000)],
    "cookies": [f"Cookie: c{n}={'a' * 500}" for n in range(200)],
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_headers_is_refused(
    installation: Installation, problems: Problems, name: str
) -> None:
    lines = "\r\n".join(["GET /v1/brands HTTP/1.1", "Host: x", "Connection: close", *FLOODS[name]])
    answer = wire.send(installation.port_base, f"{lines}\r\n\r\n".encode())
    problems.check_parts(answer.status, answer.headers.get("content-type"), answer.body, 431)


HEADERS = b"GET /v1/brands HTTP/1.1\r\nHost: x\r\nX-Endless: "
TRAILERS = (
    b"POST /v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Endless: "
)


@pytest.mark.parametrize("start", [HEADERS, TRAILERS], ids=["headers", "trailers"])
@pytest.mark.parametrize("line", [b"a" * 100_000, b"X-1: a\r\n" * 12_500], ids=["long", "many"])
@pytest.mark.parametrize("port", range(6))
def test_headers_without_end_are_cut_off(
    installation: Installation, start: bytes, line: bytes, port: int
) -> None:
    """Of the gateway and of each service: nobody collects them."""
    sent = 0
    with wire.opened(installation.port_base + port) as peer:
        peer.sendall(start)
        try:
            while sent < ENDLESS:
                peer.sendall(line)
                sent += len(line)
        except OSError:
            pass
    assert sent < ENDLESS


WIRES: dict[str, bytes] = {
    "two lengths": b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunks": b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "control characters": b"GET /v1/brands HTTP/1.1\r\nHost: x\r\nCookie: leadline_session=\x01\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
}


@pytest.mark.parametrize("name", WIRES)
def test_what_is_no_http_is_told_so(
    installation: Installation, problems: Problems, name: str
) -> None:
    answer = wire.send(installation.port_base, WIRES[name])
    problems.check_parts(answer.status, answer.headers.get("content-type"), answer.body, 400)


def test_everything_is_as_true_as_before(tenants: Tenants, restarts_before: dict[str, int]) -> None:
    for agency in (tenants.a, tenants.b):
        assert differences(agency, agency.api("GET", "/v1/syncs")["items"]) == []
    assert restarts(tenants.installation) == restarts_before


def restarts(installation: Installation) -> dict[str, int]:
    """Process → how often it was started again."""
    return {p["name"]: p["restarts"] for p in installation.status()["processes"]}
