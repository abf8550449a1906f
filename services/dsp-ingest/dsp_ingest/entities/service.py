"""Takes in what listings show: new versions, and the facts that follow from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.events import AdChanged, AdGroupChanged, CampaignChanged
from shared.events.dsp_ingest import EntityChange, EntityFieldChange
from shared.metrics import counter

from shared import outbox

from . import queries
from .domain import (
    BASELINE,
    Current,
    Kind,
    Listed,
    Version,
    deleted_version,
    first_version,
    is_confirmed,
    is_stale,
    next_version,
)

VERSIONS = counter("dsp_entity_versions_total", "Versions of entities", ["kind", "change"])
STALE = counter("dsp_entity_stale_total", "Entities listed older than they were known", ["kind"])


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose entities they are."""

    organization_id: UUID
    advertiser_id: UUID
    brand_id: UUID | None


async def take(
    tx: Tx, owner: Owner, kind: Kind, listed: Sequence[Listed], now: datetime, *, baseline: bool
) -> None:
    """A page of a list. Taking the same page again changes nothing."""
    ids = [each.entity_id for each in listed]
    where = (owner.organization_id, owner.advertiser_id)
    known = await queries.current(tx, *where, kind, ids)
    versions: list[Version] = []
    for each in listed:
        before = known.get(each.entity_id)
        if before is None:
            versions.append(first_version(each, now, baseline=baseline))
        elif (after := next_version(before, each, now)) is not None:
            versions.append(after)
    await _write(tx, owner, known, versions)
    await _touch(tx, known, listed, versions)


async def _touch(
    tx: Tx, known: Mapping[str, Current], listed: Sequence[Listed], versions: Sequence[Version]
) -> None:
    """What is there is no longer missing, and no older than Amazon says."""
    written = {version.entity_id for version in versions}
    kept = [(known[e.entity_id], e) for e in listed if e.entity_id not in written]
    stale = [each for before, each in kept if is_stale(before, each)]
    if stale:
        STALE.labels(stale[0].kind).inc(len(stale))
    back = [before.version_id for before, _ in kept if before.missing_since is not None]
    if back:
        await queries.set_missing(tx, back, None)
    newer = [
        (before.version_id, each.updated_at)
        for before, each in kept
        if each.updated_at is not None and not is_stale(before, each)
        and each.updated_at != before.updated_at
    ]  # fmt: skip
    if newer:
        await queries.touch(tx, *zip(*newer, strict=True))


async def sweep(
    tx: Tx, owner: Owner, kind: Kind, listing_id: UUID, started_at: datetime, now: datetime
) -> None:
    """After the last page of a kind: what was not on it is missing, and deleted when it was missing
    in an earlier listing too."""
    where = (owner.organization_id, owner.advertiser_id)
    gone = await queries.missing(tx, *where, kind, listing_id)
    confirmed = [e for e in gone if e.missing_since and is_confirmed(e.missing_since, started_at)]
    await _write(
        tx,
        owner,
        {each.entity_id: each for each in confirmed},
        [deleted_version(each, now) for each in confirmed],
    )
    fresh = [each.version_id for each in gone if each.missing_since is None]
    if fresh:
        await queries.set_missing(tx, fresh, started_at)


async def _write(
    tx: Tx, owner: Owner, known: Mapping[str, Current], versions: Sequence[Version]
) -> None:
    if not versions:
        return
    await queries.lock_feed(tx, owner.organization_id)
    ends = [
        (known[version.entity_id].version_id, version.valid_from)
        for version in versions
        if version.entity_id in known
    ]
    await queries.close(tx, ends)
    await queries.insert(tx, owner.organization_id, owner.advertiser_id, versions)
    for version in versions:
        VERSIONS.labels(version.kind, version.change).inc()
        event = _event(owner, version)
        if event is not None:
            await outbox.add(
                tx, event, organization_id=owner.organization_id, brand_id=owner.brand_id
            )


def _event(owner: Owner, version: Version) -> CampaignChanged | AdGroupChanged | AdChanged | None:
    """The fact behind a version. An ad in an ad group is a fact about the ad; those found at first
    are told by none."""
    fields, entity_id = version.fields, version.entity_id
    told = EntityChange(
        advertiser_id=owner.advertiser_id,
        name=str(fields.get("name", "")),
        change=version.change,
        changes=[
            EntityFieldChange(field=c.field, before=c.before, after=c.after)
            for c in version.changes
        ],
        seen_at=version.seen_at,
        valid_from=version.valid_from,
        amazon_updated_at=version.updated_at,
    ).model_dump()
    match version.kind:
        case "campaign":
            return CampaignChanged(campaign_id=entity_id, **told)
        case "ad_group":
            return AdGroupChanged(ad_group_id=entity_id, campaign_id=fields["campaign_id"], **told)
        case "ad":
            return AdChanged(ad_id=entity_id, **told)
        case "ad_association":
            return None if version.change == BASELINE else _association(told, version)


def _association(told: Mapping[str, object], version: Version) -> AdChanged:
    """An ad came into an ad group, left it, or is shown there otherwise than before."""
    group = version.fields["ad_group_id"]
    moved = EntityFieldChange(
        field="ad_group",
        before=group if version.deleted else None,
        after=None if version.deleted else group,
    )
    changes = told["changes"] if version.change == "changed" else [moved]
    whole = {**told, "name": "", "change": "changed", "changes": changes, "ad_group_id": group}
    return AdChanged.model_validate({"ad_id": version.fields["ad_id"], **whole})
