"""Whether an entity delivers at a moment, and the words each family has for it."""

from datetime import datetime
from typing import Any, Literal

from .catalogue import AdGroup, Campaign
from .history import Origin, Version

Standing = Literal["archived", "paused", "ended", "waiting", "delivering"]


def standing(origin: Origin, version: Version, at: datetime) -> Standing:
    """The first reason why it does not deliver, if there is one."""
    if version.state == "ARCHIVED":
        return "archived"
    if at >= origin.last:
        return "ended"
    if version.state == "PAUSED":
        return "paused"
    return "waiting" if at < origin.first else "delivering"


_CLASSIC = {
    "archived": "INACTIVE", "paused": "INACTIVE", "ended": "ENDED", "waiting": "READY_TO_DELIVER",
    "delivering": "DELIVERING",
}  # fmt: skip
_CAMPAIGN_REASONS = {
    "archived": "CAMPAIGN_ARCHIVED", "paused": "CAMPAIGN_PAUSED",
    "ended": "CAMPAIGN_END_DATE_REACHED", "waiting": "CAMPAIGN_PENDING_START_DATE",
}  # fmt: skip
_AD_GROUP_REASONS = {
    "archived": "AD_GROUP_ARCHIVED", "paused": "AD_GROUP_PAUSED", "ended": "AD_GROUP_ENDED",
    "waiting": "AD_GROUP_PENDING_START_DATE",
}  # fmt: skip


def classic_status(origin: Origin, version: Version, at: datetime) -> str:
    return _CLASSIC[standing(origin, version, at)]


def activity(version: Version) -> str:
    """ACTIVE or INACTIVE, as the classic family and /dsp/v1 say."""
    return "ACTIVE" if version.state == "ENABLED" else "INACTIVE"


def campaign_status(campaign: Campaign, at: datetime) -> dict[str, Any]:
    """`status` of a campaign in /adsApi/v1."""
    return _status(_CAMPAIGN_REASONS.get(standing(campaign.origin, campaign.version, at)))


def ad_group_status(group: AdGroup, at: datetime) -> dict[str, Any]:
    """`status` of an ad group: its campaign's reason counts before its own."""
    campaign = standing(group.campaign.origin, group.campaign.version, at)
    own = standing(group.origin, group.version, at)
    return _status(_CAMPAIGN_REASONS.get(campaign), _AD_GROUP_REASONS.get(own))


def _status(*reasons: str | None) -> dict[str, Any]:
    found = [reason for reason in reasons if reason]
    status = "NOT_DELIVERING" if found else "DELIVERING"
    return {"deliveryStatus": status} | ({"deliveryReasons": found} if found else {})
