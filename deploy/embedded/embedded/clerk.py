"""Clerk's variables for each process: those of the settings, or those of the sandbox's Clerk."""

import base64
import hmac
from hashlib import sha256

from embedded.secret_file import Secrets
from embedded.settings import Settings

GIVEN = (
    "clerk_frontend_api_url", "clerk_publishable_key", "clerk_webhook_secret",
    "clerk_authorized_parties", "clerk_roles", "clerk_clock_skew_seconds",
)  # fmt: skip


def sandbox_plays_clerk(settings: Settings) -> bool:
    """Clerk is asked for, and nothing tells of an instance of one's own."""
    wanted = settings.identity_provider == "clerk" and settings.embeds_sandbox
    return wanted and not settings.clerk_frontend_api_url


def for_auth(settings: Settings, secrets: Secrets) -> dict[str, str]:
    """The sandbox's instance. Everybody comes from there, so nobody is made the first owner."""
    if not sandbox_plays_clerk(settings):
        return {}
    host = f"127.0.0.1:{settings.port('sandbox')}$"
    return {
        "CLERK_FRONTEND_API_URL": _frontend_api(settings),
        "CLERK_PUBLISHABLE_KEY": f"pk_test_{base64.b64encode(host.encode()).decode()}",
        "CLERK_WEBHOOK_SECRET": _webhook_secret(secrets),
        "FIRST_OWNER_EMAIL": "",
    }


def for_gateway(settings: Settings) -> dict[str, str]:
    """What the login page's CSP must let through."""
    if settings.identity_provider != "clerk":
        return {}
    url = (
        _frontend_api(settings)
        if sandbox_plays_clerk(settings)
        else settings.clerk_frontend_api_url
    )
    return {"IDENTITY_PROVIDER": "clerk", "CLERK_FRONTEND_API_URL": url}


def for_sandbox(settings: Settings, secrets: Secrets) -> dict[str, str]:
    """Where the sandbox's Clerk sends its webhooks, and how it signs them."""
    if not sandbox_plays_clerk(settings):
        return {}
    return {
        "SANDBOX_CLERK_WEBHOOK_URL": f"{settings.service_url('gateway')}/v1/clerk/webhooks",
        "SANDBOX_CLERK_WEBHOOK_SECRET": _webhook_secret(secrets),
    }


def _frontend_api(settings: Settings) -> str:
    return f"{settings.service_url('sandbox')}/clerk"


def _webhook_secret(secrets: Secrets) -> str:
    """Of this installation alone, and the same at every start."""
    key = hmac.new(secrets.sandbox_client_secret.encode(), b"clerk webhooks", sha256).digest()
    return f"whsec_{base64.b64encode(key).decode()}"
