"""How this installation knows its Clerk instance. Read only where IDENTITY_PROVIDER is `clerk`."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from shared.permissions import ROLES

_KEY_MARK = "whsec_"
_NEVER_MAPPED = "owner"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ClerkSettings(BaseSettings):
    """The instance's Frontend API, keys, who may ask for its tokens, and what its roles mean."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    clerk_frontend_api_url: str = ""
    clerk_publishable_key: str = ""
    clerk_webhook_secret: SecretStr = SecretStr("")
    clerk_authorized_parties: str = ""
    clerk_clock_skew_seconds: int = Field(default=5, ge=0, le=60)
    clerk_roles: str = "org:admin=admin,org:member=viewer"
    clerk_jwks_refresh_seconds: int = Field(default=300, ge=10, le=3600)
    clerk_jwks_keep_seconds: int = Field(default=3600, ge=60, le=86_400)

    @property
    def clerk_issuer(self) -> str:
        """`iss` of the instance's tokens: its Frontend API URL."""
        return self.clerk_frontend_api_url.rstrip("/")

    @property
    def clerk_jwks_url(self) -> str:
        return f"{self.clerk_issuer}/.well-known/jwks.json"

    @property
    def clerk_script_url(self) -> str:
        """Clerk's own script, which the login page loads; it is not bundled."""
        return f"{self.clerk_issuer}/npm/@clerk/clerk-js@6/dist/clerk.browser.js"

    @property
    def clerk_role_mapping(self) -> Mapping[str, str]:
        """Clerk role → built-in role; roles that are not listed hold nothing."""
        pairs = (part.partition("=") for part in self.clerk_roles.split(",") if part.strip())
        return {clerk.strip(): role.strip() for clerk, _, role in pairs}

    def parties(self, public_url: str) -> frozenset[str]:
        """Origins whose tokens are accepted (`azp`): the listed ones, else that of the public URL."""
        listed = [part.strip() for part in self.clerk_authorized_parties.split(",")]
        return frozenset(filter(None, listed)) or frozenset({origin_of(public_url)})

    def check_clerk(self) -> None:
        """Raises ValueError with what is missing or cannot be: told at start, not at a sign-in."""
        origin_of(self.clerk_frontend_api_url, name="CLERK_FRONTEND_API_URL")
        if not _encrypted_or_local(self.clerk_frontend_api_url):
            raise ValueError("CLERK_FRONTEND_API_URL must be https")
        if not self.clerk_publishable_key.startswith(("pk_test_", "pk_live_")):
            raise ValueError("CLERK_PUBLISHABLE_KEY starts with pk_test_ or pk_live_")
        if len(_webhook_key(self.clerk_webhook_secret.get_secret_value())) < 24:
            raise ValueError("CLERK_WEBHOOK_SECRET is the endpoint's signing secret: whsec_…")
        for party in self.clerk_authorized_parties.split(","):
            if party.strip() and origin_of(party.strip()) != party.strip():
                raise ValueError("CLERK_AUTHORIZED_PARTIES lists origins: https://host[:port]")
        mapped = set(self.clerk_role_mapping.values())
        if not mapped or not mapped <= set(ROLES) - {_NEVER_MAPPED}:
            raise ValueError(f"CLERK_ROLES maps Clerk's roles to {', '.join(sorted(ROLES))}, "
                             "without owner: the first admin of an organization is its owner")  # fmt: skip


def origin_of(url: str, *, name: str = "CLERK_AUTHORIZED_PARTIES") -> str:
    """scheme://host[:port] of an absolute http(s) URL; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError(f"{name} must be an absolute URL, not {url!r}")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _encrypted_or_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


def _webhook_key(secret: str) -> bytes:
    if not secret.startswith(_KEY_MARK):
        return b""
    try:
        return base64.b64decode(secret.removeprefix(_KEY_MARK) + "==")
    except binascii.Error:
        return b""
