"""Request and response models of the HTTP edge."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from . import continuity, domain

Token = Field(min_length=1, max_length=2048)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class GrantBody(Body):
    """A grant as auth redeemed it; tokens at most 2048 bytes (Login with Amazon), life in seconds."""

    organization_id: UUID | None = None
    region: Literal["NA", "EU", "FE"]
    refresh_token: SecretStr = Token
    access_token: SecretStr = Token
    expires_in: int = Field(ge=1, le=86_400)

    def grant(self) -> domain.Grant:
        return domain.Grant(
            self.refresh_token.get_secret_value(),
            self.access_token.get_secret_value(),
            self.expires_in,
        )


class AccessTokenAsk(Body):
    """`refused_token_sha256`: hex digest of a token that Amazon answered 401 to, to get another."""

    organization_id: UUID | None = None
    min_remaining_seconds: int = Field(default=300, ge=0, le=3600)
    refused_token_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class SuspensionBody(Body):
    """Why a connection may not be used for a while; shown to everybody who sees connections."""

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
    ] = Field(pattern=r"^[^\x00-\x1f\x7f]*$")


class AccessToken(BaseModel):
    access_token: str = Field(repr=False)
    expires_at: datetime
    remaining_seconds: int


class Credential(BaseModel):
    """How one connection's tokens do; `server_time` lets a browser count down by our clock."""

    connection_id: UUID
    state: domain.State
    expires_at: datetime
    refreshed_at: datetime
    next_refresh_at: datetime | None
    owner: domain.Owner
    next_action: str
    last_error_code: str | None
    suspended_at: datetime | None
    suspension_reason: str | None
    server_time: datetime

    @classmethod
    def of(cls, credential: domain.Credential, now: datetime) -> "Credential":
        advice = domain.advise(credential.state, credential.last_error_code)
        ended = credential.state in ("reauth_required", "suspended")
        return cls(
            connection_id=credential.connection_id,
            state=credential.state,
            expires_at=credential.expires_at,
            refreshed_at=credential.refreshed_at,
            next_refresh_at=None if ended else credential.next_refresh_at,
            owner=advice.owner,
            next_action=advice.next_action,
            last_error_code=credential.last_error_code,
            suspended_at=credential.suspended_at,
            suspension_reason=credential.suspension_reason,
            server_time=now,
        )


class CredentialList(BaseModel):
    items: list[Credential]
    next_cursor: None = None


class Continuity(BaseModel):
    """Refreshes of the window's hours; `done_share` is done ÷ due, null when nothing was due."""

    window_hours: int
    due: int
    done: int
    late: int
    failed: int
    done_share: float | None

    @classmethod
    def of(cls, tally: continuity.Tally, window_hours: int) -> "Continuity":
        return cls(
            window_hours=window_hours,
            due=tally.due,
            done=tally.done,
            late=tally.late,
            failed=tally.failed,
            done_share=tally.done_share,
        )
