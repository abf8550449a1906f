"""Requests about signing up."""

from pydantic import BaseModel, ConfigDict, Field

from auth.sessions.schemas import PasswordField
from auth.text import Line, Token


class SignUpRequest(BaseModel):
    """`POST /v1/users`: an account, and an organization of one's own."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: Line
    password: PasswordField
    name: Line
    organization_name: Line


class LetterRequest(BaseModel):
    """A letter to an address: a link to confirm it, or to choose a new password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: Line


class VerificationRequest(BaseModel):
    """`POST /v1/users/verification`: the letter's token and the password chosen at sign-up."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: Token = Field(min_length=1, repr=False)
    password: PasswordField
