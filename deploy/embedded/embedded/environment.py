"""The environment of each process: what it needs, and no one else's secrets."""

import json
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import SecretStr

from embedded import clerk
from embedded.secret_file import Secrets
from embedded.settings import Settings

DATABASE = "leadline"
_SANDBOX_CLIENT = "amzn1.application-oa2-client.leadline-sandbox"
_CALLS = {
    "auth": ("token-refresher",),
    "dsp-ingest": ("token-refresher",),
    "amc-runner": ("token-refresher",),
    "gateway": ("auth", "token-refresher", "dsp-ingest", "amc-runner", "reporting"),
}
_USES_OBJECTS = ("dsp-ingest", "reporting")


class Environment:
    """Builds each process's variables from the settings and this installation's secrets."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets

    def service(self, name: str) -> dict[str, str]:
        """One of the six services: its own database role, its own signing key."""
        common = {
            "SERVICE_PORT": str(self._settings.port(name)),
            "DATABASE_URL": self.database_url(name),
            "REDIS_URL": self.redis_url(),
            "OBJECT_STORE_URL": self._object_store_url(),
            "INTERNAL_SIGNING_KEY": self._secrets.signing_keys[name],
            "INTERNAL_PUBLIC_KEYS": json.dumps(self._secrets.public_keys),
            "PUBLIC_URL": self._settings.url,
            "LOG_LEVEL": self._settings.log_level,
            "OTEL_EXPORTER_OTLP_ENDPOINT": self._settings.otel_exporter_otlp_endpoint,
            **self._kafka(),
            **self._pooler(),
        }
        calls = {
            _url_name(other): self._settings.service_url(other) for other in _CALLS.get(name, ())
        }
        storage = self._object_store_keys() if name in _USES_OBJECTS else {}
        return {**common, **calls, **storage, **self._own(name), **self._settings.overrides(name)}

    def sandbox(self) -> dict[str, str]:
        return {
            "SANDBOX_PORT": str(self._settings.port("sandbox")),
            "SANDBOX_SMTP_PORT": str(self._settings.port("smtp")),
            "SANDBOX_STATE_DIR": str(self._settings.home / "sandbox"),
            "SANDBOX_ALLOWED_RETURN_URLS": self._return_url(),
            **self._amazon_client(),
            **clerk.for_sandbox(self._settings, self._secrets),
            **self._settings.overrides("sandbox"),
        }

    def provision(self) -> dict[str, str]:
        """The only process that sees the administrator's database URL."""
        passwords = {_role(name): word for name, word in self._secrets.service_passwords.items()}
        return {
            "DATABASE_ADMIN_URL": self._admin_url("postgres"),
            "SERVICE_PASSWORDS": json.dumps(passwords),
        }

    def database_url(self, service: str) -> str:
        given = self._settings.database_url(service)
        if given:
            return given.get_secret_value()
        parts = urlsplit(self._admin_url(DATABASE))
        login = f"{_role(service)}:{quote(self._secrets.service_passwords[service], safe='')}"
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{login}@{place}", path=f"/{DATABASE}"))

    def redis_url(self) -> str:
        if self._settings.redis_url:
            return self._settings.redis_url.get_secret_value()
        return (
            f"redis://:{self._secrets.redis_password}@127.0.0.1:{self._settings.port('valkey')}/0"
        )

    def _admin_url(self, database: str) -> str:
        if self._settings.database_url_admin:
            return self._settings.database_url_admin.get_secret_value()
        login = f"postgres:{quote(self._secrets.postgres_password, safe='')}"
        return f"postgresql://{login}@127.0.0.1:{self._settings.port('postgres')}/{database}"

    def _return_url(self) -> str:
        """Needed only when people reach Leadline by another name than this machine's loopback."""
        public = self._settings.public_url
        return f"{public.rstrip('/')}/v1/connections/callback" if public else ""

    def _pooler(self) -> dict[str, str]:
        return {"DATABASE_POOLER": "true"} if self._settings.database_pooler else {}

    def _own(self, name: str) -> dict[str, str]:
        """What only this service is given."""
        amazon = {"AMAZON_BASE_URL": self._amazon_base_url()}
        client = self._amazon_client()
        client_id = {"LWA_CLIENT_ID": client["LWA_CLIENT_ID"]}
        own = {
            "auth": {
                **amazon,
                **client,
                **self._first_owner(),
                **self._identity(),
                **self._given(*clerk.GIVEN),
                **clerk.for_auth(self._settings, self._secrets),
            },
            "token-refresher": {
                **amazon,
                **client,
                "TOKEN_ENCRYPTION_KEYS": self._secrets.token_encryption_keys,
            },
            "dsp-ingest": {**amazon, **client_id, **self._pace()},
            "amc-runner": {**amazon, **client_id},
            "gateway": {
                "WEB_DIR": str(self._settings.web_dir.absolute()),
                **clerk.for_gateway(self._settings),
            },
        }
        return own.get(name, {})

    def _pace(self) -> dict[str, str]:
        """The sandbox grants what Amazon advises against: today's numbers every hour."""
        return {"SYNC_INTRADAY_PER_DAY": "24"} if self._settings.embeds_sandbox else {}

    def _first_owner(self) -> dict[str, str]:
        return {
            "SESSION_PEPPER": self._secrets.session_pepper,
            "FIRST_OWNER_EMAIL": self._settings.first_owner_email,
            "FIRST_OWNER_PASSWORD": self._secrets.owner_password,
            "FIRST_ORGANIZATION_NAME": self._settings.first_organization_name,
        }

    def _identity(self) -> dict[str, str]:
        """The settings' mail server; else, with the sandbox, its mailbox, and everybody may sign up."""
        given = self._given("smtp_url", "mail_from", "sign_up", "identity_provider")
        if not self._settings.embeds_sandbox or "SMTP_URL" in given:
            return given
        mailbox = f"smtp://127.0.0.1:{self._settings.port('smtp')}"
        mail_from = "Leadline <leadline@example.com>"
        return {"SMTP_URL": mailbox, "MAIL_FROM": mail_from, "SIGN_UP": "open", **given}

    def _amazon_base_url(self) -> str:
        if self._settings.embeds_sandbox:
            return self._settings.service_url("sandbox")
        return self._settings.amazon_base_url

    def _amazon_client(self) -> dict[str, str]:
        """Login with Amazon's client: the real one, or the one the sandbox expects."""
        secret = self._settings.lwa_client_secret
        return {
            "LWA_CLIENT_ID": self._settings.lwa_client_id or _SANDBOX_CLIENT,
            "LWA_CLIENT_SECRET": secret.get_secret_value()
            if secret
            else self._secrets.sandbox_client_secret,
        }

    def _object_store_url(self) -> str:
        return self._settings.object_store_url or (self._settings.home / "objects").as_uri()

    def _object_store_keys(self) -> dict[str, str]:
        return self._given(
            "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_region",
            "aws_endpoint", "aws_allow_http",
        )  # fmt: skip

    def _kafka(self) -> dict[str, str]:
        given = self._given(
            "kafka_bootstrap_servers", "kafka_security_protocol", "kafka_sasl_mechanism",
            "kafka_sasl_username", "kafka_sasl_password", "kafka_ca_file",
            "kafka_topic_partitions", "kafka_replication_factor",
        )  # fmt: skip
        embedded = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self._settings.port('kafka')}"}
        return {**embedded, **given}

    def _given(self, *names: str) -> dict[str, str]:
        """The settings among these that are set, as variables."""
        values = {name.upper(): getattr(self._settings, name) for name in names}
        return {name: _plain(value) for name, value in values.items() if value not in (None, "")}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _role(service: str) -> str:
    """Role and schema in Postgres: the package's name."""
    return service.replace("-", "_")


def _url_name(service: str) -> str:
    return f"{_role(service).upper()}_URL"
