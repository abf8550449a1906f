"""What the person who runs Leadline may set: environment variables, or lines in ``.env``."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = ("auth", "token-refresher", "dsp-ingest", "amc-runner", "reporting", "gateway")
ROOT = Path(__file__).resolve().parents[3]


class ExternalParts(BaseSettings):
    """A part named here is used instead of the embedded one, which is then left out."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env",
        env_ignore_empty=True,
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
    )

    database_url_admin: SecretStr | None = None
    database_url_auth: SecretStr | None = None
    database_url_token_refresher: SecretStr | None = None
    database_url_dsp_ingest: SecretStr | None = None
    database_url_amc_runner: SecretStr | None = None
    database_url_reporting: SecretStr | None = None
    database_url_gateway: SecretStr | None = None
    database_pooler: bool = False

    kafka_bootstrap_servers: str = ""
    kafka_security_protocol: str = ""
    kafka_sasl_mechanism: str = ""
    kafka_sasl_username: str = ""
    kafka_sasl_password: SecretStr | None = None
    kafka_ca_file: str = ""
    kafka_topic_partitions: int | None = None
    kafka_replication_factor: int | None = None

    redis_url: SecretStr | None = None

    object_store_url: str = ""
    aws_access_key_id: SecretStr | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_session_token: SecretStr | None = None
    aws_region: str = ""
    aws_endpoint: str = ""
    aws_allow_http: str = ""

    def database_url(self, service: str) -> SecretStr | None:
        """The URL given for one service (``token-refresher`` …), if any."""
        return getattr(self, f"database_url_{service.replace('-', '_')}")

    @property
    def embeds_postgres(self) -> bool:
        given = [self.database_url_admin, *map(self.database_url, SERVICES)]
        return not any(given)

    @property
    def provisions(self) -> bool:
        """Whether roles and schemas are ours to make: not when every service has its own URL."""
        return not all(map(self.database_url, SERVICES))

    @model_validator(mode="after")
    def _whole_database(self) -> Self:
        if not self.embeds_postgres and self.provisions and not self.database_url_admin:
            missing = [name for name in SERVICES if not self.database_url(name)]
            raise ValueError(
                f"no database URL for {', '.join(missing)}: "
                "set DATABASE_URL_ADMIN, or DATABASE_URL_<SERVICE> for all six"
            )
        return self


class Settings(ExternalParts):
    """Everything. With nothing set: all parts embedded, and the sandbox plays Amazon."""

    port_base: int = Field(default=8400, ge=1024, le=65500)
    leadline_home: Path = ROOT / ".leadline"
    public_url: str = ""
    web_dir: Path = ROOT / "web" / "out"
    start_timeout_seconds: float = Field(default=180, gt=0)
    log_level: str = "info"
    otel_exporter_otlp_endpoint: str = ""
    override: dict[str, dict[str, str]] = Field(default_factory=dict[str, dict[str, str]])
    """Any setting of one process: ``OVERRIDE__AUTH__SESSION_IDLE_HOURS=1``."""

    lwa_client_id: str = ""
    lwa_client_secret: SecretStr | None = None
    amazon_base_url: str = ""

    smtp_url: SecretStr | None = None
    mail_from: str = ""
    sign_up: str = ""
    identity_provider: str = ""
    clerk_frontend_api_url: str = ""
    clerk_publishable_key: str = ""
    clerk_webhook_secret: SecretStr | None = None
    clerk_authorized_parties: str = ""
    clerk_roles: str = ""
    clerk_clock_skew_seconds: str = ""

    first_owner_email: str = "owner@example.com"
    first_organization_name: str = "Northwind Media"

    @property
    def home(self) -> Path:
        return self.leadline_home.absolute()

    @property
    def embeds_sandbox(self) -> bool:
        """The sandbox plays Amazon unless credentials for the real one (or a URL) are given."""
        return not self.lwa_client_id and not self.amazon_base_url

    @property
    def url(self) -> str:
        """Where people open Leadline."""
        return self.public_url or f"http://127.0.0.1:{self.port('gateway')}"

    @property
    def mailbox_url(self) -> str:
        """Where to read the letters: the sandbox's mailbox, when nothing else takes them."""
        if self.smtp_url or not self.embeds_sandbox:
            return ""
        return f"{self.service_url('sandbox')}/_sandbox/mailbox"

    def overrides(self, name: str) -> dict[str, str]:
        """The variables set for one process by ``OVERRIDE__<PROCESS>__<VARIABLE>``."""
        given = self.override.get(name.replace("-", "_"), {})
        return {variable.upper(): value for variable, value in given.items()}

    def port(self, name: str) -> int:
        """``PORT_BASE`` plus the fixed place of this part."""
        return self.port_base + _PLACES[name]

    def service_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port(name)}"

    @model_validator(mode="after")
    def _whole_client(self) -> Self:
        if bool(self.lwa_client_id) != bool(self.lwa_client_secret):
            raise ValueError("LWA_CLIENT_ID and LWA_CLIENT_SECRET belong together: set both")
        if self.amazon_base_url and not self.lwa_client_id:
            raise ValueError("AMAZON_BASE_URL needs LWA_CLIENT_ID and LWA_CLIENT_SECRET")
        return self


_PLACES = {
    "gateway": 0, "auth": 1, "token-refresher": 2, "dsp-ingest": 3, "amc-runner": 4,
    "reporting": 5, "sandbox": 6, "smtp": 7, "postgres": 10, "valkey": 11, "kafka": 12,
    "kafka-controller": 13, "supervisor": 14,
}  # fmt: skip
