"""Suggestions for a caller: what they see, held against the brands they see."""

import asyncio

from shared.db import Scope, Tx

from auth.advertisers import queries as advertisers
from auth.advertisers.queries import Filter
from auth.brands import queries as brands

from .domain import Known, Suggestion, Unmapped, suggest


async def suggest_brands(tx: Tx, scope: Scope) -> tuple[Suggestion, ...]:
    """Changes nothing."""
    every = await advertisers.list_visible(tx, scope, Filter())
    known = [
        Known(
            brand.id,
            brand.name,
            (brand.name, *sorted({a.name for a in every if a.brand_id == brand.id})),
        )
        for brand in await brands.list_all(tx, scope)
        if not brand.archived
    ]
    unmapped = [Unmapped(a.id, a.name) for a in every if a.brand_id is None]
    return await asyncio.to_thread(suggest, unmapped, known)
