"""The retail year: weekdays, events and holidays as factors on traffic and on buying.

Only tables and straight lines: no transcendental functions, so every machine computes the same.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_TRAFFIC_BY_WEEKDAY = (0.97, 0.95, 0.96, 1.0, 1.06, 1.08, 1.02)
_BUYING_BY_WEEKDAY = (1.06, 1.03, 1.0, 0.98, 0.94, 0.95, 1.04)
_TRAFFIC_BY_MONTH = (0.86, 0.9, 0.94, 0.96, 0.98, 1.0, 1.06, 1.0, 0.98, 1.06, 1.22, 1.24)


@dataclass(frozen=True, slots=True)
class Season:
    traffic: float
    buying: float


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def prime_day(year: int) -> date:
    """First of two days; the second Tuesday of July stands for it."""
    return nth_weekday(year, 7, 1, 2)


def big_deal_days(year: int) -> date:
    return nth_weekday(year, 10, 1, 2)


def black_friday(year: int) -> date:
    return nth_weekday(year, 11, 3, 4) + timedelta(days=1)


def _events(year: int) -> tuple[tuple[date, date, float, float], ...]:
    """(first day, last day, traffic factor, buying factor)."""
    prime, deals, friday = prime_day(year), big_deal_days(year), black_friday(year)
    day = timedelta(days=1)
    return (
        (prime - 7 * day, prime - day, 1.25, 0.88),
        (prime, prime + day, 2.1, 1.9),
        (prime + 2 * day, prime + 4 * day, 1.1, 1.05),
        (deals, deals + day, 1.6, 1.5),
        (friday - 4 * day, friday - day, 1.35, 1.1),
        (friday, friday, 2.2, 2.0),
        (friday + day, friday + 2 * day, 1.5, 1.35),
        (friday + 3 * day, friday + 3 * day, 2.0, 1.95),
        (date(year, 12, 5), date(year, 12, 19), 1.2, 1.3),
        (date(year, 12, 24), date(year, 12, 26), 0.7, 0.6),
        (date(year, 1, 1), date(year, 1, 2), 0.8, 0.8),
        (date(year, 2, 8), date(year, 2, 13), 1.08, 1.12),
    )


@lru_cache(maxsize=4096)
def season(day: date) -> Season:
    """Traffic and buying factors of one calendar day."""
    traffic = _TRAFFIC_BY_WEEKDAY[day.weekday()] * _TRAFFIC_BY_MONTH[day.month - 1]
    buying = _BUYING_BY_WEEKDAY[day.weekday()]
    for first, last, traffic_factor, buying_factor in _events(day.year):
        if first <= day <= last:
            traffic *= traffic_factor
            buying *= buying_factor
    return Season(traffic, buying)
