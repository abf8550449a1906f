"""The report types that are pulled: what is asked of Amazon, and how a row lands."""

from .domain import ReportType
from .registry import REPORT_TYPES, report_type
from .schema import schema_of

__all__ = ["REPORT_TYPES", "ReportType", "report_type", "schema_of"]
