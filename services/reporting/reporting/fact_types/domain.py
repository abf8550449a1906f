"""What a fact type is: the columns of its files and, by the same words, its tables. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import LiteralString


@dataclass(frozen=True, eq=False)
class FactType:
    """Facts of one report type, in the tables `<stem>_fact`, `<stem>_history` and `<stem>_key`.

    `keys`: text columns by which a row is distinct on its day. `names`: kind of entity → (column of its
    id, column of its name); named once, the newest report wins. `measures`: integers, money in micros.
    `additive`: whether sums over rows mean something (people and overlapping segments do not add up).
    `summary`: a row is a span of days; facts stand under the last day of their report. `rollups`: tables of
    the same measures by one column of the key table.
    """

    report_type: LiteralString
    stem: LiteralString
    keys: tuple[LiteralString, ...]
    names: Mapping[LiteralString, tuple[LiteralString, LiteralString]]
    measures: tuple[LiteralString, ...]
    additive: bool = True
    summary: bool = False
    rollups: tuple[LiteralString, ...] = ()

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Every text column of the file but the currency."""
        named = [column for pair in self.names.values() for column in pair]
        return tuple(dict.fromkeys([*self.keys, *named]))

    @property
    def fact(self) -> LiteralString:
        return self.stem + "_fact"

    @property
    def history(self) -> LiteralString:
        return self.stem + "_history"

    @property
    def key(self) -> LiteralString:
        return self.stem + "_key"
