"""Requests about Clerk."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .tokens import MAX_TOKEN_CHARACTERS

ClerkJwt = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=MAX_TOKEN_CHARACTERS,
        pattern=r"^[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]*){2}$",
    ),
]


class ClerkSignIn(BaseModel):
    """`POST /v1/session/clerk`: what Clerk's `session.getToken()` gives."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: ClerkJwt = Field(repr=False)
