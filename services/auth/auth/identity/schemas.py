"""Answers about the identity provider."""

from dataclasses import asdict

from pydantic import BaseModel

from .domain import Offer, Provider, SignUpMode


class ClerkView(BaseModel):
    """What a browser needs to load Clerk; all of it public."""

    publishable_key: str
    frontend_api_url: str
    script_url: str


class IdentityView(BaseModel):
    """How people sign in here. `mail` false: no letters leave, links are handed over by hand."""

    provider: Provider
    sign_up: SignUpMode
    mail: bool
    clerk: ClerkView | None

    @classmethod
    def of(cls, offer: Offer) -> "IdentityView":
        return cls.model_validate(asdict(offer))
