"""How much of a day Amazon knows at a moment: traffic settles in 3 days, conversions in 14.

All curves are straight lines between knots, in hours since the advertiser's local midnight (a day
counts 24 hours whatever the zone's clocks do). Knowledge moves in steps of five minutes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)

# Share of the day's activity that has happened by the end of each local hour.
_HOURS = (22, 16, 12, 10, 10, 14, 22, 32, 40, 44, 46, 48, 50, 50, 48, 48, 50, 54, 60, 68, 74, 72,
          60, 50)  # fmt: skip
_BY_HOUR = tuple(sum(_HOURS[: hour + 1]) / sum(_HOURS) for hour in range(24))

_TRAFFIC = ((24.0, 0.965), (48.0, 0.99), (72.0, 1.0))
_INVALID = ((24.0, 0.0), (48.0, 0.55), (72.0, 0.85), (96.0, 1.0))
_CONVERSIONS = ((24.0, 0.52), (48.0, 0.66), (72.0, 0.75), (120.0, 0.85), (192.0, 0.93),
                (264.0, 0.975), (360.0, 1.0))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Shares (0..1) of a day's final counts that are known; `invalid` of its invalid traffic."""

    traffic: float
    invalid: float
    conversions: float


KNOT_HOURS = tuple(
    sorted({hours for line in (_TRAFFIC, _INVALID, _CONVERSIONS) for hours, _ in line})
)
"""Hours after a day's beginning where a curve bends; by the last one the day has settled."""

SETTLED = Knowledge(1.0, 1.0, 1.0)
NOTHING = Knowledge(0.0, 0.0, 0.0)


def knowledge(day: date, zone: ZoneInfo, at: datetime) -> Knowledge:
    """What is known at the aware moment `at` about the local calendar day `day`."""
    start = _midnight(day, zone)
    at = floor_to_step(at)
    if at <= start:
        return NOTHING
    end = _midnight(day + timedelta(days=1), zone)
    if at >= end:
        hours = 24.0 + (at - end).total_seconds() / 3600
        return Knowledge(_line(_TRAFFIC, hours), _line(_INVALID, hours), _line(_CONVERSIONS, hours))
    happened = _of_the_day(24.0 * ((at - start) / (end - start)))
    return Knowledge(_TRAFFIC[0][1] * happened, 0.0, _CONVERSIONS[0][1] * happened)


def happened(hours: float) -> float:
    """Share (0..1) of a day's activity before this many of its 24 hours have passed."""
    return _of_the_day(hours)


def floor_to_step(at: datetime) -> datetime:
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(STEP.total_seconds()), UTC)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _of_the_day(hours: float) -> float:
    whole = min(int(hours), 23)
    before = _BY_HOUR[whole - 1] if whole else 0.0
    return before + (_BY_HOUR[whole] - before) * (hours - whole)


def _line(knots: tuple[tuple[float, float], ...], hours: float) -> float:
    last_hours, last_share = knots[0]
    for knot_hours, share in knots:
        if hours < knot_hours:
            past = (hours - last_hours) / (knot_hours - last_hours)
            return last_share + (share - last_share) * past
        last_hours, last_share = knot_hours, share
    return knots[-1][1]
