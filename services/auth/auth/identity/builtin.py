"""The built-in provider, whole: passwords, letters, one-time codes, and what counts attempts at them."""

from dataclasses import dataclass

from shared.db import Db
from shared.ratelimit import RateLimiter

from auth.audit.people import Attempts
from auth.email_changes.service import EmailChanges
from auth.logins.service import Logins
from auth.password_resets.service import PasswordResets
from auth.pepper import Pepper
from auth.second_factors.service import SecondFactors
from auth.sessions.passwords import Passwords
from auth.sessions.throttle import Limits, LoginThrottle
from auth.settings import Settings
from auth.sign_ups.service import SignUps
from auth.users.service import OwnPassword

from .domain import Offer
from .letters import Letters


@dataclass(frozen=True, slots=True)
class Builtin:
    """What the routes of the built-in provider use."""

    passwords: Passwords
    logins: Logins
    sign_ups: SignUps
    password_resets: PasswordResets
    second_factors: SecondFactors
    own_password: OwnPassword
    email_changes: EmailChanges
    attempts: Attempts


@dataclass(frozen=True, slots=True)
class Throttles:
    """Three separate counts: guesses of passwords, letters asked for, and codes."""

    logins: LoginThrottle
    letters: LoginThrottle
    codes: LoginThrottle


def build_builtin(
    settings: Settings, db: Db, limiter: RateLimiter, passwords: Passwords, offer: Offer
) -> Builtin:
    """`limiter` must fail closed, so that Postgres counts in its place."""
    pepper = Pepper(settings.session_pepper.get_secret_value())
    letters = Letters(settings.web_root)
    throttles = build_throttles(settings, db, limiter, pepper)
    tools = (db, pepper, passwords)
    attempts = Attempts(db)
    factors = SecondFactors(*tools, throttles.codes, letters)
    return Builtin(
        passwords,
        Logins(*tools, throttles.logins, factors, letters, offer, attempts),
        SignUps(*tools, throttles.letters, letters, offer.sign_up, attempts),
        PasswordResets(*tools, throttles.letters, letters, offer.mail, attempts),
        factors,
        OwnPassword(*tools, throttles.codes, letters),
        EmailChanges(db, pepper, throttles.letters, factors, letters, offer.mail),
        attempts,
    )


def build_throttles(settings: Settings, db: Db, limiter: RateLimiter, pepper: Pepper) -> Throttles:
    """Per address (or person) and per source, each in its own window."""
    per_ip, window = settings.login_attempts_per_ip, settings.login_window_seconds
    logins = Limits(settings.login_attempts_per_email, per_ip, window)
    letters = Limits(
        settings.letters_per_email, settings.letters_per_ip, settings.letters_window_seconds
    )
    codes = Limits(settings.code_attempts_per_user, per_ip, window)
    return Throttles(
        LoginThrottle(limiter, db, pepper, logins),
        LoginThrottle(limiter, db, pepper, letters, "letters_throttled"),
        LoginThrottle(limiter, db, pepper, codes, "code_throttled"),
    )
