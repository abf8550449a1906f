"""Responses about suggestions."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from .domain import LIKELY, SURE, WORTH_A_LOOK, Proposal, ReasonCode, Suggestion


class ProposalView(BaseModel):
    """An advertiser without a brand, how like it is (0 to 1), and why in words."""

    advertiser_id: UUID
    name: str
    confidence: float
    reason: ReasonCode
    reason_text: str

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalView":
        return cls(
            advertiser_id=proposal.advertiser.advertiser_id,
            name=proposal.advertiser.name,
            confidence=proposal.likeness.confidence,
            reason=proposal.likeness.code,
            reason_text=_words(proposal),
        )


class SuggestionView(BaseModel):
    """Advertisers that look like one brand: `brand_id`, or (null) one to create as `brand_name`."""

    brand_id: UUID | None
    brand_name: str
    confidence: float
    level: Literal["sure", "likely", "look", "guess"]
    advertisers: list[ProposalView]

    @classmethod
    def of(cls, suggestion: Suggestion) -> "SuggestionView":
        return cls(
            brand_id=suggestion.brand_id,
            brand_name=suggestion.brand_name,
            confidence=suggestion.confidence,
            level=_level(suggestion.confidence),
            advertisers=[ProposalView.of(proposal) for proposal in suggestion.proposals],
        )


class SuggestionList(BaseModel):
    items: list[SuggestionView]
    next_cursor: str | None = None


def _level(confidence: float) -> Literal["sure", "likely", "look", "guess"]:
    if confidence >= SURE:
        return "sure"
    if confidence >= LIKELY:
        return "likely"
    return "look" if confidence >= WORTH_A_LOOK else "guess"


def _words(proposal: Proposal) -> str:
    other = proposal.likeness.other
    texts: dict[ReasonCode, str] = {
        "same_name": f"Its name is “{other}”",
        "same_without_spaces": f"Its name is “{other}” with other spaces",
        "begins_with": f"It and “{other}” begin with the same words",
        "spelled_alike": f"It is spelled much like “{other}”",
        "alone": "No brand and no other advertiser is named like it",
        "ambiguous": f"It is as much like “{other}”",
    }
    left_out = ", ".join(proposal.dropped)
    return texts[proposal.likeness.code] + (f", leaving out {left_out}." if left_out else ".")
