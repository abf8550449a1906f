"""What a report type is. Pure.

Columns are written once, as `landed name → Amazon's name`: the request, the row that is decoded, the
Parquet schema and the sums all come from these. Every column must be there; values may be null.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import msgspec

Text = str | int | None
"""Ids come as text or as numbers; names are text."""
TimeUnit = Literal["DAILY", "SUMMARY"]
_DATES: Mapping[TimeUnit, Mapping[str, str]] = {
    "DAILY": {"date": "date"},
    "SUMMARY": {"date": "intervalStart", "end_date": "intervalEnd"},
}


@dataclass(frozen=True, eq=False)
class ReportType:
    """One of Amazon's report types as Leadline pulls it.

    `texts` (ids and names) land as text ("" when absent), `counts` as integers, `money` as integer micros
    under `<name>_micros`. A row is distinct by its day and `keys`. `currency`: Amazon's column of it,
    "" where the type has none (the advertiser's is taken then). `span_days`, `retention_days`: what
    Amazon gives in one report, and how far back. `additive`: whether sums over rows mean something
    (people and overlapping segments do not add up).
    """

    name: str
    group_by: tuple[str, ...]
    texts: Mapping[str, str]
    counts: Mapping[str, str]
    money: Mapping[str, str]
    keys: tuple[str, ...]
    currency: str = "orderCurrency"
    time_unit: TimeUnit = "DAILY"
    span_days: int = 31
    retention_days: int = 95
    additive: bool = True

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Amazon's column names, in the order they are asked for."""
        return tuple(self._sources.values())

    @cached_property
    def row(self) -> type[msgspec.Struct]:
        """The struct one row of the file decodes into; its fields are landed names."""
        return msgspec.defstruct(
            f"{self.name[0].upper()}{self.name[1:]}Row",
            [(name, self._types[name]) for name in self._sources],
            rename=dict(self._sources),
            gc=False,
        )

    @property
    def dates(self) -> tuple[str, ...]:
        """`date`; for a summary also `end_date`, both inclusive."""
        return tuple(_DATES[self.time_unit])

    @property
    def measures(self) -> tuple[str, ...]:
        """Integer columns: counts, then money in micros."""
        return (*self.counts, *(f"{name}_micros" for name in self.money))

    @cached_property
    def _sources(self) -> dict[str, str]:
        """Field → Amazon's column."""
        currency = {"currency": self.currency} if self.currency else {}
        return {
            **_DATES[self.time_unit],
            "advertiser_id": "advertiserId",
            **self.texts,
            **currency,
            **self.counts,
            **self.money,
        }

    @cached_property
    def _types(self) -> dict[str, Any]:
        return {
            **dict.fromkeys(self.dates, date),
            **dict.fromkeys(("advertiser_id", *self.texts), Text),
            "currency": str | None,
            **dict.fromkeys(self.counts, int | None),
            **dict.fromkeys(self.money, Decimal | None),
        }
