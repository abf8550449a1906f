"""What kinds of facts there are: one per report type that dsp-ingest lands."""

from .domain import FactType
from .registry import CAMPAIGN, FACT_TYPES, fact_type

__all__ = ["CAMPAIGN", "FACT_TYPES", "FactType", "fact_type"]
