"""What `main` builds and routes ask for."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from shared.bus import Bus
from shared.db import Db
from shared.deps import require
from shared.errors import Forbidden
from shared.internal_tokens import Actor


@dataclass(frozen=True)
class Deps:
    """The service's wired parts."""

    db: Db
    bus: Bus


def reader_organization(actor: Annotated[Actor, Depends(require("amc:read"))]) -> UUID:
    """The organization of a caller who may read AMC."""
    if actor.organization_id is None:
        raise Forbidden("This caller belongs to no organization.", code="no_organization")
    return actor.organization_id


ReaderOrganization = Annotated[UUID, Depends(reader_organization)]
