"""Requests about forgotten passwords."""

from pydantic import BaseModel, ConfigDict, Field

from auth.sessions.schemas import PasswordField
from auth.text import Token


class NewPasswordRequest(BaseModel):
    """`PUT /v1/password-resets`: the letter's token and the new password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: Token = Field(min_length=1, repr=False)
    password: PasswordField
