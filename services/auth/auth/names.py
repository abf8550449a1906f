"""What people may type as a name or an address."""

import re
import unicodedata

from shared.errors import Unprocessable

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,250}")


def clean_name(raw: str, *, what: str, limit: int = 120) -> str:
    """One line of `limit` characters at most, spaces folded; raises Unprocessable (name_invalid)."""
    name = " ".join(unicodedata.normalize("NFC", raw).split())
    if not name or len(name) > limit or any(_unprintable(c) for c in name):
        raise Unprocessable(
            f"A {what} is one line of 1 to {limit} printable characters.", code="name_invalid"
        )
    return name


def clean_email(raw: str) -> str:
    """The form e-mail addresses are stored and compared in; raises Unprocessable (email_invalid)."""
    email = fold_email(raw)
    if not _EMAIL.fullmatch(email) or any(_unprintable(c) for c in email):
        raise Unprocessable("That is not an e-mail address.", code="email_invalid")
    return email


def fold_email(raw: str) -> str:
    """Lower case, without spaces around: how an address is looked up."""
    return unicodedata.normalize("NFKC", raw).strip().lower()


def _unprintable(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
