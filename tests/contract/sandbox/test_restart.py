"""What must survive when the sandbox is killed and started again on the same folder."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from infra.amazon_client import CLIENT_ID, NOON, SECRET, Amazon, report_body
from pydantic import SecretStr
from sandbox.main import create_app
from sandbox.settings import Settings

Start = Callable[[], AbstractAsyncContextManager[Amazon]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a sandbox on the test's folder; leaving it is the end of the process."""

    @asynccontextmanager
    async def run() -> AsyncGenerator[Amazon]:
        settings = Settings(
            lwa_client_id=CLIENT_ID, lwa_client_secret=SecretStr(SECRET),
            sandbox_state_dir=tmp_path / "state", sandbox_brands=2,
        )  # fmt: skip
        app = create_app(settings)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
            yield Amazon(http)
        app.state.deps.state.close()

    return run


async def test_tokens_codes_and_the_clock_survive(start: Start) -> None:
    async with start() as amazon:
        await amazon.http.put("/_sandbox/clock", json={"now": NOON, "frozen": True})
        code, grant = await amazon.code(), await amazon.grant()
    async with start() as amazon:
        clock = (await amazon.http.get("/_sandbox/clock")).json()
        assert (clock["now"], clock["frozen"]) == ("2026-11-20T12:02:03.000Z", True)
        assert (await amazon.redeem(code)).status_code == 200
        renewed = await amazon.token(
            grant_type="refresh_token", refresh_token=grant["refresh_token"]
        )
        assert renewed.status_code == 200
    async with start() as amazon:
        assert (await amazon.redeem(code)).status_code == 400


async def test_revocation_survives(start: Start) -> None:
    async with start() as amazon:
        token = (await amazon.grant())["refresh_token"]
        await amazon.http.post("/_sandbox/users/morgan/revoke")
    async with start() as amazon:
        answer = await amazon.token(grant_type="refresh_token", refresh_token=token)
        assert answer.status_code == 400


async def test_reports_survive_with_the_same_bytes(start: Start) -> None:
    async with start() as amazon:
        await amazon.http.put("/_sandbox/clock", json={"now": NOON, "frozen": True})
        headers = await amazon.headers()
        advertiser = (await amazon.world())["advertisers"][0]["advertiser_id"]
        mine = headers | {"Amazon-Ads-AccountId": advertiser}
        report = await amazon.finished(mine, report_body(advertiser))
        before = (await amazon.http.get(report["url"])).content
        waiting = await amazon.create(mine, report_body(advertiser) | {"endDate": "2026-11-19"})
    async with start() as amazon:
        assert (await amazon.http.get(report["url"])).content == before
        path = f"/na/reporting/reports/{waiting.json()['reportId']}"
        assert (await amazon.http.get(path, headers=mine)).json()["status"] == "PENDING"
        again = await amazon.create(mine, report_body(advertiser) | {"endDate": "2026-11-19"})
        assert again.status_code == 425


async def test_the_state_folder_holds_no_token_code_or_secret(start: Start, tmp_path: Path) -> None:
    async with start() as amazon:
        code, grant = await amazon.code(), await amazon.grant()
        content = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert b"morgan" in content
    for secret in (code, grant["access_token"], grant["refresh_token"], SECRET):
        assert secret.encode() not in content
