"""Orders, line items and creatives: programmes repeat by calendar period, so any date is O(1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from . import names
from .dice import Dice
from .seasons import black_friday, prime_day
from .tree import Advertiser, Creative, LineItem, Order

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Programme:
    """A kind of order an advertiser books again every period."""

    key: str
    label: str
    every: Literal["quarter", "half", "year"]
    share: float
    tactics: tuple[str, ...]
    odds: float

    @property
    def video(self) -> bool:
        return self.tactics is names.VIDEO_TACTICS


PROGRAMMES = (
    Programme("retargeting", "Retargeting", "quarter", 0.34, names.RETARGETING_TACTICS, 1.0),
    Programme("prospecting", "Prospecting", "quarter", 0.3, names.PROSPECTING_TACTICS, 1.0),
    Programme("awareness", "Awareness video", "half", 0.22, names.VIDEO_TACTICS, 0.75),
    Programme("launch", "Launch", "half", 0.2, names.PROSPECTING_TACTICS, 0.6),
    Programme("prime", "Prime Day", "year", 0.4, names.PROSPECTING_TACTICS, 0.7),
    Programme("holiday", "Holiday", "year", 0.34, names.PROSPECTING_TACTICS, 0.8),
)


class Flights:
    """All orders of the world, grown on demand and remembered."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._orders: dict[tuple[str, str, str], Order] = {}

    def between(self, advertiser: Advertiser, first: date, last: date) -> list[Order]:
        """Orders whose flight touches the days `first..last`, both included."""
        found: list[Order] = []
        for programme in self._booked(advertiser):
            for period in _periods(programme, first, last):
                order = self._order(advertiser, programme, period)
                if order.first_day <= last and order.last_day >= first:
                    found.append(order)
        return found

    def _booked(self, advertiser: Advertiser) -> list[Programme]:
        return [
            item
            for item in PROGRAMMES
            if self._dice.unit("booked", advertiser.advertiser_id, item.key) < item.odds
        ]

    def _order(self, advertiser: Advertiser, programme: Programme, period: date) -> Order:
        label = _period_label(programme, period)
        key = (advertiser.advertiser_id, programme.key, label)
        if key not in self._orders:
            self._orders[key] = self._grow(advertiser, programme, period, label)
        return self._orders[key]

    def _grow(
        self, advertiser: Advertiser, programme: Programme, period: date, label: str
    ) -> Order:
        key = ("order", advertiser.advertiser_id, programme.key, label)
        first, last = _flight(self._dice, programme, period, key)
        days = (last - first).days + 1
        per_day = advertiser.impressions_per_day * programme.share
        budget = int(per_day * days * 0.006 * advertiser.market.money_per_dollar) // 100 * 100
        line_items = self._line_items(advertiser, programme, key, first, budget * 1_000_000)
        return Order(
            order_id=self._dice.digits(18, *key),
            name=_order_name(advertiser, programme, label),
            programme=programme.key,
            first_day=first,
            last_day=last,
            budget_micros=budget * 1_000_000,
            external_id=f"IO-{self._dice.between(10_000, 99_999, *key, 'io')}",
            line_items=line_items,
        )

    def _line_items(
        self,
        advertiser: Advertiser,
        programme: Programme,
        key: tuple[str, ...],
        first: date,
        budget: int,
    ) -> tuple[LineItem, ...]:
        tactics = programme.tactics
        count = self._dice.between(2, 3 if programme.video else 4, *key, "lines")
        offset = self._dice.between(0, len(tactics) - 1, *key, "tactic")
        weights = [0.4 + self._dice.unit(*key, "weight", n) for n in range(count)]
        return tuple(
            self._line_item(
                advertiser, programme, (*key, "line", str(n)),
                tactics[(offset + n) % len(tactics)], first, weights[n] / sum(weights), budget,
            )
            for n in range(count)
        )  # fmt: skip

    def _line_item(
        self,
        advertiser: Advertiser,
        programme: Programme,
        key: tuple[str, ...],
        tactic: str,
        first: date,
        share: float,
        budget: int,
    ) -> LineItem:
        units = self._dice.units(*key, "rates")
        warm = 2.6 if programme.key == "retargeting" else 1.0
        dollars = (14.0 + 16.0 * units[0]) if programme.video else (1.8 + 5.2 * units[0])
        start = first + _DAY * self._dice.between(0, 5, *key, "start")
        return LineItem(
            line_item_id=self._dice.digits(18, *key),
            name=f"{tactic} · {advertiser.market.country}",
            kind="VIDEO" if programme.video else "STANDARD_DISPLAY",
            first_day=start,
            budget_micros=int(budget * share) // 10_000 * 10_000,
            weight=programme.share * share * (0.35 if programme.video else 1.0),
            cpm_micros=int(dollars * 1_000_000 * advertiser.market.money_per_dollar),
            click_rate=(0.0003 if programme.video else 0.0011) * (0.6 + 1.4 * units[1]) * warm,
            page_view_rate=(0.0016 if programme.video else 0.004) * (0.6 + 1.2 * units[2]) * warm,
            creatives=self._creatives(advertiser, programme, key, start),
        )

    def _creatives(
        self, advertiser: Advertiser, programme: Programme, key: tuple[str, ...], start: date
    ) -> tuple[Creative, ...]:
        count = self._dice.between(3, 6, *key, "creatives")
        weights = [0.3 + self._dice.unit(*key, "creative", n) for n in range(count)]
        return tuple(
            self._creative(advertiser, programme, (*key, str(n)), weights[n] / sum(weights), start)
            for n in range(count)
        )

    def _creative(
        self,
        advertiser: Advertiser,
        programme: Programme,
        key: tuple[str, ...],
        weight: float,
        start: date,
    ) -> Creative:
        place = key[-1]
        concept = names.CONCEPTS[(int(place) + len(key[2])) % len(names.CONCEPTS)]
        size = f"{15 * (1 + int(place) % 2)}s" if programme.video else (
            names.DISPLAY_SIZES[self._dice.between(0, 6, *key, "size")]
        )  # fmt: skip
        ad_id = self._dice.digits(18, *key, "ad")
        same = self._dice.unit(*key, "same") < 0.75
        late = self._dice.between(7, 30, *key, "late") if int(place) >= 3 else 0
        return Creative(
            creative_id=ad_id if same else self._dice.digits(18, *key, "creative"),
            ad_id=ad_id,
            name=f"{advertiser.brand.name} {concept} {size}",
            size=size,
            kind="VIDEO" if programme.video else "STANDARD_DISPLAY",
            language=names.LANGUAGES.get(advertiser.market.country, "EN"),
            weight=weight,
            first_day=start + late * _DAY,
        )


