"""The sandbox itself as Amazon of a run: its clock, its tokens, its token endpoint and its faults on command."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sandbox.lwa.grants import Grants
from sandbox.lwa.tokens import Grant
from sandbox.main import create_app
from sandbox.settings import Settings
from token_amazon import OUT_REGION, Amazon

CLIENT, SECRET = "client", "secret"
TOKENS = "auth/o2/token"


def open_sandbox() -> FastAPI:
    """A sandbox in memory that knows the benchmark's client."""
    return create_app(Settings(lwa_client_id=CLIENT, lwa_client_secret=SecretStr(SECRET)))


@dataclass
class SandboxAmazon(Amazon):
    """Moves the sandbox's clock with the run's; faults and revocations are commanded there."""

    app: FastAPI = field(default_factory=open_sandbox)
    told: tuple[bool, frozenset[int]] | None = None

    def __post_init__(self) -> None:
        transport = httpx.ASGITransport(self.app)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8406")

    @property
    def _grants(self) -> Grants:
        return self.app.state.deps.grants

    def refresh_token(self, number: int) -> str:
        return self._grants.mint.refresh_token(self._grant(number))

    def mint(self) -> str:
        return self._grants.mint.access_token(self._grant(0), self.now)

    def ends_at(self, access_token: str) -> datetime:
        read = self._grants.mint.read_access(access_token)
        assert read is not None, "not a token of the sandbox"
        return read[1]

    def _grant(self, number: int) -> Grant:
        """Numbers that may be revoked are one user's, all others another's."""
        user = "sam" if number in self.revoked_at else "morgan"
        return Grant(user, CLIENT, ("advertising::campaign_management",), 0, f"{number}", 0.0)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        self.calls_in_outage += OUT_REGION.lower() in request.url.path and self.is_out()
        await self._command()
        try:
            found = await self._http.request(
                request.method, request.url.path, content=request.content, headers=request.headers
            )
        except ConnectionResetError:
            raise httpx.ReadError("connection reset", request=request) from None
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    async def _command(self) -> None:
        self.app.state.deps.clock.set(self.now, frozen=True)
        gone = frozenset(n for n, at in self.revoked_at.items() if at <= self.now)
        state = (self.is_out(), gone)
        if state == self.told:
            return
        if gone and (self.told is None or gone != self.told[1]):
            self._grants.revoke("sam", access_tokens=False)
        await self._http.put("/_sandbox/faults", json={"rules": self._rules()})
        self.told = state

    def _rules(self) -> list[dict[str, Any]]:
        faults, every = self.faults, f"POST /{TOKENS}"
        rules: list[dict[str, Any]] = [
            {"match": every, "kind": "429", "rate": faults.throttled, "retry_after": 10},
            {"match": every, "kind": "500", "rate": faults.failing},
            {"match": every, "kind": "drop", "rate": faults.silent},
        ]
        out = {"match": f"POST /{OUT_REGION.lower()}/{TOKENS}", "kind": "503"}
        return [out, *rules] if self.is_out() else rules
