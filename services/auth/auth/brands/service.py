"""Creating and renaming brands."""

from datetime import datetime
from uuid import UUID

from shared.db import Scope, Tx
from shared.errors import Conflict, NotFound
from shared.events import BrandCreated, BrandUpdated
from shared.ids import new_id

from auth.names import clean_name
from auth.scopes import need_every_brand, organization_of
from shared import outbox

from . import queries
from .queries import Brand

WHAT = "name of a brand"


async def create_brand(tx: Tx, scope: Scope, name: str, now: datetime) -> Brand:
    """A new brand; raises Conflict (brand_name_taken) or, for some-brands callers, Forbidden."""
    brand_id = await _insert(tx, scope, clean_name(name, what=WHAT), now)
    if brand_id is None:
        raise name_taken()
    return await show_brand(tx, scope, brand_id)


async def brand_named(tx: Tx, scope: Scope, name: str, now: datetime) -> UUID:
    """The open brand of this name, created where there is none."""
    clean = clean_name(name, what=WHAT)
    await queries.lock(tx, scope)
    existing = await queries.id_of_name(tx, scope, clean)
    brand_id = existing or await _insert(tx, scope, clean, now)
    if brand_id is None:
        raise name_taken()
    return brand_id


async def rename_brand(tx: Tx, scope: Scope, brand_id: UUID, name: str, now: datetime) -> Brand:
    """Raises NotFound or Conflict (brand_name_taken); the same name again changes nothing."""
    clean = clean_name(name, what=WHAT)
    await queries.lock(tx, scope)
    brand = await show_brand(tx, scope, brand_id)
    if brand.name == clean:
        return brand
    holder = await queries.id_of_name(tx, scope, clean)
    if holder not in (None, brand_id):
        raise name_taken()
    await queries.rename(tx, scope, brand_id, clean, now)
    data = BrandUpdated(brand_id=brand_id, name=clean)
    await outbox.add(tx, data, organization_id=organization_of(scope), brand_id=brand_id)
    return await show_brand(tx, scope, brand_id)


async def show_brand(tx: Tx, scope: Scope, brand_id: UUID) -> Brand:
    """Raises NotFound, also for brands the caller may not see."""
    brand = await queries.get(tx, scope, brand_id)
    if brand is None:
        raise NotFound("There is no such brand.", code="brand_not_found")
    return brand


async def _insert(tx: Tx, scope: Scope, name: str, now: datetime) -> UUID | None:
    need_every_brand(scope)
    brand_id = new_id()
    if not await queries.insert(tx, scope, brand_id, name, now):
        return None
    data = BrandCreated(brand_id=brand_id, name=name)
    await outbox.add(tx, data, organization_id=organization_of(scope), brand_id=brand_id)
    return brand_id


def name_taken() -> Conflict:
    return Conflict("A brand of this name exists.", code="brand_name_taken")
