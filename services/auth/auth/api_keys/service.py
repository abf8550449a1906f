"""Making, rotating, revoking and recognising API keys.

`Idempotency-Key` is not honoured where a secret is shown: the answer would have to be kept.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.api_keys import is_well_formed, new_key
from shared.db import Scope, Tx
from shared.errors import Forbidden, NotFound, Unauthenticated
from shared.events import ApiKeyCreated, ApiKeyRevoked, ApiKeyUpdated
from shared.ids import new_id
from shared.internal_tokens import Actor

from auth.names import clean_name
from auth.organizations.queries import count_brands
from auth.pepper import Pepper
from auth.roles.domain import Effective, effective
from auth.roles.queries import grants_of
from auth.roles.service import authority_of, check_decides
from auth.scopes import organization_of
from shared import audit, outbox

from . import queries
from .domain import ApiKey, EndedKey, LiveKey, Wish, end_of_life

MANAGE = "api_key:manage"
WHAT = "name of an API key"


@dataclass(frozen=True, slots=True)
class Issued:
    """A key and the only copy of its secret."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """A key that was presented, and what it may do at the moment."""

    key: LiveKey
    effective: Effective


@dataclass(frozen=True, slots=True)
class Policy:
    """`longest`: how long a key lives at most; None: for ever, if wanted."""

    pepper: Pepper
    longest: timedelta | None


async def create_key(tx: Tx, manager: Actor, wish: Wish, policy: Policy, now: datetime) -> Issued:
    """Raises Forbidden (beyond_own_rights) for more than the creator may do, NotFound
    (brand_not_found), Unprocessable (expiry_invalid, name_invalid)."""
    organization_id = organization_of(manager.scope)
    authority = await authority_of(tx, manager, MANAGE)
    brands = sorted(wish.brand_ids or ())
    if await count_brands(tx, organization_id, brands) != len(brands):
        raise NotFound("A brand of the list is not in the organization.", code="brand_not_found")
    check_decides(authority, wish.access)
    clean = replace(
        wish,
        name=clean_name(wish.name, what=WHAT),
        expires_at=end_of_life(wish.expires_at, policy.longest, now),
    )
    key_id = new_id()
    await queries.insert(tx, organization_id, key_id, authority.user_id, clean, now)
    secret = await _issue(tx, organization_id, key_id, authority.user_id, policy, now)
    _note(tx, clean)
    data = ApiKeyCreated(subject_id=key_id, user_id=authority.user_id)
    await outbox.add(tx, data, organization_id=organization_id)
    return Issued(await show_key(tx, manager.scope, key_id, now), secret)


async def rotate_key(
    tx: Tx,
    manager: Actor,
    key_id: UUID,
    grace: timedelta,
    expires_at: datetime | None,
    policy: Policy,
    now: datetime,
) -> Issued:
    """A new secret; the one before works for the grace. `expires_at` None: as before. Only for the
    key's owner: whoever sees a secret can do what its owner may do. Raises as `create_key`."""
    key = await _locked(tx, manager.scope, key_id, now)
    if str(key.owner_id) != manager.subject:
        raise Forbidden("Only its owner can have a new secret of a key.", code="not_your_key")
    if expires_at is not None:
        end = end_of_life(expires_at, policy.longest, now)
        await queries.set_expiry(tx, key.organization_id, key_id, end)
    await queries.replace_secret(tx, key.organization_id, key_id, now + grace, now)
    secret = await _issue(tx, key.organization_id, key_id, key.owner_id, policy, now)
    audit.note(tx, name=key.wish.name, grace_hours=int(grace.total_seconds() // 3600))
    await _tell_updated(tx, key.organization_id, key_id, key.owner_id)
    return Issued(await show_key(tx, manager.scope, key_id, now), secret)


async def rename_key(tx: Tx, scope: Scope, key_id: UUID, name: str, now: datetime) -> ApiKey:
    """The same name again changes nothing."""
    clean = clean_name(name, what=WHAT)
    key = await _locked(tx, scope, key_id, now)
    if key.wish.name == clean:
        return key
    await queries.rename(tx, key.organization_id, key_id, clean)
    audit.note(tx, name_before=key.wish.name, name=clean)
    await _tell_updated(tx, key.organization_id, key_id, key.owner_id)
    return await show_key(tx, scope, key_id, now)


async def revoke_key(tx: Tx, scope: Scope, key_id: UUID, now: datetime) -> None:
    """The key ends at once; raises NotFound, also for one that was revoked before."""
    key = await _locked(tx, scope, key_id, now)
    audit.note(tx, name=key.wish.name)
    await _revoke(tx, key.organization_id, key_id, key.owner_id, now)


async def show_key(tx: Tx, scope: Scope, key_id: UUID, now: datetime) -> ApiKey:
    """Raises NotFound, also for keys of brands the caller may not see."""
    key = await queries.get(tx, scope, key_id, now)
    if key is None:
        raise NotFound("There is no such API key.", code="api_key_not_found")
    return key


async def resolve_key(
    tx: Tx, pepper: Pepper, secret: str, ip: str, now: datetime
) -> Resolved | EndedKey:
    """Whom a secret stands for, or stood for once; raises Unauthenticated (api_key_invalid) for what
    never was one. Looked up by its hash alone, so that an id that exists costs what any other costs.
    """
    if not is_well_formed(secret):
        raise _unknown()
    secret_hash = pepper.api_key_hash(secret)
    key = await queries.live_by_secret(tx, secret_hash, now)
    if key is None:
        ended = await queries.ended_by_secret(tx, secret_hash, now)
        if ended is None:
            raise _unknown()
        return ended
    if key.due_touch(now) and key.admits(ip):
        await queries.touch(tx, key.organization_id, key.id, ip[:64], now)
    owner = effective(await grants_of(tx, key.organization_id, key.owner_id))
    return Resolved(key, key.within(owner))


def _unknown() -> Unauthenticated:
    return Unauthenticated("The API key is unknown, expired or revoked.", code="api_key_invalid")


async def owned_by(tx: Tx, organization_id: UUID, user_id: UUID) -> list[tuple[UUID, str]]:
    """Ids and names of the keys that end with this member, or go to an heir."""
    return await queries.of_owner(tx, organization_id, user_id)


async def hand_over(tx: Tx, organization_id: UUID, from_user: UUID, to_user: UUID) -> None:
    """Every key of one member becomes another's. It goes on working within the heir's rights; the one
    before has seen its secret, so the key is shown as to be rotated until it was."""
    for key_id, _name in await queries.of_owner(tx, organization_id, from_user):
        await queries.change_owner(tx, organization_id, key_id, to_user)
        await _tell_updated(tx, organization_id, key_id, to_user)


async def revoke_owned(tx: Tx, organization_id: UUID, user_id: UUID, now: datetime) -> None:
    """Every key of a member who leaves without an heir."""
    for key_id, _name in await queries.of_owner(tx, organization_id, user_id):
        await _revoke(tx, organization_id, key_id, user_id, now)


async def _locked(tx: Tx, scope: Scope, key_id: UUID, now: datetime) -> ApiKey:
    await queries.lock(tx, organization_of(scope), key_id)
    return await show_key(tx, scope, key_id, now)


async def _issue(
    tx: Tx, organization_id: UUID, key_id: UUID, shown_to: UUID, policy: Policy, now: datetime
) -> str:
    secret = new_key(key_id)
    secret_hash = policy.pepper.api_key_hash(secret)
    await queries.insert_secret(tx, organization_id, key_id, secret_hash, shown_to, now)
    return secret


async def _revoke(
    tx: Tx, organization_id: UUID, key_id: UUID, owner_id: UUID, now: datetime
) -> None:
    await queries.revoke(tx, organization_id, key_id, now)
    data = ApiKeyRevoked(subject_id=key_id, user_id=owner_id)
    await outbox.add(tx, data, organization_id=organization_id)


def _note(tx: Tx, wish: Wish) -> None:
    """What the audit log tells of a new key."""
    audit.note(
        tx,
        name=wish.name,
        permissions=sorted(wish.permissions),
        brand_ids=wish.brand_ids or (),
        brands="every" if wish.brand_ids is None else sorted(wish.brand_ids),
        networks=[str(network) for network in wish.networks],
        expires_at=wish.expires_at and wish.expires_at.isoformat(),
    )


async def _tell_updated(tx: Tx, organization_id: UUID, key_id: UUID, owner_id: UUID) -> None:
    data = ApiKeyUpdated(subject_id=key_id, user_id=owner_id)
    await outbox.add(tx, data, organization_id=organization_id)
