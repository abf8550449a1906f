"""Insights of DSP campaigns. None of these is a metrics feed: numbers come from reports.

`campaign`: shopper traits and time to convert of Performance+ and Brand+ campaigns.
`frequency`: how often people saw the ads, and what frequency caps saved.
"""

from . import campaign, frequency
from .campaign import (
    CampaignInsights,
    InsightError,
    InsightRequest,
    InsightsAnswer,
    ShopperTrait,
    ShopperTraitInsight,
    TimeToConvert,
)
from .frequency import FrequencyBin, Metric, Saving

__all__ = [
    "CampaignInsights",
    "FrequencyBin",
    "InsightError",
    "InsightRequest",
    "InsightsAnswer",
    "Metric",
    "Saving",
    "ShopperTrait",
    "ShopperTraitInsight",
    "TimeToConvert",
    "campaign",
    "frequency",
]
