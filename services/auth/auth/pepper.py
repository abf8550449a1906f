"""Everything derived from SESSION_PEPPER: hashes of bearer values, CSRF tokens, PKCE, sealed hand-overs.

One secret, separated by purpose: HMAC-SHA256 over `purpose:value` for hashes and tokens, HKDF-SHA256
for the sealing key. The database alone is therefore not enough to use a session or a consent.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBroken(Exception):
    """A sealed value was not made with this pepper."""


def new_bearer() -> str:
    """256 random bits as 43 URL-safe characters: a session token or a consent state."""
    return secrets.token_urlsafe(32)


class Pepper:
    def __init__(self, secret: str) -> None:
        self._key = secret.encode()
        sealing = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"leadline auth seal")
        self._fernet = Fernet(base64.urlsafe_b64encode(sealing.derive(self._key)))

    def session_hash(self, token: str) -> bytes:
        """What is stored of a session token."""
        return self._mac("session", token)

    def api_key_hash(self, key: str) -> bytes:
        """What is stored of an API key."""
        return self._mac("api-key", key)

    def state_hash(self, state: str) -> bytes:
        """What is stored of a consent's `state`."""
        return self._mac("state", state)

    def link_token(self, consent_request_id: UUID) -> str:
        """The token of a magic link, derived so that the link can be shown again; stored is its hash."""
        return _text(self._mac("link-token", str(consent_request_id)))

    def link_hash(self, token: str) -> bytes:
        """What is stored of a magic link's token."""
        return self._mac("link", token)

    def browser_hash(self, browser: str) -> bytes:
        """What is stored of the cookie of a browser that opened a magic link."""
        return self._mac("browser", browser)

    def invitation_hash(self, token: str) -> bytes:
        """What is stored of an invitation's token, of the link's as of the letter's."""
        return self._mac("invitation", token)

    def mailed_hash(self, token: str) -> bytes:
        """What is stored of a token that a letter carries: a sign-up's, a password reset's or an address's."""
        return self._mac("mailed", token)

    def challenge_hash(self, token: str) -> bytes:
        """What is stored of a sign-in that waits for its second factor."""
        return self._mac("challenge", token)

    def recovery_hash(self, user_id: UUID, code: str) -> bytes:
        """What is stored of a recovery code."""
        return self._mac("recovery", f"{user_id}:{code}")

    def throttle_hash(self, key: str) -> bytes:
        """What is stored of an e-mail or address that is being counted."""
        return self._mac("throttle", key)

    def csrf_token(self, session_id: UUID) -> str:
        """The X-CSRF-Token of a session; a new session has another one."""
        return _text(self._mac("csrf", str(session_id)))

    def code_verifier(self, state: str) -> str:
        """The PKCE verifier (RFC 7636, 43 characters) of the consent with this state; never stored."""
        return _text(self._mac("pkce", state))

    def seal(self, value: dict[str, Any]) -> bytes:
        return self._fernet.encrypt(json.dumps(value).encode())

    def unseal(self, sealed: bytes) -> dict[str, Any]:
        """Raises SealBroken when the pepper has changed since."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise SealBroken("sealed with another SESSION_PEPPER") from None

    def _mac(self, purpose: str, value: str) -> bytes:
        return hmac.new(self._key, f"{purpose}:{value}".encode(), sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
