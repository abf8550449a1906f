"""The manifest beside a landed file: what it holds, where it came from, and how to check both."""

import json
from datetime import datetime
from typing import Any

from dsp_ingest.report_types import report_type, schema_of

from .domain import File, Report

VERSION = 1


def manifest(report: Report, file: File, raw_sha256: str, landed_at: datetime) -> bytes:
    """JSON with sorted keys. Money totals are micros of `currency`; dates are the advertiser's."""
    kind = report_type(report.report_type)
    told: dict[str, Any] = {
        "version": VERSION,
        "report_id": str(report.report_id),
        "amazon_report_id": report.amazon_report_id,
        "organization_id": str(report.organization_id),
        "advertiser_id": str(report.advertiser_id),
        "report_type": kind.name,
        "time_unit": kind.time_unit,
        "start_date": report.start_date.isoformat(),
        "end_date": report.end_date.isoformat(),
        "requested_at": report.requested_at and report.requested_at.isoformat(),
        "as_of": file.as_of.isoformat(),
        "landed_at": landed_at.isoformat(),
        "currency": file.currency,
        "rows": file.row_count,
        "totals": file.totals,
        "additive": kind.additive,
        "columns": schema_of(kind).names,
        "parquet": {"uri": file.uri, "sha256": file.sha256, "bytes": file.byte_count},
        "raw": {"uri": file.raw_uri, "sha256": raw_sha256},
        "drift": file.drift.told(),
    }
    return json.dumps(told, sort_keys=True, indent=1).encode()
