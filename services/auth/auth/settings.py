"""What the auth service reads from the environment."""

from datetime import date, timedelta
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from shared.mail import sender, smtp_options
from shared.settings import MailSettings, ServiceSettings

from .clerk.settings import ClerkSettings


class Settings(ServiceSettings, MailSettings, ClerkSettings):
    """Who proves identities, mail, sessions, login limits, the first owner, Login with Amazon."""

    identity_provider: Literal["builtin", "clerk"] = "builtin"
    sign_up: Literal["invitation", "open"] = "invitation"

    session_pepper: SecretStr = Field(min_length=32)
    session_cookie_name: str = "leadline_session"
    session_idle_hours: int = Field(default=12, ge=1)
    session_max_days: int = Field(default=14, ge=1)

    invitation_days: int = Field(default=7, ge=1, le=90)

    login_attempts_per_email: int = Field(default=10, ge=1)
    login_attempts_per_ip: int = Field(default=60, ge=1)
    login_window_seconds: int = Field(default=300, ge=1)

    api_key_max_days: int = Field(default=365, ge=0)

    letters_per_email: int = Field(default=5, ge=1)
    letters_per_ip: int = Field(default=30, ge=1)
    letters_window_seconds: int = Field(default=3600, ge=1)
    code_attempts_per_user: int = Field(default=5, ge=1)

    first_owner_email: str = ""
    first_owner_password: SecretStr = SecretStr("")
    first_organization_name: str = "My organization"

    token_refresher_url: str
    lwa_client_id: str
    lwa_client_secret: SecretStr
    amazon_base_url: str = ""
    lwa_ask_profile: bool = True
    consent_life_days: int = Field(default=365, ge=0)
    consent_life_from: date = date(2026, 6, 30)
    consent_links_per_ip: int = Field(default=60, ge=1)
    consent_wait_seconds: float = Field(default=20.0, gt=0, le=25)
    discovery_interval_hours: int = Field(default=24, ge=1)

    @model_validator(mode="after")
    def _whole_mail(self) -> Self:
        """A wrong server or sender is told at start, not by letters that never arrive."""
        if self.sends_mail:
            smtp_options(self.smtp_url.get_secret_value())
            sender(self.mail_from)
        elif self.sign_up == "open" and self.identity_provider == "builtin":
            raise ValueError("SIGN_UP=open needs SMTP_URL: new addresses are verified by a letter")
        return self

    @model_validator(mode="after")
    def _whole_clerk(self) -> Self:
        if self.identity_provider == "clerk":
            self.check_clerk()
        return self

    @property
    def session_idle(self) -> timedelta:
        return timedelta(hours=self.session_idle_hours)

    @property
    def invitation_life(self) -> timedelta:
        return timedelta(days=self.invitation_days)

    @property
    def session_max(self) -> timedelta:
        return timedelta(days=self.session_max_days)

    @property
    def api_key_longest(self) -> timedelta | None:
        """How long an API key lives at most; None: for ever, if wanted."""
        return timedelta(days=self.api_key_max_days) if self.api_key_max_days else None

    @property
    def discovery_interval(self) -> timedelta:
        return timedelta(hours=self.discovery_interval_hours)

    @property
    def cookie_secure(self) -> bool:
        """Browsers keep the session cookie off plain HTTP when the public address is HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def web_root(self) -> str:
        return self.public_url.rstrip("/")

    @property
    def redirect_uri(self) -> str:
        """Where Amazon sends the browser back; must be an Allowed Return URL of the LwA client."""
        return f"{self.web_root}/v1/connections/callback"
