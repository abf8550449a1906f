"""The instance's signing keys: one signs, those that are being replaced are still published."""

from datetime import datetime, timedelta
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from sandbox.state import State

from .ids import new_id

TOKEN_SECONDS = 60
_NBF_SKEW = timedelta(seconds=10)
_KIND, _KEY = "clerk", "keys"


class SigningKeys:
    """Kept over restarts; the last one signs. Made at first use: a key takes a moment to find."""

    def __init__(self, state: State) -> None:
        self._state = state

    def rotate(self, *, keep_old: bool = True) -> str:
        """A new key signs from now on; without `keep_old` the others are no longer published."""
        keys = self._load() if keep_old else []
        made = {"kid": new_id("ins"), "pem": _pem(rsa.generate_private_key(65537, 2048))}
        self._state.put(_KIND, _KEY, {"keys": [*keys, made]})
        return made["kid"]

    def jwks(self) -> dict[str, Any]:
        """As /.well-known/jwks.json prints it."""
        return {"keys": [_public(key) for key in self._current()]}

    def sign(self, claims: dict[str, Any], **header: str) -> str:
        key = self._current()[-1]
        headers = {"cat": "cl_B7d4PD111AAA", "kid": key["kid"], **header}
        return jwt.encode(claims, key["pem"], algorithm="RS256", headers=headers)

    def _current(self) -> list[dict[str, str]]:
        if not self._load():
            self.rotate()
        return self._load()

    def _load(self) -> list[dict[str, str]]:
        return (self._state.get(_KIND, _KEY) or {"keys": []})["keys"]


def session_claims(
    session: dict[str, Any], membership: dict[str, Any] | None, now: datetime, issuer: str, azp: str
) -> dict[str, Any]:
    """Version 2 of the claims; `o` only while an organization is active."""
    at = int(now.timestamp())
    claims: dict[str, Any] = {
        "azp": azp,
        "exp": at + TOKEN_SECONDS,
        "fva": [0, -1],
        "iat": at,
        "iss": issuer,
        "jti": new_id("jti")[4:24],
        "nbf": int((now - _NBF_SKEW).timestamp()),
        "sid": session["id"],
        "sts": "active",
        "sub": session["user_id"],
        "v": 2,
    }
    if membership is not None:
        organization = membership["organization"]
        role = membership["role"].removeprefix("org:")
        claims["o"] = {"id": organization["id"], "rol": role, "slg": organization["slug"]}
    return claims


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public(key: dict[str, str]) -> dict[str, Any]:
    private = cast("rsa.RSAPrivateKey", load_pem_private_key(key["pem"].encode(), None))
    jwk = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {
        "use": "sig",
        "kty": "RSA",
        "kid": key["kid"],
        "alg": "RS256",
        "n": jwk["n"],
        "e": jwk["e"],
    }
