"""/_sandbox/quota: set the rules, see what they did."""

from typing import Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from sandbox.clock import stamp
from sandbox.control.routes import from_this_machine
from sandbox.deps import Deps

from .model import Cut, Family, Form, Per, Rule

router = APIRouter(prefix="/_sandbox/quota", dependencies=[Depends(from_this_machine)])


class RuleBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    per_minute: float = Field(gt=0, le=1_000_000)
    burst: int = Field(default=1, ge=1, le=1_000_000)
    per: Per = "region"
    region: Literal["na", "eu", "fe"] | None = None
    family: Family | None = None


class CutBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after_seconds: float = Field(ge=0)
    for_seconds: float = Field(gt=0)
    factor: float = Field(gt=0, le=100)


class QuotaBody(BaseModel):
    """No rules: no limits."""

    model_config = ConfigDict(extra="forbid")

    rules: list[RuleBody] = []
    cuts: list[CutBody] = []
    with_retry_after: bool = True
    retry_after_form: Form = "seconds"


@router.get("")
def get_quota(deps: Deps) -> dict[str, Any]:
    quota = deps.quota
    return {
        "rules": [RuleBody(**_fields(rule)).model_dump() for rule in quota.rules],
        "cuts": [CutBody(**_fields(cut)).model_dump() for cut in quota.cuts],
        "with_retry_after": quota.with_retry_after,
        "retry_after_form": quota.form,
        "since": stamp(quota.since) if quota.since else None,
        "factor": quota.factor(deps.clock.now()),
        "admitted": quota.admitted,
        "refused": quota.refused,
    }


@router.put("")
def put_quota(body: QuotaBody, deps: Deps) -> dict[str, Any]:
    """Replaces all rules; buckets are full, cuts count from now."""
    deps.quota.replace(
        [Rule(**rule.model_dump()) for rule in body.rules],
        [Cut(**cut.model_dump()) for cut in body.cuts],
        deps.clock.now(),
        named=body.with_retry_after,
        form=body.retry_after_form,
    )
    return get_quota(deps)


def _fields(item: Rule | Cut) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__dataclass_fields__}
