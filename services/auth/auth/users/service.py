"""One's own name and password, and what the operator changes of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.audit.entries import OPERATOR
from shared.db import SYSTEM, Db, Tx
from shared.errors import Conflict, NotFound
from shared.events import MemberUpdated
from shared.internal_tokens import Actor

from auth.audit.people import record_of_user
from auth.email_changes import queries as email_changes
from auth.identity.letters import Letters
from auth.logins import queries as logins
from auth.mail.service import post
from auth.names import clean_email, clean_name, fold_email
from auth.organizations.queries import put_password
from auth.password_resets import queries as password_resets
from auth.pepper import Pepper
from auth.second_factors import queries as second_factors
from auth.second_factors.service import Owner, password_wrong
from auth.sessions.passwords import Passwords
from auth.sessions.service import end_sessions_of
from auth.sessions.throttle import LoginThrottle
from shared import audit, outbox

from . import queries
from .queries import Profile


@dataclass(frozen=True, slots=True)
class OwnPassword:
    db: Db
    pepper: Pepper
    passwords: Passwords
    throttle: LoginThrottle
    letters: Letters

    async def change(self, owner: Owner, current: str, new: str, now: datetime) -> None:
        """Ends the person's other sessions and is told by letter. Raises Unprocessable
        (password_wrong, password_weak …), Conflict, or TooManyRequests (code_throttled)."""
        await self.throttle.admit(str(owner.user_id), owner.ip, now)
        async with self.db.tx(SYSTEM) as tx:
            login = await logins.login_of_user(tx, owner.user_id)
        stored = login.argon2_hash if login else None
        if not await self.passwords.matches(stored, current) or login is None:
            raise password_wrong()
        await self.passwords.check(new, (login.email,))
        hashed = await self.passwords.hash(new)
        async with self.db.tx(SYSTEM) as tx:
            if not await logins.replace_hash(tx, owner.user_id, login.argon2_hash, hashed):
                raise Conflict(
                    "The password was changed at the same time.", code="password_changed"
                )
            await set_password(tx, owner.user_id, hashed, now, keep=owner.session_id)
            await post(tx, self.pepper, self.letters.password_changed(login.email), now)
            await audit.tell(tx)
        await self.throttle.forgive(str(owner.user_id))


async def set_password(
    tx: Tx, user_id: UUID, argon2_hash: str, now: datetime, *, keep: UUID | None = None
) -> None:
    """A new password: whoever used the old one is out, but for the session to `keep`, and links to
    choose another one, or another address, are worth nothing."""
    await put_password(tx, user_id, argon2_hash, now)
    await logins.forget_challenges(tx, user_id)
    await password_resets.forget_user(tx, user_id)
    await email_changes.forget_user(tx, user_id)
    await end_sessions_of(tx, user_id, now, keep=keep)


async def reset_password(tx: Tx, email: str, argon2_hash: str, now: datetime) -> UUID:
    """By the operator, where no letter can; raises NotFound (user_not_found)."""
    user_id = await _user_of(tx, email)
    await set_password(tx, user_id, argon2_hash, now)
    await record_of_user(tx, "password.reset", user_id, Actor.service(OPERATOR))
    return user_id


async def remove_second_factor(tx: Tx, email: str, now: datetime) -> UUID:
    """By the operator, for somebody who lost it; every session ends. Raises NotFound."""
    user_id = await _user_of(tx, email)
    if not await second_factors.delete(tx, user_id):
        raise NotFound("They have no second factor.", code="second_factor_off")
    await end_sessions_of(tx, user_id, now)
    await record_of_user(tx, "second_factor.removed", user_id, Actor.service(OPERATOR))
    return user_id


async def _user_of(tx: Tx, email: str) -> UUID:
    user_id = await queries.user_of(tx, fold_email(email))
    if user_id is None:
        raise _user_not_found()
    return user_id


def _user_not_found() -> NotFound:
    return NotFound("There is no such user.", code="user_not_found")


async def profile_of(tx: Tx, user_id: UUID) -> Profile:
    """Raises NotFound for somebody who is gone."""
    found = await queries.profile_of(tx, user_id)
    if found is None:
        raise _user_not_found()
    return found


async def rename(tx: Tx, user_id: UUID, raw_name: str) -> Profile:
    """The name every organization of the person sees."""
    await queries.rename(tx, user_id, clean_name(raw_name, what="name"))
    await announce(tx, user_id)
    return await profile_of(tx, user_id)


async def change_email(tx: Tx, email: str, new_email: str) -> UUID:
    """By the operator, where no letter can; raises NotFound (user_not_found), Conflict (email_taken) or
    Unprocessable (email_invalid)."""
    user_id, wanted = await _user_of(tx, email), clean_email(new_email)
    if not await email_changes.set_email(tx, user_id, wanted):
        raise email_taken()
    await email_changes.forget_user(tx, user_id)
    await password_resets.forget_user(tx, user_id)
    await announce(tx, user_id)
    await record_of_user(tx, "email.changed", user_id, Actor.service(OPERATOR))
    return user_id


async def announce(tx: Tx, user_id: UUID) -> None:
    """Every organization of the person hears that they are called differently."""
    for organization_id in await queries.organizations_of(tx, user_id):
        data = MemberUpdated(subject_id=user_id, user_id=user_id)
        await outbox.add(tx, data, organization_id=organization_id)


def email_taken() -> Conflict:
    return Conflict("Somebody else has this address here.", code="email_taken")
