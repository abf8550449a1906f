"""Ticks of auth's own housekeeping, and the first owner of a new installation."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from shared.clock import Clock
from shared.db import SYSTEM, Db

from .connections import queries as connections
from .connections.domain import ABANDONED_AFTER
from .consent_requests import queries as consent_requests
from .consent_requests.domain import KEEP as KEEP_REQUESTS
from .discoveries import chronicle_queries as chronicle
from .discoveries import queries as discoveries
from .email_changes import queries as email_changes
from .invitations import queries as invitations
from .logins import queries as logins
from .organizations import queries as organizations
from .organizations.service import create_first_owner
from .password_resets import queries as password_resets
from .sessions import queries as sessions
from .sessions.passwords import Passwords
from .settings import Settings
from .sign_ups import queries as sign_ups

KEEP_ENDED = timedelta(days=7)
KEEP_INVITATIONS = timedelta(days=90)
KEEP_DISCOVERIES = timedelta(days=30)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """Forgets what has ended: sessions, login counters, unanswered sign-ups and resets, consents never completed, old discoveries."""

    db: Db
    clock: Clock

    async def tick(self) -> None:
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            await sessions.forget_ended(tx, now - KEEP_ENDED)
            await logins.delete_expired(tx, now)
            await sign_ups.delete_expired(tx, now - KEEP_ENDED)
            await password_resets.delete_expired(tx, now - KEEP_ENDED)
            await email_changes.delete_expired(tx, now - KEEP_ENDED)
            await connections.forget_abandoned(tx, now - timedelta(days=1), now - ABANDONED_AFTER)
            await consent_requests.forget_old(tx, now - KEEP_REQUESTS)
            await invitations.forget_old(tx, now - KEEP_INVITATIONS)
            await discoveries.forget_old(tx, now - KEEP_DISCOVERIES)
            await chronicle.forget_old(tx, now - KEEP_DISCOVERIES)


@dataclass(frozen=True, slots=True)
class FirstOwner:
    """A resource: on start, creates the settings' owner when the installation has no user at all."""

    db: Db
    passwords: Passwords
    settings: Settings
    clock: Clock

    async def start(self) -> None:
        settings = self.settings
        if not settings.first_owner_email:
            return
        async with self.db.read(SYSTEM) as tx:
            if await organizations.has_users(tx):
                return
        hashed = await self.passwords.hash(settings.first_owner_password.get_secret_value())
        name, email = settings.first_organization_name, settings.first_owner_email
        async with self.db.tx(SYSTEM) as tx:
            created = await create_first_owner(tx, name, email, hashed, self.clock())
        if created:
            _log.info("first_owner_created", organization_id=str(created))

    async def stop(self) -> None:
        """Nothing to end."""
