"""A plain client of Amazon (of the sandbox): consents, redeems, asks for reports."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

CLIENT_ID = "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef"
SECRET = "only-for-tests"
CALLBACK = "http://127.0.0.1:8400/v1/connections/callback"
ADS_SCOPE = "advertising::campaign_management"
NOON = "2026-11-20T12:02:03Z"
CREATE_MEDIA = "application/vnd.createasyncreportrequest.v3+json"
COLUMNS = [
    "date",
    "orderId",
    "orderName",
    "orderCurrency",
    "lineItemId",
    "lineItemName",
    "creativeId",
    "creativeAdId",
    "creativeName",
    "impressions",
    "clicks",
    "totalCost",
    "detailPageViews",
    "addToCart",
    "purchases",
    "unitsSold",
    "sales",
    "newToBrandPurchases",
    "newToBrandProductSales",
]


@dataclass(frozen=True)
class Amazon:
    """What a test client does at Amazon, in few words."""

    http: httpx.AsyncClient

    async def consent(self, region: str = "na", **changes: str) -> httpx.Response:
        """Posts the consent form; the answer is Amazon's redirect or page."""
        form = {
            "client_id": CLIENT_ID, "scope": ADS_SCOPE, "response_type": "code",
            "redirect_uri": CALLBACK, "state": "s-1", "user": "morgan", "decision": "allow",
        }  # fmt: skip
        return await self.http.post(f"/{region}/ap/oa", data=form | changes)

    async def code(self, **changes: str) -> str:
        location = (await self.consent(**changes)).headers["location"]
        return parse_qs(urlsplit(location).query)["code"][0]

    async def token(self, region: str = "na", **fields: str) -> httpx.Response:
        form = {"client_id": CLIENT_ID, "client_secret": SECRET} | fields
        kept = {name: value for name, value in form.items() if value}
        return await self.http.post(f"/{region}/auth/o2/token", data=kept)

    async def redeem(self, code: str, region: str = "na", **fields: str) -> httpx.Response:
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return await self.token(region, **(grant | fields))

    async def grant(self, user: str = "morgan") -> dict[str, Any]:
        return (await self.redeem(await self.code(user=user))).json()

    async def headers(self, user: str = "morgan") -> dict[str, str]:
        token = (await self.grant(user))["access_token"]
        return {
            "Authorization": f"Bearer {token}",
            "Amazon-Advertising-API-ClientId": CLIENT_ID,
        }

    async def world(self) -> dict[str, Any]:
        return (await self.http.get("/_sandbox/world")).json()

    async def advance(self, seconds: float) -> None:
        await self.http.post("/_sandbox/clock/advance", json={"seconds": seconds})

    async def create(
        self, headers: dict[str, str], body: object, region: str = "na"
    ) -> httpx.Response:
        media = {"Content-Type": CREATE_MEDIA}
        return await self.http.post(
            f"/{region}/reporting/reports", headers=headers | media, json=body
        )

    async def finished(self, headers: dict[str, str], body: object) -> dict[str, Any]:
        """The completed report object of a fresh report."""
        report_id = (await self.create(headers, body)).json()["reportId"]
        await self.advance(60)
        return (await self.http.get(f"/na/reporting/reports/{report_id}", headers=headers)).json()


def report_body(advertiser_id: str, **changes: object) -> dict[str, Any]:
    """A request as the product sends it; changes go to the configuration."""
    return {
        "name": "daily",
        "startDate": "2026-11-01",
        "endDate": "2026-11-20",
        "configuration": {
            "adProduct": "DEMAND_SIDE_PLATFORM", "reportTypeId": "dspCampaign",
            "groupBy": ["campaign", "ad", "creative"], "columns": COLUMNS,
            "filters": [{"field": "advertiserId", "values": [advertiser_id]}],
            "timeUnit": "DAILY", "format": "GZIP_JSON",
        }
        | changes,
    }  # fmt: skip
