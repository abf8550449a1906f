"""The client and the sandbox agree, from consent to rows: what one asks the other understands."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from amazon_ads import (
    accounts,
    amc,
    download,
    errors,
    lwa,
    read_rows,
    reporting,
)
from infra.ingest import CLIENT
from infra.sandbox_user import SandboxUser, redeem, walk

REGIONS = ("NA", "EU", "FE")


async def test_a_code_counts_once_and_only_with_its_verifier(amazon: SandboxUser) -> None:
    landing, verifier = await walk(amazon.http, "morgan")
    code = landing.params["code"]
    await redeem(amazon.http, code, verifier)
    with pytest.raises(errors.InvalidGrant):
        await redeem(amazon.http, code, verifier)
    landing, _ = await walk(amazon.http, "morgan")
    with pytest.raises(errors.InvalidGrant):
        await redeem(amazon.http, landing.params["code"], lwa.Pkce.new().verifier)


async def test_a_user_who_refuses_comes_back_with_the_error(amazon: SandboxUser) -> None:
    landing, _ = await walk(amazon.http, "morgan", decision="deny")
    assert landing.params["error"] == "access_denied"
    assert landing.params["state"] == "state-1"


async def test_refresh_works_in_every_region_until_the_user_revokes(amazon: SandboxUser) -> None:
    for region in REGIONS:
        fresh = await lwa.refresh(
            amazon.http,
            amazon.endpoints(region),
            CLIENT,
            refresh_token=amazon.grant.refresh_token,
        )
        assert fresh.refresh_token == amazon.grant.refresh_token
        assert (fresh.expires_in, fresh.access_token[:5]) == (3600, "Atza|")
    amazon.app.state.deps.grants.revoke("morgan", access_tokens=False)
    with pytest.raises(errors.InvalidGrant):
        await lwa.refresh(
            amazon.http,
            amazon.endpoints("NA"),
            CLIENT,
            refresh_token=amazon.grant.refresh_token,
        )


async def test_a_wrong_secret_is_the_operators_problem(amazon: SandboxUser) -> None:
    wrong = lwa.ClientCredentials(CLIENT.client_id, "wrong")
    with pytest.raises(errors.InvalidClient):
        await lwa.refresh(
            amazon.http,
            amazon.endpoints("NA"),
            wrong,
            refresh_token=amazon.grant.refresh_token,
        )


async def test_accounts_lead_to_every_advertiser_of_the_world(amazon: SandboxUser) -> None:
    found: set[str] = set()
    for region in REGIONS:
        client = amazon.client(region)
        for profile in await accounts.list_profiles(client):
            if profile.account_type != "agency":
                continue
            listed = accounts.iterate_advertisers(client, profile.profile_id, page_size=1)
            found |= {item.advertiser_id async for item in listed}
    assert found == set(amazon.app.state.deps.world.tree.advertisers)
    assert {len(advertiser_id) for advertiser_id in found} == {18}


async def test_manager_accounts_name_dsp_advertisers(amazon: SandboxUser) -> None:
    managers = await accounts.list_manager_accounts(amazon.client("NA"))
    linked = [account for manager in managers for account in manager.linked_accounts]
    dsp = [account for account in linked if account.account_type == accounts.DSP_ACCOUNT]
    assert dsp
    assert all(item.dsp_advertiser_id and item.profile_id is None for item in dsp)


async def test_amc_accounts_and_instances_are_listed(amazon: SandboxUser) -> None:
    client = amazon.client("NA")
    found = await amc.list_amc_accounts(client)
    instances = [
        item.instance_id
        for account in found
        async for item in amc.iterate_instances(client, account, page_size=1)
    ]
    expected = amazon.app.state.deps.world.tree.amc_accounts
    assert len(found) == len(expected) > 0
    assert sorted(instances) == sorted(
        item.instance_id for account in expected for item in account.instances
    )


async def test_a_bad_token_is_unauthorized_for_every_family(amazon: SandboxUser) -> None:
    client = amazon.client("NA", "Atza|wrong")
    for call in (
        accounts.list_profiles(client),
        accounts.list_manager_accounts(client),
        amc.list_amc_accounts(client),
        reporting.get_report(client, reporting.Account.advertiser("1"), "r"),
    ):
        with pytest.raises(errors.Unauthorized):
            await call


class Row(msgspec.Struct, rename="camel"):
    """The columns this test asks for."""

    date: date
    order_id: str
    clicks: int
    total_cost: Decimal


def request(advertiser_id: str, **changes: Any) -> reporting.ReportRequest:
    values: dict[str, Any] = {"start_date": date(2026, 3, 1), "end_date": date(2026, 3, 7)}
    configuration = reporting.Configuration(
        "dspCampaign",
        ("campaign", "ad", "creative"),
        ("date", "orderId", "clicks", "totalCost"),
        {"advertiserId": (advertiser_id,)},
    )
    return reporting.ReportRequest("t", configuration=configuration, **values | changes)


async def test_a_report_goes_from_request_to_rows(amazon: SandboxUser, tmp_path: Path) -> None:
    advertiser = next(iter(amazon.app.state.deps.world.tree.advertisers.values()))
    client = amazon.client(advertiser.market.region.upper())
    account = reporting.Account.advertiser(advertiser.advertiser_id)
    asked = request(advertiser.advertiser_id)
    created = await reporting.create_report(client, account, asked)
    assert created.status == "PENDING"
    with pytest.raises(errors.DuplicateReport) as caught:
        await reporting.create_report(client, account, asked)
    assert caught.value.report_id == created.report_id
    assert (await reporting.get_report(client, account, created.report_id)).matches(asked)

    amazon.app.state.deps.clock.advance(60)
    done = await reporting.get_report(client, account, created.report_id)
    assert (done.status, done.matches(asked)) == ("COMPLETED", True)
    assert done.generated_at is not None
    path = tmp_path / "report.gz"
    got = await download(amazon.http, client.endpoints, done.url, path)
    assert got.file_bytes == done.file_bytes
    rows = [row for rows in read_rows(path, Row) for row in rows]
    assert rows
    assert {date(2026, 3, 1) <= row.date <= date(2026, 3, 7) for row in rows} == {True}

    amazon.app.state.deps.clock.advance(3602)
    with pytest.raises(errors.DownloadExpired):
        await download(amazon.http, client.endpoints, done.url, path)


async def test_pending_reports_can_be_cancelled_and_others_not(amazon: SandboxUser) -> None:
    advertiser = next(iter(amazon.app.state.deps.world.tree.advertisers.values()))
    client = amazon.client(advertiser.market.region.upper())
    account = reporting.Account.advertiser(advertiser.advertiser_id)
    first = await reporting.create_report(client, account, request(advertiser.advertiser_id))
    await reporting.delete_report(client, account, first.report_id)
    with pytest.raises(errors.NotFound):
        await reporting.get_report(client, account, first.report_id)
    second = await reporting.create_report(client, account, request(advertiser.advertiser_id))
    amazon.app.state.deps.clock.advance(60)
    with pytest.raises((errors.BadRequest, errors.Forbidden)):
        await reporting.delete_report(client, account, second.report_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"start_date": date(2026, 2, 1), "end_date": date(2026, 3, 4)},
        {"start_date": date(2025, 11, 1), "end_date": date(2025, 11, 7)},
        {"start_date": date(2026, 3, 7), "end_date": date(2026, 3, 1)},
    ],
)
async def test_illegal_spans_are_bad_requests(amazon: SandboxUser, changes: dict[str, Any]) -> None:
    advertiser = next(iter(amazon.app.state.deps.world.tree.advertisers.values()))
    client = amazon.client(advertiser.market.region.upper())
    account = reporting.Account.advertiser(advertiser.advertiser_id)
    with pytest.raises(errors.BadRequest):
        asked = request(advertiser.advertiser_id, **changes)
        await reporting.create_report(client, account, asked)
