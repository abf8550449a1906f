"""Nobody sees, names or touches what belongs to somebody else: every operation, tried.

What must not be seen are the ids and names of the other side; they are searched in each answer. The
same search must find them where they may be seen, or it would prove nothing.
"""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from infra.agency import Agency, consent, differences, wait_for
from infra.attempts import ATTEMPTS, Attempt
from infra.canaries import Canaries
from infra.live_reader import LiveReader
from infra.operations import operations
from infra.principals import Principal, make_key, make_viewing
from infra.tenants import (
    BRAND_PASSWORD,
    BRAND_ROLES,
    OTHER_OWNER,
    Holdings,
    Tenants,
    everything,
    limited_email,
)

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]
LIVE = "streamEvents"  # has tests of its own, below
TOLD = {
    "listAdvertisers",
    "listAmcAccounts",
    "listAmcInstances",
    "listBrands",
    "listConnections",
    "listCredentials",
    "listApiKeys",
    "listAuditEntries",
    "listConsentRequests",
    "listSessions",
    "exportAuditJsonl",
    "readFreshness",
    "listSyncs",
    "queryMetrics",
    "exportMetrics",
}
OF_THE_ORGANIZATION = {"listAllMembers", "listInvitations", "listRoles"}
"""Told to strangers in no case, and to people of one brand as far as it concerns theirs."""
CONTROLS = {"listAuditEntries": "/v1/audit?action=advertiser.mapped"}
"""Where the newest page of a list need not hold anything of others: what surely does."""
ENDS_VIEWS = {"signOut", "stopViewing"}
"""Would make the caller somebody else; held by tests of their own."""
BY_OPERATION = pytest.mark.parametrize(
    "operation", [operation.id for operation in operations() if operation.id != LIVE]
)


@pytest.fixture(scope="module")
def of_a(tenants: Tenants) -> Holdings:
    return tenants.holdings_of_a()


@pytest.fixture(scope="module")
def hidden_from_b(tenants: Tenants, of_a: Holdings) -> Canaries:
    """After `of_a`, which makes what is not there."""
    assert of_a
    return tenants.hidden_from_b()


@pytest.fixture(scope="module")
def hidden_from_limited(tenants: Tenants, of_a: Holdings) -> Canaries:
    assert of_a
    return tenants.hidden_from_limited()


@pytest.fixture(scope="module", autouse=True)
def untouched(tenants: Tenants) -> Generator[None]:
    """Whatever was tried: the first organization has what it had."""
    before = belongings(tenants.a)
    yield
    assert belongings(tenants.a) == before


def belongings(agency: Agency) -> dict[str, Any]:
    brands = {b["id"]: b["name"] for b in agency.api("GET", "/v1/brands")["items"]}
    connections = agency.api("GET", "/v1/connections")["items"]
    return {
        "brands": {key: name for key, name in brands.items() if name != "A name of both"},
        "advertisers": agency.advertisers(),
        "connections": {c["id"] for c in connections if c["status"] == "active"},
    }


def test_every_operation_has_its_attempts() -> None:
    assert ATTEMPTS.keys() | {LIVE} == {operation.id for operation in operations()}


def test_the_same_advertiser_of_two_organizations_is_two(tenants: Tenants) -> None:
    mine = {x["amazon_advertiser_id"]: x for x in tenants.a.advertisers()}
    theirs = {x["amazon_advertiser_id"]: x for x in tenants.b.advertisers()}
    assert theirs.keys() < mine.keys()
    for amazon_id, advertiser in theirs.items():
        assert advertiser["id"] != mine[amazon_id]["id"]
        assert advertiser["brand_id"] != mine[amazon_id]["brand_id"]
        assert set(advertiser["connection_ids"]).isdisjoint(mine[amazon_id]["connection_ids"])
    for agency in (tenants.a, tenants.b):
        assert differences(agency, agency.api("GET", "/v1/syncs")["items"]) == []


@BY_OPERATION
def test_another_organization_meets_nothing_of_the_first(
    tenants: Tenants, hidden_from_b: Canaries, of_a: Holdings, operation: str
) -> None:
    attempts = ATTEMPTS[operation](of_a, tenants.holdings_of_b())
    if operation in TOLD | OF_THE_ORGANIZATION:
        assert hidden_from_b.in_answer(call(tenants.a, control(operation, attempts[0])))
    for attempt in attempts:
        judge(tenants.b, attempt, hidden_from_b, OTHER_OWNER)


