"""Settings every service has. Read once, in `main`; secrets have no default."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseSettings):
    """How to reach this service's schema. Works behind a transaction pooler: no session state."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: SecretStr
    database_pool_size: int = Field(default=8, ge=2, le=100)
    database_pooler: bool = False


class KafkaSettings(BaseSettings):
    """How to reach Apache Kafka (4.x); TLS and SASL for external clusters."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    kafka_bootstrap_servers: str
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str = ""
    kafka_sasl_password: SecretStr = SecretStr("")
    kafka_ca_file: Path | None = None
    kafka_topic_partitions: int = Field(default=3, ge=1)
    kafka_replication_factor: int = Field(default=1, ge=1)


class MailSettings(BaseSettings):
    """How letters leave: an SMTP server (see shared.mail); without one none do."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""

    @property
    def sends_mail(self) -> bool:
        return bool(self.smtp_url.get_secret_value())


class ServiceSettings(DatabaseSettings, KafkaSettings):
    """What all six services read from the environment."""

    service_port: int = Field(ge=1, le=65535)
    bind_host: str = "127.0.0.1"
    replica_id: int = Field(default=0, ge=0)
    redis_url: SecretStr
    object_store_url: str
    internal_signing_key: SecretStr
    internal_public_keys: dict[str, str]
    public_url: str
    otel_exporter_otlp_endpoint: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    max_body_bytes: int = Field(default=1 << 20, ge=1024)
