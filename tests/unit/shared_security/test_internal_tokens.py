from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from shared.errors import Forbidden, Unauthenticated
from shared.internal_tokens import Actor, TokenSigner, TokenVerifier, generate_keypair

GATEWAY_PRIVATE, GATEWAY_PUBLIC = generate_keypair()
INGEST_PRIVATE, INGEST_PUBLIC = generate_keypair()
VERIFIER = TokenVerifier("reporting", {"gateway": GATEWAY_PUBLIC, "dsp-ingest": INGEST_PUBLIC})
USER = Actor(
    kind="user",
    subject=str(uuid4()),
    organization_id=uuid4(),
    permissions=frozenset({"report:read", "sync:read"}),
    brand_ids=frozenset({uuid4(), uuid4()}),
    session_id=uuid4(),
    ip="203.0.113.9",
)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    base: dict[str, Any] = {
        "iss": "gateway",
        "aud": "reporting",
        "sub": "u1",
        "kind": "user",
        "iat": now,
        "exp": now + 60,
    }
    return {key: value for key, value in (base | changes).items() if value is not ...}


def signed(payload: dict[str, Any], private: str = GATEWAY_PRIVATE, **options: Any) -> str:
    key = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(private))
    return jwt.encode(payload, key, algorithm="EdDSA", **options)


def raw_token(header: object, payload: object, signature: bytes = b"") -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    tail = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    return f"{part(header)}.{part(payload)}.{tail}"


def hs256_with_public_key_as_secret() -> str:
    head, body, _ = raw_token({"alg": "HS256", "typ": "JWT"}, claims()).split(".")
    secret = base64.urlsafe_b64decode(GATEWAY_PUBLIC)
    mac = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def test_a_user_comes_out_as_it_went_in() -> None:
    token = TokenSigner("gateway", GATEWAY_PRIVATE).sign(USER, "reporting")
    assert VERIFIER.verify(token) == USER


def test_no_brands_and_all_brands_stay_apart() -> None:
    signer = TokenSigner("gateway", GATEWAY_PRIVATE)
    for brands in (None, frozenset[Any]()):
        actor = Actor("user", "u", uuid4(), brand_ids=brands)
        assert VERIFIER.verify(signer.sign(actor, "reporting")).brand_ids == brands


def test_a_service_speaks_for_itself() -> None:
    actor = Actor.service("dsp-ingest", uuid4())
    token = TokenSigner("dsp-ingest", INGEST_PRIVATE).sign(actor, "reporting")
    assert VERIFIER.verify(token) == actor


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: "", id="empty"),
        pytest.param(lambda: "a.b.c", id="not a token"),
        pytest.param(lambda: "ÿ" * 20, id="not ascii"),
        pytest.param(lambda: raw_token({"alg": "none"}, claims()), id="alg none"),
        pytest.param(lambda: raw_token({"alg": "none"}, claims()).rstrip("."), id="two parts"),
        pytest.param(hs256_with_public_key_as_secret, id="HS256 keyed with the public key"),
        pytest.param(
            lambda: raw_token({"alg": "EdDSA"}, claims(), b"x" * 64), id="made-up signature"
        ),
        pytest.param(lambda: raw_token({"alg": "EdDSA"}, [1, 2]), id="claims are a list"),
        pytest.param(
            lambda: base64.urlsafe_b64encode(b"[" * 6000).decode().rstrip("=") + ".e30.",
            id="deep header",
        ),
        pytest.param(
            lambda: "e30." + base64.urlsafe_b64encode(b"[" * 6000).decode() + ".", id="deep body"
        ),
        pytest.param(lambda: signed(claims(), INGEST_PRIVATE), id="gateway's name, another's key"),
        pytest.param(lambda: signed(claims(iss="stranger")), id="unknown issuer"),
        pytest.param(lambda: signed(claims(iss=...)), id="no issuer"),
        pytest.param(lambda: signed(claims(aud="auth")), id="for another audience"),
        pytest.param(lambda: signed(claims(aud=["reporting", "auth"])), id="for several audiences"),
        pytest.param(lambda: signed(claims(aud=...)), id="for no audience"),
        pytest.param(lambda: signed(claims(exp=...)), id="never expires"),
        pytest.param(lambda: signed(claims(iat=...)), id="no issue time"),
        pytest.param(lambda: signed(claims(sub=...)), id="no subject"),
        pytest.param(lambda: signed(claims(kind=...)), id="no kind"),
        pytest.param(lambda: signed(claims(kind="root")), id="unknown kind"),
        pytest.param(
            lambda: signed(claims(iat=int(time.time()) - 90, exp=int(time.time()) - 30)),
            id="expired",
        ),
        pytest.param(lambda: signed(claims(nbf=int(time.time()) + 60)), id="not yet valid"),
        pytest.param(lambda: signed(claims(iat=int(time.time()) + 60)), id="issued in the future"),
        pytest.param(lambda: signed(claims(exp=int(time.time()) + 3600)), id="lives too long"),
        pytest.param(
            lambda: signed(claims(iss="dsp-ingest"), INGEST_PRIVATE), id="service says user"
        ),
        pytest.param(
            lambda: signed(claims(iss="dsp-ingest", kind="anonymous"), INGEST_PRIVATE),
            id="service says anonymous",
        ),
        pytest.param(
            lambda: signed(claims(iss="dsp-ingest", kind="service", sub="auth"), INGEST_PRIVATE),
            id="service says other service",
        ),
        pytest.param(
            lambda: signed(claims(kind="service", sub="auth")), id="gateway says other service"
        ),
        pytest.param(lambda: signed(claims(org="not-a-uuid")), id="broken organization"),
        pytest.param(lambda: signed(claims(brands="all")), id="brands are a text"),
        pytest.param(lambda: signed(claims(permissions=[{"a": 1}])), id="permissions are objects"),
    ],
)
def test_anything_doubtful_is_refused(make: Callable[[], str]) -> None:
    token = make()  # now: its times count from the test, not from the collection
    with pytest.raises(Unauthenticated) as refusal:
        VERIFIER.verify(token)
    assert refusal.value.code == "internal_token_invalid"
    assert not token or token not in str(refusal.value)


