"""Turning a second factor on and off, checking codes, and new recovery codes.

Each change asks for the password again (a borrowed session must not lock its owner out), and is told
by letter. A wrong code costs an attempt; a right one is spent, whatever comes after.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.errors import Conflict, Unprocessable

from auth.identity.letters import Letters
from auth.logins import queries as logins
from auth.mail.service import Letter, post
from auth.pepper import Pepper, SealBroken
from auth.sessions.passwords import Passwords
from auth.sessions.service import end_sessions_of
from auth.sessions.throttle import LoginThrottle
from shared import audit

from . import queries
from .domain import (
    Code,
    Factor,
    fold_recovery_code,
    matching_step,
    new_recovery_codes,
    new_secret,
    otpauth_uri,
)


@dataclass(frozen=True, slots=True)
class Owner:
    """The signed-in person whose factor it is, in the session they use and from where."""

    user_id: UUID
    session_id: UUID
    ip: str


@dataclass(frozen=True, slots=True)
class Status:
    enabled_at: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class Begun:
    """Shown once: what the authenticator app takes in."""

    secret: str
    otpauth_uri: str


@dataclass(frozen=True, slots=True)
class SecondFactors:
    db: Db
    pepper: Pepper
    passwords: Passwords
    throttle: LoginThrottle
    letters: Letters

    async def begin(self, owner: Owner, password: str, now: datetime) -> Begun:
        """A new secret, worth nothing until a code of it is shown. Raises Conflict when one is on."""
        login = await self.reauthenticate(owner, password, now)
        secret = new_secret()
        async with self.db.tx(SYSTEM) as tx:
            sealed = self.pepper.seal({"secret": secret})
            if not await queries.begin(tx, owner.user_id, sealed, now):
                raise Conflict("Your second factor is on already.", code="second_factor_on")
            await audit.tell(tx)
        await self.throttle.forgive(str(owner.user_id))
        return Begun(secret, otpauth_uri(secret, login.email))

    async def confirm(self, owner: Owner, code: str, now: datetime) -> list[str]:
        """Turns it on; returns the recovery codes, told this once. Other sessions end: they were
        opened without it."""
        await self.throttle.admit(str(owner.user_id), owner.ip, now)
        async with self.db.tx(SYSTEM) as tx:
            factor = await queries.factor_of(tx, owner.user_id)
            if factor is None or factor.confirmed_at is not None:
                raise Conflict(
                    "There is no second factor to confirm.", code="second_factor_not_begun"
                )
            step = matching_step(self._secret(factor), code, factor.last_step, now)
            if step is None:
                raise code_wrong()
            if not await queries.confirm(tx, owner.user_id, factor.sealed_secret, step, now):
                raise Conflict("It was changed at the same time.", code="second_factor_not_begun")
            codes = await self._renew(tx, owner.user_id)
            await end_sessions_of(tx, owner.user_id, now, keep=owner.session_id)
            await self._tell(tx, owner.user_id, self.letters.factor_on, now)
            await audit.tell(tx)
        await self.throttle.forgive(str(owner.user_id))
        return codes

    async def remove(self, owner: Owner, password: str, code: Code, now: datetime) -> None:
        """Off again; needs the password and a code."""
        await self.reauthenticate(owner, password, now)
        async with self.db.tx(SYSTEM) as tx:
            await self.require(tx, owner.user_id, code, now)
            await queries.delete(tx, owner.user_id)
            await self._tell(tx, owner.user_id, self.letters.factor_off, now)
            await audit.tell(tx)
        await self.throttle.forgive(str(owner.user_id))

    async def renew_recovery_codes(
        self, owner: Owner, password: str, code: Code, now: datetime
    ) -> list[str]:
        """Ten new ones, told this once; those before are worth nothing."""
        await self.reauthenticate(owner, password, now)
        async with self.db.tx(SYSTEM) as tx:
            await self.require(tx, owner.user_id, code, now)
            codes = await self._renew(tx, owner.user_id)
            await self._tell(tx, owner.user_id, self.letters.recovery_codes_renewed, now)
            await audit.tell(tx)
        await self.throttle.forgive(str(owner.user_id))
        return codes

    async def require(self, tx: Tx, user_id: UUID, code: Code, now: datetime) -> None:
        """Spends the code; raises Unprocessable (code_wrong), Conflict when no factor is on."""
        factor = await queries.factor_of(tx, user_id)
        if factor is None or factor.confirmed_at is None:
            raise Conflict("Your second factor is off.", code="second_factor_off")
        if not await self.spend(tx, factor, code, now):
            raise code_wrong()

    async def spend(self, tx: Tx, factor: Factor, code: Code, now: datetime) -> bool:
        """Whether the code is right and was not used before; it is from now on."""
        if code.recovery:
            code_hash = self.pepper.recovery_hash(factor.user_id, fold_recovery_code(code.text))
            return await queries.take_recovery_code(tx, factor.user_id, code_hash)
        step = matching_step(self._secret(factor), code.text, factor.last_step, now)
        return step is not None and await queries.use_step(tx, factor.user_id, step)

    def _secret(self, factor: Factor) -> str:
        try:
            return self.pepper.unseal(factor.sealed_secret)["secret"]
        except SealBroken:
            raise Conflict(
                "Your second factor cannot be read any more: SESSION_PEPPER has changed.",
                code="second_factor_unreadable",
                hint="The operator removes it: auth.cli users remove-second-factor.",
            ) from None

    async def reauthenticate(self, owner: Owner, password: str, now: datetime) -> logins.Login:
        """Whoever sits there knows the password; raises Unprocessable (password_wrong) or
        TooManyRequests."""
        await self.throttle.admit(str(owner.user_id), owner.ip, now)
        async with self.db.tx(SYSTEM) as tx:
            login = await logins.login_of_user(tx, owner.user_id)
        stored = login.argon2_hash if login else None
        if not await self.passwords.matches(stored, password) or login is None:
            raise password_wrong()
        return login

    async def _renew(self, tx: Tx, user_id: UUID) -> list[str]:
        codes = new_recovery_codes()
        hashes = [self.pepper.recovery_hash(user_id, fold_recovery_code(code)) for code in codes]
        await queries.replace_recovery_codes(tx, user_id, hashes)
        return codes

    async def _tell(
        self, tx: Tx, user_id: UUID, words: Callable[[str], Letter], now: datetime
    ) -> None:
        login = await logins.login_of_user(tx, user_id)
        if login is not None:
            await post(tx, self.pepper, words(login.email), now)


async def status_of(tx: Tx, user_id: UUID) -> Status:
    factor = await queries.factor_of(tx, user_id)
    left = await queries.count_recovery_codes(tx, user_id)
    return Status(factor.confirmed_at if factor else None, left)


def code_wrong() -> Unprocessable:
    return Unprocessable(
        "That code is not right, or was used before.",
        code="code_wrong",
        hint="Wait for the next code of your app. Is your phone's clock right?",
    )


def password_wrong() -> Unprocessable:
    return Unprocessable("That is not your password.", code="password_wrong")
