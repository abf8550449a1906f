"""The one way to Amazon: a transport that lets no request pass which the quota does not admit."""

import hashlib
import re
from collections.abc import AsyncIterator
from typing import Final, cast

import httpx
from amazon_ads import Endpoints
from amazon_ads.errors import AmazonError
from amazon_ads.responses import retry_after_seconds
from shared.metrics import counter, gauge

from .domain import Call, Decision, Family, Outcome, Standing
from .shared_quota import Quota
from .spending import DOWNLOAD, Spent, current

_REPORTS: Final = re.compile(
    r"/reporting/reports|/accounts/[^/]+/dsp/reports|/adsApi/v1/(create|retrieve|delete)/reports"
)
_INSIGHTS: Final = re.compile(r"/dsp/v1/(campaign/insights|frequency|.*[iI]nsights)")
_ACCOUNT_HEADERS: Final = (
    "amazon-ads-accountid",
    "amazon-ads-account-id",
    "amazon-advertising-accountid",
    "amazon-advertising-api-scope",
    "amazon-advertising-api-advertiserid",
)
_REQUESTS = counter(
    "dsp_quota_requests_total", "Requests to Amazon", ["region", "family", "outcome"]
)
_HELD = counter(
    "dsp_quota_held_total", "Requests held back before Amazon", ["region", "family", "why"]
)
_RATE = gauge("dsp_quota_rate_per_minute", "Learned rate of a region", ["region", "family"])
_BUDGET = gauge("dsp_quota_budget_per_minute", "Declared rate of a region", ["region", "family"])


class Held(AmazonError):
    """Not sent: the quota says when to ask again (`retry_after`)."""

    code = "cooling_down"
    retryable = True

    def __init__(self, decision: Decision, call: Call) -> None:
        texts = {
            "blocked": "Amazon asked everybody to wait",
            "bucket": "the quota is spent for the moment",
            "host": f"Amazon's host of {call.region} does not answer",
        }
        told = f"{texts[decision.why]}; {call.family} calls go on in {decision.seconds:.0f} s."
        super().__init__(told[0].upper() + told[1:], retry_after=decision.seconds)


class Turnstile(httpx.AsyncBaseTransport):
    """Asks the quota before, and tells it after, every API request; counts all of them.

    `inner` sends: a client rather than a transport, since it knows the environment's proxies.
    """

    def __init__(self, inner: httpx.AsyncClient, quota: Quota, endpoints: Endpoints) -> None:
        self._inner = inner
        self._quota = quota
        self._regions = {
            each.api_url: each.region.value for each in (endpoints.na, endpoints.eu, endpoints.fe)
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; Held when it is not our turn, else what httpx raises."""
        call = self.call_of(request)
        if call is None:
            return await self._download(request)
        decision = await self._quota.take(call)
        if not decision.admitted:
            _HELD.labels(call.region, call.family, decision.why).inc()
            raise Held(decision, call)
        spent = current().of(call.family)
        spent.requests += 1
        try:
            response = await self._send(request, spent)
        except httpx.TransportError:
            await self._settle(call, "failed", None)
            raise
        outcome = outcome_of(response.status_code)
        spent.throttled += outcome == "throttled"
        await self._settle(call, outcome, retry_after_seconds(response))
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    def call_of(self, request: httpx.Request) -> Call | None:
        """What an API request counts as; None for a presigned download, which carries no client."""
        client = request.headers.get("amazon-advertising-api-clientid")
        url = str(request.url)
        root = next((root for root in self._regions if url.startswith(f"{root}/")), None)
        if client is None or root is None:
            return None
        family = family_of(request.method, request.url.path)
        named = (request.headers.get(name) for name in _ACCOUNT_HEADERS)
        account = next((value for value in named if value), "-")
        return Call(client_name(client), self._regions[root], family, account)

    async def _download(self, request: httpx.Request) -> httpx.Response:
        spent = current().of(DOWNLOAD)
        spent.requests += 1
        response = await self._send(request, spent)
        spent.throttled += response.status_code == 429
        return response

    async def _send(self, request: httpx.Request, spent: Spent) -> httpx.Response:
        response = await self._inner.send(request, stream=True, auth=None, follow_redirects=False)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Counted(response, spent),
            extensions=response.extensions,
        )

    async def _settle(self, call: Call, outcome: Outcome, retry_after: float | None) -> None:
        _REQUESTS.labels(call.region, call.family, outcome).inc()
        show(call.region, call.family, await self._quota.settle(call, outcome, retry_after))


class _Counted(httpx.AsyncByteStream):
    """The body as it comes, counted."""

    def __init__(self, response: httpx.Response, spent: Spent) -> None:
        self._response = response
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._spent = spent

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._spent.byte_count += len(piece)
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


def family_of(method: str, path: str) -> Family:
    """Amazon throttles creations of reports on their own, and so do we the rest."""
    if found := _REPORTS.search(path):
        creates = method == "POST" and found[1] in (None, "create")
        return "report_create" if creates else "report_read"
    return "insights" if _INSIGHTS.search(path) else "entities"


def outcome_of(status: int) -> Outcome:
    if status == 429:
        return "throttled"
    return "failed" if status >= 500 else "served"


def client_name(client_id: str) -> str:
    """A short name of an LwA client for keys."""
    return hashlib.sha256(client_id.encode()).hexdigest()[:12]


def show(region: str, family: str, standing: Standing) -> None:
    """The learned rate, for /metrics."""
    _RATE.labels(region, family).set(standing.rate)
    _BUDGET.labels(region, family).set(standing.budget)
