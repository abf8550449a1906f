"""Client for Login with Amazon and the Amazon Ads API. Imports nothing else of this project."""

from . import (
    accounts,
    amc,
    classic_reports,
    entities,
    insights,
    lwa,
    reporting,
    streams,
    unified_reports,
)
from .auth import TokenSource
from .client import AmazonAdsClient
from .download import Downloaded, download
from .endpoints import Endpoints, Region, RegionEndpoints
from .retry import NO_RETRY, RetryPolicy
from .rows import read_rows

__all__ = [
    "NO_RETRY",
    "AmazonAdsClient",
    "Downloaded",
    "Endpoints",
    "Region",
    "RegionEndpoints",
    "RetryPolicy",
    "TokenSource",
    "accounts",
    "amc",
    "classic_reports",
    "download",
    "entities",
    "insights",
    "lwa",
    "read_rows",
    "reporting",
    "streams",
    "unified_reports",
]
