"""Settings of the sandbox, read once from the environment."""

from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """`lwa_client_id` and `lwa_client_secret` are those of the one application Amazon knows."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    lwa_client_id: str = Field(min_length=1, max_length=100)
    lwa_client_secret: SecretStr
    bind_host: str = "127.0.0.1"
    sandbox_port: int = 8406
    sandbox_smtp_port: int = Field(default=0, ge=0, le=65535)
    """Where letters come in; 0: nowhere."""
    sandbox_seed: str = "leadline"
    sandbox_brands: int = Field(default=12, ge=1, le=400)
    sandbox_state_dir: Path | None = None
    sandbox_allowed_return_urls: str = ""
    sandbox_report_pending_seconds: float = Field(default=1.0, ge=0)
    sandbox_report_processing_seconds: float = Field(default=2.0, ge=0)
    sandbox_consent_days: int = Field(default=365, ge=0)
    sandbox_clerk_webhook_url: str = ""
    """Where Clerk's webhooks go; empty: nowhere until told."""
    sandbox_clerk_webhook_secret: SecretStr = SecretStr("")
    sandbox_journal_size: int = Field(default=1000, ge=1)

    @cached_property
    def return_urls(self) -> frozenset[str]:
        urls = self.sandbox_allowed_return_urls.split(",")
        return frozenset(url.strip() for url in urls if url.strip())

    def allows_return_to(self, url: str) -> bool:
        """Listed URLs exactly; with no list, any http(s) address of this machine."""
        if self.return_urls:
            return url in self.return_urls
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK_HOSTS
