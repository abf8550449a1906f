"""Accounts, reports and AMC: what is asked and what is understood."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from amazon_ads import accounts, amc, errors, reporting
from infra.amazon_answers import Server


async def test_profile_ids_are_text_and_unknown_fields_are_kept() -> None:
    raw = (
        b'[{"profileId":9223372036854775807123,"countryCode":"US","currencyCode":"USD",'
        b'"timezone":"America/Los_Angeles","new":{"a":1},"accountInfo":'
        b'{"marketplaceStringId":"ATVPDKIKX0DER","id":"ENTITY1","type":"agency","name":"Seat"}}]'
    )
    [profile] = await accounts.list_profiles(Server(raw).client)
    assert profile.profile_id == "9223372036854775807123"
    assert (profile.account_id, profile.account_type) == ("ENTITY1", "agency")
    assert profile.raw["new"] == {"a": 1}


async def test_view_only_profiles_are_asked_as_the_guide_says() -> None:
    server = Server([])
    assert await accounts.list_profiles(server.client, view_only=True) == []
    assert dict(server.requests[0].url.params) == {"apiProgram": "report", "accessLevel": "view"}


@pytest.mark.parametrize(
    "body", [{"not": "a list"}, [1], [{"countryCode": "US"}], [{"profileId": 1.5}], b"\xff", b""]
)
async def test_profiles_of_another_shape_are_malformed(body: Any) -> None:
    with pytest.raises(errors.MalformedResponse):
        await accounts.list_profiles(Server(body).client)


async def test_manager_accounts_read_empty_ids_as_none() -> None:
    linked = [
        {"accountId": "E1", "accountName": "A", "accountType": "DSP_ADVERTISING_ACCOUNT", "dspAdvertiserId": "583920174651029384", "profileId": ""},
        {"accountId": "E2", "accountType": "VENDOR", "dspAdvertiserId": None, "profileId": 12},
    ]  # fmt: skip
    body = {"managerAccounts": [{"managerAccountId": "m", "linkedAccounts": linked}]}
    server = Server(body)
    [manager] = await accounts.list_manager_accounts(server.client)
    dsp, vendor = manager.linked_accounts
    assert (dsp.dsp_advertiser_id, dsp.profile_id) == ("583920174651029384", None)
    assert (vendor.dsp_advertiser_id, vendor.profile_id) == (None, "12")
    assert server.requests[0].headers["Accept"].startswith("application/vnd.getmanageraccounts")


def advertiser(number: int) -> dict[str, Any]:
    return {"advertiserId": str(number), "name": f"A{number}", "currency": "USD"}


def page(total: int, *numbers: int) -> dict[str, Any]:
    return {"totalResults": total, "response": [advertiser(number) for number in numbers]}


async def list_advertisers(server: Server) -> list[str]:
    found = accounts.iterate_advertisers(server.client, "77", page_size=2)
    return [item.advertiser_id async for item in found]


async def test_advertisers_come_page_by_page() -> None:
    server = Server(page(5, 1, 2), page(5, 3, 4), page(5, 5))
    assert await list_advertisers(server) == ["1", "2", "3", "4", "5"]
    starts = [request.url.params["startIndex"] for request in server.requests]
    assert starts == ["0", "2", "4"]
    assert server.requests[0].headers["Amazon-Advertising-API-Scope"] == "77"


async def test_an_advertiser_repeated_between_pages_comes_once() -> None:
    assert await list_advertisers(Server(page(3, 1, 2), page(3, 2))) == ["1", "2"]


async def test_a_seat_without_advertisers_is_empty() -> None:
    assert await list_advertisers(Server(page(0))) == []


async def test_a_list_that_stops_short_is_an_error_not_a_shorter_list() -> None:
    with pytest.raises(errors.MalformedResponse, match="2 of 3"):
        await list_advertisers(Server(page(3, 1, 2), page(3)))


def request() -> reporting.ReportRequest:
    configuration = reporting.Configuration(
        "dspCampaign", ("campaign", "ad"), ("date", "clicks"), {"advertiserId": ("9",)}
    )
    return reporting.ReportRequest("daily", date(2026, 5, 1), date(2026, 5, 7), configuration)


def report(**changes: Any) -> dict[str, Any]:
    body = {
        "reportId": "r-1",
        "status": "PENDING",
        "startDate": "2026-05-01",
        "endDate": "2026-05-07",
        "configuration": request().configuration.payload(),
        "createdAt": "2026-05-08T01:02:03Z",
        "generatedAt": None,
        "url": None,
        "urlExpiresAt": None,
        "fileSize": None,
        "failureReason": None,
    }
    return body | changes


ACCOUNT = reporting.Account.advertiser("9")


async def test_report_is_created_in_advertiser_mode_with_the_versioned_media_type() -> None:
    server = Server(report())
    created = await reporting.create_report(server.client, ACCOUNT, request())
    sent = server.requests[0]
    assert sent.headers["Amazon-Ads-AccountId"] == "9"
    assert "Amazon-Advertising-API-Scope" not in sent.headers
    assert sent.headers["Content-Type"] == "application/vnd.createasyncreportrequest.v3+json"
    assert json.loads(sent.content) == {
        "name": "daily",
        "startDate": "2026-05-01",
        "endDate": "2026-05-07",
        "configuration": {
            "adProduct": "DEMAND_SIDE_PLATFORM",
            "reportTypeId": "dspCampaign",
            "groupBy": ["campaign", "ad"],
            "columns": ["date", "clicks"],
            "filters": [{"field": "advertiserId", "values": ["9"]}],
            "timeUnit": "DAILY",
            "format": "GZIP_JSON",
        },
    }
    assert (created.report_id, created.status, created.url) == ("r-1", "PENDING", "")
    assert created.created_at == datetime(2026, 5, 8, 1, 2, 3, tzinfo=UTC)


async def test_finished_report_has_its_address_outside_its_repr() -> None:
    body = report(
        status="COMPLETED",
        url="https://s3/x?sig=1",
        fileSize="12",
        generatedAt="2026-05-08T02:00:00.5Z",
    )
    done = await reporting.get_report(Server(body).client, ACCOUNT, "r/../1")
    assert (done.url, done.file_bytes) == ("https://s3/x?sig=1", 12)
    assert done.generated_at == datetime(2026, 5, 8, 2, 0, 0, 500000, tzinfo=UTC)
    assert "s3" not in repr(done)


async def test_report_ids_are_quoted_in_paths() -> None:
    server = Server(report(), {})
    await reporting.get_report(server.client, ACCOUNT, "r/../1")
    await reporting.delete_report(server.client, ACCOUNT, "r?1")
    assert [r.url.raw_path for r in server.requests] == [
        b"/reporting/reports/r%2F..%2F1",
        b"/reporting/reports/r%3F1",
    ]


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"configuration": request().configuration.payload() | {"groupBy": ["ad", "campaign"], "extra": 1}}, True),
        ({"configuration": request().configuration.payload() | {"timeUnit": "SUMMARY"}}, False),
        ({"configuration": request().configuration.payload() | {"columns": ["date"]}}, False),
        ({"configuration": request().configuration.payload() | {"filters": [{"field": "advertiserId", "values": ["8"]}]}}, False),
        ({"configuration": None}, False),
        ({"endDate": "2026-05-08"}, False),
    ],
)  # fmt: skip
async def test_an_adopted_report_must_answer_the_same_request(
    changes: dict[str, Any], same: bool
) -> None:
    found = await reporting.get_report(Server(report(**changes)).client, ACCOUNT, "r-1")
    assert found.matches(request()) is same


@pytest.mark.parametrize(
    "changes",
    [{"reportId": None}, {"startDate": "May 1"}, {"generatedAt": "x"}, {"fileSize": "1.5"}],
)
async def test_reports_of_another_shape_are_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(errors.MalformedResponse):
        await reporting.get_report(Server(report(**changes)).client, ACCOUNT, "r-1")


async def test_amc_accounts_and_instances_are_listed_over_pages() -> None:
    server = Server(
        {"amcAccounts": [{"accountId": "ENTITY1", "accountName": "A", "marketplaceId": "M"}]},
        {"instances": [{"instanceId": "amc1", "instanceName": "One"}], "nextToken": "t"},
        {"instance": {"instanceId": "amc2", "creationStatus": "COMPLETED"}},
    )
    [account] = await amc.list_amc_accounts(server.client)
    found = [item async for item in amc.iterate_instances(server.client, account)]
    assert [item.instance_id for item in found] == ["amc1", "amc2"]
    last = server.requests[2]
    assert last.headers["Amazon-Advertising-API-AdvertiserId"] == "ENTITY1"
    assert last.headers["Amazon-Advertising-API-MarketplaceId"] == "M"
    assert last.url.params["nextToken"] == "t"


async def test_a_page_token_that_repeats_ends_in_an_error_not_in_a_loop() -> None:
    same = {"instances": [], "nextToken": "t"}
    server = Server(same, same)
    account = amc.AmcAccount("E", "A", "M", {})
    with pytest.raises(errors.MalformedResponse, match="repeats"):
        _ = [item async for item in amc.iterate_instances(server.client, account)]


@pytest.mark.parametrize(("links", "truncated"), [(0, False), (49, False), (50, True)])
async def test_a_manager_with_fifty_links_may_have_more(links: int, truncated: bool) -> None:
    linked = [{"accountId": f"E{n}", "accountType": "VENDOR"} for n in range(links)]
    body = {"managerAccounts": [{"managerAccountId": "m", "linkedAccounts": linked}]}
    [manager] = await accounts.list_manager_accounts(Server(body).client)
    assert manager.truncated is truncated


async def test_account_links_are_one_per_dsp_advertiser() -> None:
    rows = [
        {"accountId": "E1", "accountName": "A", "countryCode": ["US"], "alternateIds": [
            {"dspAdvertiserId": "1", "region": "NA"}, {"dspAdvertiserId": "2", "region": "NA"},
        ]},
        {"accountId": "E2", "countryCode": ["US", "CA"], "alternateIds": None},
    ]  # fmt: skip
    server = Server({"accountLinks": rows})
    found = [link async for link in accounts.iterate_account_links(server.client, "m")]
    assert [(x.account_id, x.dsp_advertiser_id, x.country) for x in found] == [
        ("E1", "1", "US"),
        ("E1", "2", "US"),
        ("E2", None, ""),
    ]
    assert server.requests[0].headers["Amazon-Ads-Manager-AccountId"] == "m"


async def test_account_links_that_never_end_are_malformed() -> None:
    page = {"accountLinks": [], "nextToken": "again"}
    server = Server(page, page)
    with pytest.raises(errors.MalformedResponse):
        _ = [link async for link in accounts.iterate_account_links(server.client, "m")]
