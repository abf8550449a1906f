"""Changing the address one signs in with: asked for with the password, confirmed from the new mailbox.

The link works for the person who asked, signed in: a typing error does not give an account to a stranger.
Whether the new address has an account is told to its mailbox alone. The old one hears of both steps, of
the first while its password can still be changed; a new password voids what was asked for.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.db import SYSTEM, Db
from shared.errors import Forbidden, Unprocessable

from auth.identity.letters import EMAIL_CHANGE_LIFE, Letters
from auth.mail.service import post
from auth.names import clean_email
from auth.password_resets import queries as password_resets
from auth.password_resets.service import mail_disabled
from auth.pepper import Pepper, new_bearer
from auth.second_factors.service import Owner, SecondFactors
from auth.sessions.throttle import LoginThrottle
from auth.sign_ups.service import link_expired, link_invalid
from auth.users import queries as users
from auth.users.queries import Profile
from auth.users.service import announce, email_taken, profile_of
from shared import audit

from . import queries


@dataclass(frozen=True, slots=True)
class EmailChanges:
    """`throttle` counts letters; passwords are counted where they are looked at."""

    db: Db
    pepper: Pepper
    throttle: LoginThrottle
    second_factors: SecondFactors
    letters: Letters
    sends_mail: bool

    async def ask(self, owner: Owner, raw_email: str, password: str, now: datetime) -> None:
        """A letter to the new address and one to the old. Raises Unprocessable (email_invalid,
        email_unchanged, password_wrong), Conflict (mail_disabled) or TooManyRequests
        (letters_throttled, code_throttled)."""
        if not self.sends_mail:
            raise mail_disabled("Its operator can change it: auth.cli users change-email.")
        email, token = clean_email(raw_email), new_bearer()
        login = await self.second_factors.reauthenticate(owner, password, now)
        if email == login.email:
            raise Unprocessable("That is your address already.", code="email_unchanged")
        await self.throttle.admit(email, owner.ip, now)
        async with self.db.tx(SYSTEM) as tx:
            if await users.user_of(tx, email) is None:
                until = now + EMAIL_CHANGE_LIFE
                token_hash = self.pepper.mailed_hash(token)
                await queries.put(tx, token_hash, owner.user_id, email, now, until)
                letter = self.letters.confirm_email(email, login.email, token)
            else:
                letter = self.letters.address_in_use(email)
            await post(tx, self.pepper, letter, now)
            await post(tx, self.pepper, self.letters.email_change_asked(login.email, email), now)
            audit.note(tx, email=email)
            await audit.tell(tx)
        await self.second_factors.throttle.forgive(str(owner.user_id))

    async def confirm(self, owner: Owner, token: str, now: datetime) -> Profile:
        """From here on the new address signs in, and no link to the old one chooses a password. Raises
        Unprocessable (link_invalid, link_expired), Forbidden (link_for_another) or Conflict
        (email_taken)."""
        async with self.db.tx(SYSTEM) as tx:
            found = await queries.take(tx, self.pepper.mailed_hash(token))
            if found is None:
                raise link_invalid()
            user_id, email, expires_at = found
            if user_id != owner.user_id:
                raise _for_another()
            if expires_at <= now:
                raise link_expired()
            before = (await profile_of(tx, user_id)).email
            if not await queries.set_email(tx, user_id, email):
                raise email_taken()
            await password_resets.forget_user(tx, user_id)
            await post(tx, self.pepper, self.letters.email_changed(before, email), now)
            await announce(tx, user_id)
            audit.note(tx, email_before=before, email=email)
            await audit.tell(tx)
            return await profile_of(tx, user_id)


def _for_another() -> Forbidden:
    return Forbidden(
        "This link is for another account than yours.",
        code="link_for_another",
        hint="Sign in as who asked for the change, then open the link again.",
    )
