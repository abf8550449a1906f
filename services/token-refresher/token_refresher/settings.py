"""Settings of the token-refresher; it does not start without its encryption keys."""

from pydantic import Field, SecretStr, field_validator
from shared.keyring import KeyRing, KeyRingError
from shared.settings import DatabaseSettings, ServiceSettings


class KeySettings(DatabaseSettings):
    """The database and the key ring: all that the operator's commands need."""

    token_encryption_keys: SecretStr

    @field_validator("token_encryption_keys")
    @classmethod
    def usable(cls, value: SecretStr) -> SecretStr:
        try:
            KeyRing.parse(value.get_secret_value())
        except KeyRingError as error:
            raise ValueError(str(error)) from None
        return value

    def ring(self) -> KeyRing:
        return KeyRing.parse(self.token_encryption_keys.get_secret_value())


class Settings(KeySettings, ServiceSettings):
    lwa_client_id: str = Field(min_length=1)
    lwa_client_secret: SecretStr = Field(min_length=1)
    amazon_base_url: str = ""
    refresh_tick_seconds: float = Field(default=5.0, gt=0, le=60)
    refresh_batch: int = Field(default=50, ge=1, le=1000)
    refresh_timeout_seconds: float = Field(default=12.0, gt=0, le=14)
    refresh_lease_seconds: float = Field(default=45.0, ge=30)
    handout_wait_seconds: float = Field(default=5.0, gt=0, le=30)
    handout_cache_seconds: float = Field(default=5.0, ge=0, le=30)
