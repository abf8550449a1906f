"""DSP entities in three families over the same ids: `unified` (`/adsApi/v1`), `dsp_v1` and `classic`.

| Ours, and unified | /dsp/v1 | classic |
|---|---|---|
| campaign | campaign | order |
| ad group | ad group | line item |
| ad | ad creative | creative |
| ad association | association | line item creative association |

All give the same types (models.py), in unified's words. What only some families tell: `spent` of a
flight and the ad group's and campaign's advertiser (classic), the KPI's target and the reasons for
not delivering (unified).
"""

from . import classic, dsp_v1, unified
from .models import Ad, AdAssociation, AdGroup, Budget, Campaign, Flight, FrequencyCap, Target

__all__ = [
    "Ad",
    "AdAssociation",
    "AdGroup",
    "Budget",
    "Campaign",
    "Flight",
    "FrequencyCap",
    "Target",
    "classic",
    "dsp_v1",
    "unified",
]
