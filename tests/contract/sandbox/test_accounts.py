"""Profiles, manager accounts, DSP advertisers: shapes, regions, paging, refusals."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from infra.amazon_client import CLIENT_ID, Amazon

SCOPE = "Amazon-Advertising-API-Scope"
DSP_MEDIA = "application/vnd.dsperrors.v1+json"


async def _seat(amazon: Amazon, headers: dict[str, str], region: str = "na") -> dict[str, str]:
    found = await amazon.http.get(
        f"/{region}/v2/profiles", params={"profileTypeFilter": "agency"}, headers=headers
    )
    return headers | {SCOPE: str(found.json()[0]["profileId"])}


async def test_profiles_belong_to_the_hosts_region(amazon: Amazon, headers: dict[str, str]) -> None:
    countries: dict[str, set[str]] = {}
    for region in ("na", "eu", "fe"):
        rows = (await amazon.http.get(f"/{region}/v2/profiles", headers=headers)).json()
        countries[region] = {row["countryCode"] for row in rows}
        assert all(isinstance(row["profileId"], int) for row in rows)
        assert {"agency"} <= {row["accountInfo"]["type"] for row in rows}
    assert countries == {"na": {"US", "CA"}, "eu": {"UK", "DE", "FR"}, "fe": {"JP", "AU"}}


async def test_a_profile_has_amazons_fields(amazon: Amazon, headers: dict[str, str]) -> None:
    row = (await amazon.http.get("/na/v2/profiles", headers=headers)).json()[0]
    assert list(row) == ["profileId", "countryCode", "currencyCode", "timezone", "accountInfo"]
    assert list(row["accountInfo"]) == ["marketplaceStringId", "id", "type", "name"]
    assert row["accountInfo"]["id"].startswith("ENTITY")
    assert row["accountInfo"]["marketplaceStringId"] == "ATVPDKIKX0DER"
    one = await amazon.http.get(f"/na/v2/profiles/{row['profileId']}", headers=headers)
    assert one.json() == row


async def test_a_user_without_accounts_sees_empty_lists(amazon: Amazon) -> None:
    headers = await amazon.headers("sam")
    assert (await amazon.http.get("/na/v2/profiles", headers=headers)).json() == []
    managers = await amazon.http.get("/na/managerAccounts", headers=headers)
    assert managers.json() == {"managerAccounts": []}
    assert (await amazon.http.get("/na/amc/accounts", headers=headers)).json() == {
        "amcAccounts": []
    }


async def test_view_only_users_have_no_editable_profiles(amazon: Amazon) -> None:
    headers = await amazon.headers("robin")
    seen = await amazon.http.get("/eu/v2/profiles", headers=headers)
    editable = await amazon.http.get("/eu/v2/profiles?accessLevel=edit", headers=headers)
    assert seen.json()
    assert editable.json() == []


async def test_a_subset_user_sees_only_their_advertisers(amazon: Amazon) -> None:
    headers = await amazon.headers("robin")
    world = await amazon.world()
    robin = next(user for user in world["users"] if user["user"] == "robin")
    found: set[str] = set()
    for region in ("na", "eu", "fe"):
        for profile in (await amazon.http.get(f"/{region}/v2/profiles", headers=headers)).json():
            answer = await amazon.http.get(
                f"/{region}/dsp/advertisers",
                headers=headers | {SCOPE: str(profile["profileId"])},
            )
            found |= {row["advertiserId"] for row in answer.json()["response"]}
    assert found == set(robin["advertiser_ids"])
    assert 0 < len(found) < len(world["advertisers"])


async def test_advertisers_come_in_pages_without_loss(
    amazon: Amazon, headers: dict[str, str]
) -> None:
    seat = await _seat(amazon, headers)
    whole = (await amazon.http.get("/na/dsp/advertisers", headers=seat)).json()
    assert whole["totalResults"] == len(whole["response"]) > 2
    pages: list[dict[str, Any]] = []
    while len(pages) < whole["totalResults"]:
        query = {"startIndex": len(pages), "count": 2}
        page = (await amazon.http.get("/na/dsp/advertisers", params=query, headers=seat)).json()
        assert page["totalResults"] == whole["totalResults"]
        pages += page["response"]
    assert pages == whole["response"]
    row = pages[0]
    assert list(row) == ["advertiserId", "name", "currency", "country", "timezone", "url"]
    assert len(row["advertiserId"]) == 18
    wanted = {"advertiserIdFilter": row["advertiserId"]}
    one = await amazon.http.get("/na/dsp/advertisers", params=wanted, headers=seat)
    assert one.json() == {"totalResults": 1, "response": [row]}


@pytest.mark.parametrize(
    "query", ["count=101", "count=0", "startIndex=-1", "startIndex=29901", "count=x", "count=²"]
)
async def test_pages_out_of_range_are_refused(
    amazon: Amazon, headers: dict[str, str], query: str
) -> None:
    seat = await _seat(amazon, headers)
    answer = await amazon.http.get(f"/na/dsp/advertisers?{query}", headers=seat)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["errorType"] == "INVALID_VALUE"


async def test_a_vendor_profile_is_not_a_dsp_scope(amazon: Amazon, headers: dict[str, str]) -> None:
    rows = (await amazon.http.get("/na/v2/profiles", headers=headers)).json()
    vendor = next(row for row in rows if row["accountInfo"]["type"] == "vendor")
    answer = await amazon.http.get(
        "/na/dsp/advertisers", headers=headers | {SCOPE: str(vendor["profileId"])}
    )
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["errorType"] == "ENTITY_NOT_SUPPORTED"


async def test_a_profile_of_another_region_is_unauthorized(
    amazon: Amazon, headers: dict[str, str]
) -> None:
    seat = await _seat(amazon, headers, "eu")
    answer = await amazon.http.get("/na/dsp/advertisers", headers=seat)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == DSP_MEDIA
    body = answer.json()
    assert set(body) == {"message", "requestId", "errors"}
    assert body["message"] == "Unauthenticated Request"
    assert body["errors"][0]["message"] == "Not authorized to access scope"


@pytest.mark.parametrize(
    ("scope", "text"),
    [("", "Scope header is missing"), ("123", "No matching advertiser found for scope")],
)
async def test_missing_and_unknown_scopes_are_named(
    amazon: Amazon, headers: dict[str, str], scope: str, text: str
) -> None:
    answer = await amazon.http.get("/na/dsp/advertisers", headers=headers | {SCOPE: scope})
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (401, text)


async def test_manager_accounts_link_advertisers_without_profiles(
    amazon: Amazon, headers: dict[str, str]
) -> None:
    answer = await amazon.http.get("/na/managerAccounts", headers=headers)
    media = "application/vnd.getmanageraccountsresponse.v1+json"
    assert answer.headers["content-type"] == media
    (manager,) = answer.json()["managerAccounts"]
    assert manager["managerAccountId"].startswith("amzn1.ads1.ma1.")
    links = manager["linkedAccounts"]
    assert len(links) <= 50
    kinds = {link["accountType"] for link in links}
    assert kinds == {"DSP_ADVERTISING_ACCOUNT", "MARKETING_CLOUD", "VENDOR"}
    for link in links:
        is_dsp = link["accountType"] == "DSP_ADVERTISING_ACCOUNT"
        assert bool(link["dspAdvertiserId"]) is is_dsp
        assert bool(link["profileId"]) is (link["accountType"] == "VENDOR")


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/na/v2/profiles", {"code", "details"}),
        ("/na/managerAccounts", {"code", "message"}),
        ("/na/dsp/advertisers", {"message", "requestId", "errors"}),
        ("/na/reporting/reports/x", {"code", "detail"}),
        ("/na/amc/accounts", {"message", "requestId"}),
        ("/na/amc/instances", {"code", "details"}),
    ],
)
async def test_every_family_refuses_in_its_own_shape(
    amazon: Amazon, headers: dict[str, str], path: str, keys: set[str]
) -> None:
    token = headers["Authorization"]
    client = {"Amazon-Advertising-API-ClientId": CLIENT_ID}
    broken: list[dict[str, str]] = [
        {},
        client,
        {"Authorization": token},
        client | {"Authorization": token + "x"},
        client | {"Authorization": "Basic abc"},
        {"Authorization": token, "Amazon-Advertising-API-ClientId": "other"},
    ]
    for refused in broken:
        answer = await amazon.http.get(path, headers=refused)
        assert (answer.status_code, set(answer.json())) == (401, keys)
    await amazon.advance(3600)
    expired = await amazon.http.get(path, headers=headers)
    assert (expired.status_code, set(expired.json())) == (401, keys)


async def test_the_access_token_lives_exactly_an_hour(
    amazon: Amazon, headers: dict[str, str]
) -> None:
    await amazon.advance(3599)
    assert (await amazon.http.get("/fe/v2/profiles", headers=headers)).status_code == 200
    await amazon.advance(1)
    assert (await amazon.http.get("/fe/v2/profiles", headers=headers)).status_code == 401


async def test_a_token_without_the_ads_scope_is_refused(amazon: Amazon) -> None:
    grant = (await amazon.redeem(await amazon.code(scope="profile"))).json()
    headers = {
        "Authorization": f"Bearer {grant['access_token']}",
        "Amazon-Advertising-API-ClientId": CLIENT_ID,
    }
    answer = await amazon.http.get("/na/v2/profiles", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")


async def test_amc_accounts_and_instances_page_through(
    amazon: Amazon, headers: dict[str, str]
) -> None:
    accounts = (await amazon.http.get("/eu/amc/accounts", headers=headers)).json()["amcAccounts"]
    assert {account["marketplaceId"] for account in accounts} == {
        "ATVPDKIKX0DER", "A1F83G8C2ARO7P", "A1VC38T7YXB528",
    }  # fmt: skip
    amc = headers | {
        "Amazon-Advertising-API-AdvertiserId": accounts[0]["accountId"],
        "Amazon-Advertising-API-MarketplaceId": accounts[0]["marketplaceId"],
    }
    whole = (await amazon.http.get("/na/amc/instances", headers=amc)).json()
    assert "nextToken" not in whole
    paged: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    while query:
        page = (await amazon.http.get("/na/amc/instances", params=query, headers=amc)).json()
        paged += page["instances"]
        token = page.get("nextToken")
        query = {"limit": 2, "nextToken": token} if token else {}
    assert paged == whole["instances"]
    assert {row["instanceType"] for row in paged} == {"STANDARD", "SANDBOX"}
    path = f"/na/amc/instances/{paged[0]['instanceId']}"
    assert (await amazon.http.get(path, headers=amc)).json() == paged[0]


async def test_amc_refuses_foreign_pairs_and_wrong_pages(
    amazon: Amazon, headers: dict[str, str]
) -> None:
    accounts = (await amazon.http.get("/na/amc/accounts", headers=headers)).json()["amcAccounts"]
    good = {
        "Amazon-Advertising-API-AdvertiserId": accounts[0]["accountId"],
        "Amazon-Advertising-API-MarketplaceId": accounts[0]["marketplaceId"],
    }
    crossed = good | {"Amazon-Advertising-API-MarketplaceId": accounts[1]["marketplaceId"]}
    for extra, query, status in (
        (crossed, "", 403),
        ({}, "", 400),
        (good, "?limit=101", 400),
        (good, "?nextToken=YXQ6LTU=", 400),
        (good, "?nextToken=%FF", 400),
    ):
        answer = await amazon.http.get(f"/na/amc/instances{query}", headers=headers | extra)
        assert (answer.status_code, answer.json()["code"]) == (status, str(status))


async def test_the_control_api_answers_loopback_clients_only(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app=app, client=("10.0.0.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as far:
        assert (await far.get("/_sandbox/health")).status_code == 200
        assert (await far.get("/_sandbox/world")).status_code == 403
        assert (await far.post("/_sandbox/reset")).status_code == 403
        assert (await far.get("/na/v2/profiles")).status_code == 401
