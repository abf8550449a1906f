"""/_sandbox/*: clock, world, truth, faults, journal, revocation, reset. Loopback peers only."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import Response

from sandbox.accounts.whims import ManagerHabits
from sandbox.clock import stamp
from sandbox.deps import Deps, SandboxDeps
from sandbox.envelopes import json_response
from sandbox.faults.rules import Rule
from sandbox.lwa.grants import Habits
from sandbox.settings import LOOPBACK_HOSTS
from sandbox.world.facts import Level

from .schemas import (
    AdvanceBody,
    ClockBody,
    FaultsBody,
    HiddenBody,
    LwaBody,
    ManagersBody,
    Moment,
    PaceBody,
    RevokeBody,
)
from .truth import measures, total, truth_row
from .world_view import world_json

MAX_TRUTH_DAYS = 400


def from_this_machine(request: Request) -> None:
    """The control API has no login; it answers this machine only, wherever it is bound."""
    if not request.client or request.client.host not in LOOPBACK_HOSTS:
        raise HTTPException(403, "The control API answers loopback clients only")


health_router = APIRouter(prefix="/_sandbox")
router = APIRouter(prefix="/_sandbox", dependencies=[Depends(from_this_machine)])


@health_router.get("/health")
def health(deps: Deps) -> dict[str, str]:
    return {"status": "ok", "now": stamp(deps.clock.now())}


@router.get("/clock")
def get_clock(deps: Deps) -> dict[str, object]:
    return deps.clock.describe()


@router.put("/clock")
def put_clock(body: ClockBody, deps: Deps) -> dict[str, object]:
    if "now" in body.model_fields_set or "frozen" in body.model_fields_set:
        deps.clock.set(body.now, frozen=body.frozen)
    if "data_held_at" in body.model_fields_set:
        deps.clock.hold_data(body.data_held_at)
    return deps.clock.describe()


@router.post("/clock/advance")
def advance_clock(body: AdvanceBody, deps: Deps) -> dict[str, object]:
    deps.clock.advance(body.seconds)
    return deps.clock.describe()


@router.get("/world")
def get_world(deps: Deps) -> Response:
    return json_response(world_json(deps.world, deps.clock.now().date()))


@router.get("/truth")
def get_truth(
    deps: Deps,
    advertiser_id: str,
    start_date: date,
    end_date: date,
    level: Level = "advertiser",
    as_of: Annotated[Moment | None, Query()] = None,
) -> Response:
    """Sums per local day and entity as Amazon would report them at `as_of` (default: now)."""
    advertiser = deps.world.tree.advertisers.get(advertiser_id)
    if not advertiser:
        raise HTTPException(404, "No such advertiser")
    if not timedelta(0) <= end_date - start_date < timedelta(days=MAX_TRUTH_DAYS):
        raise HTTPException(422, f"start_date to end_date must span 1 to {MAX_TRUTH_DAYS} days")
    asked = as_of or deps.clock.now()
    at = deps.clock.data_time(asked)
    sums = deps.world.truth(advertiser, start_date, end_date, at, level)
    body = {
        "advertiser_id": advertiser_id,
        "currency": advertiser.currency,
        "timezone": advertiser.timezone,
        "level": level,
        "as_of": stamp(asked),
        "data_as_of": stamp(at),
        "rows": [truth_row(cell, metrics, level) for cell, metrics in sums],
        "totals": measures(total([metrics for _, metrics in sums])),
    }
    return json_response(body)


@router.get("/faults")
def get_faults(deps: Deps) -> dict[str, Any]:
    return {"rules": [_rule_json(rule) for rule in deps.faults.rules]}


@router.put("/faults")
def put_faults(body: FaultsBody, deps: Deps) -> dict[str, Any]:
    deps.faults.replace([Rule(**item.model_dump()) for item in body.rules])
    return get_faults(deps)


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {
        "match": rule.match, "kind": rule.kind, "rate": rule.rate, "count": rule.count,
        "retry_after": rule.retry_after, "seconds": rule.seconds, "seen": rule.seen,
        "fired": rule.fired,
    }  # fmt: skip


@router.get("/reports")
def get_pace(deps: Deps) -> dict[str, float]:
    pace = deps.reports.pace
    return {
        "pending_seconds": pace.pending_seconds,
        "processing_seconds": pace.processing_seconds,
        "fail_next": pace.fail_next,
    }


@router.put("/reports")
def put_pace(body: PaceBody, deps: Deps) -> dict[str, float]:
    pace = deps.reports.pace
    if body.pending_seconds is not None:
        pace.pending_seconds = body.pending_seconds
    if body.processing_seconds is not None:
        pace.processing_seconds = body.processing_seconds
    if body.fail_next is not None:
        pace.fail_next = body.fail_next
    return get_pace(deps)


@router.get("/lwa")
def get_lwa(deps: Deps) -> dict[str, str]:
    habits = deps.grants.habits
    return {"rotate_refresh_tokens": habits.rotation, "refuse_client": habits.refusal or ""}


@router.put("/lwa")
def put_lwa(body: LwaBody, deps: Deps) -> dict[str, str]:
    habits = deps.grants.habits
    if body.rotate_refresh_tokens is not None:
        habits.rotation = body.rotate_refresh_tokens
    if body.refuse_client is not None:
        habits.refusal = body.refuse_client or None
    return get_lwa(deps)


@router.get("/journal")
def get_journal(
    deps: Deps, contains: str = "", limit: Annotated[int, Query(ge=1, le=10_000)] = 100
) -> dict[str, Any]:
    return {"items": [item.as_json() for item in deps.journal.entries(contains, limit)]}


@router.post("/users/{user}/revoke")
def revoke_user(user: str, deps: Deps, body: RevokeBody | None = None) -> dict[str, Any]:
    """Ends the user's consents so far; a later consent counts again."""
    if user not in deps.world.tree.users:
        raise HTTPException(404, "No such user")
    access_tokens = bool(body and body.access_tokens)
    generation = deps.grants.revoke(user, access_tokens=access_tokens)
    return {"user": user, "generation": generation}


@router.put("/users/{user}/advertisers")
def hide_advertisers(user: str, body: HiddenBody, deps: Deps) -> dict[str, Any]:
    """Advertisers vanish for the user, and those not named come back."""
    if user not in deps.world.tree.users:
        raise HTTPException(404, "No such user")
    deps.whims.hide(user, body.hidden)
    return {"user": user, "hidden": sorted(deps.whims.hidden_from(user))}


@router.put("/managers")
def put_managers(body: ManagersBody, deps: Deps) -> dict[str, Any]:
    """How many links managers have, and whether this client may page through them."""
    deps.whims.manage(ManagerHabits(body.extra_links, body.account_links))
    return body.model_dump()


@router.post("/reset")
def reset(deps: Deps) -> dict[str, str]:
    """Back to a fresh sandbox: no codes, reports, revocations, faults, journal; real time."""
    deps.state.clear()
    deps.clock.set(None, frozen=False)
    deps.clock.hold_data(None)
    deps.faults.replace([])
    deps.quota.replace([], [], deps.clock.now(), named=True, form="seconds")
    deps.journal.clear()
    deps.streams.reset()
    deps.grants.habits = Habits()
    _default_pace(deps)
    return health(deps)


def _default_pace(deps: SandboxDeps) -> None:
    pace = deps.reports.pace
    pace.pending_seconds = deps.settings.sandbox_report_pending_seconds
    pace.processing_seconds = deps.settings.sandbox_report_processing_seconds
    pace.fail_next = 0