def test_the_control_token_of_these_tests_is_good() -> None:
    assert VERIFIER.verify(signed(claims())).subject == "u1"


@pytest.mark.parametrize(
    ("service", "actor"),
    [
        ("dsp-ingest", USER),
        ("dsp-ingest", Actor.service("auth")),
        ("dsp-ingest", Actor("anonymous", "")),
    ],
)
def test_a_service_cannot_even_sign_for_others(service: str, actor: Actor) -> None:
    with pytest.raises(ValueError, match="may not sign"):
        TokenSigner(service, INGEST_PRIVATE).sign(actor, "reporting")


@pytest.mark.parametrize("key", ["", "abc", "!" * 44, "A" * 86])
def test_a_broken_key_is_refused_without_being_quoted(key: str) -> None:
    with pytest.raises(ValueError, match="not a base64url Ed25519") as refusal:
        TokenSigner("auth", key)
    assert not key or key not in str(refusal.value)


def test_long_lived_tokens_are_not_made() -> None:
    with pytest.raises(ValueError, match="lives"):
        TokenSigner("gateway", GATEWAY_PRIVATE).sign(USER, "auth", ttl_seconds=3600)


def test_scope_follows_the_organization_and_brands() -> None:
    assert USER.scope.organization_id == USER.organization_id
    assert USER.scope.brand_ids == USER.brand_ids
    bound = Actor.service("dsp-ingest", USER.organization_id).scope
    assert bound.organization_id == USER.organization_id
    assert Actor.service("dsp-ingest").scope.organization_id is None


@pytest.mark.parametrize(
    "actor", [Actor("anonymous", ""), Actor("anonymous", "", uuid4()), Actor("user", "u")]
)
def test_an_actor_without_organization_never_gets_the_system_scope(actor: Actor) -> None:
    with pytest.raises(Forbidden):
        _ = actor.scope


def test_an_actor_is_narrowed_to_the_brands_of_one_permission() -> None:
    wide, narrow = uuid4(), uuid4()
    held = frozenset({"report:read", "sync:manage"})
    brands = frozenset({wide, narrow})
    actor = Actor("user", "u", uuid4(), held, brands, narrower={"sync:manage": frozenset({narrow})})
    assert actor.narrowed("sync:manage").scope.brand_ids == {narrow}
    assert actor.narrowed("report:read").scope.brand_ids == brands
    token = TokenSigner("gateway", GATEWAY_PRIVATE).sign(actor, "reporting")
    assert VERIFIER.verify(token) == actor


def test_the_person_behind_a_view_as_and_a_key_travel_in_the_token() -> None:
    signer = TokenSigner("gateway", GATEWAY_PRIVATE)
    for actor in (
        Actor("user", "u", uuid4(), impersonator=str(uuid4())),
        Actor("key", str(uuid4()), uuid4(), frozenset({"report:read"})),
    ):
        assert VERIFIER.verify(signer.sign(actor, "reporting")) == actor


def test_a_service_may_not_speak_for_a_key() -> None:
    with pytest.raises(ValueError, match="may not sign"):
        TokenSigner("dsp-ingest", INGEST_PRIVATE).sign(Actor("key", "k"), "reporting")


@pytest.mark.parametrize("narrower", [[], {"report:read": "all"}, {"report:read": ["x"]}])
def test_brands_in_another_shape_are_refused(narrower: object) -> None:
    with pytest.raises(Unauthenticated):
        VERIFIER.verify(signed(claims(narrower=narrower)))
