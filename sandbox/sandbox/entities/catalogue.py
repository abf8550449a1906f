"""Which campaigns, ad groups and ads an advertiser has, as lists show them at a moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sandbox.world.dice import Dice
from sandbox.world.facts import HISTORY_DAYS, World
from sandbox.world.tree import Advertiser, Creative, LineItem, Order

from .history import History, Origin, Version

AHEAD_DAYS = 30
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Campaign:
    """An order of the world."""

    advertiser: Advertiser
    order: Order
    origin: Origin
    version: Version


@dataclass(frozen=True, slots=True)
class AdGroup:
    """A line item of the world; `campaign` is its order as seen at the same moment."""

    campaign: Campaign
    line_item: LineItem
    origin: Origin
    version: Version


@dataclass(frozen=True, slots=True)
class Ad:
    """A creative of the world. It outlives its ad group, the association with it does not."""

    advertiser: Advertiser
    line_item: LineItem
    creative: Creative
    origin: Origin
    version: Version
    associated: bool


class Catalogue:
    """The entities of the last 400 days and of those booked for the next 30; ordered by id."""

    def __init__(self, world: World, history: History) -> None:
        self._world = world
        self.history = history
        self._origins: tuple[date, dict[str, tuple[Advertiser, Origin]]] = (date.min, {})

    def campaigns(self, advertiser: Advertiser, at: datetime) -> list[Campaign]:
        found: list[Campaign] = []
        for order in self._orders(advertiser, at.date()):
            origin = campaign_origin(self._world.dice, advertiser, order)
            version = self.history.seen(origin, at)
            if version and not version.deleted:
                found.append(Campaign(advertiser, order, origin, version))
        return sorted(found, key=lambda item: item.order.order_id)

    def ad_groups(self, advertiser: Advertiser, at: datetime) -> list[AdGroup]:
        found: list[AdGroup] = []
        for campaign in self.campaigns(advertiser, at):
            for line_item in campaign.order.line_items:
                origin = ad_group_origin(self._world.dice, campaign.origin, advertiser, line_item)
                version = self.history.seen(origin, at)
                if version and not version.deleted:
                    found.append(AdGroup(campaign, line_item, origin, version))
        return sorted(found, key=lambda item: item.line_item.line_item_id)

    def ads(self, advertiser: Advertiser, at: datetime) -> list[Ad]:
        living = {item.line_item.line_item_id for item in self.ad_groups(advertiser, at)}
        found: list[Ad] = []
        for line_item, creative, origin in self._ads(advertiser, at.date()):
            version = self.history.seen(origin, at)
            if version and not version.deleted:
                associated = line_item.line_item_id in living
                found.append(Ad(advertiser, line_item, creative, origin, version, associated))
        return sorted(found, key=lambda item: item.creative.ad_id)

    def find(self, entity_id: str, today: date) -> tuple[Advertiser, Origin] | None:
        """The entity with this id, whoever's it is, whether it lives or not."""
        if self._origins[0] != today:
            everyone = self._world.tree.advertisers.values()
            found = {o.entity_id: (a, o) for a in everyone for o in self._everything(a, today)}
            self._origins = (today, found)
        return self._origins[1].get(entity_id)

    def _orders(self, advertiser: Advertiser, today: date) -> list[Order]:
        first, last = today - HISTORY_DAYS * _DAY, today + AHEAD_DAYS * _DAY
        return self._world.flights.between(advertiser, first, last)

    def _ads(
        self, advertiser: Advertiser, today: date
    ) -> Iterator[tuple[LineItem, Creative, Origin]]:
        dice = self._world.dice
        for order in self._orders(advertiser, today):
            campaign = campaign_origin(dice, advertiser, order)
            for line_item in order.line_items:
                group = ad_group_origin(dice, campaign, advertiser, line_item)
                for creative in line_item.creatives:
                    yield line_item, creative, ad_origin(dice, group, advertiser, creative)

    def _everything(self, advertiser: Advertiser, today: date) -> Iterator[Origin]:
        dice = self._world.dice
        for order in self._orders(advertiser, today):
            campaign = campaign_origin(dice, advertiser, order)
            yield campaign
            for line_item in order.line_items:
                yield ad_group_origin(dice, campaign, advertiser, line_item)
        yield from (origin for _, _, origin in self._ads(advertiser, today))


def campaign_origin(dice: Dice, advertiser: Advertiser, order: Order) -> Origin:
    """Booked three to twenty days before it begins."""
    first = local_midnight(advertiser, order.first_day)
    days = dice.between(3, 20, "booked before", order.order_id)
    created = first - days * _DAY + dice.between(9 * 60, 17 * 60, "at", order.order_id) * _HOUR / 60
    return Origin(
        "campaign", order.order_id, order.name, order.budget_micros, created, first,
        local_midnight(advertiser, order.last_day + _DAY),
    )  # fmt: skip


def ad_group_origin(
    dice: Dice, campaign: Origin, advertiser: Advertiser, line_item: LineItem
) -> Origin:
    minutes = dice.between(20, 360, "grouped after", line_item.line_item_id)
    return Origin(
        "ad_group", line_item.line_item_id, line_item.name, line_item.budget_micros,
        campaign.created_at + minutes * _HOUR / 60,
        local_midnight(advertiser, line_item.first_day), campaign.last,
    )  # fmt: skip


def ad_origin(dice: Dice, group: Origin, advertiser: Advertiser, creative: Creative) -> Origin:
    """With its ad group, or the day before it is first shown if that is later."""
    first = local_midnight(advertiser, creative.first_day)
    minutes = dice.between(10, 240, "drawn after", creative.ad_id)
    late = first - 14 * _HOUR if first > group.first else group.created_at
    created = max(group.created_at, late) + minutes * _HOUR / 60
    return Origin("ad", creative.ad_id, creative.name, 0, created, first, group.last)


def local_midnight(advertiser: Advertiser, day: date) -> datetime:
    return datetime.combine(day, time(), advertiser.zone).astimezone(UTC)