@pytest.mark.parametrize("role", BRAND_ROLES)
@BY_OPERATION
def test_somebody_limited_to_a_brand_meets_nothing_of_the_others(
    tenants: Tenants, hidden_from_limited: Canaries, of_a: Holdings, operation: str, role: str
) -> None:
    attempts = ATTEMPTS[operation](of_a, limited_to_own(tenants, of_a))
    if operation in TOLD:
        assert hidden_from_limited.in_answer(call(tenants.a, control(operation, attempts[0])))
    for attempt in attempts:
        login = (limited_email(role), BRAND_PASSWORD)
        judge(tenants.limited[role], attempt, hidden_from_limited, login)


def control(operation: str, attempt: Attempt) -> Attempt:
    """The attempt that must find what is hidden from others when its owner makes it."""
    return replace(attempt, path=CONTROLS.get(operation, attempt.path))


def limited_to_own(tenants: Tenants, of_a: Holdings) -> Holdings:
    """What people of one brand have in the place of `of_a`."""
    return replace(of_a, brand_id=tenants.own["brand_id"], advertiser_id=tenants.own["id"])


PROGRAMS = (
    "key of the brand alone",
    "key of the second organization",
    "viewing as client of a brand",
)


@pytest.fixture(scope="module")
def programs(tenants: Tenants) -> dict[str, Principal]:
    """Callers without a browser of their own, and somebody who views as a client of the brand."""
    brand = tenants.own["brand_id"]
    made = (
        make_key(tenants.a, PROGRAMS[0], [brand]),
        make_key(tenants.b, PROGRAMS[1], None),
        make_viewing(tenants.a, "client", [brand]),
    )
    return {principal.name: principal for principal in made}


@pytest.mark.parametrize("name", PROGRAMS)
def test_keys_and_views_meet_nothing_of_others(
    tenants: Tenants,
    of_a: Holdings,
    programs: dict[str, Principal],
    hidden_from_b: Canaries,
    hidden_from_limited: Canaries,
    http: httpx.Client,
    name: str,
) -> None:
    """`of_a` is what the others have: another brand, or the first organization."""
    if name == PROGRAMS[1]:
        hidden, own = hidden_from_b, tenants.holdings_of_b()
    else:
        hidden, own = hidden_from_limited, limited_to_own(tenants, of_a)
    wrong: list[str] = []
    for operation in (o for o in operations() if o.id not in ENDS_VIEWS | {LIVE}):
        for attempt in ATTEMPTS[operation.id](of_a, own):
            answer = programs[name].call(http, attempt.method, attempt.path, attempt.json)
            told = f"{operation.id} {attempt.path}: {answer.status_code} {answer.text[:200]}"
            refused = answer.status_code in {401, 403}
            full = answer.status_code == 200 and any(answer.json()[n] for n in attempt.empty)
            if full or not (refused or answer.status_code in attempt.allowed):
                wrong.append(told)
            elif hidden.in_answer(answer):
                wrong.append(f"{told} {hidden.in_answer(answer)}")
    assert wrong == []


def judge(agency: Agency, attempt: Attempt, hidden: Canaries, login: tuple[str, str]) -> None:
    if not attempt.fresh:
        answer = call(agency, attempt)
    else:
        with Agency(agency.installation) as visitor:
            answer = call(visitor.sign_in(*login), attempt)
    told = (
        f"{attempt.method} {attempt.path} {attempt.json}: {answer.status_code} {answer.text[:300]}"
    )
    assert answer.status_code in attempt.allowed, told
    assert hidden.in_answer(answer) == [], told
    if answer.status_code == 200:
        assert [name for name in attempt.empty if answer.json()[name]] == [], told


def call(agency: Agency, attempt: Attempt) -> Any:
    options = {} if attempt.json is None else {"json": attempt.json}
    return agency.call(attempt.method, attempt.path, **options)


def test_the_limited_see_their_own_brand_whole(tenants: Tenants, of_a: Holdings) -> None:
    days = {"start_date": of_a.start_date, "end_date": of_a.end_date}
    asked = {**days, "dimensions": ["brand"], "metrics": ["clicks", "total_cost"]}
    owners = tenants.a.api("POST", "/v1/metrics/query", json=asked)["rows"]
    for person in tenants.limited.values():
        answer = person.api("POST", "/v1/metrics/query", json=asked)
        assert answer["rows"] == [r for r in owners if r["brand_id"] == tenants.own["brand_id"]]
        assert answer["rows"]


