"""Bodies of the control API."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sandbox.faults.rules import Kind
from sandbox.lwa.grants import Refusal, Rotation


def aware(at: datetime) -> datetime:
    """Times without an offset count as UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(aware)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockBody(Strict):
    """`now` null: real time. `data_held_at`: value all numbers as known then; null: let go."""

    now: Moment | None = None
    frozen: bool = False
    data_held_at: Moment | None = None


class AdvanceBody(Strict):
    seconds: float = Field(ge=-400 * 86_400, le=400 * 86_400)


class RuleBody(Strict):
    match: str = "*"
    kind: Kind
    rate: float = Field(default=1.0, ge=0, le=1)
    count: int | None = Field(default=None, ge=0)
    retry_after: int = Field(default=1, ge=0)
    seconds: float = Field(default=60.0, ge=0)


class FaultsBody(Strict):
    rules: list[RuleBody] = []


class PaceBody(Strict):
    pending_seconds: float | None = Field(default=None, ge=0)
    processing_seconds: float | None = Field(default=None, ge=0)
    fail_next: int | None = Field(default=None, ge=0)


class LwaBody(Strict):
    """What is not named stays."""

    rotate_refresh_tokens: Rotation | None = None
    refuse_client: Refusal | Literal[""] | None = None


class RevokeBody(Strict):
    access_tokens: bool = False


class HiddenBody(Strict):
    """Advertisers that the user no longer sees; all others of theirs are seen."""

    hidden: list[str] = []


class ManagersBody(Strict):
    extra_links: int = Field(default=0, ge=0, le=5000)
    account_links: bool = False
