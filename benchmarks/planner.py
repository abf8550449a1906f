"""What planning costs: one look at each of 200 advertisers with 8 report types and 60 days behind them."""

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from dsp_ingest.planning.domain import Known, Local, Order, Policy
from dsp_ingest.planning.slices import decide
from dsp_ingest.report_types import REPORT_TYPES

BRANDS, ROUNDS = 200, 5


def look(here: Local, known: Known) -> int:
    """Every type of every advertiser; how many reports it would ask for."""
    policy = Policy()
    return sum(
        len(decide(kind, here, known, policy, 0))
        for _ in range(BRANDS)
        for kind in REPORT_TYPES.values()
    )


def main() -> None:
    here = Local(ZoneInfo("America/Los_Angeles"), datetime(2026, 3, 16, 18, 30, tzinfo=UTC))
    days = {here.today - timedelta(days=n): here.now - timedelta(hours=24) for n in range(1, 61)}
    order = Order(here.today - timedelta(days=400), here.now)
    for name, known in (
        ("60 days known", Known(days)),
        ("and a backfill", Known(days, order=order)),
    ):
        taken, reports = list[float](), 0
        for _ in range(ROUNDS):
            start = time.perf_counter()
            reports = look(here, known)
            taken.append(time.perf_counter() - start)
        each = median(taken) / BRANDS / len(REPORT_TYPES) * 1e6
        print(
            f"{name}: {median(taken) * 1000:.0f} ms for {BRANDS} advertisers x {len(REPORT_TYPES)} types "
            f"({each:.0f} us each), {reports} reports planned"
        )


if __name__ == "__main__":
    main()
