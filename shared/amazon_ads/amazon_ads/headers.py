"""Headers by family. The same account travels under four names, and the client id under two."""

from __future__ import annotations

SCOPE = "Amazon-Advertising-API-Scope"
ACCOUNT = "Amazon-Ads-AccountId"
INSIGHT_ACCOUNT = "Amazon-Advertising-AccountId"
STREAM_ACCOUNT = "Amazon-Ads-Account-ID"
MANAGER = "Amazon-Ads-Manager-AccountId"
CLIENT = "Amazon-Advertising-API-ClientId"
UNIFIED_CLIENT = "Amazon-Ads-ClientId"


def scope(profile_id: str) -> dict[str, str]:
    """The seat of a call: its profile id, never the ENTITY id."""
    return {SCOPE: profile_id}


def account(advertiser_id: str) -> dict[str, str]:
    """The DSP advertiser of `/adsApi/v1` and, with `scope`, of `/dsp/v1`."""
    return {ACCOUNT: advertiser_id}


def insight_account(profile_id: str, advertiser_id: str) -> dict[str, str]:
    """Insights want both, and another name for the advertiser."""
    return {SCOPE: profile_id, INSIGHT_ACCOUNT: advertiser_id}


def client(client_id: str, path: str) -> dict[str, str]:
    """The client id, for `/adsApi/v1` under its newer name too: guides and specification disagree."""
    known = {CLIENT: client_id}
    return known | {UNIFIED_CLIENT: client_id} if path.startswith("/adsApi/") else known
