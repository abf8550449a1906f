"""Where the next page begins, told so that it only fits the question it belongs to. Pure."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from typing import Final

from shared.errors import Unprocessable

from .domain import Plan

_MARK_BYTES: Final = 8


def cursor_of(plan: Plan, position: int) -> str:
    """Opaque text: the rows up to `position` have been shown."""
    return urlsafe_b64encode(_mark(plan) + position.to_bytes(5, "big")).decode().rstrip("=")


def at_cursor(plan: Plan, cursor: str) -> Plan:
    """The same question from there on. Raises Unprocessable for a cursor of another question."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        raw = b""
    if len(raw) != _MARK_BYTES + 5 or raw[:_MARK_BYTES] != _mark(plan):
        raise Unprocessable(
            "This cursor belongs to another question.",
            code="cursor_invalid",
            hint="Repeat the query without cursor, then follow next_cursor with the same query.",
        )
    return replace(plan, skip=int.from_bytes(raw[_MARK_BYTES:], "big"))


def _mark(plan: Plan) -> bytes:
    names = [d.name for d in plan.dimensions], [m.name for m in plan.metrics]
    kept = [(dimension.name, sorted(values)) for dimension, values in plan.kept]
    chosen = (plan.filters.brand_ids, plan.filters.advertiser_ids, plan.filters.currency)
    parts = (plan.start_date, plan.end_date, names, kept, chosen, plan.sort, plan.granularity)
    text = repr((*map(str, parts), plan.as_of, plan.filters.ripest))
    return hashlib.sha256(text.encode()).digest()[:_MARK_BYTES]
