"""Who consented: what Amazon tells about the user behind a new grant."""

from collections.abc import Collection
from dataclasses import dataclass

import httpx
import structlog
from amazon_ads import AmazonAdsClient, Endpoints, accounts, lwa
from amazon_ads.errors import AmazonError

from .domain import AmazonUser, Seats

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LoginWithAmazon:
    """Our client at Amazon and where it talks."""

    http: httpx.AsyncClient
    endpoints: Endpoints
    client: lwa.ClientCredentials
    redirect_uri: str
    ask_profile: bool = True

    @property
    def scopes(self) -> list[str]:
        """What is asked for; the profile tells who consented."""
        return [lwa.CAMPAIGN_MANAGEMENT, *([lwa.PROFILE] if self.ask_profile else [])]


async def user_of(amazon: LoginWithAmazon, region: str, access_token: str) -> AmazonUser:
    """The user as Login with Amazon's profile names them; empty where it is not asked for. Raises
    AmazonError."""
    if not amazon.ask_profile:
        return AmazonUser()
    endpoints = amazon.endpoints.region(region)
    profile = await lwa.user_profile(amazon.http, endpoints, access_token)
    return AmazonUser(profile.user_id, profile.name)


async def seats_of(
    amazon: LoginWithAmazon, access_token: str, regions: Collection[str]
) -> Seats | None:
    """The profiles that a grant reaches, as (region, profile id); None when Amazon does not answer."""

    async def token(_refused: str | None) -> str:
        return access_token

    found = set[tuple[str, str]]()
    try:
        for region in sorted(regions):
            client = AmazonAdsClient(
                amazon.http,
                amazon.endpoints.region(region),
                client_id=amazon.client.client_id,
                tokens=token,
            )
            for view_only in (False, True):
                listed = await accounts.list_profiles(client, view_only=view_only)
                found |= {(region, profile.profile_id) for profile in listed}
    except AmazonError as error:
        _log.warning("seats_unknown", reason=str(error))
        return None
    return frozenset(found)