def test_a_name_that_another_organization_uses_is_free(tenants: Tenants) -> None:
    body = {"json": {"name": "Used by both"}}
    first = tenants.a.api("POST", "/v1/brands", **body)
    second = tenants.b.api("POST", "/v1/brands", **body)
    assert first["id"] != second["id"]
    tenants.a.api("PATCH", f"/v1/brands/{first['id']}", json={"name": "A name of both"})
    names = [brand["name"] for brand in tenants.b.api("GET", "/v1/brands")["items"]]
    assert "Used by both" in names


def test_a_consent_that_another_session_began_connects_nothing(tenants: Tenants) -> None:
    before = len(tenants.b.advertisers())
    started = tenants.a.api("POST", "/v1/connections", json={"region": "EU"})
    answer = tenants.b.http.get(consent(started["authorize_url"], "morgan"))
    assert answer.headers["location"].endswith("/connections/?error=session_mismatch")
    mine = tenants.a.api("GET", f"/v1/connections/{started['connection_id']}")
    assert mine["status"] == "pending"
    assert len(tenants.b.advertisers()) == before


def test_signing_out_ends_ones_own_session_only(tenants: Tenants) -> None:
    with Agency(tenants.installation) as visitor:
        visitor.sign_in(*OTHER_OWNER)
        cookies = dict(visitor.http.cookies)
        visitor.api("DELETE", "/v1/session")
        visitor.http.cookies.update(cookies)
        assert visitor.call("GET", "/v1/session").status_code == 401
    assert tenants.a.call("GET", "/v1/session").status_code == 200
    assert tenants.b.call("GET", "/v1/session").status_code == 200


def test_live_updates_reach_only_whom_they_concern(
    tenants: Tenants, hidden_from_b: Canaries, hidden_from_limited: Canaries
) -> None:
    admin, client = tenants.limited["admin"], tenants.limited["client"]
    with (
        LiveReader(tenants.a) as mine,
        LiveReader(tenants.b) as theirs,
        LiveReader(admin) as admins,
        LiveReader(client) as clients,
    ):
        for agency in (tenants.a, tenants.b):
            agency.sync_all()
        expected = {reader: len(agency.advertisers()) for reader, agency in
                    ((mine, tenants.a), (theirs, tenants.b))}  # fmt: skip
        for reader, advertisers in {**expected, admins: 1}.items():
            wait_for(lambda r=reader, n=advertisers: r.count("sync.completed") >= n, "syncs", 60)
        for reader in (mine, theirs, admins, clients):
            wait_for(lambda r=reader: r.count("metrics.updated") >= 2, "loads", 60)
    fresh = Canaries.of(sync_ids(tenants.a), sync_ids(tenants.b))
    assert fresh.found(mine.text)
    assert hidden_from_b.found(mine.text)
    assert hidden_from_limited.found(mine.text)
    assert fresh.found(theirs.text) == []
    assert hidden_from_b.found(theirs.text) == []
    assert hidden_from_limited.found(admins.text) == []
    assert hidden_from_limited.found(clients.text) == []
    assert clients.count("sync.progressed") == clients.count("sync.completed") == 0


def test_resuming_with_the_id_of_anothers_event_tells_nothing_of_theirs(
    tenants: Tenants, hidden_from_b: Canaries, hidden_from_limited: Canaries
) -> None:
    with LiveReader(tenants.a) as mine:
        tenants.a.api("POST", "/v1/syncs", json={"advertiser_id": tenants.a.advertisers()[1]["id"]})
        wait_for(lambda: mine.last_event_id != "", "an event", 30)
        first = next(x[4:] for x in mine.text.splitlines() if x.startswith("id: "))
        wait_for(lambda: mine.count("sync.completed") > 0, "the sync", 60)
    for agency, hidden in (
        (tenants.b, hidden_from_b),
        *((person, hidden_from_limited) for person in tenants.limited.values()),
    ):
        with LiveReader(agency, last_event_id=first) as resumed:
            tenants.b.api("GET", "/v1/session")
        assert hidden.found(resumed.text, asked=first) == []


def sync_ids(agency: Agency) -> set[str]:
    return {item["id"] for item in agency.api("GET", "/v1/syncs")["items"]}


def test_nothing_of_the_second_organization_reaches_the_first(tenants: Tenants) -> None:
    theirs = {x["name"] for x in tenants.b.api("GET", "/v1/brands")["items"]}
    words = {w for w in theirs if w.startswith("Fabrikam")} | {OTHER_OWNER[0]}
    assert Canaries.of(words, ()).found(str(list(everything(tenants.a)))) == []
