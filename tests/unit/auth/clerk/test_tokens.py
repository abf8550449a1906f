"""Which Clerk session tokens are believed. Every other one is refused, whatever is wrong with it."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from auth.clerk.keys import Keys
from auth.clerk.tokens import MAX_TOKEN_CHARACTERS, ClerkToken, Expected, believe
from auth.clerk.verifier import Verifier
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from shared.errors import AppError, Forbidden, Unauthenticated

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ISSUER = "https://clerk.contoso.example"
PARTY = "https://leadline.contoso.example"
EXPECTED = Expected(ISSUER, frozenset({PARTY}), 5)
KEY, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505 - must be refused
CURVE = ec.generate_private_key(ec.SECP256R1())


def public(key: rsa.RSAPrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "kid": kid, "use": "sig", "alg": "RS256", **more}


def claims(**changes: Any) -> dict[str, Any]:
    at = int(NOW.timestamp())
    usual = {
        "azp": PARTY, "exp": at + 60, "iat": at, "iss": ISSUER, "nbf": at - 10, "v": 2,
        "sid": "sess_1", "sub": "user_1", "sts": "active",
        "o": {"id": "org_1", "rol": "admin", "slg": "contoso"},
    }  # fmt: skip
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(key: Any = KEY, *, alg: str = "RS256", kid: object = "k1", **changes: Any) -> str:
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode(claims(**changes), key, algorithm=alg, headers=headers)


def forged(header: Mapping[str, Any], key: rsa.RSAPrivateKey | None = None, **changes: Any) -> str:
    """A token with any header, signed by `key` or by nobody."""
    head, body = (_part(json.dumps(one).encode()) for one in (header, claims(**changes)))
    signature = (
        b""
        if key is None
        else RSAAlgorithm(RSAAlgorithm.SHA256).sign(f"{head}.{body}".encode(), key)
    )
    return f"{head}.{body}.{_part(signature)}"


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


class Jwks:
    """A JWKS host: what it answers, and how often it was asked."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.answer: httpx.Response | None = None

    async def handle(self, _request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return self.answer or httpx.Response(200, json={"keys": self.keys})


def verifier(jwks: Jwks, clock: Clock | None = None) -> Verifier:
    http = httpx.AsyncClient(transport=httpx.MockTransport(jwks.handle))
    keys = Keys(http, f"{ISSUER}/.well-known/jwks.json", clock or Clock(), timedelta(hours=1))
    return Verifier(keys, EXPECTED)


async def test_a_rightful_token_is_believed() -> None:
    read = await verifier(Jwks(public(KEY, "k1"))).read(token(), NOW)
    assert read == ClerkToken("user_1", "sess_1", "org_1")


@pytest.mark.parametrize(
    ("changes", "organization"),
    [
        ({"o": None}, None),
        ({"o": None, "org_id": "org_2", "org_role": "org:admin", "v": None}, "org_2"),
        ({"sts": None}, "org_1"),
    ],
)
async def test_both_versions_of_the_claims_are_read(
    changes: dict[str, Any], organization: str | None
) -> None:
    read = await verifier(Jwks(public(KEY, "k1"))).read(token(**changes), NOW)
    assert read.organization == organization


AT = int(NOW.timestamp())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
SECRET_FROM_PUBLIC_KEY = base64.urlsafe_b64encode(PEM)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(token(OTHER), id="signed by another key"),
        pytest.param(token(kid=None), id="no kid"),
        pytest.param(token(kid=""), id="empty kid"),
        pytest.param(token(OTHER, kid="unknown"), id="unknown kid"),
        pytest.param(forged({"alg": "none", "kid": "k1"}), id="alg none"),
        pytest.param(forged({"alg": "None", "kid": "k1", "typ": "JWT"}), id="alg None"),
        pytest.param(token(SECRET_FROM_PUBLIC_KEY, alg="HS256"), id="HS256"),
        pytest.param(token(KEY, alg="RS512"), id="RS512"),
        pytest.param(token(KEY, alg="PS256"), id="PS256"),
        pytest.param(token(CURVE, alg="ES256"), id="ES256"),
        pytest.param(
            forged({"alg": "RS256", "kid": "own", "jwk": public(OTHER, "own")}, OTHER), id="jwk"
        ),
        pytest.param(
            forged({"alg": "RS256", "kid": "k1", "jwk": public(OTHER, "k1")}, OTHER),
            id="jwk of ours",
        ),
        pytest.param(
            forged({"alg": "RS256", "kid": "k1", "jku": "https://evil.example/jwks"}, KEY), id="jku"
        ),
        pytest.param(
            forged({"alg": "RS256", "kid": "k1", "x5u": "https://e.example"}, KEY), id="x5u"
        ),
        pytest.param(forged({"alg": "RS256", "kid": "k1", "crit": ["b64"]}, KEY), id="crit"),
        pytest.param(forged({"alg": "RS256", "kid": "k1", "typ": "at+jwt"}, KEY), id="another typ"),
        pytest.param(forged({"alg": ["RS256"], "kid": "k1"}, KEY), id="alg of a strange kind"),
        pytest.param(forged({"alg": "RS256", "kid": {"a": 1}}, KEY), id="kid of a strange kind"),
        pytest.param(token(iss="https://clerk.evil.example"), id="another issuer"),
        pytest.param(token(iss=f"{ISSUER}/"), id="issuer with a slash"),
        pytest.param(token(iss=None), id="no issuer"),
        pytest.param(token(azp="https://evil.example"), id="another party"),
        pytest.param(token(azp=None), id="no party"),
        pytest.param(token(azp=[PARTY]), id="parties as a list"),
        pytest.param(token(aud="leadline"), id="an audience"),
        pytest.param(token(exp=AT - 5), id="expired"),
        pytest.param(token(exp=None), id="no expiry"),
        pytest.param(token(nbf=AT + 6), id="not yet valid"),
        pytest.param(token(nbf=None), id="no nbf"),
        pytest.param(token(iat=AT + 6), id="issued in the future"),
        pytest.param(token(iat=None), id="no iat"),
        pytest.param(forged({"alg": "RS256", "kid": "k1"}, KEY, exp=True), id="expiry true"),
        pytest.param(
            forged({"alg": "RS256", "kid": "k1"}, KEY, exp="9999999999"), id="expiry text"
        ),
        pytest.param(forged({"alg": "RS256", "kid": "k1"}, KEY, exp=float("inf")), id="endless"),
        pytest.param(token(sts="pending"), id="pending"),
        pytest.param(token(sub=None), id="nobody"),
        pytest.param(
            forged({"alg": "RS256", "kid": "k1"}, KEY, sub=7), id="user of a strange kind"
        ),
        pytest.param(token(sid=""), id="no session"),
        pytest.param(token(sid="s" * 129), id="a long session"),
        pytest.param(token(o="org_1"), id="organization of a strange kind"),
        pytest.param(token(o={"rol": "admin"}), id="organization without id"),
        pytest.param(token(pad="x" * MAX_TOKEN_CHARACTERS), id="oversize"),
        pytest.param(token()[:-8] + "AAAAAAAA", id="damaged signature"),
        pytest.param("..", id="empty parts"),
        pytest.param("", id="empty"),
        pytest.param("x.y.z", id="nonsense"),
        pytest.param("\x00" * 10, id="zeros"),
    ],
)
async def test_any_other_token_is_refused(bad: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier(Jwks(public(KEY, "k1"))).read(bad, NOW)


async def test_who_impersonates_at_clerk_is_refused() -> None:
    with pytest.raises(Forbidden, match="acting as"):
        await verifier(Jwks(public(KEY, "k1"))).read(token(act={"sub": "user_9"}), NOW)


@pytest.mark.parametrize(
    ("changes", "believed"),
    [
        ({"exp": AT - 4}, True),
        ({"exp": AT - 5}, False),
        ({"nbf": AT + 5}, True),
        ({"nbf": AT + 6}, False),
        ({"iat": AT + 5}, True),
        ({"iat": AT + 6}, False),
    ],
)
def test_clocks_may_differ_by_the_skew_and_no_more(changes: dict[str, Any], believed: bool) -> None:
    try:
        believe(claims(**changes), EXPECTED, NOW)
    except Unauthenticated:
        assert not believed
    else:
        assert believed


async def test_invented_key_ids_ask_clerk_once_in_a_while() -> None:
    jwks, clock = Jwks(public(KEY, "k1")), Clock()
    reads = verifier(jwks, clock)
    for number in range(50):
        with pytest.raises(Unauthenticated):
            await reads.read(token(OTHER, kid=f"invented-{number}"), NOW)
    assert jwks.asked == 1
    clock.now += timedelta(seconds=30)
    with pytest.raises(Unauthenticated):
        await reads.read(token(OTHER, kid="invented"), NOW)
    assert jwks.asked == 2


async def test_a_key_that_clerk_dropped_stops_working() -> None:
    jwks = Jwks(public(KEY, "k1"), public(OTHER, "k2"))
    reads = verifier(jwks)
    await reads.read(token(), NOW)
    jwks.keys = [public(OTHER, "k2")]
    await reads.keys.refresh()
    with pytest.raises(Unauthenticated):
        await reads.read(token(), NOW)
    await reads.read(token(OTHER, kid="k2"), NOW)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"location": "https://evil.example"}),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b"[" * 60_000),
        httpx.Response(200, json={}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": []}),
        httpx.Response(200, json={"keys": [None, 7, {"kty": "RSA"}]}),
        httpx.Response(200, json={"keys": [{**public(KEY, "k1"), "n": "?"}]}),
    ],
)
async def test_an_answer_without_keys_is_clerk_being_away(answer: httpx.Response) -> None:
    jwks = Jwks()
    jwks.answer = answer
    with pytest.raises(AppError) as raised:
        await verifier(jwks).read(token(), NOW)
    assert (raised.value.code, raised.value.status) == ("clerk_keys_unavailable", 503)
    assert raised.value.retryable


