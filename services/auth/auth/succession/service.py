"""Choosing who serves, following credentials, pins, and what a departure would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Scope, Tx
from shared.errors import NotFound, Unprocessable
from shared.internal_tokens import Actor

from auth.advertisers.service import announce
from auth.connections.queries import list_visible as list_connections
from auth.discoveries.sightings_queries import lock_organization
from auth.scopes import brands_of, organization_of
from shared import audit

from . import amc_queries, queries
from .domain import (
    Candidate,
    Cause,
    Choice,
    Ranked,
    Serving,
    Standing,
    choose,
    follow,
    rank,
    review_at,
)


@dataclass(frozen=True, slots=True)
class Affected:
    """An advertiser that a departing connection is linked to. `served_by` is who serves it now,
    `successor` who would; None: it would go dark. `dark_already`: nobody can pull it now either."""

    advertiser_id: UUID
    name: str
    region: str
    brand_id: UUID | None
    brand_name: str | None
    served_by: UUID | None
    successor: UUID | None
    dark_already: bool


@dataclass(frozen=True, slots=True)
class AffectedInstance:
    """An AMC instance that a departing connection reaches; `successor` as for advertisers."""

    instance_id: UUID
    name: str
    account_name: str
    successor: UUID | None


@dataclass(frozen=True, slots=True)
class Departure:
    """What changes when connections go. Pure preview: nothing is written."""

    connection_ids: tuple[UUID, ...]
    advertisers: tuple[Affected, ...]
    instances: tuple[AffectedInstance, ...]

    @property
    def dark_advertisers(self) -> tuple[Affected, ...]:
        """Those that would have nobody who can pull them."""
        return tuple(a for a in self.advertisers if a.successor is None)

    @property
    def dark_instances(self) -> tuple[AffectedInstance, ...]:
        return tuple(i for i in self.instances if i.successor is None)


@dataclass(frozen=True, slots=True)
class Explained:
    """Who serves an advertiser, since when and why, and everybody who could."""

    advertiser_id: UUID
    connection_id: UUID | None
    served: bool
    cause: Cause
    previous_connection_id: UUID | None
    since: datetime
    pinned_connection_id: UUID | None
    candidates: tuple[Ranked, ...]


async def settle(
    tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Choice]:
    """Applies the rule to the advertisers; what changed, told to nobody yet. Writers of links and
    standings hold the organization's lock, or that of the connection, before they come here."""
    linked = await queries.candidates(tx, organization_id, advertiser_ids)
    serving = await queries.lock_serving(tx, organization_id, advertiser_ids)
    changed: dict[UUID, Choice] = {}
    for advertiser_id in advertiser_ids:
        found = linked.get(advertiser_id, [])
        choice = choose(found, serving.get(advertiser_id), now)
        if choice is not None:
            changed[advertiser_id] = choice
    await queries.save_choices(tx, organization_id, changed, now)
    for advertiser_id in changed.keys() & serving.keys():
        choice = changed[advertiser_id]
        await audit.record(
            tx,
            "advertiser.connection_changed",
            Actor.service("auth", organization_id),
            target=("advertiser", advertiser_id),
            connection_id=choice.connection_id,
            cause=choice.cause,
        )
    due = review_at((c for found in linked.values() for c in found), now)
    await queries.plan_review(tx, organization_id, due)
    return changed


async def settle_and_tell(
    tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Choice]:
    """`advertiser.linked` for each whose choice changed and that somebody is linked to."""
    changed = await settle(tx, organization_id, advertiser_ids, now)
    await announce(tx, organization_id, list(changed))
    return changed


async def follow_credential(
    tx: Tx, organization_id: UUID, connection_id: UUID, at: datetime
) -> None:
    """Takes over what the connection's credential state has become; same state again: nothing."""
    row = await queries.lock_standing(tx, organization_id, connection_id)
    if row is None:
        return
    before = Standing(
        row["credential_state"] or "unknown",
        row["failing_since"],
        row["falls"],
        row["fallen_at"],
        row["recovered_at"],
    )
    after = follow(before, row["told"], at)
    if after == before:
        return
    await queries.save_standing(tx, organization_id, connection_id, after)
    await lock_organization(tx, organization_id)
    reached = await queries.reached_by(tx, organization_id, [connection_id])
    await settle_and_tell(tx, organization_id, reached, at)


async def explain(tx: Tx, scope: Scope, advertiser_id: UUID, now: datetime) -> Explained:
    """Raises NotFound, also for advertisers the caller may not see."""
    organization_id = organization_of(scope)
    await _need(tx, scope, advertiser_id)
    row = await queries.explain(tx, organization_id, advertiser_id)
    found = (await queries.candidates(tx, organization_id, [advertiser_id])).get(advertiser_id, [])
    if row is None:
        return Explained(
            advertiser_id, None, False, "nobody_left", None, now, None, rank(found, None, now)
        )
    serving = Serving(
        row["connection_id"],
        row["served"],
        row["since"],
        row["pinned_connection_id"],
        row["pinned_at"],
    )
    return Explained(
        advertiser_id,
        serving.connection_id,
        serving.served,
        row["cause"],
        row["previous_connection_id"],
        serving.since,
        serving.pinned_connection_id,
        rank(found, serving, now),
    )


