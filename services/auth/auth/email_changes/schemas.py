"""Requests about another address."""

from pydantic import BaseModel, ConfigDict, Field

from auth.sessions.schemas import PasswordField
from auth.text import Line, Token


class EmailChangeRequest(BaseModel):
    """`POST /v1/user/email`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: Line
    password: PasswordField


class EmailConfirmation(BaseModel):
    """`PUT /v1/user/email`: the token of the letter to the new address."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: Token = Field(min_length=1, repr=False)
