"""Signing up: asked for by anybody, done by whoever reads the address's mail and knows the password.

A user is made only when the letter's token comes back together with the password that was chosen. So
nobody can take an address in advance: a stranger's sign-up for it would have to be confirmed by the
owner of the mailbox with the stranger's password. Whether an address has a user is told to its mailbox
alone: the answer, the statements and the hashing are the same either way.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.errors import Conflict, Forbidden, Unprocessable
from shared.ids import new_id

from auth.audit.people import Attempts, record_of_user
from auth.identity.domain import SignUpMode
from auth.identity.letters import VERIFICATION_LIFE, Letters, to_nobody
from auth.mail.service import post
from auth.names import clean_email, clean_name
from auth.organizations import queries as organizations
from auth.organizations.service import NewMember, add_member
from auth.pepper import Pepper, new_bearer
from auth.second_factors.service import password_wrong
from auth.sessions.passwords import Passwords
from auth.sessions.throttle import LoginThrottle

from . import queries
from .queries import SignUp


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody at `ip` who wants an account and an organization of their own."""

    email: str
    password: str
    name: str
    organization_name: str
    ip: str = ""


@dataclass(frozen=True, slots=True)
class SignUps:
    db: Db
    pepper: Pepper
    passwords: Passwords
    throttle: LoginThrottle
    letters: Letters
    mode: SignUpMode
    attempts: Attempts

    async def begin(self, ask: Ask, now: datetime) -> None:
        """Writes a letter to the address, whatever it is. Raises Forbidden (sign_up_closed),
        TooManyRequests (letters_throttled), Unprocessable for names and passwords."""
        if self.mode != "open":
            raise Forbidden(
                "Accounts are opened by invitation here.",
                code="sign_up_closed",
                hint="Ask an owner or admin of your organization to invite you.",
            )
        email, name = clean_email(ask.email), clean_name(ask.name, what="name")
        organization = clean_name(ask.organization_name, what="name of an organization")
        await self.throttle.admit(email, ask.ip, now)
        await self.passwords.check(ask.password, (email, name, organization))
        hashed = await self.passwords.hash(ask.password)
        asked = SignUp(email, name, organization, hashed, now + VERIFICATION_LIFE)
        await self._write_down(asked, now)

    async def send_again(self, raw_email: str, ip: str, now: datetime) -> None:
        """Another letter where a sign-up waits for one; the link before is worth nothing then."""
        email, token = clean_email(raw_email), new_bearer()
        await self.throttle.admit(email, ip, now)
        async with self.db.tx(SYSTEM) as tx:
            token_hash = self.pepper.mailed_hash(token)
            name = await queries.renew_newest(tx, email, token_hash, now, now + VERIFICATION_LIFE)
            real = self.letters.verify(email, name or "", token)
            await post(tx, self.pepper, to_nobody(real.kind) if name is None else real, now)

    async def confirm(self, token: str, password: str, ip: str, now: datetime) -> UUID:
        """The new user, owner of a new organization. Raises Unprocessable (link_invalid, link_expired,
        password_wrong), Conflict (email_taken) or TooManyRequests."""
        token_hash = self.pepper.mailed_hash(token)
        async with self.db.tx(SYSTEM) as tx:
            asked = await queries.find(tx, token_hash)
        if asked is None:
            raise link_invalid()
        if asked.expires_at <= now:
            raise link_expired()
        await self.throttle.admit(token_hash.hex(), ip, now)
        if not await self.passwords.matches(asked.argon2_hash, password):
            raise password_wrong()
        async with self.db.tx(SYSTEM) as tx:
            return await self._create(tx, token_hash, asked, now)

    async def _write_down(self, asked: SignUp, now: datetime) -> None:
        """The same statements for a known address; the sign-up's token is then told to nobody."""
        token = new_bearer()
        async with self.db.tx(SYSTEM) as tx:
            known = await queries.user_exists(tx, asked.email)
            await queries.insert(tx, self.pepper.mailed_hash(token), asked, now)
            verify = self.letters.verify(asked.email, asked.name, token)
            letter = self.letters.known_address(asked.email) if known else verify
            await post(tx, self.pepper, letter, now)
        self.attempts.note("user.signed_up", email=asked.email, code="email_taken")

    async def _create(self, tx: Tx, token_hash: bytes, asked: SignUp, now: datetime) -> UUID:
        if not await queries.take(tx, token_hash):
            raise link_invalid()
        if await queries.user_exists(tx, asked.email):
            raise Conflict(
                "This address has an account already.", code="email_taken", hint="Sign in."
            )
        organization_id = new_id()
        await organizations.insert_organization(tx, organization_id, asked.organization_name, now)
        owner = NewMember(asked.email, asked.argon2_hash, "owner", asked.name)
        user_id = await add_member(tx, organization_id, owner, now)
        await queries.forget_address(tx, asked.email)
        await record_of_user(tx, "organization.created", user_id)
        await record_of_user(tx, "email.verified", user_id)
        return user_id


def link_invalid() -> Unprocessable:
    return Unprocessable(
        "This link is not valid: it was used, or another one was sent since.",
        code="link_invalid",
        hint="Use the newest letter, or ask for another one.",
    )


def link_expired() -> Unprocessable:
    return Unprocessable(
        "This link has expired.", code="link_expired", hint="Ask for another letter."
    )
