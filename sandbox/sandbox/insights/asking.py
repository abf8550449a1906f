"""Who may ask for insights, and the media types they are asked in."""

from starlette.requests import Request

from sandbox.accounts.access import authenticate, scoped_profile
from sandbox.deps import SandboxDeps
from sandbox.envelopes import Family
from sandbox.world.tree import Advertiser

INSIGHTS_ACCOUNT_HEADER = "amazon-advertising-accountid"


def insight_advertisers(
    request: Request, deps: SandboxDeps, family: Family, media: str
) -> list[Advertiser]:
    """Those of Amazon-Advertising-AccountId: one advertiser, or the whole entity of the scope."""
    caller = authenticate(request, deps, family)
    if request.headers.get("content-type", "").partition(";")[0] not in {media, "application/json"}:
        raise family(415, "Cannot consume content type")
    seat = scoped_profile(request, caller, family)
    account_id = request.headers.get(INSIGHTS_ACCOUNT_HEADER)
    if not account_id:
        raise family(400, "Amazon-Advertising-AccountId header is missing")
    seen = caller.advertisers(seat)
    found = [a for a in seen if account_id in {a.advertiser_id, a.seat.entity_id}]
    if not found:
        raise family(403, "Not authorized to access the account")
    return found
