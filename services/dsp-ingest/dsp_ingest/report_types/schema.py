"""The Arrow schema of a landed file."""

from functools import cache
from typing import Any

import pyarrow as pa

from .domain import ReportType


@cache
def schema_of(kind: ReportType) -> Any:
    """Days, texts and the currency, then the measures as 64-bit integers (money in micros)."""
    texts = [(name, pa.string()) for name in (*kind.texts, "currency")]
    days = [(name, pa.date32()) for name in kind.dates]
    return pa.schema([*days, *texts, *((name, pa.int64()) for name in kind.measures)])