def _order_name(advertiser: Advertiser, programme: Programme, label: str) -> str:
    """Names as agencies write them, awkward ones included (quotes, commas, a leading '=')."""
    prefix = "=" if advertiser.brand.key == "brand-2" and programme.key == "launch" else ""
    words = {"DE": "Frühling, Größe „M“", "FR": "Été, l'élan", "JP": "新発売"}
    extra = words.get(advertiser.market.country, "")
    tail = f" {extra}" if extra and programme.key == "prospecting" else ""
    return f"{prefix}{advertiser.brand.name} | {programme.label}{tail} | {label}"


def _periods(programme: Programme, first: date, last: date) -> Iterator[date]:
    """First days of the periods around `first..last` (one before, as flights may overhang)."""
    months = {"quarter": 3, "half": 6, "year": 12}[programme.every]
    index = (first.year * 12 + first.month - 1) // months - 1
    end = (last.year * 12 + last.month - 1) // months
    while index <= end:
        month = index * months
        yield date(month // 12, month % 12 + 1, 1)
        index += 1


def _period_label(programme: Programme, period: date) -> str:
    if programme.every == "quarter":
        return f"{period.year} Q{(period.month + 2) // 3}"
    if programme.every == "half":
        return f"{period.year} H{1 if period.month == 1 else 2}"
    return str(period.year)


def _flight(
    dice: Dice, programme: Programme, period: date, key: tuple[str, ...]
) -> tuple[date, date]:
    if programme.key == "prime":
        return prime_day(period.year) - 14 * _DAY, prime_day(period.year) + 4 * _DAY
    if programme.key == "holiday":
        return black_friday(period.year) - 18 * _DAY, date(period.year, 12, 27)
    if programme.key == "launch":
        start = period + dice.between(10, 110, *key, "launch") * _DAY
        return start, start + dice.between(34, 60, *key, "length") * _DAY
    months = 3 if programme.every == "quarter" else 6
    after = period.year * 12 + period.month - 1 + months
    return period, date(after // 12, after % 12 + 1, 1) - _DAY