async def test_a_bad_answer_leaves_known_keys_for_an_hour() -> None:
    jwks, clock = Jwks(public(KEY, "k1")), Clock()
    reads = verifier(jwks, clock)
    await reads.read(token(), NOW)
    jwks.answer = httpx.Response(503)
    await reads.keys.refresh()
    clock.now += timedelta(hours=1)
    await reads.read(token(), NOW)
    clock.now += timedelta(seconds=1)
    with pytest.raises(AppError, match="keys"):
        await reads.read(token(), NOW)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(public(SHORT, "k1"), id="too short"),
        pytest.param(public(KEY, "k1", use="enc"), id="for encryption"),
        pytest.param(public(KEY, "k1", alg="RS512"), id="for another algorithm"),
        pytest.param(public(KEY, "k1", d="AQAB"), id="private"),
        pytest.param({"kty": "oct", "k": "c2VjcmV0", "kid": "k1", "alg": "RS256"}, id="symmetric"),
        pytest.param(
            ECAlgorithm.to_jwk(CURVE.public_key(), as_dict=True) | {"kid": "k1"}, id="a curve"
        ),
        pytest.param(public(KEY, ""), id="without id"),
    ],
)
async def test_keys_that_are_not_rsa_signature_keys_are_not_used(entry: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        await verifier(Jwks(entry, public(OTHER, "k2"))).read(token(), NOW)
