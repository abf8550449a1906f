"""Requests and answers about second factors."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from auth.sessions.schemas import PasswordField
from auth.text import Line

from .domain import Code
from .service import Begun, Status


class SecondFactorView(BaseModel):
    """`enabled_at` null: off."""

    enabled_at: datetime | None
    recovery_codes_left: int

    @classmethod
    def of(cls, status: Status) -> "SecondFactorView":
        return cls(enabled_at=status.enabled_at, recovery_codes_left=status.recovery_codes_left)


class BeginRequest(BaseModel):
    """`POST /v1/user/second-factor`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: PasswordField


class BegunView(BaseModel):
    """What the authenticator app takes in, as text and for a QR code; shown this once."""

    secret: str = Field(repr=False)
    otpauth_uri: str = Field(repr=False)

    @classmethod
    def of(cls, begun: Begun) -> "BegunView":
        return cls(secret=begun.secret, otpauth_uri=begun.otpauth_uri)


class ConfirmRequest(BaseModel):
    """`PUT /v1/user/second-factor`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    code: Line = Field(min_length=1, repr=False)


class ProofRequest(BaseModel):
    """The password, and a code of the app or a recovery code."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: PasswordField
    code: Line | None = Field(default=None, min_length=1, repr=False)
    recovery_code: Line | None = Field(default=None, min_length=1, repr=False)

    @property
    def proof(self) -> Code:
        return proof_of(self.code, self.recovery_code)


class RecoveryCodesView(BaseModel):
    """Each works once in place of a code; shown this once."""

    recovery_codes: list[str] = Field(repr=False)


def proof_of(code: str | None, recovery_code: str | None) -> Code:
    """The recovery code where one is given; neither is a wrong code."""
    return Code(code or "") if recovery_code is None else Code(recovery_code, recovery=True)
