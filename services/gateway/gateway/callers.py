"""Who calls, as auth described them: the actor, and the internal tokens signed for it meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from shared.internal_tokens import Actor, TokenSigner

TOKEN_TTL_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`tokens`: those already signed, per service and address."""

    actor: Actor
    tokens: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def token(self, signer: TokenSigner, audience: str, ip: str) -> str:
        """An internal token of this actor for one service.

        Reused while the caller is remembered (at most 10 s), so it has at least 50 s left.
        """
        key = (audience, ip)
        found = self.tokens.get(key)
        if found is None:
            actor = replace(self.actor, ip=ip)
            found = signer.sign(actor, audience, ttl_seconds=TOKEN_TTL_SECONDS)
            self.tokens[key] = found
        return found


def rights_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the Actor that sessions and keys have in common; raises what a wrong shape raises."""
    brands = answer["brand_ids"]
    return {
        "subject": str(answer["subject"]),
        "organization_id": UUID(answer["organization_id"]),
        "permissions": frozenset(answer["permissions"]),
        "brand_ids": None if brands is None else frozenset(map(UUID, brands)),
        "narrower": {p: frozenset(map(UUID, b)) for p, b in answer.get("narrower", {}).items()},
    }
