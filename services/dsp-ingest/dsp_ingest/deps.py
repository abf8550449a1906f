"""What routes and jobs are given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request
from shared.bus import Bus
from shared.clock import Clock
from shared.db import Db
from shared.deps import get_deps, require
from shared.errors import NotFound
from shared.internal_tokens import Actor

from .listings.domain import Pace
from .planning.domain import Policy
from .planning.service import Planner
from .quota.domain import Budgets, budget_of
from .quota.service import Allowance
from .reports.clients import Amazon, Warehouse
from .reports.domain import Limits
from .reports.service import Tools
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything `main` built. `draw` gives jitter, uniform in 0..1."""

    settings: Settings
    db: Db
    bus: Bus
    clock: Clock
    draw: Callable[[], float]
    planner: Planner
    tools: Tools
    allowance: Allowance

    @property
    def pace(self) -> Pace:
        """How often lists are pulled, and in what pages."""
        settings = self.settings
        return Pace(
            settings.list_light_interval_seconds,
            settings.list_full_interval_seconds,
            settings.list_page_rows,
        )


def planner_of(settings: Settings) -> Planner:
    """What is pulled and how much that may cost, from settings."""
    policy = Policy(
        interval=timedelta(seconds=settings.sync_interval_seconds),
        settle_ages=_numbers(settings.settle_ages_days),
        restate_ages=_numbers(settings.restate_ages_days),
        history_days=settings.sync_history_days,
        head_days=min(settings.sync_fresh_days, settings.sync_history_days),
        span_days=settings.sync_slice_days,
        requests_per_day=settings.sync_requests_per_day,
        intraday_per_day=settings.sync_intraday_per_day,
    )
    types = tuple(settings.sync_report_types.split(","))
    return Planner(policy, types, settings.sync_interactive_per_day)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def limits_of(settings: Settings) -> Limits:
    """The patience of reports, from settings."""
    return Limits(
        poll_min_seconds=settings.poll_min_seconds,
        poll_max_seconds=settings.poll_max_seconds,
        backoff_base_seconds=settings.backoff_base_seconds,
        backoff_max_seconds=settings.backoff_max_seconds,
        paused_retry_seconds=settings.paused_retry_seconds,
        stuck_report_seconds=settings.stuck_report_seconds,
        max_broken_files=settings.max_broken_files,
        max_download_attempts=settings.max_download_attempts,
        max_recreations=settings.max_recreations,
        max_denials=settings.max_denials,
    )


def tools_of(
    settings: Settings, amazon: Amazon, warehouse: Warehouse, scratch: Path, clock: Clock
) -> Tools:
    """What the work on reports needs of the outside."""
    return Tools(amazon, warehouse, limits_of(settings), scratch, clock)


def budgets_of(settings: Settings) -> Budgets:
    """How fast Amazon may be asked at most, from settings."""
    share = settings.quota_account_share
    return {
        "report_create": budget_of(settings.quota_create_per_minute, share),
        "report_read": budget_of(settings.quota_read_per_minute, share),
        "entities": budget_of(settings.quota_entities_per_minute, share),
        "insights": budget_of(settings.quota_insights_per_minute, share),
    }


def organization_of(actor: Actor) -> UUID:
    """Whose it is. Raises NotFound for callers of none."""
    if actor.organization_id is None:
        raise NotFound("No organization.")
    return actor.organization_id


def brands_of(actor: Actor) -> list[UUID] | None:
    """The brands the caller is narrowed to; None: all."""
    return None if actor.brand_ids is None else sorted(actor.brand_ids)


def _service_deps(request: Request) -> Deps:
    return cast("Deps", get_deps(request))


ServiceDeps = Annotated[Deps, Depends(_service_deps)]
Reader = Annotated[Actor, Depends(require("sync:read"))]
NumberReader = Annotated[Actor, Depends(require("report:read"))]
Manager = Annotated[Actor, Depends(require("sync:manage"))]