async def pin(
    tx: Tx,
    scope: Scope,
    advertiser_id: UUID,
    connection_id: UUID | None,
    pinned_by: str,
    now: datetime,
) -> Explained:
    """A person's choice (None: the rule's); it counts at once where that grant works. Raises NotFound,
    Unprocessable (connection_not_linked)."""
    organization_id = organization_of(scope)
    await _need(tx, scope, advertiser_id)
    await lock_organization(tx, organization_id)
    found = (await queries.candidates(tx, organization_id, [advertiser_id])).get(advertiser_id, [])
    if connection_id is not None and connection_id not in {c.connection_id for c in found}:
        raise Unprocessable(
            "That connection does not see the advertiser.", code="connection_not_linked"
        )
    await queries.set_pin(tx, organization_id, advertiser_id, connection_id, pinned_by, now)
    await settle_and_tell(tx, organization_id, [advertiser_id], now)
    return await explain(tx, scope, advertiser_id, now)


async def what_if_without(
    tx: Tx,
    organization_id: UUID,
    connection_ids: Sequence[UUID],
    now: datetime,
    brand_ids: list[UUID] | None = None,
) -> Departure:
    """What goes on, and through whom, and what goes dark once the connections are gone. A caller limited
    to `brand_ids` is told of these brands' advertisers only, and of no AMC instance."""
    leaving = frozenset(connection_ids)
    reached = await queries.reached_by(tx, organization_id, list(leaving))
    linked = await queries.candidates(tx, organization_id, reached)
    rows = await queries.named(tx, organization_id, reached, brand_ids)
    advertisers = tuple(
        Affected(
            advertiser_id=row["advertiser_id"],
            name=row["name"],
            region=row["region"],
            brand_id=row["brand_id"],
            brand_name=row["brand_name"],
            served_by=row["served_by"],
            successor=_successor(linked[row["advertiser_id"]], leaving, row["served_by"], now),
            dark_already=not row["served"],
        )
        for row in rows
        if leaving & {c.connection_id for c in linked.get(row["advertiser_id"], [])}
    )
    instances = () if brand_ids is not None else await _instances(tx, organization_id, leaving, now)
    return Departure(tuple(connection_ids), advertisers, instances)


async def _instances(
    tx: Tx, organization_id: UUID, leaving: frozenset[UUID], now: datetime
) -> tuple[AffectedInstance, ...]:
    rows = await amc_queries.reached(tx, organization_id, list(leaving))
    reaching: dict[UUID, list[Candidate]] = {}
    for row in rows:
        reaching.setdefault(row["instance_id"], []).append(amc_queries.candidate(row))
    names = {row["instance_id"]: (row["name"], row["account_name"]) for row in rows}
    return tuple(
        AffectedInstance(instance_id, *names[instance_id], _successor(found, leaving, None, now))
        for instance_id, found in reaching.items()
    )


def _successor(
    found: Sequence[Candidate], leaving: frozenset[UUID], served_by: UUID | None, now: datetime
) -> UUID | None:
    """Who would serve: whoever does, if they stay, else the best who can."""
    staying = [c for c in found if c.connection_id not in leaving]
    serving = None if served_by is None else Serving(served_by, True, now)
    ranked = rank(staying, serving, now)
    best = ranked[0] if ranked and ranked[0].usable else None
    return None if best is None else best.candidate.connection_id


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who might go, one of: a connection, all that a member opened, all of a connection's Amazon user."""

    connection_id: UUID | None = None
    user_id: UUID | None = None
    amazon_user_of: UUID | None = None


async def foresee(tx: Tx, scope: Scope, leaving: Leaving, now: datetime) -> Departure:
    """Raises Unprocessable (departure_unclear) unless exactly one is given, NotFound for a connection
    that the caller may not see."""
    asked = (leaving.connection_id, leaving.user_id, leaving.amazon_user_of)
    if sum(one is not None for one in asked) != 1:
        raise Unprocessable(
            "Give one of connection_id, user_id and amazon_user_of.", code="departure_unclear"
        )
    organization_id = organization_of(scope)
    going = await _going(tx, scope, leaving)
    return await what_if_without(tx, organization_id, going, now, brands_of(scope))


async def _going(tx: Tx, scope: Scope, leaving: Leaving) -> list[UUID]:
    """Those of the connections meant that the caller may see."""
    visible = {c.id: c for c in await list_connections(tx, scope)}
    one = leaving.connection_id or leaving.amazon_user_of
    if one is not None and one not in visible:
        raise NotFound("There is no such connection.", code="connection_not_found")
    if leaving.connection_id is not None:
        return [leaving.connection_id]
    meant = await queries.opened_alike(
        tx, organization_of(scope), leaving.user_id, leaving.amazon_user_of
    )
    return [connection_id for connection_id in meant if connection_id in visible]


async def _need(tx: Tx, scope: Scope, advertiser_id: UUID) -> None:
    organization_id, brands = organization_of(scope), brands_of(scope)
    if not await queries.named(tx, organization_id, [advertiser_id], brands):
        raise NotFound("There is no such advertiser.", code="advertiser_not_found")
