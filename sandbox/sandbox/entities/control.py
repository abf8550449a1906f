"""/_sandbox/entities/{id}: what an entity is and was, and changes on command."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import Field as Limited

from sandbox.clock import stamp
from sandbox.control.routes import from_this_machine
from sandbox.control.schemas import Moment, Strict
from sandbox.deps import Deps, SandboxDeps
from sandbox.world.tree import Advertiser

from .history import Change, Field, Origin, Version

router = APIRouter(prefix="/_sandbox/entities", dependencies=[Depends(from_this_machine)])


class EntityBody(Strict):
    """What is not named stays. `budget` is in currency units; ads have none."""

    name: str | None = Limited(default=None, min_length=1, max_length=256)
    state: Literal["ENABLED", "PAUSED", "ARCHIVED"] | None = None
    budget: float | None = Limited(default=None, gt=0, le=1e9)
    deleted: bool | None = None


@router.get("/{entity_id}")
def get_entity(
    entity_id: str, deps: Deps, at: Annotated[Moment | None, Query()] = None
) -> dict[str, Any]:
    """The truth at `at` (default: now), what lists show then, and all changes up to then."""
    advertiser, origin = _find(entity_id, deps)
    return _shown(advertiser, origin, at or deps.clock.now(), deps)


@router.put("/{entity_id}")
def put_entity(entity_id: str, body: EntityBody, deps: Deps) -> dict[str, Any]:
    """Changes the entity now; lists show it up to 20 seconds later."""
    advertiser, origin = _find(entity_id, deps)
    if body.budget is not None and origin.kind == "ad":
        raise HTTPException(422, "An ad has no budget")
    at = deps.clock.now()
    budget = None if body.budget is None else round(body.budget * 1_000_000)
    asked: list[tuple[Field, str | int | None]] = [
        ("name", body.name), ("state", body.state), ("budget", budget), ("deleted", body.deleted),
    ]  # fmt: skip
    changes = [Change(at, field, value) for field, value in asked if value is not None]
    deps.catalogue.history.command(entity_id, changes)
    return _shown(advertiser, origin, at, deps)


def _find(entity_id: str, deps: SandboxDeps) -> tuple[Advertiser, Origin]:
    found = deps.catalogue.find(entity_id, deps.clock.now().date())
    if not found:
        raise HTTPException(404, "No such entity")
    return found


def _shown(
    advertiser: Advertiser, origin: Origin, at: datetime, deps: SandboxDeps
) -> dict[str, Any]:
    history = deps.catalogue.history
    return {
        "id": origin.entity_id,
        "kind": origin.kind,
        "advertiser_id": advertiser.advertiser_id,
        "currency": advertiser.currency,
        "at": stamp(at),
        "truth": _version(history.truth(origin, at)),
        "listed": _version(history.seen(origin, at)),
        "changes": [
            {
                "at": stamp(change.at),
                "listed_at": stamp(history.seen_at(origin, change.at)),
                "field": change.field,
                "value": change.value,
            }
            for change in history.changes(origin)
            if change.at <= at
        ],
    }


def _version(version: Version | None) -> dict[str, Any] | None:
    if version is None:
        return None
    return {
        "name": version.name,
        "state": version.state,
        "budget_micros": version.budget_micros,
        "deleted": version.deleted,
        "created_at": stamp(version.created_at),
        "updated_at": stamp(version.updated_at),
    }
