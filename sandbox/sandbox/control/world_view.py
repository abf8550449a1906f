"""The whole world as JSON, for people and for tests."""

from datetime import date, timedelta
from typing import Any

from sandbox.world.facts import HISTORY_DAYS, World
from sandbox.world.tree import Advertiser, AmcAccount, LineItem, Order, Profile, User

UPCOMING_DAYS = 30


def world_json(world: World, today: date) -> dict[str, Any]:
    """Everything standing, and the orders of the last 400 days and the next 30."""
    tree = world.tree
    first, last = today - timedelta(days=HISTORY_DAYS), today + timedelta(days=UPCOMING_DAYS)
    return {
        "seed": world.dice.seed,
        "agency": tree.agency,
        "first_date": first.isoformat(),
        "users": [_user(user) for user in tree.users.values()],
        "profiles": [_profile(item) for item in tree.profiles],
        "brands": [{"brand": item.key, "name": item.name} for item in tree.brands],
        "advertisers": [
            _advertiser(item, world.flights.between(item, first, last))
            for item in tree.advertisers.values()
        ],
        "amc_accounts": [_amc_account(account) for account in tree.amc_accounts],
    }


def _user(user: User) -> dict[str, Any]:
    return {
        "user": user.key, "name": user.name, "email": user.email, "access": user.access,
        "profile_ids": sorted(user.profile_ids), "advertiser_ids": sorted(user.advertiser_ids),
        "amc_account_ids": sorted(user.amc_account_ids),
    }  # fmt: skip


def _profile(item: Profile) -> dict[str, Any]:
    return {
        "profile_id": item.profile_id, "entity_id": item.entity_id, "type": item.kind,
        "name": item.name, "region": item.market.region.upper(), "country": item.market.country,
    }  # fmt: skip


def _amc_account(account: AmcAccount) -> dict[str, Any]:
    return {
        "account_id": account.account_id, "name": account.name,
        "marketplace_id": account.market.marketplace_id,
        "instances": [
            {"instance_id": item.instance_id, "name": item.name, "type": item.kind}
            for item in account.instances
        ],
    }  # fmt: skip


def _advertiser(item: Advertiser, orders: list[Order]) -> dict[str, Any]:
    return {
        "advertiser_id": item.advertiser_id, "name": item.name, "brand": item.brand.key,
        "brand_name": item.brand.name, "region": item.market.region.upper(),
        "country": item.market.country, "currency": item.currency, "timezone": item.timezone,
        "profile_id": item.seat.profile_id, "entity_id": item.seat.entity_id,
        "orders": [_order(order) for order in orders],
    }  # fmt: skip


def _order(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.order_id, "name": order.name, "start_date": order.first_day.isoformat(),
        "end_date": order.last_day.isoformat(), "budget_micros": order.budget_micros,
        "line_items": [_line_item(item) for item in order.line_items],
    }  # fmt: skip


def _line_item(item: LineItem) -> dict[str, Any]:
    return {
        "line_item_id": item.line_item_id, "name": item.name, "type": item.kind,
        "start_date": item.first_day.isoformat(),
        "creatives": [
            {
                "creative_id": ad.creative_id, "creative_ad_id": ad.ad_id, "name": ad.name,
                "size": ad.size, "start_date": ad.first_day.isoformat(),
            }
            for ad in item.creatives
        ],
    }  # fmt: skip
