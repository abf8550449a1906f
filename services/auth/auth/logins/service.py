"""Signing in with the built-in provider: a password, then the second factor where one is on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.db import SYSTEM, Db
from shared.errors import AppError, Forbidden, Unauthenticated
from shared.metrics import counter

from auth.audit.people import Attempts
from auth.identity.domain import Challenge, Offer
from auth.identity.letters import Letters
from auth.mail.service import post
from auth.names import fold_email
from auth.pepper import Pepper, new_bearer
from auth.second_factors import queries as factors
from auth.second_factors.domain import Code
from auth.second_factors.service import SecondFactors, code_wrong
from auth.sessions.passwords import Passwords
from auth.sessions.throttle import LoginThrottle
from auth.sign_ups import queries as sign_ups

from . import queries

CHALLENGE_LIFE = timedelta(minutes=5)
SIGN_INS = counter("sign_ins_total", "Attempts to sign in that reached the password", ["outcome"])


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at `ip` claiming to be the owner of an address."""

    email: str
    password: str
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Logins:
    """The built-in IdentityProvider. Passwords are checked between short transactions."""

    db: Db
    pepper: Pepper
    passwords: Passwords
    throttle: LoginThrottle
    second_factors: SecondFactors
    letters: Letters
    offered: Offer
    attempts: Attempts

    def offer(self) -> Offer:
        return self.offered

    async def prove(self, evidence: Attempt, now: datetime) -> UUID | Challenge:
        """The user, or the challenge of their second factor. Raises TooManyRequests (login_throttled),
        Unauthenticated (invalid_credentials), the same and at the same cost for unknown users, or,
        when the password is right, Forbidden (email_unverified)."""
        email = fold_email(evidence.email)
        try:
            return await self._prove(email, evidence, now)
        except AppError as error:
            self.attempts.note("session.started", email=email, code=error.code)
            raise

    async def _prove(self, email: str, evidence: Attempt, now: datetime) -> UUID | Challenge:
        await self.throttle.admit(email, evidence.ip, now)
        async with self.db.tx(SYSTEM) as tx:
            login = await queries.login_of(tx, email)
            pending = await sign_ups.newest_hash(tx, email, now)
        stored = login.argon2_hash if login else pending
        if not await self.passwords.matches(stored, evidence.password):
            SIGN_INS.labels(outcome="refused").inc()
            raise Unauthenticated(
                "E-mail address or password is wrong.", code="invalid_credentials"
            )
        if login is None:
            raise email_unverified()
        await self._rehash(login, evidence.password)
        if login.second_factor:
            return await self._challenge(login, now)
        await self.throttle.forgive(email)
        SIGN_INS.labels(outcome="done").inc()
        return login.user_id

    async def answer(self, token: str, code: Code, ip: str, now: datetime) -> UUID:
        """The user whose challenge and code these are; both are spent. Raises Unauthenticated
        (challenge_invalid), Unprocessable (code_wrong) or TooManyRequests (code_throttled)."""
        token_hash = self.pepper.challenge_hash(token)
        async with self.db.tx(SYSTEM) as tx:
            user_id = await queries.challenged_user(tx, token_hash, now)
        if user_id is None:
            raise challenge_invalid()
        throttle = self.second_factors.throttle
        try:
            await throttle.admit(str(user_id), ip, now)
            email = await self._spend(token_hash, user_id, code, now)
        except AppError as error:
            self.attempts.note("session.started", user_id=user_id, code=error.code)
            raise
        await throttle.forgive(str(user_id))
        await self.throttle.forgive(email)
        SIGN_INS.labels(outcome="done").inc()
        return user_id

    async def _spend(self, token_hash: bytes, user_id: UUID, code: Code, now: datetime) -> str:
        """Challenge and code together or neither: a wrong code leaves the challenge as it is."""
        async with self.db.tx(SYSTEM) as tx:
            if not await queries.take_challenge(tx, token_hash, now):
                raise challenge_invalid()
            login = await queries.login_of_user(tx, user_id)
            factor = await factors.factor_of(tx, user_id)
            if login is None or factor is None:
                raise challenge_invalid()
            if not await self.second_factors.spend(tx, factor, code, now):
                SIGN_INS.labels(outcome="code_refused").inc()
                raise code_wrong()
            if code.recovery:
                left = await factors.count_recovery_codes(tx, user_id)
                letter = self.letters.recovery_code_used(login.email, left)
                await post(tx, self.pepper, letter, now)
        return login.email

    async def _challenge(self, login: queries.Login, now: datetime) -> Challenge:
        token, expires_at = new_bearer(), now + CHALLENGE_LIFE
        token_hash = self.pepper.challenge_hash(token)
        async with self.db.tx(SYSTEM) as tx:
            await queries.insert_challenge(tx, token_hash, login.user_id, now, expires_at)
        return Challenge(token, expires_at)

    async def _rehash(self, login: queries.Login, password: str) -> None:
        if not self.passwords.outdated(login.argon2_hash):
            return
        renewed = await self.passwords.renew(password)
        async with self.db.tx(SYSTEM) as tx:
            await queries.replace_hash(tx, login.user_id, login.argon2_hash, renewed)


def email_unverified() -> Forbidden:
    return Forbidden(
        "Confirm your address first.",
        code="email_unverified",
        hint="Open the link of the letter you were sent, or ask for another one.",
    )


def challenge_invalid() -> Unauthenticated:
    return Unauthenticated(
        "This sign-in took too long or was finished.",
        code="challenge_invalid",
        hint="Enter your password again.",
    )
