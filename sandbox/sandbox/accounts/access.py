"""Who is calling, and what that caller may see."""

from dataclasses import dataclass

from starlette.requests import Request

from sandbox.deps import SandboxDeps, region_of
from sandbox.envelopes import Family
from sandbox.lwa.grants import ADS_SCOPES
from sandbox.world.tree import Advertiser, AmcAccount, Profile, User

CLIENT_HEADERS = ("amazon-advertising-api-clientid", "amazon-ads-clientid")
SCOPE_HEADER = "amazon-advertising-api-scope"
ACCOUNT_HEADER = "amazon-ads-accountid"


@dataclass(frozen=True, slots=True)
class Caller:
    """A user on the host of one region."""

    user: User
    region: str
    deps: SandboxDeps

    def profiles(self) -> list[Profile]:
        """Profiles of this host's region only."""
        tree = self.deps.world.tree
        return [
            profile
            for profile in tree.profiles
            if profile.profile_id in self.user.profile_ids and profile.market.region == self.region
        ]

    def profile(self, profile_id: str) -> Profile | None:
        return next((p for p in self.profiles() if p.profile_id == profile_id), None)

    def advertisers(self, seat: Profile | None = None) -> list[Advertiser]:
        """Advertisers of the region, of one seat if given, which the user may see."""
        hidden = self.deps.whims.hidden_from(self.user.key)
        return [
            item
            for item in self.deps.world.tree.advertisers.values()
            if item.advertiser_id in self.user.advertiser_ids - hidden
            and item.market.region == self.region
            and (seat is None or item.seat == seat)
        ]

    def advertiser(self, advertiser_id: str) -> Advertiser | None:
        return next((a for a in self.advertisers() if a.advertiser_id == advertiser_id), None)

    def amc_accounts(self) -> list[AmcAccount]:
        """AMC accounts of every region: any host reaches any AMC account."""
        accounts = self.deps.world.tree.amc_accounts
        return [item for item in accounts if item.account_id in self.user.amc_account_ids]


def authenticate(request: Request, deps: SandboxDeps, family: Family) -> Caller:
    """Checks bearer and client id; the 401 has the shape of the family called."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise family(401, "Missing Authorization header")
    opened = deps.grants.mint.read_access(token)
    if not opened:
        raise family(401, "Invalid access token")
    grant, expires = opened
    if expires <= deps.clock.now():
        raise family(401, "Access token has expired")
    if grant.generation < deps.grants.access_floor(grant.user):
        raise family(401, "Access token has been revoked")
    clients = [request.headers[name] for name in CLIENT_HEADERS if name in request.headers]
    if not clients:
        raise family(401, "Amazon-Advertising-API-ClientId header is missing")
    if grant.client_id not in clients or not ADS_SCOPES & set(grant.scopes):
        raise family(401, "Not authorized to access this resource")
    user = deps.world.tree.users.get(grant.user)
    if not user:
        raise family(401, "Invalid access token")
    return Caller(user, region_of(request), deps)


def scoped_profile(request: Request, caller: Caller, family: Family) -> Profile:
    """The profile of the Scope header; another region's profile counts as unknown."""
    profile_id = request.headers.get(SCOPE_HEADER)
    if not profile_id:
        raise family(401, "Scope header is missing")
    if profile_id not in caller.deps.world.tree.profiles_by_id:
        raise family(401, "No matching advertiser found for scope")
    profile = caller.profile(profile_id)
    if not profile:
        raise family(401, "Not authorized to access scope")
    return profile
