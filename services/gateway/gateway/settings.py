"""What the gateway reads from the environment."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Addresses of the services behind, and the limits of the edge."""

    auth_url: str
    token_refresher_url: str
    dsp_ingest_url: str
    amc_runner_url: str
    reporting_url: str

    web_dir: Path = Path("web/out")
    session_cookie_name: str = "leadline_session"
    session_cache_seconds: float = Field(default=10.0, gt=0, le=10.0)
    identity_provider: Literal["builtin", "clerk"] = "builtin"
    clerk_frontend_api_url: str = ""
    allowed_origins: str = ""
    trusted_proxies: str = ""

    upstream_connections: int = Field(default=200, ge=1)
    upstream_connect_timeout_seconds: float = Field(default=2.0, gt=0)
    upstream_read_timeout_seconds: float = Field(default=30.0, gt=0)

    rate_limit_ip_per_minute: int = Field(default=3000, ge=1)
    rate_limit_session_per_minute: int = Field(default=3000, ge=1)
    rate_limit_login_per_minute: int = Field(default=60, ge=1)
    rate_limit_key_per_minute: int = Field(default=600, ge=1)
    rate_limit_key_refusals_per_minute: int = Field(default=60, ge=1)

    live_heartbeat_seconds: float = Field(default=15.0, gt=0)
    live_session_check_seconds: float = Field(default=15.0, gt=0)
    live_queue_events: int = Field(default=256, ge=1)
    live_ring_events: int = Field(default=2000, ge=1)
    live_streams_per_session: int = Field(default=10, ge=1)
    live_write_timeout_seconds: float = Field(default=30.0, gt=0)

    @property
    def clerk_origin(self) -> str:
        """The one foreign origin that the login page may load from and ask; "" under other providers."""
        parts = urlsplit(self.clerk_frontend_api_url)
        if self.identity_provider != "clerk" or not parts.netloc:
            return ""
        return f"{parts.scheme}://{parts.netloc}"

    def upstreams(self) -> dict[str, str]:
        """Service name → base URL without a trailing slash."""
        urls = {
            "auth": self.auth_url,
            "token-refresher": self.token_refresher_url,
            "dsp-ingest": self.dsp_ingest_url,
            "amc-runner": self.amc_runner_url,
            "reporting": self.reporting_url,
        }
        return {service: url.rstrip("/") for service, url in urls.items()}
