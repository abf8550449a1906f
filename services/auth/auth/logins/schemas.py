"""Requests and answers of signing in."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from auth.identity.domain import Challenge
from auth.second_factors.domain import Code
from auth.second_factors.schemas import proof_of
from auth.text import Line, Token


class ChallengeView(BaseModel):
    """The password was right; the second factor is to be shown before `expires_at`."""

    second_factor_required: Literal[True] = True
    challenge: str = Field(repr=False)
    expires_at: datetime

    @classmethod
    def of(cls, challenge: Challenge) -> "ChallengeView":
        return cls(challenge=challenge.token, expires_at=challenge.expires_at)


class SecondFactorRequest(BaseModel):
    """`POST /v1/session/second-factor`: a code of the app, or a recovery code."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    challenge: Token = Field(min_length=1, repr=False)
    code: Line | None = Field(default=None, min_length=1, repr=False)
    recovery_code: Line | None = Field(default=None, min_length=1, repr=False)

    @property
    def proof(self) -> Code:
        return proof_of(self.code, self.recovery_code)
