"""Dashboard files: gated, hashed, compressed, cached."""

import base64
import hashlib
import json

import pytest
from gateway.settings import Settings
from infra.edge import Behind, Browser, Serve, as_user
from shared.ids import new_id


@pytest.fixture(autouse=True)
def signed_in(behind: Behind) -> None:
    behind.sign_in("t", new_id())


@pytest.mark.parametrize(
    ("path", "login"),
    [
        ("/", "/login/"),
        ("/connections/", "/login/?next=/connections/"),
        ("/connections/?connected=7&a=b", "/login/?next=/connections/%3Fconnected%3D7%26a%3Db"),
        ("/connections/index.txt?_rsc=1", "/login/?next=/connections/"),
    ],
)
async def test_a_page_without_a_session_leads_to_the_login(
    browser: Browser, path: str, login: str
) -> None:
    async with browser.call("GET", path) as answer:
        assert (answer.status, answer.headers["location"]) == (303, login)
        assert answer.headers["cache-control"] == "no-store"


async def test_what_the_login_page_needs_is_open(browser: Browser) -> None:
    for path in ("/login/", "/_next/static/a.js", "/icon.svg"):
        async with browser.call("GET", path) as answer:
            assert answer.status == 200, path


async def test_a_page_allows_its_own_inline_scripts_and_no_others(browser: Browser) -> None:
    async with browser.call("GET", "/", headers=as_user("t")) as answer:
        policy = answer.headers["content-security-policy"]
        assert "home" in await answer.text()
    digest = base64.b64encode(hashlib.sha256(b"self.__next_f=[]").digest()).decode()
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == f"'self' 'sha256-{digest}'"
    assert directives["frame-ancestors"] == directives["object-src"] == "'none'"
    async with browser.call("GET", "/connections/", headers=as_user("t")) as answer:
        assert "script-src 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("provider", ["builtin", "clerk"])
async def test_pages_that_need_clerk_let_it_in_and_only_where_it_is_set(
    browser: Browser, settings: Settings, serve: Serve, provider: str
) -> None:
    clerk = "https://clerk.leads.example"
    changes = {"identity_provider": provider, "clerk_frontend_api_url": f"{clerk}/v1"}
    visitor = Browser(browser.http, (await serve(settings.model_copy(update=changes))).root)
    policies: list[str] = []
    for path in ("/login/", "/invitation/", "/nothing"):
        async with visitor.call("GET", path) as answer:
            assert answer.status == (404 if path == "/nothing" else 200)
            policies.append(answer.headers["content-security-policy"])
    wanted = f"'self' {clerk}" if provider == "clerk" else "'self'"
    for policy in policies[:2]:
        parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert (parts["script-src"], parts["connect-src"]) == (wanted, wanted)
    assert clerk not in policies[2]


async def test_pages_are_compressed_and_revalidated(browser: Browser) -> None:
    headers = as_user("t", **{"accept-encoding": "gzip, br"})
    async with browser.call("GET", "/", headers=headers) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.headers["cache-control"] == "no-cache"
        assert "home" in await answer.text()
        etag = answer.headers["etag"]
    async with browser.call("GET", "/", headers=as_user("t", **{"if-none-match": etag})) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    headers = as_user("t", **{"accept-encoding": "gzip;q=0"})
    async with browser.call("GET", "/", headers=headers) as answer:
        assert "content-encoding" not in answer.headers


async def test_hashed_files_are_cached_for_ever(browser: Browser) -> None:
    async with browser.call("GET", "/_next/static/a.js") as answer:
        assert "immutable" in answer.headers["cache-control"]


async def test_a_head_request_has_the_length_and_no_body(browser: Browser) -> None:
    async with browser.call("HEAD", "/connections/", headers=as_user("t")) as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert int(answer.headers["content-length"]) > 0


async def test_unknown_pages_get_the_404_page_and_slashes_are_added(browser: Browser) -> None:
    async with browser.call("GET", "/nothing") as answer:
        assert (answer.status, await answer.text()) == (404, "<html>nothing here</html>")
    async with browser.call("GET", "/connections?a=1", headers=as_user("t")) as answer:
        assert (answer.status, answer.headers["location"]) == (308, "/connections/?a=1")
    status, problem = await browser.status("POST", "/connections/", headers=as_user("t"))
    assert (status, problem["code"]) == (405, "method_not_allowed")


async def test_https_is_pinned_when_a_trusted_proxy_speaks_it(
    serve: Serve, settings: Settings, browser: Browser
) -> None:
    trusting = settings.model_copy(update={"trusted_proxies": "127.0.0.1"})
    client = Browser(browser.http, (await serve(trusting)).root)
    headers = {"x-forwarded-proto": "https"}
    async with client.call("GET", "/login/", headers=headers) as answer:
        assert "max-age" in answer.headers["strict-transport-security"]
    async with browser.call("GET", "/login/", headers=headers) as answer:
        assert "strict-transport-security" not in answer.headers


async def test_without_a_build_the_api_works_and_pages_say_so(
    serve: Serve, settings: Settings, browser: Browser
) -> None:
    bare = settings.model_copy(update={"web_dir": settings.web_dir / "absent"})
    client = Browser(browser.http, (await serve(bare)).root)
    async with client.call("GET", "/") as answer:
        assert answer.status == 503
        assert "make web" in await answer.text()
    assert (await client.status("GET", "/v1/brands", headers=as_user("t")))[0] == 200


async def test_the_openapi_document_is_public(browser: Browser) -> None:
    async with browser.call("GET", "/v1/openapi.json") as answer:
        document = json.loads(await answer.read())
        etag = answer.headers["etag"]
    assert "/v1/events" in document["paths"]
    headers = {"if-none-match": etag}
    async with browser.call("GET", "/v1/openapi.json", headers=headers) as answer:
        assert answer.status == 304
