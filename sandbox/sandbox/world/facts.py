"""Walks the world: cells of an advertiser over days, and their sums at any level."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from .builder import build_tree
from .delivery import ZERO, Metrics, as_known, final_cell
from .dice import Dice
from .flights import Flights
from .restatement import Knowledge, knowledge
from .seasons import season
from .tree import Advertiser, Creative, LineItem, Order

Level = Literal["advertiser", "order", "line_item", "creative"]
HISTORY_DAYS = 400


@dataclass(frozen=True, slots=True)
class Cell:
    """One creative of one line item on one local day."""

    day: date
    advertiser: Advertiser
    order: Order
    line_item: LineItem
    creative: Creative
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Slot:
    """A creative that is in flight."""

    order: Order
    line_item: LineItem
    creative: Creative


class World:
    """Everything there is to know; holds no state but caches."""

    def __init__(self, seed: str, brand_count: int) -> None:
        self.dice = Dice(seed)
        self.tree = build_tree(self.dice, brand_count)
        self.flights = Flights(self.dice)

    def cells(
        self, advertiser: Advertiser, first: date, last: date, at: datetime
    ) -> Iterator[Cell]:
        """Cells with any activity known at `at`, by day; days are the advertiser's own."""
        slots = self._slots(advertiser, first, last)
        day = first
        while day <= last:
            known = knowledge(day, advertiser.zone, at)
            if known.traffic > 0:
                yield from self._day(advertiser, day, slots, known)
            day += timedelta(days=1)

    def _slots(self, advertiser: Advertiser, first: date, last: date) -> list[Slot]:
        return [
            Slot(order, line_item, creative)
            for order in self.flights.between(advertiser, first, last)
            for line_item in order.line_items
            for creative in line_item.creatives
        ]

    def _day(
        self, advertiser: Advertiser, day: date, slots: list[Slot], known: Knowledge
    ) -> Iterator[Cell]:
        today = season(day)
        for slot in slots:
            order, line_item, creative = slot.order, slot.line_item, slot.creative
            if not order.first_day <= day <= order.last_day or day < creative.first_day:
                continue
            final = final_cell(self.dice, advertiser, order, line_item, creative, day, today)
            metrics = as_known(final, known)
            if any(metrics):
                yield Cell(day, advertiser, order, line_item, creative, metrics)

    def truth(
        self, advertiser: Advertiser, first: date, last: date, at: datetime, level: Level
    ) -> list[tuple[Cell, Metrics]]:
        """Sums per day and entity; the entity is stood for by its first cell."""
        sums: dict[tuple[date, str], Metrics] = {}
        faces: dict[tuple[date, str], Cell] = {}
        for cell in self.cells(advertiser, first, last, at):
            key = (cell.day, entity_key(cell, level))
            sums[key] = sums.get(key, ZERO).plus(cell.metrics)
            faces.setdefault(key, cell)
        return [(faces[key], value) for key, value in sums.items()]


def entity_key(cell: Cell, level: Level) -> str:
    """What makes a row of `level` distinct within one day."""
    match level:
        case "advertiser":
            return ""
        case "order":
            return cell.order.order_id
        case "line_item":
            return cell.line_item.line_item_id
        case "creative":
            return f"{cell.line_item.line_item_id}/{cell.creative.ad_id}"
