"""Normalising a report file against only inflating and decoding it, per core; and memory up to ten million rows.

The floor is gzip and msgspec's decoder into plain dicts of the whole file: nobody who reads JSON can be faster in
Python. The normaliser also checks every row, keeps money exact, writes Parquet and sums. Memory is the process's peak,
each size in a process of its own.

`python -m benchmarks.normalise [rows of the large file]`.
"""

import gzip
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
from dsp_ingest.report_types import report_type
from dsp_ingest.reports.normalise import Expected, normalise

TIMED_ROWS = 200_000
SMALL_ROWS = 1_000_000
LARGE_ROWS = 10_000_000
RATIO_LIMIT = 0.12
GROWTH_LIMIT_MB = 96
FIRST = date(2026, 5, 1)
ADVERTISER = "583920174651029384"
KIND = report_type("dspCampaign")
_PER_DAY = 400_000


def lines(rows: int) -> Iterator[bytes]:
    """Rows like Amazon's: some 600 bytes, ids of 18 digits."""
    template = json.dumps({
        "date": "%s", "advertiserId": ADVERTISER, "orderId": "5948372615049%05d", "orderName": "Spring prospecting %d",
        "lineItemId": "5877201649330%05d", "lineItemName": "Audience display %d", "creativeId": "5771902837465%05d",
        "creativeAdId": "5662839104756%05d", "creativeName": "Banner %d 300x250", "orderCurrency": "USD",
        "impressions": 1200345, "clicks": 1412, "detailPageViews": 96, "purchases": 21, "unitsSold": 24,
        "newToBrandPurchases": 8, "addToCart": 41, "totalCost": 812.443871, "sales": 1934.15,
        "newToBrandProductSales": 522.5,
    })  # fmt: skip
    for number in range(rows):
        day = FIRST + timedelta(days=number // _PER_DAY)
        order, creative = number // 10_000 % 40, number % 100_000
        line_item = number // 1000 % 100_000
        yield (
            template % (day, order, order, line_item, line_item, creative, creative, creative)
        ).encode()


def write(path: Path, rows: int) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for number, line in enumerate(lines(rows)):
            file.write(b"," if number else b"[")
            file.write(line)
        file.write(b"]")


def expected() -> Expected:
    return Expected(KIND, ADVERTISER, FIRST, FIRST + timedelta(days=30), "USD")


def floor_seconds(path: Path) -> float:
    """Inflating and decoding the whole, nothing else."""
    started = time.process_time()
    found = msgspec.json.decode(gzip.decompress(path.read_bytes()))
    assert len(found) == TIMED_ROWS
    return time.process_time() - started


def ours_seconds(path: Path) -> float:
    started = time.process_time()
    done = normalise(path, path.with_suffix(".parquet"), expected())
    assert done.row_count == TIMED_ROWS
    return time.process_time() - started


def peak(rows: int, folder: str, answer: "multiprocessing.Queue[tuple[float, float]]") -> None:
    """Peak memory in MB of a process that normalises `rows`, and its seconds of CPU."""
    path = Path(folder) / f"{rows}.json.gz"
    write(path, rows)
    started = time.process_time()
    done = normalise(path, path.with_suffix(".parquet"), expected())
    assert done.row_count == rows
    seconds = time.process_time() - started
    answer.put((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, seconds))


def measure_peak(rows: int, folder: str) -> tuple[float, float]:
    context = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[tuple[float, float]] = context.Queue()
    process = context.Process(target=peak, args=(rows, folder, answer))
    process.start()
    process.join()
    return answer.get(timeout=5)


def main(large: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "timed.json.gz"
        write(path, TIMED_ROWS)
        floor = min(floor_seconds(path) for _ in range(3))
        ours = min(ours_seconds(path) for _ in range(3))
        ratio = floor / ours
        print("| | rows/s of one core |\n|---|---|")
        print(f"| gzip + JSON decode alone | {TIMED_ROWS / floor:,.0f} |")
        print(f"| normalise + land | {TIMED_ROWS / ours:,.0f} |")
        print(f"\nratio {ratio:.2f}, limit {RATIO_LIMIT}\n")
        print("| rows | peak MB | CPU s |\n|---|---|---|")
        peaks: list[float] = []
        for rows in (SMALL_ROWS, large):
            megabytes, seconds = measure_peak(rows, folder)
            peaks.append(megabytes)
            print(f"| {rows:,} | {megabytes:.0f} | {seconds:.0f} |", flush=True)
    growth = peaks[1] - peaks[0]
    print(f"\ngrowth {growth:.0f} MB, limit {GROWTH_LIMIT_MB}")
    return 0 if ratio >= RATIO_LIMIT and growth <= GROWTH_LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else LARGE_ROWS))
