"""dsp-ingest through its HTTP edge, as signed callers of the gateway."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from shared.internal_tokens import Actor, TokenSigner, generate_keypair

from infra.ingest import Advertiser, Rig

PRIVATE, PUBLIC = generate_keypair()
READ, MANAGE = "sync:read", "sync:manage"


@dataclass
class Edge:
    http: httpx.AsyncClient
    rig: Rig

    async def call(
        self,
        method: str,
        organization_id: UUID,
        *,
        path: str = "/v1/syncs",
        json: Any = None,
        permissions: tuple[str, ...] = (READ, MANAGE),
        brands: frozenset[UUID] | None = None,
    ) -> httpx.Response:
        actor = Actor("user", "u", organization_id, frozenset(permissions), brands)
        token = TokenSigner("gateway", PRIVATE).sign(actor, "dsp-ingest")
        headers = {"Authorization": f"Bearer {token}"}
        return await self.http.request(method, path, json=json, headers=headers)

    async def listed(self, organization_id: UUID, **options: Any) -> list[dict[str, Any]]:
        answer = await self.call("GET", organization_id, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def start(self, advertiser: Advertiser, **options: Any) -> httpx.Response:
        body = {"advertiser_id": str(advertiser.advertiser_id)}
        organization_id = options.pop("organization_id", advertiser.organization_id)
        return await self.call("POST", organization_id, json=body, **options)
