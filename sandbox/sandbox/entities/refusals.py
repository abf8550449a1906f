"""Writes: this application may read, so every create, update and delete is refused in its family's words.

Through a manager account alone DSP is read-only, which Amazon says with a 401.
"""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.accounts.access import authenticate
from sandbox.deps import Deps
from sandbox.envelopes import Family, ads_api, dsp, dsp_v1

router = APIRouter()

_CLASSIC = (
    ("/dsp/orders", ("POST", "PUT")), ("/dsp/lineItems", ("POST", "PUT")),
    ("/dsp/orders/{order_id}/deliveryActivationStatus", ("POST",)),
    ("/dsp/lineItems/{line_item_id}/deliveryActivationStatus", ("POST",)),
    ("/dsp/lineItemCreativeAssociations", ("POST", "PUT")),
    ("/dsp/creatives/{kind}", ("POST", "PUT")),
)  # fmt: skip
_DSP_V1 = (
    ("/dsp/v1/campaigns", ("POST", "PATCH")), ("/dsp/v1/adGroups", ("POST", "PATCH")),
    ("/dsp/v1/campaigns/{campaign_id}/flights", ("POST", "PATCH")),
    ("/dsp/v1/campaigns/{campaign_id}/flights/delete", ("POST",)),
    ("/dsp/v1/targets", ("POST",)), ("/dsp/v1/targets/delete", ("POST",)),
    ("/dsp/v1/targets/deleteByObject", ("POST",)), ("/dsp/v1/adCreatives", ("POST", "PATCH")),
    ("/dsp/v1/adCreatives/associations/adGroups", ("POST", "PATCH")),
    ("/dsp/v1/adCreatives/associations/adGroups/delete", ("POST",)),
)  # fmt: skip
_ADS_API = tuple(
    (f"/adsApi/v1/{verb}/{noun}", ("POST",))
    for verb, nouns in (
        ("create", ("campaigns", "adGroups", "ads", "adAssociations", "targets")),
        ("update", ("campaigns", "adGroups", "ads", "adAssociations")),
        ("delete", ("adAssociations", "targets")),
    )
    for noun in nouns
)


def _refused(family: Family) -> Callable[[Request, Deps], Response]:
    def refuse(request: Request, deps: Deps) -> Response:
        caller = authenticate(request, deps, family)
        if caller.user.manager and not caller.user.profile_ids:
            raise family(401, "DSP access through a manager account is read-only")
        raise family(403, "Not authorized to manage campaigns")

    return refuse


for _family, _calls in ((dsp, _CLASSIC), (dsp_v1, _DSP_V1), (ads_api, _ADS_API)):
    for _path, _methods in _calls:
        router.add_api_route(_path, _refused(_family), methods=list(_methods))
        if _family is dsp:
            router.add_api_route(f"{_path}/", _refused(_family), methods=list(_methods))
