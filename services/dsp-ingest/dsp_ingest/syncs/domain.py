"""Whom to pull for and how far a sync has come. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

TERMINAL: Final = frozenset({"landed", "rejected", "failed"})

_WEIGHTS: Final = {"planned": 0.0, "requesting": 0.05, "requested": 0.2, "processing": 0.4, "downloading": 0.7}  # fmt: skip
_STAGES: Final = ("waiting", "requested", "processing", "downloading")
_STAGE_OF: Final = {"planned": "waiting", "requesting": "waiting"}


@dataclass(frozen=True, slots=True)
class Advertiser:
    """The one to pull for."""

    advertiser_id: UUID
    organization_id: UUID
    brand_id: UUID | None
    amazon_advertiser_id: str
    name: str
    currency: str
    timezone: str
    next_sync_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """Of all slices of a sync; `fraction` 0..1."""

    slices_total: int
    slices_done: int
    fraction: float
    stage: str

    @property
    def finished(self) -> bool:
        return self.slices_done == self.slices_total


def progress_of(states: Sequence[str]) -> Progress:
    """Progress from the states of a sync's reports."""
    total = len(states)
    done = sum(state in TERMINAL for state in states)
    weight = sum(_WEIGHTS.get(state, 1.0) for state in states)
    return Progress(total, done, round(weight / total, 4) if total else 0.0, _stage(states))


def _stage(states: Sequence[str]) -> str:
    """The furthest stage among the reports still under way; landed when none is."""
    open_stages = {_STAGE_OF.get(state, state) for state in states if state not in TERMINAL}
    return max(open_stages, key=_STAGES.index) if open_stages else "landed"
