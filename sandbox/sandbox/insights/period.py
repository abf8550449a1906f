"""The days that frequency insights are asked for, and how they fall into time grains."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from sandbox.entities.asking import Asked
from sandbox.envelopes import AdsError, frequency

LOOK_BACK_DAYS = 90
DEFAULT_DAYS = 15
Grain = Literal["DAILY", "WEEKLY", "MONTHLY"]
Span = tuple[date, date]


def refuse(_field: str, text: str) -> AdsError:
    return frequency(400, text)


def span(filters: Asked, today: date) -> Span:
    """From startDateFilter to endDateFilter with Amazon's defaults: the last 15 days, or 90 days from
    or until the one that is given."""
    oldest = today - timedelta(days=LOOK_BACK_DAYS)
    start, end = _day(filters, "startDateFilter"), _day(filters, "endDateFilter")
    for name, given in (("startDateFilter", start), ("endDateFilter", end)):
        if given and not oldest <= given <= today:
            raise refuse(name, f"{name} must be within the past {LOOK_BACK_DAYS} days")
    if start is None:
        reach = LOOK_BACK_DAYS if end else DEFAULT_DAYS
        start = max(oldest, (end or today) - timedelta(days=reach))
    end = end or min(today, start + timedelta(days=LOOK_BACK_DAYS))
    if end < start:
        raise refuse("endDateFilter", "endDateFilter must not be before startDateFilter")
    return start, end


def spans(whole: Span, grain: Grain) -> list[Span]:
    """The grains of calendar days, weeks from Monday or months, cut at the ends of the whole."""
    start, end = whole
    found: list[Span] = []
    while start <= end:
        last = min(_LAST_DAY[grain](start), end)
        found.append((start, last))
        start = last + timedelta(days=1)
    return found


def _sunday(day: date) -> date:
    return day + timedelta(days=6 - day.weekday())


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


_LAST_DAY: dict[Grain, Callable[[date], date]] = {
    "DAILY": lambda day: day,
    "WEEKLY": _sunday,
    "MONTHLY": _month_end,
}


def _day(filters: Asked, name: str) -> date | None:
    value = filters.fields.get(name)
    if value is None:
        return None
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.isoformat() != value:
        raise refuse(name, f"{name} must be a date of the form YYYY-MM-DD")
    return found
