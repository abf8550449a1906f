"""Audit: every change, every look at a brand's data and every refusal becomes an `action.recorded`.

Requests are recorded by themselves, in the commit of their effect (`requests`) or, when refused, in one
of their own (`refusals`). Code outside of a caller's transaction calls `record`.
"""

from .actions import ACTIONS, LOOKS, action_of
from .entries import Origin, note, record, row
from .requests import current_caller, current_origin, is_uuid, origin_of, tell

__all__ = [
    "ACTIONS",
    "LOOKS",
    "Origin",
    "action_of",
    "current_caller",
    "current_origin",
    "is_uuid",
    "note",
    "origin_of",
    "record",
    "row",
    "tell",
]
