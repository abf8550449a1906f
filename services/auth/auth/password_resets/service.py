"""Forgotten passwords: a link by letter, used once, within an hour.

Asking costs the same and is answered the same whether or not the address has a user. A new password
ends every session, challenge and other link of the person, and is told to them; a second factor stays.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.db import SYSTEM, Db
from shared.errors import Conflict

from auth.audit.people import Attempts, record_of_user
from auth.identity.letters import RESET_LIFE, Letters, to_nobody
from auth.logins import queries as logins
from auth.mail.service import post
from auth.names import clean_email
from auth.pepper import Pepper, new_bearer
from auth.sessions.passwords import Passwords
from auth.sessions.throttle import LoginThrottle
from auth.sign_ups.service import link_expired, link_invalid
from auth.users.service import set_password

from . import queries


@dataclass(frozen=True, slots=True)
class PasswordResets:
    db: Db
    pepper: Pepper
    passwords: Passwords
    throttle: LoginThrottle
    letters: Letters
    sends_mail: bool
    attempts: Attempts

    async def ask(self, raw_email: str, ip: str, now: datetime) -> None:
        """A letter, where the address has a user. Raises Conflict (mail_disabled), TooManyRequests
        (letters_throttled) or Unprocessable (email_invalid)."""
        if not self.sends_mail:
            raise mail_disabled(
                "Its operator can set a new password: auth.cli users reset-password."
            )
        email, token = clean_email(raw_email), new_bearer()
        await self.throttle.admit(email, ip, now)
        async with self.db.tx(SYSTEM) as tx:
            user_id = await queries.user_of(tx, email)
            token_hash = self.pepper.mailed_hash(token)
            await queries.insert(tx, token_hash, user_id, now, now + RESET_LIFE)
            real = self.letters.reset(email, token)
            await post(tx, self.pepper, to_nobody(real.kind) if user_id is None else real, now)
        self.attempts.note("password.reset_requested", email=email, outcome="allowed")

    async def redeem(self, token: str, password: str, ip: str, now: datetime) -> None:
        """Sets the new password. Raises Unprocessable (link_invalid, link_expired, password_weak …)
        or TooManyRequests; the link stays good until a password was taken."""
        token_hash = self.pepper.mailed_hash(token)
        async with self.db.tx(SYSTEM) as tx:
            found = await queries.find(tx, token_hash)
            login = None if found is None else await logins.login_of_user(tx, found[0])
        if found is None or login is None:
            raise link_invalid()
        if found[1] <= now:
            raise link_expired()
        await self.throttle.admit(token_hash.hex(), ip, now)
        await self.passwords.check(password, (login.email,))
        hashed = await self.passwords.hash(password)
        async with self.db.tx(SYSTEM) as tx:
            if not await queries.take(tx, token_hash):
                raise link_invalid()
            await set_password(tx, login.user_id, hashed, now)
            await record_of_user(tx, "password.reset", login.user_id)
            await post(tx, self.pepper, self.letters.password_changed(login.email), now)


def mail_disabled(hint: str) -> Conflict:
    return Conflict("This installation sends no letters.", code="mail_disabled", hint=hint)
