"""What amc-runner reads from the environment."""

from pydantic import Field
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """`amazon_base_url` empty means the real Amazon, else the root of a sandbox."""

    token_refresher_url: str
    lwa_client_id: str = Field(min_length=1)
    amazon_base_url: str = ""
    discovery_poll_seconds: float = Field(default=1.0, gt=0)
    discovery_batch: int = Field(default=4, ge=1, le=50)
    discovery_lease_seconds: float = Field(default=120.0, ge=1)
    rediscovery_seconds: float = Field(default=21_600.0, ge=60)
