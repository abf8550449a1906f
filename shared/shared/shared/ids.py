"""Identifiers of ours. Amazon's own ids are text everywhere: they exceed 2^53."""

from uuid import UUID, uuid4


def new_id() -> UUID:
    """A new random identifier for a row or an event."""
    return uuid4()
