"""The wired service as a whole: it starts without a broker, works, and stops cleanly."""

import httpx
from auth.main import MIGRATIONS, Outside, create_app
from infra.auth_world import (
    PASSWORD,
    PUBLIC_URL,
    AuthWorld,
    Browser,
    quick_passwords,
    settings_for,
)
from infra.databases import Databases


async def test_the_service_starts_without_kafka_and_signs_its_first_owner_in(
    databases: Databases, redis_url: str
) -> None:
    url = await databases.create("auth", MIGRATIONS)
    settings = settings_for(
        url,
        redis_url,
        "p" * 32,
        first_owner_email="first@contoso.example",
        first_owner_password=PASSWORD,
    )
    app = create_app(settings, Outside(passwords=quick_passwords()))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
            assert (await client.get("/livez")).status_code == 200
            ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["reasons"] == ["kafka: not consuming yet"]
        browser = Browser(_only_app(app))
        assert (await browser.sign_in("first@contoso.example")).status_code == 200
        assert (await browser.get("/v1/session"))["role"] == "owner"
    await databases.drop_all()


def _only_app(app: object) -> AuthWorld:
    """Enough of a world for a browser."""
    world = AuthWorld.__new__(AuthWorld)
    object.__setattr__(world, "app", app)
    return world
