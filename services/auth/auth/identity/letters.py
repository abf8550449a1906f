"""The words of every letter the built-in provider sends."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from auth.mail.service import NOBODY, Letter

VERIFICATION_LIFE = timedelta(hours=24)
EMAIL_CHANGE_LIFE = timedelta(hours=24)
RESET_LIFE = timedelta(hours=1)
_NOT_YOU = "If that was not you, you need not do anything: nothing happens without this link."
_ALARM = "If that was not you, choose a new password now and tell the owner of your organization:"


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters whose links lead to `web_root`."""

    web_root: str

    def verify(self, to: str, name: str, token: str) -> Letter:
        return Letter(
            to,
            "Confirm your address for Leadline",
            f"Hello {name},\n\nopen this link within 24 hours to finish your account, and enter the "
            f"password you chose:\n\n{self._link('verify-email', token)}\n\n{_NOT_YOU}\n",
            "verification",
        )

    def known_address(self, to: str) -> Letter:
        return Letter(
            to,
            "You have a Leadline account already",
            "Hello,\n\nsomebody, probably you, signed up at Leadline with this address. It has an "
            f"account already. Sign in:\n\n{self.web_root}/login/\n\nForgot the password?\n\n"
            f"{self.web_root}/forgot-password/\n\nIf that was not you, you need not do anything.\n",
            "known_address",
        )

    def reset(self, to: str, token: str) -> Letter:
        return Letter(
            to,
            "Choose a new Leadline password",
            "Hello,\n\nopen this link within an hour to choose a new password. All your sessions end "
            f"then.\n\n{self._link('reset-password', token)}\n\n{_NOT_YOU}\n",
            "password_reset",
        )

    def confirm_email(self, to: str, old: str, token: str) -> Letter:
        return Letter(
            to,
            "Confirm your new address for Leadline",
            f"Hello,\n\nsomebody, probably you, wants to sign in at Leadline with this address instead of "
            f"{old}. Open this link within 24 hours, signed in as you are:\n\n"
            f"{self._link('settings/profile', token)}\n\n{_NOT_YOU}\n",
            "email_change",
        )

    def address_in_use(self, to: str) -> Letter:
        return Letter(
            to,
            "You have a Leadline account already",
            "Hello,\n\nsomebody, probably you, wants to use this address for another Leadline account. It "
            f"has one already, so nothing was changed. Sign in:\n\n{self.web_root}/login/\n\n"
            "If that was not you, you need not do anything.\n",
            "email_change",
        )

    def email_change_asked(self, to: str, new: str) -> Letter:
        words = f"somebody asked to use {new} in place of this address for your account."
        return self._alarm(to, "Another address for your Leadline account?", words)

    def email_changed(self, to: str, new: str) -> Letter:
        text = (
            f"Hello,\n\nyour account is signed in to with {new} from now on, and no longer with this "
            "address.\n\nIf that was not you, tell the owner of your organization at once.\n"
        )
        return Letter(to, "Your Leadline address was changed", text, "security_notice")

    def password_changed(self, to: str) -> Letter:
        return self._alarm(to, "Your Leadline password was changed", "your password was changed.")

    def factor_on(self, to: str) -> Letter:
        words = "signing in now asks for a code of your authenticator app."
        return self._alarm(to, "Your second factor is on", words)

    def factor_off(self, to: str) -> Letter:
        words = "signing in no longer asks for a code: your second factor was removed."
        return self._alarm(to, "Your second factor is off", words)

    def recovery_code_used(self, to: str, left: int) -> Letter:
        words = f"somebody signed in with one of your recovery codes. {left} are left."
        return self._alarm(to, "A recovery code was used", words)

    def recovery_codes_renewed(self, to: str) -> Letter:
        words = "you have new recovery codes; those before are worth nothing."
        return self._alarm(to, "Your recovery codes are new", words)

    def _alarm(self, to: str, subject: str, words: str) -> Letter:
        text = f"Hello,\n\n{words}\n\n{_ALARM}\n\n{self.web_root}/forgot-password/\n"
        return Letter(to, subject, text, "security_notice")

    def _link(self, page: str, token: str) -> str:
        return f"{self.web_root}/{page}/?token={quote(token)}"


def to_nobody(kind: str) -> Letter:
    """Costs what a real one costs, and goes nowhere."""
    return Letter(NOBODY, "", " " * 400, kind)
