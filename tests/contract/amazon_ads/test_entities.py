"""Entities and insights through the client: the three families tell the same of the same ids."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest
from amazon_ads import errors
from amazon_ads.entities import Campaign, classic, dsp_v1, unified
from amazon_ads.insights import CampaignInsights, InsightError, InsightRequest, campaign, frequency
from infra.sandbox_user import SandboxUser


@pytest.fixture
def advertiser(amazon: SandboxUser) -> Any:
    return amazon.advertisers[0]


def _same(found: Iterable[Any], *left_out: str) -> list[dict[str, Any]]:
    """Rows in the order of their first field, without what only some families tell."""
    rows = [dataclasses.asdict(item) for item in found]
    dropped = {"raw", "advertiser_id", "delivery_status", "delivery_reasons", *left_out}
    kept = [{k: v for k, v in row.items() if k not in dropped} for row in rows]
    return sorted(kept, key=lambda row: tuple(map(str, row.values())))


async def _orders(amazon: SandboxUser, advertiser: Any) -> list[Campaign]:
    """Classic orders whole, one by one."""
    client, seat = amazon.of(advertiser), advertiser.seat.profile_id
    walk = classic.iterate_orders(client, seat, [advertiser.advertiser_id], page_size=3)
    ids = [order.campaign_id async for order in walk]
    return [await classic.get_order(client, seat, order_id) for order_id in ids]


async def test_campaigns_are_the_same_in_every_family(amazon: SandboxUser, advertiser: Any) -> None:
    client, id_ = amazon.of(advertiser), advertiser.advertiser_id
    new = [item async for item in unified.iterate_campaigns(client, id_, page_size=4)]
    walk = dsp_v1.iterate_campaigns(client, advertiser.seat.profile_id, id_, page_size=4)
    middle = [item async for item in walk]
    old = await _orders(amazon, advertiser)
    assert len(new) > 4
    vary = ("state", "budgets", "flights", "frequency_caps")
    assert _same(new, *vary) == _same(middle, *vary) == _same(old, *vary)
    assert {item.campaign_id: item.budgets for item in new} == {
        item.campaign_id: item.budgets for item in old
    }
    assert {flight.spent is None for item in old for flight in item.flights} == {False}
    booked = [
        {(item.campaign_id, f.flight_id, f.budget) for item in family for f in item.flights}
        for family in (new, middle, old)
    ]
    assert booked[0] == booked[1] == booked[2]


async def test_ad_groups_are_the_same_in_every_family(amazon: SandboxUser, advertiser: Any) -> None:
    client, id_ = amazon.of(advertiser), advertiser.advertiser_id
    seat = advertiser.seat.profile_id
    new = [item async for item in unified.iterate_ad_groups(client, id_, page_size=5)]
    middle = [item async for item in dsp_v1.iterate_ad_groups(client, seat, id_, page_size=5)]
    orders = sorted({item.campaign_id for item in new})
    old = [item async for item in classic.iterate_line_items(client, seat, orders, page_size=5)]
    vary = ("kind", "pacing", "state", "base_bid", "max_bid", "frequency_caps", "purchase_order")
    assert len(new) > 5
    assert _same(new, *vary) == _same(middle, *vary) == _same(old, *vary)
    one = await classic.get_line_item(client, seat, new[0].ad_group_id)
    assert (one.base_bid, one.max_bid) == (new[0].base_bid, new[0].max_bid)


async def test_ads_and_their_places_are_the_same_in_every_family(
    amazon: SandboxUser, advertiser: Any
) -> None:
    client, id_ = amazon.of(advertiser), advertiser.advertiser_id
    seat = advertiser.seat.profile_id
    new = {ad.ad_id: ad.name async for ad in unified.iterate_ads(client, id_)}
    middle = {ad.ad_id: ad.name async for ad in dsp_v1.iterate_ad_creatives(client, seat, id_)}
    old = {ad.ad_id: ad.name async for ad in classic.iterate_creatives(client, seat, [id_])}
    assert new == middle == old != {}
    groups = [item.ad_group_id async for item in unified.iterate_ad_groups(client, id_)]
    places = [item async for item in unified.iterate_ad_associations(client, id_)]
    others = [item async for item in dsp_v1.iterate_associations(client, seat, id_)]
    olds = [item async for item in classic.iterate_associations(client, seat, groups)]
    vary = ("association_id", "state")
    assert _same(places, *vary) == _same(others, *vary) == _same(olds, *vary) != []


async def test_targets_are_the_same_in_both_families(amazon: SandboxUser, advertiser: Any) -> None:
    client, id_ = amazon.of(advertiser), advertiser.advertiser_id
    walk = dsp_v1.iterate_targets(client, advertiser.seat.profile_id, id_, page_size=5)
    new = [item async for item in unified.iterate_targets(client, id_, page_size=5)]
    assert _same(new, "details") == _same([item async for item in walk], "details") != []


async def test_the_flights_of_a_campaign_can_be_listed(
    amazon: SandboxUser, advertiser: Any
) -> None:
    client, seat = amazon.of(advertiser), advertiser.seat.profile_id
    walk = dsp_v1.iterate_campaigns(client, seat, advertiser.advertiser_id)
    first = await anext(walk)
    flights = dsp_v1.iterate_flights(client, seat, advertiser.advertiser_id, first.campaign_id)
    assert tuple([item async for item in flights]) == first.flights


async def test_another_seats_profile_is_refused(amazon: SandboxUser, advertiser: Any) -> None:
    client = amazon.of(advertiser)
    with pytest.raises(errors.Unauthorized):
        _ = [item async for item in classic.iterate_creatives(client, "1", ["1"])]
    with pytest.raises(errors.Forbidden):
        _ = [item async for item in unified.iterate_campaigns(client, "1")]


async def test_insights_of_every_campaign_have_an_outcome(
    amazon: SandboxUser, advertiser: Any
) -> None:
    client, seat = amazon.of(advertiser), advertiser.seat.profile_id
    id_ = advertiser.advertiser_id
    campaigns = [item.campaign_id async for item in unified.iterate_campaigns(client, id_)]
    asked = [InsightRequest(each) for each in [*campaigns, "404"]]
    walk = campaign.iterate_campaign_insights(client, seat, id_, asked)
    found = [item async for item in walk]
    assert {item.request for item in found} == set(asked)
    assert len(found) == len(asked)
    good = [item for item in found if isinstance(item, CampaignInsights)]
    assert any(insight.traits and insight.time_to_convert for x in good for insight in x.insights)
    missing = next(x for x in found if x.request.campaign_id == "404")
    assert isinstance(missing, InsightError)
    assert missing.code == "404"


async def test_frequency_lists_come_in_pages(amazon: SandboxUser, advertiser: Any) -> None:
    client, seat = amazon.of(advertiser), advertiser.seat.profile_id
    id_ = advertiser.advertiser_id
    whole = [item async for item in frequency.iterate_distribution(client, seat, id_)]
    parts = frequency.iterate_distribution(client, seat, id_, page_size=len(whole) // 2)
    assert [item async for item in parts] == whole
    assert {item.frequency for item in whole} >= {"1", "9", "10+"}
    savings = frequency.iterate_savings(client, seat, id_, metrics=["UNIQUE_USERS_COUNT"])
    users = [item async for item in savings]
    assert users
    assert all(item.metric.value is not None for item in users)
