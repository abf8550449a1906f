"""Amazon as discovery sees it: accounts, then each account's instances, and failures by name."""

import hashlib
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
from amazon_ads import NO_RETRY, AmazonAdsClient, Endpoints, TokenSource, amc
from amazon_ads.errors import AmazonError
from shared.errors import AppError
from shared.internal_tokens import Actor
from shared.service_client import ServiceClient

from .domain import DETAIL_CHARACTERS, Account, Claim, Failure, Found, Instance, status_of, worst

SERVICE = "amc-runner"
MIN_TOKEN_SECONDS = 120

KeepLease = Callable[[], Awaitable[None]]


class Amazon:
    """A resource. Looks at AMC with the access tokens that token-refresher hands out."""

    def __init__(
        self,
        endpoints: Endpoints,
        client_id: str,
        refresher: ServiceClient,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._client_id = client_id
        self._refresher = refresher
        self._http = httpx.AsyncClient(trust_env=False, transport=transport)

    async def start(self) -> None:
        """Connections open with the first call."""

    async def stop(self) -> None:
        """Closes every connection."""
        await self._http.aclose()

    async def look(self, claim: Claim, keep_lease: KeepLease) -> Found:
        """Everything the connection reaches; never raises for what Amazon or token-refresher says.

        An account whose instances cannot be read does not hide the others. `keep_lease` is called
        before each call and may raise to give up.
        """
        client = self._client(claim)
        await keep_lease()
        try:
            listed = await amc.list_amc_accounts(client)
        except (AmazonError, AppError) as error:
            return Found((), (), failure=failure_of(error))
        instances, unread, failures = dict[str, Instance](), list[Account](), list[Failure]()
        for raw in listed:
            account = Account(raw.account_id, raw.account_name, raw.marketplace_id)
            try:
                for item in await self._instances(client, raw, account, keep_lease):
                    instances.setdefault(item.amazon_instance_id, item)
            except (AmazonError, AppError) as error:
                unread.append(account)
                failures.append(failure_of(error, f"{account.name} ({account.account_id}): "))
        accounts = tuple(Account(a.account_id, a.account_name, a.marketplace_id) for a in listed)
        return Found(accounts, tuple(instances.values()), frozenset(unread), worst(failures))

    async def _instances(
        self,
        client: AmazonAdsClient,
        raw: amc.AmcAccount,
        account: Account,
        keep_lease: KeepLease,
    ) -> list[Instance]:
        await keep_lease()
        found: list[Instance] = []
        async for item in amc.iterate_instances(client, raw):
            found.append(
                Instance(
                    amazon_instance_id=item.instance_id,
                    name=item.name,
                    kind=item.instance_type,
                    customer_name=item.customer_name,
                    status=status_of(item.creation_status),
                    account=account,
                )
            )
            if len(found) % amc.PAGE_SIZE == 0:
                await keep_lease()
        return found

    def _client(self, claim: Claim) -> AmazonAdsClient:
        return AmazonAdsClient(
            self._http,
            self._endpoints.region(claim.region),
            client_id=self._client_id,
            tokens=self._tokens(claim.connection_id, claim.organization_id),
            retry=NO_RETRY,
        )

    def _tokens(self, connection_id: UUID, organization_id: UUID) -> TokenSource:
        held = ""

        async def token(refused: str | None) -> str:
            nonlocal held
            if held and refused is None:
                return held
            body: dict[str, object] = {"min_remaining_seconds": MIN_TOKEN_SECONDS}
            if refused is not None:
                body["refused_token_sha256"] = hashlib.sha256(refused.encode()).hexdigest()
            answer = await self._refresher.post(
                f"/internal/credentials/{connection_id}/access-token",
                json=body,
                actor=Actor.service(SERVICE, organization_id),
            )
            held = str(answer["access_token"])
            return held

        return token


def failure_of(error: AmazonError | AppError, where: str = "") -> Failure:
    """How a failed call is shown and whether it is tried again soon."""
    retry_after = error.retry_after if isinstance(error, AmazonError) else error.retry_after_seconds
    return Failure(
        code=error.code,
        detail=f"{where}{error.detail}"[:DETAIL_CHARACTERS],
        retryable=error.retryable,
        retry_after_seconds=retry_after,
    )
