"""What a file has beyond, or otherwise than, what was asked: columns nobody knows, changed types.

Neither ends a landing: unknown columns stay in the raw file, which is kept, and lenient reading takes
a number written as text. Both are told, because Amazon changes its formats without a word.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import structlog
from amazon_ads import read_rows
from shared.metrics import counter

from dsp_ingest.report_types import ReportType

from .domain import Drift, Report

_LOOKED_AT = 200
_log = structlog.get_logger(__name__)
DRIFTS = counter(
    "dsp_report_drifts_total", "Landed files that were not as asked", ["report_type", "kind"]
)


def drift_of(source: Path, kind: ReportType) -> Drift:
    """Looks at the first rows of a file that has been read whole before."""
    unknown: set[str] = set()
    types: dict[str, set[str]] = {}
    for row in _first_rows(source):
        unknown |= row.keys() - set(kind.columns)
        for column in (*kind.counts.values(), *kind.money.values()):
            found = _drifted(row.get(column), whole=column in kind.counts.values())
            if found:
                types.setdefault(column, set()).add(found)
    told = tuple((column, " or ".join(sorted(found))) for column, found in sorted(types.items()))
    return Drift(tuple(sorted(unknown)), told)


def tell(report: Report, drift: Drift) -> None:
    """Counts and logs what a landed file had; an operator looks, nothing stops."""
    for kind in drift.told():
        DRIFTS.labels(report_type=report.report_type, kind=kind).inc()
        _log.warning("report_drifted", report_id=str(report.report_id), **drift.told())


def _first_rows(source: Path) -> Iterator[Mapping[str, Any]]:
    return islice(chain.from_iterable(read_rows(source, dict[str, Any])), _LOOKED_AT)


def _drifted(value: object, *, whole: bool) -> str | None:
    """What a value is instead of the number it should be."""
    if value is None:
        return None
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return type(value).__name__
    return "fraction" if whole and isinstance(value, float) else None
