"""What each service tells the audit log: who did or saw what, as whom, and with which outcome."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from .envelope import EventData

AUDITED = ("auth", "token-refresher", "dsp-ingest", "amc-runner", "reporting", "gateway")
ActorKind = Literal["user", "key", "service", "operator", "anonymous"]
Outcome = Literal["allowed", "refused", "failed"]


class AuditTarget(BaseModel):
    """What was acted on; both empty where the act has no single target."""

    model_config = ConfigDict(frozen=True)

    type: str = ""
    id: str = ""


class ActionRecorded(EventData):
    """Somebody changed something, saw a brand's data, or was refused either; no secrets, no numbers.

    `brand_ids`: the brands concerned; `every_brand`: all of the organization, present and future.
    `count`: how many like it this one stands for (refusals that came too often to tell each).
    """

    TYPE = "action.recorded"
    TOPIC = "auth.audit.v1"
    KEY = "actor_id"

    service: str
    action: str
    operation: str = ""
    actor_kind: ActorKind
    actor_id: str
    impersonator: str = ""
    brand_ids: list[UUID] = Field(default_factory=list[UUID])
    every_brand: bool = False
    target: AuditTarget = AuditTarget()
    outcome: Outcome = "allowed"
    code: str = ""
    count: int = 1
    ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    details: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])

    @property
    def topic(self) -> str:
        """One topic per service."""
        return f"{self.service}.audit.v1"

    @classmethod
    def topics(cls) -> tuple[str, ...]:
        return tuple(f"{service}.audit.v1" for service in AUDITED)
