"""Settings of reporting: what every service has, and how loads are run."""

from pathlib import Path
from tempfile import gettempdir

from pydantic import Field
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read once, in `main`."""

    load_poll_seconds: float = Field(default=1.0, gt=0)
    load_workers: int = Field(default=1, ge=1, le=16)
    load_lease_seconds: float = Field(default=30.0, ge=1)
    load_max_attempts: int = Field(default=12, ge=1)
    load_temp_folder: Path = Path(gettempdir())
    export_concurrency: int = Field(default=2, ge=1)
    export_poll_seconds: float = Field(default=1.0, gt=0)
    export_workers: int = Field(default=1, ge=1, le=16)
    export_lease_seconds: float = Field(default=30.0, ge=5)
    export_max_attempts: int = Field(default=5, ge=1)
    export_keep_hours: float = Field(default=168.0, gt=0)
