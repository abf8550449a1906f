"""What the routes need, in one place, and how a request finds it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from .accounts.whims import Whims
from .clerk.instance import ClerkInstance
from .clock import SandboxClock
from .control.journal import Journal
from .entities.catalogue import Catalogue
from .faults.rules import Faults
from .lwa.grants import Grants
from .mail.mailbox import Mailbox
from .quota.model import Quota
from .reports.lifecycle import Reports
from .settings import Settings
from .state import State
from .streams.delivery import Streams
from .world.facts import World


@dataclass(frozen=True, slots=True)
class SandboxDeps:
    settings: Settings
    state: State
    clock: SandboxClock
    world: World
    grants: Grants
    reports: Reports
    unified_reports: Reports
    classic_reports: Reports
    catalogue: Catalogue
    faults: Faults
    journal: Journal
    mailbox: Mailbox
    clerk: ClerkInstance
    whims: Whims
    quota: Quota
    streams: Streams


def get_deps(request: Request) -> SandboxDeps:
    return request.app.state.deps


def region_of(request: Request) -> str:
    """The region in the path's first segment: na, eu or fe."""
    return request.url.path.split("/", 2)[1]


Deps = Annotated[SandboxDeps, Depends(get_deps)]
CurrentRegion = Annotated[str, Depends(region_of)]
